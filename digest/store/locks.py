"""Whether who claimed a delivery still lives: each process that delivers holds a lock.

Beside an SQLite file it is a lock on a file of its own, in PostgreSQL an advisory lock. A lock
is gone with its process, however that ended, so nobody waits for a lease that nobody holds.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from digest.ownership import make_file
from digest.store.database import sqlite_file


@contextmanager
def presence(engine: sa.Engine) -> Iterator[str]:
    """Be there as an owner of deliveries, by the name that is given, until the end."""
    owner = uuid4().hex
    if engine.dialect.name == "postgresql":
        with _session(engine) as connection:
            connection.execute(sa.select(sa.func.pg_advisory_lock(_number(owner))))
            yield owner
        return
    file = sqlite_file(engine.url)
    if file is None:
        yield owner
        return
    path = _lock_file(file, owner)
    descriptor = _open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield owner
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


@contextmanager
def sole(engine: sa.Engine, name: str) -> Iterator["Hold | None"]:
    """Be the only one by that name with this database until the end; None if another is."""
    if engine.dialect.name == "postgresql":
        with _session(engine) as connection:
            number = _number(sha256(name.encode()).hexdigest())
            is_ours = sa.select(sa.func.pg_try_advisory_lock(number))
            yield Hold(connection) if connection.execute(is_ours).scalar_one() else None
        return
    file = sqlite_file(engine.url)
    if file is None:
        yield Hold(None)
        return
    descriptor = _open_lock(_lock_file(file, name))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield None
    else:
        yield Hold(None)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Hold:
    """What a sole one holds; a server may take it away with the connection."""

    _connection: sa.Connection | None

    def is_ours(self) -> bool:
        """Whether it still holds."""
        if self._connection is None:
            return True
        try:
            self._connection.execute(sa.select(sa.literal(1)))
        except sa.exc.DBAPIError:
            return False
        return not self._connection.invalidated


def gone(connection: sa.Connection, owners: Iterable[str]) -> list[str]:
    """Name those of some owners whose process has ended."""
    if connection.dialect.name == "postgresql":
        return [owner for owner in owners if _is_free(connection, owner)]
    file = sqlite_file(connection.engine.url)
    return [owner for owner in owners if file and _is_unlocked(_lock_file(file, owner))]


@contextmanager
def _session(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a session of its own, without a transaction that would stay open all the while.

    It ends with its locks: one that went back to the pool would keep them.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()
        yield connection


def _is_free(connection: sa.Connection, owner: str) -> bool:
    number = _number(owner)
    is_ours = sa.select(sa.func.pg_try_advisory_lock(number))
    if not connection.execute(is_ours).scalar_one():
        return False
    connection.execute(sa.select(sa.func.pg_advisory_unlock(number)))
    return True


def _is_unlocked(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        path.unlink(missing_ok=True)
        return True
    finally:
        os.close(descriptor)


def _open_lock(path: Path) -> int:
    make_file(path)
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _lock_file(database: Path, owner: str) -> Path:
    return database.with_name(f"{database.name}.{owner}.lock")


def _number(owner: str) -> int:
    """Give the key of an advisory lock: 63 bits of the name."""
    return int(owner[:16], 16) >> 1
