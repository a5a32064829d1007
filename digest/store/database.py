"""Opening the database: engines, transactions, and the schema's version.

What differs between SQLite and PostgreSQL is in this file, and in `looking`.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from digest.errors import (
    ConfigError,
    NoDatabase,
    SchemaTooNew,
    SchemaTooOld,
    StoreError,
    StoreUnavailable,
    missing_extra,
)
from digest.ownership import Account, make_file, make_folder
from digest.store.looking import Look, look

MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_TIMEOUT_MS = 30_000


def open_database(url: str, *, create: bool = False, read_only: bool = False) -> sa.Engine:
    """Open the database at an SQLAlchemy URL; `read_only` changes nothing, and may change nothing.

    Raises NoDatabase when there is none and `create` is false, and StoreError when it cannot
    be reached.
    """
    try:
        parsed = sa.make_url(url)
        file = sqlite_file(parsed)
        if file and create:
            _make(file)
        elif file:
            _require(file)
        if file and read_only:
            engine = sa.create_engine(
                parsed, creator=partial(look, file, timeout=_BUSY_TIMEOUT_MS / 1000)
            )
        else:
            engine = sa.create_engine(parsed)
    except ModuleNotFoundError as error:
        raise missing_extra("digest.database", error, "postgresql") from error
    except sa.exc.ArgumentError as error:
        raise ConfigError([f"digest.database: {error}"]) from error
    except OSError as error:
        raise StoreError(f"cannot create the database: {error}") from error
    if engine.dialect.name == "sqlite":
        if not read_only:
            sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine.execution_options(postgresql_readonly=True) if read_only else engine


def _require(file: Path) -> None:
    """Raise NoDatabase if there is no such file, StoreError if one cannot know."""
    if not os.path.exists(file):  # noqa: PTH110 (Path.exists raises)
        if hidden := Account.ours().cannot_read(file.parent):
            raise StoreError(f"{hidden}: run digest as whom it belongs to")
        raise NoDatabase(f"there is no database at {file} yet: digest fetch creates it")


def _make(file: Path) -> None:
    """Make the file of a database if there is none; StoreError if it could only be read."""
    make_folder(file.parent)
    make_file(file)
    for path in (file.parent, file):
        if not os.access(path, os.W_OK):
            why = Account.ours().cannot_write(path)
            raise StoreError(why or f"{path}: the file system lets nobody write it")


def sqlite_file(url: sa.URL) -> Path | None:
    """Give the file of an SQLite database; None for another kind."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that only reads."""
    with _translated(engine), engine.connect() as connection:
        try:
            with connection.begin():
                yield connection
        finally:
            below = connection.connection.driver_connection
            if isinstance(below, Look):
                below.require_unchanged()


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that writes; it is committed at the end, or not at all."""
    with (
        _translated(engine),
        engine.connect().execution_options(writes=True) as connection,
        connection.begin(),
    ):
        yield connection


def serialise(connection: sa.Connection, name: str) -> None:
    """Let one transaction at a time do what `name` says (SQLite has one writer anyway)."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(name))))


def upsert(table: sa.Table, connection: sa.Connection) -> Any:
    """Begin an INSERT that can say what to do on a conflict."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert

        return postgresql_insert(table)
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert(table)


def pending(engine: sa.Engine, migrations: Path = MIGRATIONS) -> tuple[str, ...]:
    """Name the migrations that the database still needs, in order.

    Raises SchemaTooNew when it has one that we do not know.
    """
    with reading(engine) as connection:
        return _pending(connection, migrations)


def _pending(connection: sa.Connection, migrations: Path) -> tuple[str, ...]:
    current = MigrationContext.configure(connection).get_current_revision()
    known = _revisions(migrations)
    if current is None:
        return known
    if current not in known:
        raise SchemaTooNew(
            f"the database has schema {current}, which this digest does not know: "
            "install the newer version that wrote it"
        )
    return known[known.index(current) + 1 :]


@cache
def _revisions(migrations: Path) -> tuple[str, ...]:
    """Name all migrations, oldest first; each is a file to be read."""
    script = ScriptDirectory(str(migrations))
    return tuple(revision.revision for revision in script.walk_revisions())[::-1]


def migrate(engine: sa.Engine, migrations: Path = MIGRATIONS) -> tuple[str, ...]:
    """Bring the schema up to date, wholly or not at all; name what was done.

    An SQLite database that holds something is copied beside itself first.
    """
    if not pending(engine, migrations):
        return ()
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    with writing(engine) as connection:
        serialise(connection, "migrate")
        # Asked again: another run may have migrated while this one waited for its turn.
        todo = _pending(connection, migrations)
        if todo and sa.inspect(connection).get_table_names():
            _copy_first(engine, todo[0])
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return todo


def require_current(engine: sa.Engine) -> None:
    """Raise StoreError unless the schema is the one this digest writes; NoDatabase if none is."""
    todo = pending(engine)
    with reading(engine) as connection:
        is_empty = MigrationContext.configure(connection).get_current_revision() is None
    if is_empty:
        where = engine.url.render_as_string(hide_password=True)
        raise NoDatabase(f"there is nothing in the database {where} yet: digest fetch fills it")
    if todo:
        raise SchemaTooOld(
            f"the database is an older digest's, {len(todo)} step(s) behind: "
            "digest migrate brings it up to date"
        )


def _copy_first(engine: sa.Engine, revision: str) -> None:
    file = sqlite_file(engine.url)
    if not file:
        return
    copy = file.with_name(f"{file.name}.before-{revision}")
    try:
        make_file(copy)
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"cannot copy the database to {copy} before migrating: {error}") from error


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transactions begin too late for a migration or a claim to be one step.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {_BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",  # `sending` must survive a power cut, not only a crash
        "foreign_keys = ON",
        "secure_delete = ON",  # who is erased is not to be read in the file any more
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _translated(engine: sa.Engine) -> Iterator[None]:
    try:
        yield
    except sa.exc.OperationalError as error:
        # Not reachable, locked, or out of space: what time, or the operator, may mend.
        where = engine.url.render_as_string(hide_password=True)
        raise StoreUnavailable(f"{where}: {error.orig}") from error
    except sa.exc.DBAPIError as error:
        where = engine.url.render_as_string(hide_password=True)
        if getattr(error.orig, "sqlite_errorname", None) == "SQLITE_NOTADB":
            raise StoreError(
                f"{sqlite_file(engine.url)} is no database of digest's: move it away, or name "
                "another with database"
            ) from error
        raise StoreError(f"{where}: {error.orig}") from error
