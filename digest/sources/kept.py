"""Dumps kept as they came, so that any past day can be read again.

A dump on disk: as it is, or packed with its source and its time in its name.
"""

import gzip
import os
import re
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, unquote

from digest.errors import ListingMalformed, SourceError
from digest.ownership import hand_over, make_folder
from digest.paper import Dump

STAMP = "%Y%m%dT%H%M%SZ"
_GZIP = b"\x1f\x8b"


def folder_name(source: str) -> str:
    """Name a source's folder so that any name can be had back from it (RFC 3986 escapes)."""
    return quote(source, safe=" ").replace(".", "%2E")


def unpacked(path: Path) -> Dump:
    """Read a dump; one that was kept (SOURCE/TIME-….gz) knows its source and its time."""
    content = path.read_bytes()
    if not content.startswith(_GZIP):
        return Dump(content=content, name=str(path))
    try:
        content = gzip.decompress(content)
    except (EOFError, OSError) as error:
        raise ListingMalformed(f"cannot be unpacked: {error}", name=str(path)) from error
    pulled_at = _pulled_at(path)
    source = unquote(path.absolute().parent.name) if pulled_at else None
    return Dump(content=content, name=str(path), source=source, pulled_at=pulled_at)


def _pulled_at(path: Path) -> datetime | None:
    try:
        return datetime.strptime(path.name.partition("-")[0], STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


_UNFIT = re.compile(r"[^\w.+-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpFolder:
    """A folder with one folder a source; a file's time is when it was pulled."""

    path: Path

    def keep(self, dump: Dump) -> None:
        """Write a pulled dump, compressed, under a name that says when; twice is once."""
        if dump.pulled_at is None:
            raise ValueError("a dump that no source pulled is not kept")
        pulled_at = dump.pulled_at.astimezone(UTC)
        what = (dump.part, str(dump.day or ""), sha256(dump.content).hexdigest()[:8])
        name = f"{pulled_at:{STAMP}}-{_UNFIT.sub('-', '-'.join(filter(None, what)))}.gz"
        folder = self.path / folder_name(dump.source or "unnamed")
        try:
            make_folder(folder)
            descriptor, part = tempfile.mkstemp(dir=folder, suffix=".part")
            with os.fdopen(descriptor, "wb") as file:
                file.write(gzip.compress(dump.content, mtime=int(pulled_at.timestamp())))
            hand_over(Path(part))
            Path(part).replace(folder / name)
        except OSError as error:
            raise SourceError(f"{folder}: the dump cannot be kept: {error.strerror}") from error

    def prune(self, *, now: datetime, keep: timedelta) -> int:
        """Delete what is older than `keep`, by the stamp in its name; count it."""
        before = (now - keep).strftime(STAMP)
        old = [file for file in self.path.glob("*/*.gz") if file.name < before]
        for file in old:
            file.unlink(missing_ok=True)
        return len(old)
