"""Collect: what subscribers name as examples, from those who know it.

What is learnt is kept for the ranking alone: it is no sighting, so nobody is sent it. A service
that is down costs nothing but freshness: what is kept is used, and it is asked again later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

import sqlalchemy as sa

from digest.errors import ListingMalformed, SourceError, SourceUnavailable
from digest.issue import LIBRARY, Outcome
from digest.libraries import crossref
from digest.libraries.crossref import Answers
from digest.libraries.zotero import Zotero
from digest.paper import Paper, PaperId
from digest.pipeline.examples import Readers
from digest.pipeline.hydrate import Asker
from digest.sources import registry
from digest.store import examples, pulls
from digest.store.database import reading, writing
from digest.store.examples import Holdings
from digest.store.pulls import PullRecord
from digest.store.recording import Tally
from digest.subscriber import Subscriber

_MOST_IDS = 200
_MOST_DOIS = 50
"""Asked about in one run: DOIs are asked for one by one, and a minute is enough for them."""

_FRESH = timedelta(hours=20)
_UNKNOWN = timedelta(days=7)
_DOWN = timedelta(hours=1)
_REFUSED = timedelta(days=1)


class DoiAsker(Protocol):
    """Who knows papers by their DOI."""

    def ask(self, dois: Sequence[str]) -> Answers:
        """Get their records; what failed is in the answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleSupply:
    """Whose examples are wanted, and who is asked for them."""

    subscribers: tuple[Subscriber, ...] = ()
    asker: Asker | None = None
    doi_asker: DoiAsker | None = None
    libraries: tuple[Zotero, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """How many papers were asked for and found; `complaints` are finished lines."""

    asked: int = 0
    found: int = 0
    complaints: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Learnt:
    """What one service said of the names it was asked for."""

    names: Sequence[str]
    papers: dict[str, Paper] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    errors: list[SourceError] = field(default_factory=list)

    @property
    def unanswered(self) -> set[str]:
        return set(self.names) - self.papers.keys() - self.absent

    @property
    def pause(self) -> timedelta:
        """How long not to ask again after an error."""
        waits = all(isinstance(error, SourceUnavailable) for error in self.errors)
        return _pause(self.errors) if waits else _REFUSED


def collect(engine: sa.Engine, supply: ExampleSupply, *, now: datetime) -> Collected:
    """Look into libraries once a day, and ask for what is not known of examples.

    A name is asked for once, or again after some days if nobody knows it.
    """
    told = [line for library in supply.libraries if (line := _look_into(engine, library, now))]
    ids, dois = _names(engine, supply, now)
    learnt = []
    if supply.asker and ids:
        learnt.append(_by_id(supply.asker, ids, now))
    if supply.doi_asker and dois:
        learnt.append(_by_doi(supply.doi_asker, dois))
    for each in learnt:
        with writing(engine) as connection:
            _keep(connection, each, now)
    errors = [error for each in learnt for error in each.errors]
    return Collected(
        asked=sum(len(each.names) for each in learnt),
        found=sum(len(each.papers) for each in learnt),
        complaints=(*told, *(f"examples stay as they are: {error}" for error in errors)),
    )


def _look_into(engine: sa.Engine, source: Zotero, now: datetime) -> str | None:
    """Keep what is in a library now, unless that was asked today; give a complaint, if any."""
    library = source.library
    with reading(engine) as connection:
        held = examples.shelved(connection, [library]).get(library)
    if held and held.again_at > now:
        return None
    error = None
    held = held or Holdings(asked_at=now, again_at=now)
    held = replace(held, asked_at=now, again_at=now + _FRESH)
    try:
        shelf = source.pull(held.version)
    except SourceError as caught:
        error, held = caught, replace(held, again_at=now + _pause([caught]))
    else:
        if shelf:
            held = replace(held, examples=shelf.examples, version=shelf.version)
    record = PullRecord(
        source=f"{LIBRARY}{library.name}",
        ended_at=now,
        outcome=Outcome.FAILED if error else Outcome.QUIET,
        tally=Tally(),
        error=str(error) if error else None,
    )
    with writing(engine) as connection:
        examples.shelve(connection, library, held)
        pulls.add(connection, record)
    return f"library {library.name} stays as it was: {error}" if error else None


def _pause(errors: Iterable[SourceError]) -> timedelta:
    """Say how long to leave alone who is out of reach."""
    asked = (each.retry_after for each in errors if isinstance(each, SourceUnavailable))
    return max([_DOWN, *filter(None, asked)])


def _names(engine: sa.Engine, supply: ExampleSupply, now: datetime) -> tuple[list[str], list[str]]:
    """Give the arXiv ids and the DOIs to ask for."""
    with reading(engine) as connection:
        wanting = Readers(connection, supply.subscribers).wanting()
        settled = examples.settled(connection, wanting, now=now)
    open_names = [name for name in wanting if name not in settled]
    known = {name: PaperId.parse(name) for name in open_names}
    ids = [name for name, each in known.items() if each and each.arxiv]
    dois = [name for name, each in known.items() if each and each.doi]
    return ids[:_MOST_IDS], dois[:_MOST_DOIS]


def _by_id(asker: Asker, ids: Sequence[str], now: datetime) -> _Learnt:
    pull = asker.ask(ids, now=now)
    learnt = _Learnt(names=ids, errors=[pull.error] if pull.error else [])
    for dump in pull.dumps:
        try:
            listing = registry.parse(dump, "arxiv-api")
        except ListingMalformed as error:
            learnt.errors.append(error)
            continue
        found = {each.paper.arxiv_id: each.paper for each in listing.announcements}
        learnt.papers |= {name: found[name] for name in ids if name in found}
    if not learnt.errors:
        learnt.absent = learnt.unanswered
    return learnt


def _by_doi(asker: DoiAsker, dois: Sequence[str]) -> _Learnt:
    answers = asker.ask(dois)
    learnt = _Learnt(names=dois, absent=set(answers.absent))
    learnt.errors += [answers.error] if answers.error else []
    for doi, content in answers.records.items():
        try:
            paper = crossref.parse(content, doi)
        except ValueError as error:
            learnt.errors.append(SourceError(f"the record of {doi} cannot be read: {error}"))
            continue
        if paper:
            learnt.papers[doi] = paper
        else:
            learnt.absent.add(doi)
    return learnt


def _keep(connection: sa.Connection, learnt: _Learnt, now: datetime) -> None:
    nothing: dict[str, Paper | None] = dict.fromkeys(learnt.absent)
    later: dict[str, Paper | None] = dict.fromkeys(learnt.unanswered)
    examples.keep(connection, learnt.papers, asked_at=now, again_at=None)
    examples.keep(connection, nothing, asked_at=now, again_at=now + _UNKNOWN)
    examples.keep(connection, later, asked_at=now, again_at=now + learnt.pause if later else None)
