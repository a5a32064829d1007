"""check: is everything as it should be, before the morning finds out."""

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from digest import taxonomy, wiring
from digest.cli import configuration
from digest.cli.online import answers
from digest.cli.output import EXIT_FAILED, complain, emit, note, say, table, warn
from digest.config import Settings, SourceSettings
from digest.errors import ConfigError, NoDatabase
from digest.issue import Issue
from digest.mail.envelope import message_id
from digest.paper import StoredPaper
from digest.pipeline.desk import typical_papers
from digest.pipeline.examples import Readers
from digest.ranking import Corpus, Ranking, hits, rank
from digest.ranking.categories import category_names, plain_category
from digest.store import papers
from digest.store.database import reading
from digest.subscriber import Criteria, Interest, Subscriber
from digest.wiring import people

_BY_CATEGORY = ("arxiv", "arxiv-oai")
_SERVERS = ("biorxiv", "medrxiv")
_WANTED = "wanted"


def check(arguments: argparse.Namespace) -> int:
    """Validate configuration, templates and database; for a subscriber, what would match."""
    if arguments.to and not arguments.online:
        raise ConfigError(["--to goes with --online"])
    settings = configuration.load(arguments)
    settings = replace(settings, warnings=(*settings.warnings, *wiring.try_templates(settings)))
    with _store(settings) as engine:
        return _check(settings, engine, arguments)


def _check(settings: Settings, engine: sa.Engine | None, arguments: argparse.Namespace) -> int:
    broken = [line for each in settings.broken_files for line in each.problems]
    record, unsigned = _dkim_record(settings)
    broken += (*unsigned, *wiring.unwritable(settings))
    everyone = people.subscribers(settings, engine)[0] if engine else list(settings.subscribers)
    asked = [people.find(address, settings, everyone) for address in arguments.addresses]
    refused = list(answers(settings, _sample(settings), arguments.to)) if arguments.online else []
    report: dict[str, Any] = {
        "config": str(settings.path),
        "database": engine.url.render_as_string(hide_password=True) if engine else None,
        "dkim": record,
        "sources": len(settings.sources),
        "subscribers": len(everyone),
        "warnings": list(settings.warnings),
        "problems": [*broken, *refused],
        "checked": _matches(settings, engine, asked, arguments.days),
    }
    if arguments.json:
        emit(report)
    else:
        _show(report)
    if broken:
        return ConfigError.exit_code
    return EXIT_FAILED if refused else 0


def _dkim_record(settings: Settings) -> tuple[str | None, Sequence[str]]:
    """Give the record that our signatures need in the DNS, and what is wrong with their key."""
    try:
        signer = wiring.signer(settings)
    except ConfigError as error:
        return None, error.problems
    return signer.record() if signer else None, ()


@contextmanager
def _store(settings: Settings) -> Iterator[sa.Engine | None]:
    """Open the database; None while there is none, which is no mistake."""
    with ExitStack() as stack:
        try:
            engine = stack.enter_context(wiring.open_store(settings, read_only=True))
        except NoDatabase:
            engine = None
        yield engine


def _sample(settings: Settings) -> Issue:
    """Make an empty issue, enough to try every template that an issue needs."""
    now = wiring.now()
    domain = wiring.mail_domain(settings)
    return Issue(
        subscriber="nobody@example.org",
        name=None,
        day=now.date(),
        made_at=now,
        message_id=message_id("nobody@example.org", now.date(), domain),
        picks=(),
    )


def _matches(
    settings: Settings, engine: sa.Engine | None, subscribers: list[Subscriber], days: int
) -> list[dict[str, Any]]:
    """Count, over the last days of the store, what each part of a profile matches."""
    if engine is None or not subscribers:
        return [
            {"subscriber": each.email, "papers": 0} | _not_pulled(settings, each, ())
            for each in subscribers
        ]
    with reading(engine) as connection:
        now = wiring.now()
        held = papers.first_seen_since(connection, now - timedelta(days=days))
        readers = Readers(connection, subscribers).ready(subscribers)
        encoder = wiring.encoder(settings, engine, dry=True)
        typical = typical_papers(connection, now=now, encoder=encoder)
    corpus = Corpus(held, typical.background)
    everything = [[True] * len(held) for _ in subscribers]
    rankings = rank(corpus, readers, allowed=everything, typical=typical, everything=True)
    return [
        _match(corpus, each, ranking, days)
        | _not_pulled(settings, each, held)
        | {"examples": _examples(each), "examples_unknown": _unknown(each)}
        for each, ranking in zip(readers, rankings, strict=True)
    ]


