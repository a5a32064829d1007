"""Looking at an SQLite file changes nothing, works where nothing may be written, and sees all."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from child import Child
from digest.errors import StoreError, StoreUnavailable
from digest.store.database import open_database, reading, writing
from digest.store.looking import look
from unprivileged import allow_writing, as_nobody, contents, forbid_writing, public_folder

WRITER = """\
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = " + sys.argv[2])
connection.execute("CREATE TABLE notes (text)")
connection.execute("INSERT INTO notes VALUES ('first')")
if sys.argv[2] == "WAL":
    connection.execute("PRAGMA wal_checkpoint")
connection.execute("INSERT INTO notes VALUES ('second')")
if sys.argv[3:]:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
print("ready", flush=True)
if sys.stdin.readline() == "close\\n":
    connection.close()
os._exit(0)
"""
ALL = ["first", "second"]
STATES = {
    "closed": ("WAL", "close", ()),
    "a file without a log": ("DELETE", "close", ()),
    "in use": ("WAL", None, ()),
    "in use, its log empty": ("WAL truncate", None, ()),
    "killed": ("WAL", "kill", ()),
    "killed, its index lost": ("WAL", "kill", ("-shm",)),
}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that anybody may enter."""
    with public_folder() as path:
        yield path


@pytest.fixture(params=STATES.values(), ids=STATES)
def file(folder: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A database as somebody left it, or is at work with it."""
    mode, end, lost = request.param
    path = folder / "digest.db"
    command = [sys.executable, "-c", WRITER, str(path), *mode.split()]
    with Child(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
        if end:
            writer.communicate(f"{end}\n", timeout=30)
        for suffix in lost:
            path.with_name(path.name + suffix).unlink()
        yield path
        if not end:
            writer.communicate("close\n", timeout=30)


def read(file: Path) -> list[str]:
    with closing(look(file, timeout=1)) as connection:
        rows = [text for (text,) in connection.execute("SELECT text FROM notes ORDER BY rowid")]
        connection.require_unchanged()
    return rows


def test_everything_committed_is_seen_and_nothing_changes(file: Path) -> None:
    before = contents(file.parent)
    assert read(file) == ALL
    assert contents(file.parent) == before


def test_it_works_where_nothing_may_be_written(file: Path) -> None:
    forbid_writing(file.parent)
    before = contents(file.parent)
    try:
        assert as_nobody(lambda: read(file)) == ALL
        assert contents(file.parent) == before
    finally:
        allow_writing(file.parent)


@pytest.fixture
def notes(folder: Path) -> Path:
    file = folder / "digest.db"
    engine = open_database(f"sqlite:///{file}", create=True)
    with writing(engine) as connection:
        connection.execute(sa.text("CREATE TABLE notes (text)"))
    engine.dispose()
    return file


def test_what_is_written_while_it_is_read_without_locks_is_told(notes: Path) -> None:
    forbid_writing(notes.parent)
    (read_end, write_end), (answered, answer) = os.pipe(), os.pipe()

    def touch() -> None:
        os.read(read_end, 1)
        os.utime(notes)  # as any write does
        os.write(answer, b"!")

    def look_meanwhile() -> None:
        engine = open_database(f"sqlite:///{notes}", read_only=True)
        with reading(engine) as connection:
            connection.execute(sa.text("SELECT * FROM notes")).all()
            os.write(write_end, b"?")
            os.read(answered, 1)

    threading.Thread(target=touch, daemon=True).start()
    try:
        with pytest.raises(StoreUnavailable, match="was written while it was read: try again"):
            as_nobody(look_meanwhile)
    finally:
        allow_writing(notes.parent)


def test_a_look_cannot_write_by_mistake(database_url: str) -> None:
    open_database(database_url, create=True).dispose()
    engine = open_database(database_url, read_only=True)
    with pytest.raises(StoreError), writing(engine) as connection:
        connection.execute(sa.text("CREATE TABLE notes (text TEXT)"))
    engine.dispose()


@pytest.mark.parametrize("hidden", [".", "digest.db"])
def test_what_may_not_even_be_read_is_said_with_a_remedy(notes: Path, hidden: str) -> None:
    (notes.parent / hidden).chmod(0)

    def told() -> str:
        with pytest.raises(StoreError) as caught:
            open_database(f"sqlite:///{notes}", read_only=True).connect()
        return str(caught.value)

    try:
        path = (notes.parent / hidden).resolve()
        assert as_nobody(told).startswith(f"{path} belongs to ")
        assert as_nobody(told).endswith("may not read it: run digest as whom it belongs to")
    finally:
        notes.parent.chmod(0o755)
