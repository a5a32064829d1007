"""The desk where issues are drafted: the papers in reach, ready for any subscriber."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from digest.issue import Issue, Pick
from digest.mail.message import message_id
from digest.paper import StoredPaper
from digest.pipeline.examples import Readers
from digest.pipeline.past import Past
from digest.ranking import Background, Corpus, Encoder, Ranking, rank
from digest.rules import schedule, selection
from digest.rules.selection import Selection
from digest.sources.arxiv import timetable
from digest.store import issues, papers, votes
from digest.store.votes import StoredVote
from digest.subscriber import Criteria, Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An issue as it would be now, and the papers that did not make it (if asked for)."""

    subscriber: Subscriber
    issue: Issue
    rest: tuple[Pick, ...] = ()


_WEEKS = timedelta(weeks=4)

_KNOWS_DAYS = 4.0

_SAMPLE = 1_000
"""Papers of the last weeks that tell what is typical; more only take longer to read."""


def typical_papers(
    connection: sa.Connection,
    *,
    now: datetime,
    until: datetime | None = None,
    encoder: Encoder | None = None,
) -> Corpus:
    """Make ready a sample of the last weeks' papers, by which words and scores are weighed."""
    numbers, first = papers.numbers_since(connection, now - _WEEKS, until=until)
    span = (now - first) / timedelta(days=1) if first else 0.0
    chosen = numbers[:: max(1, len(numbers) // _SAMPLE)]
    held = list(papers.load(connection, chosen).values())
    background = Background(
        [each.paper for each in held], a_day=_a_day(len(numbers), span), encoder=encoder
    )
    return Corpus(held, background)


def _a_day(count: int, days: float) -> float | None:
    """Say how many papers a day brings; a store of a few days does not know that yet."""
    return count / days if days >= _KNOWS_DAYS else None


class Desk:
    """Drafts issues for a few subscribers at a time; their papers are made ready once.

    `days` are those whose issues these are, where it is not the subscriber's today. With `until`
    nothing counts that came later: papers, votes, and what was had.
    """

    def __init__(
        self,
        connection: sa.Connection,
        subscribers: Sequence[Subscriber],
        *,
        past: Past,
        now: datetime,
        domain: str,
        days: Mapping[str, date] | None = None,
        until: datetime | None = None,
        encoder: Encoder | None = None,
    ) -> None:
        self._past = past
        self._days = days or {}
        self._until = until
        self._now = now
        self._domain = domain
        back = (
            selection.reach(subscriber, now=now, last_made_at=past.made_at(subscriber))
            for subscriber in subscribers
        )
        since = now - max(back, default=timedelta())
        held = papers.seen_since(connection, since, until=until)
        self._selection = Selection(held)
        self._had_by_all = _had_by_all(held, past.had_until)
        self._typical = typical_papers(connection, now=now, until=until, encoder=encoder)
        self._corpus = self._ready(self._selection.papers)
        self._readers = Readers(connection, subscribers)

    def draft(
        self,
        connection: sa.Connection,
        subscribers: Sequence[Subscriber],
        *,
        everything: bool = False,
        had: Mapping[str, frozenset[int]] | None = None,
    ) -> list[Draft]:
        """Choose for each; everybody is ranked in one product.

        `had`, by key, stands for what the store says that each has had.
        """
        addresses = {each.key: each.keys for each in subscribers}
        if had is None:
            had = issues.had(connection, addresses, before=self._until)
        voted = votes.load(connection, addresses, until=self._until)
        readers = self._readers.ready(subscribers)
        allowed = [
            self._selection.allowed(
                each,
                had=had[each.key] | self._had_by_all | self._known_to(each, voted[each.key]),
                now=self._now,
                last_made_at=self._past.made_at(each),
            )
            for each in subscribers
        ]
        sized = [self._sized(each) for each in readers]
        rankings = self._rank(self._corpus, sized, allowed, voted, everything=everything)
        return [
            Draft(
                subscriber=each,
                issue=self._issue(each, ranking.picks, ranking.also, int(mask.sum())),
                rest=ranking.rest,
            )
            for each, ranking, mask in zip(subscribers, rankings, allowed, strict=True)
        ]

    def weigh(
        self, connection: sa.Connection, subscriber: Subscriber, stored: StoredPaper
    ) -> Pick | None:
        """Give a paper's whole sum, whatever keeps it out; None if nothing can score it."""
        voted = votes.load(connection, {subscriber.key: subscriber.keys}, until=self._until)
        others = [each for each in self._selection.papers if each.id != stored.id]
        corpus = self._ready([*others, stored])
        (reader,) = self._readers.ready([subscriber])
        for profile in (reader, _without_rules(reader)):
            (ranking,) = self._rank(corpus, [profile], [[len(others)]], voted, everything=True)
            if found := (*ranking.picks, *ranking.also, *ranking.rest):
                return found[0]
        return None

    def _ready(self, held: Sequence[StoredPaper]) -> Corpus:
        return Corpus(held, self._typical.background, now=self._now)

    def _rank(
        self,
        corpus: Corpus,
        subscribers: Sequence[Subscriber],
        allowed: Sequence[NDArray[np.bool_] | Sequence[int]],
        voted: Mapping[str, Sequence[StoredVote]],
        *,
        everything: bool,
    ) -> list[Ranking]:
        return rank(
            corpus,
            subscribers,
            allowed=allowed,
            votes={key: tuple(each.vote for each in cast) for key, cast in voted.items()},
            typical=self._typical,
            everything=everything,
        )

    def _known_to(self, subscriber: Subscriber, voted: Sequence[StoredVote]) -> set[int]:
        """Give the papers that they named or judged themselves: those they know."""
        return {each.stored.id for each in voted} | self._readers.knows(subscriber)

    def _sized(self, subscriber: Subscriber) -> Subscriber:
        """Make room for more after a long time without mail."""
        last = self._past.made_at(subscriber)
        if last is None or not selection.is_back(subscriber, now=self._now, last_made_at=last):
            return subscriber
        return replace(subscriber, max_papers=selection.LARGER * subscriber.max_papers)

    def _day_of(self, subscriber: Subscriber) -> date:
        today = schedule.local_day(self._now, subscriber.schedule.timezone)
        return self._days.get(subscriber.key, today)

    def _issue(
        self,
        subscriber: Subscriber,
        picks: tuple[Pick, ...],
        also: tuple[Pick, ...],
        searched: int,
    ) -> Issue:
        day = self._day_of(subscriber)
        return Issue(
            subscriber=subscriber.email,
            name=subscriber.name,
            day=day,
            made_at=self._now,
            message_id=message_id(subscriber.key, day, self._domain),
            picks=picks,
            also=also,
            searched=searched,
            sources=self._past.reports_for(subscriber),
            layout=subscriber.layout,
            abstract=subscriber.abstract,
            language=subscriber.language,
        )


def _had_by_all(held: Sequence[StoredPaper], until: datetime | None) -> frozenset[int]:
    """Give what counts as had by everyone: announced, as a listing has it or as we saw it."""
    if until is None:
        return frozenset()
    day = timetable.listing_day(until)
    return frozenset(
        each.id
        for each in held
        if any(
            sighting.seen_at <= until or (sighting.announced and sighting.announced <= day)
            for sighting in each.sightings
        )
    )


def _without_rules(subscriber: Subscriber) -> Subscriber:
    """Give a profile that scores alike and keeps nothing out."""
    nothing = Criteria()
    interests = (replace(each, exclude=nothing, require=()) for each in subscriber.interests)
    return replace(subscriber, exclude=nothing, interests=tuple(interests))
