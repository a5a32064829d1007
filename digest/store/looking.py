"""An SQLite file, opened only to look: nothing of it changes, and it need not be writable.

A database with a write-ahead log is three files. Whoever reads through SQLite marks that in -shm,
and makes it first if need be; who may write neither file nor folder cannot. What is there decides
how the file is opened, anew for each connection:

-wal and -shm   somebody works with it, or was killed: read-only, along with whoever writes
-wal alone      somebody was killed, and -shm is lost: as a copy, gone when the connection is closed
nothing in -wal nothing that we could disturb: as ever if we may write, for then SQLite's two files
                go again at the end; else as a file that does not change, which is verified after
"""

import os
import shutil
import sqlite3
import tempfile
from pathlib import Path
from urllib.parse import quote

from digest.errors import StoreError, StoreUnavailable
from digest.ownership import Account

_Stat = tuple[int, int, int]


class Look(sqlite3.Connection):
    """A connection that only reads; it may know what must not have changed below it."""

    below: tuple[Path, _Stat] | None = None

    def require_unchanged(self) -> None:
        """Raise StoreUnavailable if what was read without locks was written meanwhile."""
        if self.below is None:
            return
        file, before = self.below
        if _stat(file) != before:
            raise StoreUnavailable(f"{file}: was written while it was read: try again")


def look(file: Path, *, timeout: float = 30) -> Look:
    """Open a database to read it; StoreError if its files may not be read."""
    wal, shm = (file.with_name(file.name + suffix) for suffix in ("-wal", "-shm"))
    _require_readable(file, wal, shm)
    log = wal.stat().st_size if wal.exists() else None
    may_write = os.access(file, os.W_OK) and os.access(file.parent, os.W_OK | os.X_OK)
    if log and not shm.exists():
        connection = _connect_to_copy(file, wal, timeout)
    elif may_write and not log:
        connection = _connect(file, "mode=rw", timeout)
    elif log is not None and shm.exists():
        connection = _connect(file, "mode=ro", timeout)
    else:
        below = (file, _stat(file))
        connection = _connect(file, "mode=ro&immutable=1", timeout)
        connection.below = below
    connection.execute("PRAGMA query_only = ON")
    return connection


def _connect(file: Path, how: str, timeout: float) -> Look:
    return sqlite3.connect(
        f"file:{quote(str(file.absolute()))}?{how}",
        uri=True,
        factory=Look,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=False,
    )


def _connect_to_copy(file: Path, wal: Path, timeout: float) -> Look:
    """Open a copy that has no name any more as soon as it is open."""
    with tempfile.TemporaryDirectory(prefix="digest-") as folder:
        below = (file, _stat(file))
        for each in (file, wal):
            shutil.copyfile(each, Path(folder, each.name))
        connection = _connect(Path(folder, file.name), "mode=rw", timeout)
        connection.execute("PRAGMA schema_version").fetchone()  # opens the others, too
        connection.below = below
    return connection


def _require_readable(*files: Path) -> None:
    for file in files:
        if file.exists() and not os.access(file, os.R_OK):
            why = Account.ours().cannot_read(file) or f"{file}: nobody may read it"
            raise StoreError(f"{why}: run digest as whom it belongs to")


def _stat(file: Path) -> _Stat:
    found = file.stat()
    return (found.st_ino, found.st_size, found.st_mtime_ns)
