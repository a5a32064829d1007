"""What a server's answer says beside its body: whether it changed, and when to come back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from digest.paper import Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A body, unpacked, and what to ask with next time; `content` is None if it is unchanged.

    The names of `headers` are in any case.
    """

    content: bytes | None
    validators: Validators | None = None
    headers: Mapping[str, str] = field(default_factory=dict, compare=False)


CONDITIONAL = ("If-None-Match", "If-Modified-Since", "If-Modified-Since-Version")
"""What asks for a body only if it changed; the last is Zotero's."""


def conditions(validators: Validators | None) -> list[tuple[bytes, bytes]]:
    """Give the headers that ask for a body only if it changed (RFC 9110, 13.1)."""
    if validators is None:
        return []
    fields = ((b"If-None-Match", validators.etag), (b"If-Modified-Since", validators.last_modified))
    return [(name, value.encode("latin-1")) for name, value in fields if value]


def validators_in(headers: httpx.Headers, url: str) -> Validators | None:
    """Keep validators byte for byte: arXiv's ETag has no quotes (formats.md, arxiv-feed 7)."""
    raw = {name.lower(): value.decode("latin-1") for name, value in reversed(headers.raw)}
    etag, last_modified = raw.get(b"etag") or None, raw.get(b"last-modified") or None
    if etag is None and last_modified is None:
        return None
    return Validators(url=url, etag=etag, last_modified=last_modified)


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Read Retry-After (RFC 9110, 10.2.3); a date counts from the service's own clock."""
    text = headers.get("retry-after", "").strip()
    try:
        if text.isdecimal():
            return timedelta(seconds=int(text))
        return max(_instant(text) - _instant(headers.get("date", "")), timedelta(0))
    except (ValueError, OverflowError):
        return None


def backoff(headers: Mapping[str, str]) -> timedelta | None:
    """Read Backoff: beside a good answer, how long to leave the service alone (Zotero, v3)."""
    text = headers.get("backoff", "").strip()
    return timedelta(seconds=min(int(text), 86_400)) if text.isdecimal() else None


def _instant(text: str) -> datetime:
    instant = parsedate_to_datetime(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
