"""Hydrate: ask arXiv's interface for what its listings leave out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import sqlalchemy as sa

from digest.errors import ListingMalformed
from digest.paper import Dump
from digest.sources import registry
from digest.sources.pull import Pull
from digest.store import papers, recording
from digest.store.database import reading, writing

_TRUSTED = ("arxiv-api", "arxiv-oai")
_PATIENCE = timedelta(days=3)
"""The interface's index lags behind announcements by up to a day (formats.md, arxiv-api)."""

_MOST = 2_000
"""Papers asked about in one run: twenty requests, a minute at arXiv's pace."""


ANSWERS = "answers of arXiv's interface"
"""What kept answers are filed under: they complete papers, and are no sighting of them."""


class Asker(Protocol):
    """Who knows more about papers."""

    def ask(self, ids: Sequence[str], *, now: datetime) -> Pull:
        """Get the records of some arXiv ids; what failed is in the Pull."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hydrated:
    """How many papers were asked about and found; `error` says why not all were."""

    asked: int = 0
    found: int = 0
    error: str | None = None


def hydrate(
    engine: sa.Engine,
    asker: Asker,
    *,
    now: datetime,
    keep: Callable[[Dump], object] = lambda dump: None,
) -> Hydrated:
    """Complete the papers of the last days; when the service is down they stay as they are.

    `keep` is given each answer as a dump of the source ANSWERS.
    """
    with reading(engine) as connection:
        ids = papers.unhydrated(connection, since=now - _PATIENCE, trusted=_TRUSTED, limit=_MOST)
    if not ids:
        return Hydrated()
    pull = asker.ask(ids, now=now)
    errors = [str(pull.error)] if pull.error else []
    found = 0
    for dump in pull.dumps:
        keep(replace(dump, source=ANSWERS))
        try:
            found += complete(engine, dump, now=now)
        except ListingMalformed as error:
            errors.append(str(error))
    return Hydrated(asked=len(ids), found=found, error="; ".join(errors) or None)


def complete(engine: sa.Engine, dump: Dump, *, now: datetime) -> int:
    """Add what an answer says to the papers held; count them. Raises ListingMalformed."""
    listing = registry.parse(dump, "arxiv-api")
    known = [a.paper.arxiv_id for a in listing.announcements if a.paper.arxiv_id]
    with writing(engine) as connection:
        found = recording.enrich(connection, listing)
        papers.mark_hydrated(connection, known, at=now)
    return found
