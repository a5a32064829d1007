"""backup and restore: a copy of the database, and a database from a copy."""

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from digest import wiring
from digest.cli.output import emit, say
from digest.errors import ConfigError
from digest.store import copies

_NOW = "now"


def backup(arguments: argparse.Namespace) -> int:
    """Copy the live database into a file."""
    settings = wiring.load_settings(arguments.config)
    path = Path(arguments.file)
    with wiring.open_store(settings) as engine:
        copies.backup(engine, path, now=wiring.now())
    size = path.stat().st_size
    if arguments.json:
        emit({"file": str(path), "bytes": size})
    else:
        say(f"{path}: {size:,} bytes; digest restore puts it back")
    return 0


def restore(arguments: argparse.Namespace) -> int:
    """Make the database from a copy."""
    settings = wiring.load_settings(arguments.config)
    until = _instant(arguments.had_until)
    url = settings.database_url(os.environ)
    before = copies.restore(url, Path(arguments.file), had_until=until)
    shown = until.isoformat(timespec="seconds")
    if arguments.json:
        emit({"had_until": shown, "before": str(before) if before else None})
        return 0
    say(f"restored; what was announced until {shown} counts as had by everyone")
    say("messages that waited in the copy are in doubt: digest retry --state uncertain sends them")
    if before:
        say(f"the database that was there lies in {before}")
    return 0


def _instant(text: str) -> datetime:
    if text.casefold() == _NOW:
        return wiring.now()
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            [f"--had-until: {text!r} is neither now nor like 2026-03-10T07:30"]
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
