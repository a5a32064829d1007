"""A copy of a whole database, and a database from a copy; a copy is always an SQLite file.

A copy says of itself that it is one. Whatever waited in it may have been sent since, so whoever
takes it into service (`revive`) settles what waits, and counts as had by everyone what had been
announced until then.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from digest.errors import ConfigError, StoreError
from digest.issue import Status
from digest.ownership import make_file, make_folder
from digest.store import marks, schema
from digest.store.database import (
    migrate,
    open_database,
    reading,
    require_current,
    sqlite_file,
    writing,
)
from digest.store.presence import sole

_AT_ONCE = 1_000
_WAITS = (Status.QUEUED, Status.CLAIMED, Status.SENDING, Status.DEFERRED, Status.UNCERTAIN)
_REPLY = "restored from a copy: it may have been sent; digest retry --state uncertain sends it"


def backup(engine: sa.Engine, path: Path, *, now: datetime) -> None:
    """Write a consistent copy of a live database; the file is whole or not there.

    Raises ConfigError if there is such a file already, StoreError if it cannot be written.
    """
    if path.exists():
        raise ConfigError([f"{path}: is there already, and digest backup never overwrites"])
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        make_file(part)
        _copy_out(engine, part)
        with _opened(part) as copy, writing(copy) as connection:
            marks.put(connection, marks.Name.BACKUP, at=now)
        _fold(part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{path}: the copy cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def restore(url: str, path: Path, *, had_until: datetime) -> Path | None:
    """Make the database at `url` from a copy; give where the one before lies, if there was one.

    Raises ConfigError if the file is no copy or the service runs, StoreError if it fails.
    """
    if not path.is_file():
        raise ConfigError([f"{path}: there is no such file"])
    if not _is_ours(path):
        raise ConfigError([f"{path}: is no copy of a digest database"])
    file = sqlite_file(sa.make_url(url))
    before = None
    if file:
        before = _put_in_place(url, file, path)
    else:
        _copy_in(url, path)
    with _opened(url) as engine:
        migrate(engine)
        with writing(engine) as connection:
            revive(connection, had_until=had_until)
    return before


def is_copy(connection: sa.Connection) -> bool:
    """Whether this is a copy that nobody has taken into service yet."""
    return marks.Name.BACKUP in marks.load(connection)


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
    marks.put(connection, marks.Name.HAD_UNTIL, at=had_until)
    marks.clear(connection, marks.Name.BACKUP)
    return held.rowcount


@contextmanager
def _opened(place: str | Path, *, create: bool = False) -> Iterator[sa.Engine]:
    url = f"sqlite:///{place}" if isinstance(place, Path) else place
    engine = open_database(url, create=create)
    try:
        yield engine
    finally:
        engine.dispose()


def _is_ours(path: Path) -> bool:
    try:
        with _opened(path) as copy, reading(copy) as connection:
            return sa.inspect(connection).has_table(schema.papers.name)
    except StoreError:
        return False


def _copy_out(engine: sa.Engine, part: Path) -> None:
    file = sqlite_file(engine.url)
    if file:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
        return
    at_one_instant = engine.execution_options(isolation_level="REPEATABLE READ")
    with _opened(part, create=True) as copy:
        migrate(copy)
        with reading(at_one_instant) as source, writing(copy) as target:
            _copy_rows(source, target)


def _put_in_place(url: str, file: Path, path: Path) -> Path | None:
    """Move the copy to where the database is; what is there is kept beside it."""
    part = file.with_name(f".{file.name}.part")
    before = None
    try:
        make_folder(file.parent)
        make_file(part)
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
        _fold(part)
        if file.exists():
            with _opened(url) as engine, sole(engine, "service") as hold:
                if hold is None:
                    raise ConfigError([f"{file}: the service works with it: stop that first"])
            _fold(file)
            before = file.with_name(f"{file.name}.before-restore")
            file.replace(before)
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
    with _opened(url, create=True) as engine, _opened(path) as copy:
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


def _fold(file: Path) -> None:
    """Leave everything in the one file: nothing in a log beside it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
