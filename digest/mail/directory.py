"""Messages as .eml files in a folder, for those without a relay."""

import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from hashlib import sha256
from pathlib import Path
from typing import Self

from digest.errors import DeliveryDeferred
from digest.issue import Envelope
from digest.mail import Outcome
from digest.ownership import hand_over, make_folder

_MESSAGE_ID = re.compile(rb"(?mi)^Message-ID:\s*<([^>\r\n]+)>")


class DirectoryTransport:
    """Writes each message to a file named by its Message-ID: sent again, it replaces itself."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def stream(
        self, envelopes: Iterator[Envelope], *, on_data: Callable[[Envelope], bool]
    ) -> Iterator[tuple[Envelope, Outcome]]:
        """Write messages; see `Transport.stream`."""
        for envelope in envelopes:
            outcome: Outcome
            try:
                outcome = self._put(envelope, lambda it=envelope: on_data(it))  # type: ignore[misc]
            except DeliveryDeferred as error:
                outcome = error
            yield envelope, outcome

    def send(self, envelope: Envelope, *, on_data: Callable[[], None] = lambda: None) -> str:
        """Write the message; DeliveryDeferred if the disk does not take it."""

        def told() -> bool:
            on_data()
            return True

        return self._put(envelope, told) or ""

    def _put(self, envelope: Envelope, on_data: Callable[[], bool]) -> str | None:
        target = self._path / _file_name(envelope.content)
        with _deferring(target, envelope):
            written = _write(self._path, envelope.content)
        try:
            if not on_data():
                return None
            with _deferring(target, envelope):
                written.replace(target)
                _sync(self._path)
        finally:
            written.unlink(missing_ok=True)
        return f"written to {target.name}"

    def abort(self) -> None:
        """Do nothing: a file takes no time."""

    def close(self) -> None:
        """Do nothing: no file stays open."""


def remove_messages(folder: Path, addresses: Collection[str]) -> int:
    """Remove the messages in a folder that are to, or answer, one of the addresses; count them."""
    wanted = {address.casefold() for address in addresses}
    removed = 0
    for path in folder.glob("*.eml"):
        with path.open("rb") as file:
            header = BytesHeaderParser().parse(file)
        fields = (header.get_all(name, []) for name in ("To", "Reply-To"))
        named = getaddresses([str(value) for values in fields for value in values])
        if wanted.intersection(address.casefold() for _, address in named):
            path.unlink(missing_ok=True)
            removed += 1
    return removed


@contextmanager
def _deferring(target: Path, envelope: Envelope) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DeliveryDeferred(f"{target}: {error}", recipient=envelope.recipient) from error


def _file_name(content: bytes) -> str:
    header = content.split(b"\r\n\r\n", 1)[0]
    match = _MESSAGE_ID.search(header)
    name = match[1].decode(errors="replace") if match else sha256(content).hexdigest()[:32]
    return re.sub(r"[^A-Za-z0-9@+_-]+", ".", name).strip(".")[:200] + ".eml"


def _write(folder: Path, content: bytes) -> Path:
    """Write content to a file of its own in the folder, down to the disk; return its path."""
    make_folder(folder)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", suffix=".part", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            hand_over(Path(file.name))
        except BaseException:
            Path(file.name).unlink()
            raise
    return Path(file.name)


def _sync(folder: Path) -> None:
    """Put the folder's entries on the disk, so that a rename survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
