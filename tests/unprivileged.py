"""A child that may not write what is not its own: nobody, where the tests are root's."""

import os
import pickle
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

import digest

T = TypeVar("T")
_NOBODY = 65534
_BOUND = 100  # seconds


def as_nobody(work: Callable[[], T]) -> T:
    """Return what `work` returns in a child without any rights of root."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(_BOUND)  # whatever hangs ends with the child
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(_NOBODY)
                os.setuid(_NOBODY)
            said = pickle.dumps(work())
        except BaseException as error:
            said = pickle.dumps(error)
        with os.fdopen(write, "wb") as pipe:
            pipe.write(said)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    assert said, "the child was killed"
    result = pickle.loads(said)  # noqa: S301 (from our own child)
    if isinstance(result, BaseException):
        raise result
    return result  # type: ignore[no-any-return]


@contextmanager
def public_folder() -> Iterator[Path]:
    """A folder that anybody may enter: pytest's own are for whoever runs it."""
    with tempfile.TemporaryDirectory(prefix="digest-") as name:
        Path(name).chmod(0o755)
        folder = Path(name, "public")
        folder.mkdir()
        yield folder


def require_public_checkout() -> None:
    """Skip a test whose child would read the program where nobody else may enter."""
    if not all(folder.stat().st_mode & 0o001 for folder in Path(digest.__file__).parents):
        pytest.skip("the checkout lies where nobody else may enter")


def forbid_writing(folder: Path) -> None:
    """Let everybody read what lies in a folder, and nobody but root write there."""
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)


def allow_writing(folder: Path) -> None:
    """Let its owner write there again."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def contents(folder: Path) -> dict[str, bytes | None]:
    """Return each file below a folder with its bytes; of SQLite's scratch file only the name."""
    return {
        str(path.relative_to(folder)): None if path.name.endswith("-shm") else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
