"""A copy of a whole database, and a database from a copy; a copy is always an SQLite file.

A copy says of itself that it is one. Whatever waited in it may have been sent since, so whoever
takes it into service (`revive`) settles what waits, and counts as had by everyone what had been
announced until then.
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

from digest.errors import ConfigError, StoreError
from digest.issue import Status
from digest.ownership import make_file, make_folder
from digest.store import issues, schema, state, subscribers
from digest.store.database import (
    migrate,
    open_database,
    reading,
    require_current,
    sqlite_file,
    writing,
)
from digest.store.locks import sole
from digest.store.looking import look
from digest.store.subscribers import add_suppression, load_suppressions
from digest.subscriber import Suppression

_AT_ONCE = 1_000
_TIME_IN_NAMES = "%Y-%m-%dT%H%M%SZ"
_DATED = re.compile(r"digest-(?P<at>\d{4}-\d\d-\d\dT\d{6}Z)(?:-(?P<number>\d{1,9}))?\.db")
_WAITS = (Status.QUEUED, Status.CLAIMED, Status.SENDING, Status.DEFERRED, Status.UNCERTAIN)
_REPLY = "restored from a copy: it may have been sent; digest retry --state uncertain sends it"


def backup(engine: sa.Engine, path: Path, *, now: datetime) -> None:
    """Write a consistent copy of a live database; the file is whole or not there.

    Raises ConfigError if there is such a file already, StoreError if it cannot be written.
    """
    if path.exists():
        raise ConfigError([f"{path}: is there already, and digest backup never overwrites"])
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        make_file(part)
        _copy_out(engine, part)
        with opened(part) as copy, writing(copy) as connection:
            state.put(connection, state.Name.BACKUP, at=now)
        fold(part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        _name(part, path)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{path}: the copy cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def backup_into(
    engine: sa.Engine, folder: Path, *, keep: int, now: datetime
) -> tuple[Path, list[Path]]:
    """Write a copy with the time in its name; return it, and the older ones that were removed.

    The newest `keep` copies of this database stay. What bears another name, or is no copy of
    this database, is neither counted nor touched.
    """
    try:
        make_folder(folder)
    except OSError as error:
        raise StoreError(f"{folder}: cannot be made: {error.strerror}") from error
    stem = f"digest-{now:{_TIME_IN_NAMES}}"
    path = _free(folder, stem, ".db")
    backup(engine, path, now=now)
    with reading(engine) as connection:
        ours = state.found(connection)
    named = (each for each in folder.iterdir() if _DATED.fullmatch(each.name))
    others = sorted((each for each in named if each != path and _is_of(each, ours)), key=_age)
    removed = others[: max(0, len(others) + 1 - keep)]
    for part in folder.glob(".digest-*.part"):
        if _DATED.fullmatch(part.name[1:].rsplit(".", 2)[0]) and _is_old(part, now):
            part.unlink(missing_ok=True)  # of a backup that was killed
    for each in removed:
        each.unlink(missing_ok=True)
    return path, removed


def _free(folder: Path, stem: str, suffix: str) -> Path:
    """Return the first path of that name, numbered if need be, where nothing is yet."""
    numbers = (f"-{number}" if number > 1 else "" for number in count(1))
    paths = (folder / f"{stem}{number}{suffix}" for number in numbers)
    return next(path for path in paths if not os.path.lexists(path))


def _name(part: Path, path: Path) -> None:
    """Give a file its name, never in place of another."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise ConfigError(
            [f"{path}: is there already, and digest backup never overwrites"]
        ) from None
    except OSError:  # a file system without second names
        part.replace(path)


def _is_of(path: Path, key: bytes | None) -> bool:
    """Whether a file is a copy of the database that has this key."""
    if path.is_symlink() or not path.is_file():
        return False
    url = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(url, uri=True)) as copy:
            mark = copy.execute("SELECT 1 FROM marks WHERE name = ?", [state.Name.BACKUP.value])
            its = copy.execute("SELECT secret FROM keys WHERE name = ?", [state.TOKENS])
            return mark.fetchone() is not None and (its.fetchone() or (None,))[0] == key
    except sqlite3.Error:
        return False


def _age(path: Path) -> tuple[str, int]:
    """Return what copies are sorted by: the time in the name, then the number."""
    match = _DATED.fullmatch(path.name)
    return (match["at"], int(match["number"] or 1)) if match else ("", 0)


def _is_old(part: Path, now: datetime) -> bool:
    return now.timestamp() - part.stat().st_mtime > timedelta(days=1).total_seconds()


def restore(url: str, path: Path, *, had_until: datetime, now: datetime) -> Path | None:
    """Make the database at `url` from a copy; give where the one before lies, if there was one.

    Raises ConfigError if the file is no copy or the service runs, StoreError if it fails.
    """
    if path.is_dir():
        newest = max(filter(_DATED.fullmatch, os.listdir(path)), default="")  # noqa: PTH208 (names)
        like = f", as in {path / newest}" if newest else ""
        raise ConfigError([f"{path}: is a folder: name one of the copies in it{like}"])
    if not path.is_file():
        raise ConfigError([f"{path}: there is no such file"])
    if not _is_ours(path):
        raise ConfigError([f"{path}: is no copy of a digest database"])
    file = sqlite_file(sa.make_url(url))
    before = None
    if file:
        before = _put_in_place(url, file, path, now=now)
    else:
        _copy_in(url, path)
    with opened(url) as engine:
        migrate(engine)
        with writing(engine) as connection:
            revive(connection, had_until=had_until)
            if before:
                _keep_wishes(connection, _wishes(before), now=now)
    return before


