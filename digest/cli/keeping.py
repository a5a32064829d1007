"""backup and restore: a copy of the database, and a database from a copy."""

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from digest import wiring
from digest.cli import configuration
from digest.cli.output import emit, local, note
from digest.errors import ConfigError
from digest.store import backup as copies

_NOW = "now"
_KEEP = 14


def backup(arguments: argparse.Namespace) -> int:
    """Copy the live database into a file, or into a folder of dated copies."""
    settings = configuration.load(arguments)
    path, removed = Path(arguments.file), list[Path]()
    is_folder = path.is_dir() or arguments.file.endswith("/") or arguments.keep is not None
    if is_folder and path.exists() and not path.is_dir():
        raise ConfigError([f"{path}: is no folder: --keep goes with one"])
    with wiring.open_store(settings, read_only=True) as engine:
        if is_folder:
            keep = arguments.keep or _KEEP
            path, removed = copies.backup_into(engine, path, keep=keep, now=wiring.now())
        else:
            copies.backup(engine, path, now=wiring.now())
    size = path.stat().st_size
    if arguments.json:
        names = {"removed": list(map(str, removed))} if is_folder else {}
        emit({"file": str(path), "bytes": size} | names)
    else:
        note(f"{path}: {size:,} bytes; digest restore puts it back")
        for each in removed:
            note(f"{each} was one too many and is removed")
    return 0


def restore(arguments: argparse.Namespace) -> int:
    """Make the database from a copy."""
    settings = configuration.load(arguments, acts=True)
    until = _instant(arguments.had_until)
    url = settings.database_url(os.environ)
    before = copies.restore(url, Path(arguments.file), had_until=until, now=wiring.now())
    if arguments.json:
        shown = until.isoformat(timespec="seconds")
        emit({"had_until": shown, "before": str(before) if before else None})
        return 0
    note(f"restored; what was announced until {local(until)} counts as had by everyone")
    note("messages that waited in the copy are in doubt: digest retry --state uncertain sends them")
    if before:
        note(f"the database that was there lies in {before}")
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
