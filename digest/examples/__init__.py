"""From what people collect to examples: bibliographies, libraries, single records (pure)."""

from collections.abc import Iterable
from datetime import date

from digest.subscriber import Example

MOST = 500
"""Examples that one bibliography or library gives, the newest: interests move on."""


def in_order(examples: Iterable[Example]) -> tuple[Example, ...]:
    """Put the oldest first; those without a date stand before them, in the order given."""
    return tuple(sorted(examples, key=lambda example: example.added or date.min))


def newest(examples: Iterable[Example], most: int = MOST) -> tuple[Example, ...]:
    """Keep the newest, the oldest of them first."""
    return in_order(examples)[-most:]
