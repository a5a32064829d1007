"""Whom a command is about: the subscribers of files and database, or a file of its own."""

import difflib
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from digest import config
from digest.config import Settings
from digest.config.rows import reader
from digest.errors import ConfigError
from digest.store import good_files
from digest.store import subscribers as kept_subscribers
from digest.store.database import reading, writing
from digest.subscriber import Subscriber


def subscribers(settings: Settings, engine: sa.Engine) -> tuple[list[Subscriber], tuple[str, ...]]:
    """Give everyone who can be served, and lines about those who are left out or broken.

    Those of the files come first, and win. A broken file's subscriber keeps what was last read
    from it without a mistake, if anything.
    """
    everyone, complaints = _of_files(settings, engine)
    taken = {key for each in everyone for key in each.keys}
    read = reader(settings, Path(engine.url.render_as_string(hide_password=True)))
    with reading(engine) as connection:
        for kept in kept_subscribers.load(connection):
            try:
                subscriber = read(kept.facts, 1)
            except ConfigError as error:
                complaints += [f"{kept.email} is left out: {line}" for line in error.problems]
                continue
            if taken.isdisjoint(subscriber.keys):
                everyone.append(subscriber)
    return everyone, tuple(complaints)


def meet(engine: sa.Engine, everyone: Sequence[Subscriber], *, now: datetime) -> int:
    """Note since when those are known of whom that is not noted yet; return how many they are."""
    with reading(engine) as connection:
        met_at = kept_subscribers.known_since(connection)
    known = {key for key, at in met_at.items() if at <= now}
    new = [each for each in everyone if known.isdisjoint(each.keys)]
    if new:
        with writing(engine) as connection:
            kept_subscribers.meet(connection, (each.key for each in new), now=now)
    return len(new)


def _of_files(settings: Settings, engine: sa.Engine) -> tuple[list[Subscriber], list[str]]:
    everyone = list(settings.subscribers)
    complaints: list[str] = []
    if settings.broken_files:
        with reading(engine) as connection:
            kept = good_files.load(connection)
    for broken in settings.broken_files:
        complaints += broken.problems
        text = kept.get(str(broken.path))
        restored = _restore(text, broken.path, settings) if text is not None else None
        taken = {key for each in everyone for key in each.keys}
        if restored and not taken.intersection(restored.keys):
            everyone.append(restored)
            complaints.append(f"{broken.path}: {restored.email} keeps the last good profile")
        else:
            complaints.append(f"{broken.path}: its subscriber is left out")
    return everyone, complaints


def _restore(text: str, path: Path, settings: Settings) -> Subscriber | None:
    try:
        return config.read_subscriber(text, path, settings)
    except ConfigError:
        return None  # the text was good once: profiles or sources have changed since


def find(address: str, settings: Settings, everyone: Sequence[Subscriber]) -> Subscriber:
    """Give the subscriber of an address, or of a TOML file that need not be configured."""
    path = Path(address)
    if not _of_address(address, everyone) and (path.suffix == ".toml" or path.is_file()):
        return config.load_subscriber(path, settings)
    return find_configured(address, settings, everyone)


def find_configured(address: str, settings: Settings, everyone: Sequence[Subscriber]) -> Subscriber:
    """Give the subscriber who has an address, or had it formerly."""
    found = _of_address(address, everyone)
    if found is None:
        known = [key for each in everyone for key in each.keys]
        raise ConfigError(
            [f"{settings.path}: no subscriber has the address {address}{nearest(address, known)}"]
        )
    return found


def nearest(address: str, known: Iterable[str]) -> str:
    """Return a closing remark that names the address one may have meant, if one is near."""
    near = difflib.get_close_matches(address.casefold(), sorted(set(known)), n=1, cutoff=0.8)
    return f"; did you mean {near[0]}?" if near else ""


def _of_address(address: str, everyone: Sequence[Subscriber]) -> Subscriber | None:
    key = address.casefold()
    return next((each for each in everyone if key in each.keys), None)