def _match(corpus: Corpus, subscriber: Subscriber, ranking: Ranking, days: int) -> dict[str, Any]:
    found = hits(corpus, subscriber)
    found_at_all = (*ranking.picks, *ranking.also, *ranking.rest)
    above = sum(pick.is_above and pick.score >= subscriber.min_score for pick in found_at_all)
    return {
        "subscriber": subscriber.email,
        "days": days,
        "papers": len(corpus.papers),
        "above_the_line_a_day": round(above / days, 2),
        "hits": [{"kind": h.kind.value, "term": h.term, "papers": h.count} for h in found],
    }


def _not_pulled(
    settings: Settings, subscriber: Subscriber, held: Iterable[StoredPaper]
) -> dict[str, list[str]]:
    """Name the categories of a profile that no source which the subscriber reads pulls."""
    sources = [
        each
        for each in settings.sources
        if subscriber.sources is None or each.name in subscriber.sources
    ]
    pulled = _arxiv_categories(settings, sources)
    servers = [each for each in sources if each.kind in _SERVERS]
    named = {plain_category(name) for each in servers for name in each.categories}
    named |= _brought(held, sources, by_hand=subscriber.sources is None)
    has_all = any(not each.categories for each in servers)

    def is_pulled(term: str) -> bool:
        meant = taxonomy.expand(term)
        is_covered = pulled.issuperset(meant) if meant else has_all
        return is_covered or plain_category(term) in named

    return {"categories_not_pulled": [t for t in _categories(subscriber) if not is_pulled(t)]}


def _categories(subscriber: Subscriber) -> tuple[str, ...]:
    """Give the categories that a profile follows or requires, as written, each once."""
    parts: list[Interest | Criteria] = [*subscriber.interests]
    parts += [group for interest in subscriber.interests for group in interest.require]
    return tuple(dict.fromkeys(each.term for part in parts for each in part.categories))


def _arxiv_categories(settings: Settings, sources: Sequence[SourceSettings]) -> set[str]:
    """Give the single categories of arXiv that sources ask for."""
    terms = {term for each in sources if each.kind in _BY_CATEGORY for term in each.categories}
    wanted = wiring.wanted_categories(settings) if _WANTED in terms else ()
    return {name for term in terms for name in taxonomy.expand(term)}.union(wanted)


def _brought(
    held: Iterable[StoredPaper], sources: Sequence[SourceSettings], *, by_hand: bool
) -> set[str]:
    """Give what the categories of papers answer to that came by sources open to anything.

    A cross-list beside the categories asked for is no sign that its category is pulled.
    """
    bound = (*_BY_CATEGORY, *_SERVERS)
    from_anywhere: set[str | None] = {each.name for each in sources if each.kind not in bound}
    if by_hand:
        from_anywhere.add(None)
    return {
        name
        for stored in held
        if any(sighting.source in from_anywhere for sighting in stored.sightings)
        for category in stored.paper.categories
        for name in category_names(category)
    }


def _examples(reader: Subscriber) -> int:
    """Count the examples that are known."""
    return sum(1 for each in reader.interests for one in each.examples if one.paper)


def _unknown(reader: Subscriber) -> list[str]:
    """Name the examples of which nothing is known."""
    return sorted({e.name for i in reader.interests for e in i.examples if not e.paper})


def _show(report: Mapping[str, Any]) -> None:
    for line in report["warnings"]:
        warn(line)
    for line in report["problems"]:
        complain(line)
    for name in ("config", "database", "sources", "subscribers"):
        note(f"{name:12} {'none yet' if report[name] is None else report[name]}")
    if report["dkim"]:
        say(f"\nthe DNS needs this for [mail.dkim]:\n{report['dkim']}")
    for checked in report["checked"]:
        say(f"\n{checked['subscriber']}: {checked['papers']} papers in the store")
        if "hits" in checked:
            table(("kind", "term", "papers"), ([*hit.values()] for hit in checked["hits"]))
            say(f"{checked['above_the_line_a_day']} papers a day above the line")
        if checked.get("examples_unknown"):
            say(f"nothing is known yet of {', '.join(checked['examples_unknown'])}")
        if checked["categories_not_pulled"]:
            say(f"no source pulls {', '.join(checked['categories_not_pulled'])}")
    if not report["problems"]:
        note("all is well")
