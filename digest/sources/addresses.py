"""Addresses as messages and logs may show them: they may hold secrets."""

import re
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

_HARMLESS = re.compile(r"[0-9]{1,3}|true|false", re.IGNORECASE)


def shown(url: str) -> str:
    """Return an address as it may be shown: no user, no fragment, of the query what is no secret.

    These are dates, switches and small numbers, as of pages.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that cannot be read"
    query = "&".join(map(_shown_pair, parts.query.split("&"))) if parts.query else ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))


def _shown_pair(pair: str) -> str:
    key, equals, value = pair.partition("=")
    is_harmless = _HARMLESS.fullmatch(value) or _is_date(value)
    return pair if equals and is_harmless else f"{key}=…" if equals else "…"


def _is_date(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).date().isoformat() == text
    except ValueError:
        return False
