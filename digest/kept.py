"""A dump on disk: as it is, or packed with its source and its time in its name."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote

from digest.errors import ListingMalformed
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
