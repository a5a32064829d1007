"""Erasing a person: what was deleted is gone from the bytes on disk, or it is said where it is.

SQLite overwrites what it deletes (`secure_delete`), but the log beside the database keeps pages
as they were until it is emptied, and pages that were rearranged may keep a remainder. So the
files are searched for the addresses, and rebuilt where one is found.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from digest.errors import StoreError
from digest.store import backup, subscribers
from digest.store.database import sqlite_file, writing
from digest.store.locks import sole

_PATIENCE_MS = 10_000
_BLOCK = 1 << 20
_QUICKLY_REBUILT = 200_000_000  # bytes: the service can wait that long for its turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What is left of a person: in the database, and in which files beside it.

    `waits` says that the same again may do better later.
    """

    left: tuple[str, ...] = ()
    holders: tuple[Path, ...] = ()
    waits: bool = False


def erase(engine: sa.Engine, addresses: Sequence[str], *, now: datetime) -> Erased:
    """Forget a person, in the database and in the copies that lie beside it; see `Erased`.

    A server's database keeps what was deleted until it tidies up by itself.
    """
    with writing(engine) as connection:
        subscribers.erase(connection, addresses, now=now)
    file = sqlite_file(engine.url)
    if file is None:
        return Erased()
    # Whoever reads the file's bytes and closes it ends SQLite's locks on it in this process.
    engine.dispose()
    needles = tuple(_needles(addresses))
    left: list[str] = []
    waits = not _empty_log(file)
    if waits:
        left.append(
            f"{file}-wal still holds what was erased, for another program is reading the database:"
            " the same command again, once that has ended, empties it"
        )
    elif _holds(file, needles) and not _rebuild(engine, file, needles):
        left.append(
            f"{file} may still hold what was erased, where SQLite leaves room: stop the service,"
            " and the same command again rebuilds it"
        )
    for copy in sorted(file.parent.glob(f"{file.name}.before-*")):
        if _is_file(copy) and _holds(copy, needles):
            _erase_in_copy(copy, addresses, now)
    own = {file, *(file.with_name(file.name + suffix) for suffix in ("-wal", "-shm"))}
    return Erased(
        left=tuple(left), waits=waits, holders=tuple(holders(file.parent, addresses, but=own))
    )


def holders(folder: Path, addresses: Iterable[str], *, but: Iterable[Path] = ()) -> Iterator[Path]:
    """Return the files right in a folder in which one of the addresses stands."""
    needles = tuple(_needles(addresses))
    for path in sorted(set(folder.iterdir() if folder.is_dir() else ()).difference(but)):
        if _is_file(path) and _holds(path, needles):
            yield path


def _erase_in_copy(copy: Path, addresses: Sequence[str], now: datetime) -> None:
    """Forget a person in a copy as well; one of another schema stays as it is, and is named."""
    try:
        with backup.opened(copy) as engine, writing(engine) as connection:
            subscribers.erase(connection, addresses, now=now)
        with closing(sqlite3.connect(copy, isolation_level=None)) as database:
            database.execute("VACUUM")
        backup.fold(copy)
    except (StoreError, sqlite3.Error):
        return


def _empty_log(file: Path) -> bool:
    """Write the log into the database and empty it; False if a reader needs it for too long."""
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
        (is_busy, *_) = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not is_busy


def _rebuild(engine: sa.Engine, file: Path, needles: Sequence[bytes]) -> bool:
    """Write the database anew, unless that would keep a service waiting; whether it is clean."""
    with sole(engine, "service") as hold:
        if hold is None and file.stat().st_size > _QUICKLY_REBUILT:
            return False
        with closing(sqlite3.connect(file, isolation_level=None)) as database:
            database.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
            try:
                database.execute("VACUUM")
            except sqlite3.Error:  # locked, or no room for a second one
                return False
    return _empty_log(file) and not _holds(file, needles)


def _needles(addresses: Iterable[str]) -> Iterator[bytes]:
    """Return an address as it may stand in a file: as it is, and as JSON writes it."""
    for address in addresses:
        key = address.casefold()
        yield from {key.encode(), json.dumps(key)[1:-1].encode()}


def _holds(path: Path, needles: Sequence[bytes]) -> bool:
    """Whether one of the needles stands in a file, in either case."""
    overlap = max(map(len, needles)) - 1
    before = b""
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                window = before + block.lower()
                if any(needle in window for needle in needles):
                    return True
                before = window[-overlap:]
    except OSError:  # gone since, or not ours to read
        return False
    return False


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
