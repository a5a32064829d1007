"""Tokens that name a subscriber or a message to whoever has the key, and to nobody else.

They are HMACs (RFC 2104), in lower case: what passes through mail servers may lose its case.
"""

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

_MESSAGE_ID = re.compile(r"<(\d{4})-(\d{2})-(\d{2})\.([0-9a-f]{24})@[^>]*>")
_PLACE = re.compile(r"(?<![0-9a-z])(\d{2})(\d{2})(\d{2})([0-9a-f]{16})([0-9a-f]{12})(?![0-9a-z])")
_PERSON = re.compile(r"(?<![0-9a-z])[0-9a-f]{20}(?![0-9a-z])")
_CENTURY = "20"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes tokens, and finds them in what comes back."""

    key: bytes

    def of_subscriber(self, email: str) -> str:
        """Name a subscriber, the same in every message: 20 hexadecimal digits."""
        return self._mac("subscriber", email.casefold())[:20]

    def of_message(self, message_id: str) -> str | None:
        """Name a message: its day, the beginning of its own name, and a proof; 34 signs.

        None for a Message-ID that is not of an issue.
        """
        match = _MESSAGE_ID.fullmatch(message_id)
        if match is None:
            return None
        place = f"{match[1][2:]}{match[2]}{match[3]}{match[4][:16]}"
        return place + self._mac("message", place)[:12]

    def messages(self, text: str) -> Iterator[str]:
        """Give the beginnings of the Message-IDs whose tokens stand in a text; forged ones not."""
        for match in _PLACE.finditer(text.lower()):
            year, month, day, name, proof = match.groups()
            expected = self._mac("message", f"{year}{month}{day}{name}")[:12]
            if hmac.compare_digest(expected, proof):
                yield f"<{_CENTURY}{year}-{month}-{day}.{name}"

    def _mac(self, kind: str, text: str) -> str:
        return hmac.new(self.key, f"{kind}\n{text}".encode(), sha256).hexdigest()


def candidates(text: str) -> frozenset[str]:
    """Give what in a text has the look of a subscriber's token."""
    return frozenset(_PERSON.findall(text.lower()))


def bounce_address(address: str, token: str | None) -> str:
    """Put a token into an address (RFC 5233): bounces+TOKEN@example.org."""
    if token is None:
        return address
    local, _, domain = address.rpartition("@")
    return f"{local}+{token}@{domain}"