def _wishes(before: Path) -> list[Suppression]:
    """Return who wants no mail by a database that was put aside, whatever its schema is."""
    try:
        with opened(before) as engine, reading(engine) as connection:
            return list(load_suppressions(connection).values())
    except StoreError:
        return []
    finally:
        with suppress(sqlite3.Error):
            fold(before)


def _keep_wishes(connection: sa.Connection, wishes: list[Suppression], *, now: datetime) -> None:
    """Let nobody get mail again, or be known again, because a copy is older than their wish."""
    for wish in wishes:
        add_suppression(connection, wish)
    erased = {wish.email for wish in wishes}
    everyone = {*issues.addresses(connection)}
    for kept in subscribers.load(connection):
        everyone.update((kept.email, *kept.facts.get("formerly", ())))
    if again := [each for each in everyone if subscribers.hashed(each) in erased]:
        subscribers.erase(connection, again, now=now)


def is_copy(connection: sa.Connection) -> bool:
    """Whether this is a copy that nobody has taken into service yet."""
    return state.Name.BACKUP in state.load(connection)


def revive(connection: sa.Connection, *, had_until: datetime) -> int:
    """Take a copy into service; count the deliveries that are left to the operator."""
    table = schema.deliveries
    held = connection.execute(
        sa.update(table)
        .where(table.c.status.in_([status.value for status in _WAITS]))
        .values(
            status=Status.UNCERTAIN.value,
            next_at=None,
            owner=None,
            lease_until=None,
            reply=_REPLY,
        )
    )
    state.put(connection, state.Name.HAD_UNTIL, at=had_until)
    state.clear(connection, state.Name.BACKUP)
    return held.rowcount


@contextmanager
def opened(
    place: str | Path, *, create: bool = False, read_only: bool = False
) -> Iterator[sa.Engine]:
    """Open a database by its address or file, until the end."""
    url = f"sqlite:///{place}" if isinstance(place, Path) else place
    engine = open_database(url, create=create, read_only=read_only)
    try:
        yield engine
    finally:
        engine.dispose()


def _is_ours(path: Path) -> bool:
    try:
        with opened(path, read_only=True) as copy, reading(copy) as connection:
            return sa.inspect(connection).has_table(schema.papers.name)
    except StoreError:
        return False


def _copy_out(engine: sa.Engine, part: Path) -> None:
    file = sqlite_file(engine.url)
    if file:
        _copy_file(file, part)
        return
    at_one_instant = engine.execution_options(isolation_level="REPEATABLE READ")
    with opened(part, create=True) as copy:
        migrate(copy)
        with reading(at_one_instant) as source, writing(copy) as target:
            _copy_rows(source, target)


def _copy_file(file: Path, to: Path) -> None:
    """Copy an SQLite database that may be in use, and may be one that can only be read."""
    with closing(look(file)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)
        source.require_unchanged()


def _put_in_place(url: str, file: Path, path: Path, *, now: datetime) -> Path | None:
    """Move the copy to where the database is; what is there is kept beside it."""
    part = file.with_name(f".{file.name}.part")
    before = None
    try:
        make_folder(file.parent)
        make_file(part)
        _copy_file(path, part)
        fold(part)
        if file.exists():
            with opened(url) as engine, sole(engine, "service") as hold:
                if hold is None:
                    raise ConfigError([f"{file}: the service works with it: stop that first"])
            fold(file)
            before = _free(file.parent, f"{file.name}.before-restore-{now:{_TIME_IN_NAMES}}", "")
            file.replace(before)
            before.chmod(0o600)
            for suffix in ("-wal", "-shm"):
                file.with_name(file.name + suffix).unlink(missing_ok=True)
        part.replace(file)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{file}: cannot be restored: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    return before


def _copy_in(url: str, path: Path) -> None:
    """Fill an empty database on a server."""
    with opened(url, create=True) as engine, opened(path, read_only=True) as copy:
        migrate(engine)
        require_current(copy)
        with reading(copy) as source, writing(engine) as target:
            for table in schema.metadata.sorted_tables:
                if target.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
                    where = engine.url.render_as_string(hide_password=True)
                    raise ConfigError([f"{where}: is not empty: restore into a new database"])
            _copy_rows(source, target)
            _advance_sequences(target)


def _copy_rows(source: sa.Connection, target: sa.Connection) -> None:
    for table in schema.metadata.sorted_tables:
        query = sa.select(table)
        if table is schema.papers:  # a record points only to one that stands for itself
            query = query.order_by(table.c.merged_into.is_not(None), table.c.id)
        rows = source.execute(query).mappings()
        while chunk := rows.fetchmany(_AT_ONCE):
            target.execute(sa.insert(table), [dict(row) for row in chunk])


def _advance_sequences(target: sa.Connection) -> None:
    """Let numbers go on after those that were copied."""
    for table in schema.metadata.sorted_tables:
        column = table.c.get("id")
        if column is None:
            continue
        sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
        highest = sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1).scalar_subquery()
        target.execute(sa.select(sa.func.setval(sequence, highest, sa.false())))


def fold(file: Path) -> None:
    """Leave everything in the one file: nothing in a log beside it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
