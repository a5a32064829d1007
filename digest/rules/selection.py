"""Which papers a subscriber may get: not had yet, and seen within the window.

Which rule of a profile keeps a paper out, in words.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from digest.paper import AnnounceType, Paper, StoredPaper
from digest.ranking.corpus import Corpus
from digest.ranking.features import followed, observe
from digest.rules.schedule import local_day, missed_days
from digest.subscriber import Criteria, Interest, Subscriber

_Filter = tuple[tuple[str, ...] | None, frozenset[AnnounceType]]
_NEVER = -np.inf
_LONG = timedelta(days=7, hours=12)
LARGER = 2
"""So many times `max_papers` is an issue that makes up for several."""
_REPLACEMENTS = (AnnounceType.REPLACE, AnnounceType.REPLACE_CROSS)
_PAPER = r"\W*(?:this|the|our)\s+(?:paper|article|manuscript|submission|preprint|work|version)\s+"
_GONE = r"withdrawn\b(?!\s+from\b(?!\s+(?:the\s+)?arxiv))"
_SAID = re.compile(rf"{_PAPER}(?:(?:has|have)\s+been|is|was)\s+{_GONE}", re.IGNORECASE)
_NOTED = re.compile(rf"\W*(?:(?:paper|article)\s+)?{_GONE}", re.IGNORECASE)


def reach(subscriber: Subscriber, *, now: datetime, last_made_at: datetime | None) -> timedelta:
    """Say how far back this issue looks.

    That is the window, stretched to the subscriber's last issue, but by no more than catch_up.
    """
    gap = now - last_made_at if last_made_at else timedelta()
    return max(subscriber.window, min(gap, subscriber.catch_up))


def is_back(subscriber: Subscriber, *, now: datetime, last_made_at: datetime) -> bool:
    """Say whether an issue is the first after a long time in which others should have come."""
    schedule = subscriber.schedule
    days = (local_day(at, schedule.timezone) for at in (last_made_at, now))
    return now - last_made_at > _LONG and missed_days(schedule, *days) > 0


def new_at(stored: StoredPaper, subscriber: Subscriber) -> datetime | None:
    """Say when a paper was new to a subscriber; None if nothing they read showed it."""
    seen = _first_seen(stored, subscriber.sources, subscriber.announce_types)
    return datetime.fromtimestamp(seen, UTC) if seen > _NEVER else None


def is_withdrawn(paper: Paper) -> bool:
    """Tell by the words that authors and arXiv put first in a comment or abstract."""
    comment, abstract = paper.comment or "", paper.abstract or ""
    return bool(_SAID.match(abstract) or _SAID.match(comment) or _NOTED.match(comment))


class Selection:
    """The papers of some weeks, ready to be narrowed down for one subscriber after another."""

    def __init__(self, papers: Sequence[StoredPaper]) -> None:
        self.papers = tuple(papers)
        self._place = {stored.id: place for place, stored in enumerate(self.papers)}
        self._stands = np.array([not is_withdrawn(each.paper) for each in self.papers], dtype=bool)
        self._first_seen: dict[_Filter, NDArray[np.float64]] = {}

    def allowed(
        self,
        subscriber: Subscriber,
        *,
        had: frozenset[int],
        now: datetime,
        last_made_at: datetime | None = None,
    ) -> NDArray[np.bool_]:
        """Say of each paper whether it may be chosen; shape (papers,).

        Its first sighting that counts, in a source the subscriber reads and of an announcement
        type they want, must lie within reach. A replacement of a paper is no first sighting
        unless replacements are wanted, and a withdrawn paper is never new.
        """
        since = now - reach(subscriber, now=now, last_made_at=last_made_at)
        allowed: NDArray[np.bool_] = self._seen(subscriber) >= since.timestamp()
        allowed &= self._stands
        places = [self._place[number] for number in had if number in self._place]
        allowed[places] = False
        return allowed

    def _seen(self, subscriber: Subscriber) -> NDArray[np.float64]:
        wanted = (subscriber.sources, subscriber.announce_types)
        if wanted not in self._first_seen:
            self._first_seen[wanted] = np.array(
                [_first_seen(stored, *wanted) for stored in self.papers], dtype=np.float64
            )
        return self._first_seen[wanted]


def _first_seen(
    stored: StoredPaper, sources: tuple[str, ...] | None, types: frozenset[AnnounceType]
) -> float:
    """Say when it was new to who reads this: first as a new paper, or last as a replacement."""
    wanted = [
        sighting
        for sighting in stored.sightings
        if (sources is None or sighting.source in sources)
        and (sighting.announce_type is None or sighting.announce_type in types)
    ]
    new = [s.seen_at.timestamp() for s in wanted if s.announce_type not in _REPLACEMENTS]
    replaced = [s.seen_at.timestamp() for s in wanted if s.announce_type in _REPLACEMENTS]
    return max(min(new, default=_NEVER), max(replaced, default=_NEVER))


def exclusion(subscriber: Subscriber, stored: StoredPaper) -> str | None:
    """Name the rule that bars a paper whatever its score; None if none does."""
    if is_withdrawn(stored.paper):
        return "it was withdrawn"
    if new_at(stored, subscriber) is None:
        return _unread(subscriber, stored)
    corpus = Corpus([stored])
    if term := _match(corpus, subscriber.exclude):
        return f"the profile excludes {term}"
    barred = [_barred(corpus, interest) for interest in subscriber.interests]
    return "; ".join(filter(None, barred)) if barred and all(barred) else None


def _unread(subscriber: Subscriber, stored: StoredPaper) -> str:
    """Say why no sighting counts: not their sources, or not announced as they want it."""
    sources = {sighting.source or "a dump given by hand" for sighting in stored.sightings}
    if not sources.intersection(subscriber.sources or sources):
        return f"it came from {_listed(sources)}, which the profile does not read"
    types = {
        sighting.announce_type.value for sighting in stored.sightings if sighting.announce_type
    }
    wanted = {each.value for each in subscriber.announce_types}
    return f"it was announced as {_listed(types)}, and the profile wants {_listed(wanted)}"


def _barred(corpus: Corpus, interest: Interest) -> str | None:
    """Say why an interest cannot take the paper."""
    name = f"interest “{interest.name}”" if interest.name else "the interest"
    if term := _match(corpus, interest.exclude):
        return f"{name} excludes {term}"
    for group in interest.require:
        if not _match(corpus, group):
            terms = (f"“{written}”" for _, written, _ in followed(group))
            return f"{name} requires {' or '.join(terms)}"
    return None


def _match(corpus: Corpus, criteria: Criteria) -> str | None:
    """Name the first of some terms that the paper has."""
    for feature, written, _ in followed(criteria):
        if len(observe(corpus, feature).rows):
            return f"the {feature.kind} “{written}”"
    return None


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
