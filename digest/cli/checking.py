"""check: is everything as it should be, before the morning finds out."""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from digest import wiring
from digest.cli import configuration
from digest.cli.online import answers
from digest.cli.output import complain, emit, exit_code, note, say, table, tell, warn
from digest.config import Settings, SourceSettings
from digest.errors import ConfigError
from digest.issue import Issue
from digest.mail.message import message_id
from digest.paper import StoredPaper
from digest.pipeline.desk import typical_papers
from digest.pipeline.examples import Readers
from digest.ranking import Corpus, Ranking, hits, rank
from digest.ranking.matching import category_names, plain_category
from digest.store import papers
from digest.store.database import reading
from digest.subscriber import Criteria, Interest, Subscriber
from digest.wiring import checks, people
from digest.wiring.checks import Findings


def check(arguments: argparse.Namespace) -> int:
    """Validate configuration, templates and database; for a subscriber, what would match."""
    if arguments.to and not arguments.online:
        raise ConfigError(["--to goes with --online"])
    settings = configuration.load(arguments)
    with checks.look(settings, wiring.now()) as (found, engine):
        return _check(settings, engine, found, arguments)


def _check(
    settings: Settings, engine: sa.Engine | None, found: Findings, arguments: argparse.Namespace
) -> int:
    everyone = people.subscribers(settings, engine)[0] if engine else list(settings.subscribers)
    asked = [people.find(address, settings, everyone) for address in arguments.addresses]
    if arguments.online:
        found.failures += answers(settings, _sample(settings), arguments.to)
    report: dict[str, Any] = {
        "config": str(settings.path),
        "database": engine.url.render_as_string(hide_password=True) if engine else None,
        "dkim": _dkim_record(settings),
        "sources": len(settings.sources),
        "subscribers": len(everyone),
        "good": found.good,
        "warnings": found.warnings,
        "problems": found.problems,
        "checked": _matches(settings, engine, asked, arguments.days),
    }
    if arguments.json:
        emit(report)
    else:
        _show(report)
    if found.mistakes:
        return ConfigError.exit_code
    return exit_code(failed=bool(found.failures), waits=bool(found.waits))


def _dkim_record(settings: Settings) -> str | None:
    """Return the record that our signatures need in the DNS."""
    with suppress(ConfigError):  # which is told of already
        signer = wiring.signer(settings)
        return signer.record() if signer else None
    return None


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
    sources = checks.read_by(settings, subscriber)
    is_asked_for = checks.asked_for(settings, sources)
    brought = _brought(held, sources, by_hand=subscriber.sources is None)
    missing = [
        term
        for term in _categories(subscriber)
        if not is_asked_for(term) and plain_category(term) not in brought
    ]
    return {"categories_not_pulled": missing}


def _categories(subscriber: Subscriber) -> tuple[str, ...]:
    """Give the categories that a profile follows or requires, as written, each once."""
    parts: list[Interest | Criteria] = [*subscriber.interests]
    parts += [group for interest in subscriber.interests for group in interest.require]
    return tuple(dict.fromkeys(each.term for part in parts for each in part.categories))


def _brought(
    held: Iterable[StoredPaper], sources: Sequence[SourceSettings], *, by_hand: bool
) -> set[str]:
    """Give what the categories of papers answer to that came by sources open to anything.

    A cross-list beside the categories asked for is no sign that its category is pulled.
    """
    from_anywhere: set[str | None] = {
        each.name for each in sources if each.kind not in checks.BOUND
    }
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
        note(f"{name:12} {'none to look at' if report[name] is None else report[name]}")
    if report["dkim"]:
        say(f"\nthe DNS needs this for [mail.dkim]:\n{report['dkim']}")
    for checked in report["checked"]:
        say(f"\n{checked['subscriber']}: {checked['papers']} papers in the store")
        if "hits" in checked:
            table(("kind", "term", "papers"), ([*hit.values()] for hit in checked["hits"]))
            say(f"{checked['above_the_line_a_day']} papers a day above the line")
        if checked.get("examples_unknown"):
            tell(f"nothing is known yet of {', '.join(checked['examples_unknown'])}")
        if checked["categories_not_pulled"]:
            tell(f"no source pulls {', '.join(checked['categories_not_pulled'])}")
    note()
    tell(f"good: {', '.join(report['good'])}", even_quiet=False)
    doubts = len(report["warnings"]) + sum(
        len(checked["categories_not_pulled"]) for checked in report["checked"]
    )
    if not report["problems"]:
        note("all is well" if not doubts else f"nothing is wrong, but {doubts} to look at")
