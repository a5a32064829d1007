"""why: why a paper was or was not in an issue."""

import argparse
from collections.abc import Iterator
from dataclasses import replace

import sqlalchemy as sa

from digest import wiring
from digest.cli import configuration
from digest.cli.naming import find_paper, paper_json
from digest.cli.output import (
    complain,
    emit,
    facts,
    id_of,
    in_words,
    name_of,
    reasons_json,
    say,
    table,
)
from digest.config import Settings
from digest.errors import ConfigError
from digest.paper import PaperId
from digest.pipeline.inquiry import Inquiry, inquire
from digest.rules import schedule
from digest.rules.explain import Answer, Case, answer
from digest.store.database import reading
from digest.wiring import people


def why(arguments: argparse.Namespace) -> int:
    """Say what became of a paper, and by which sum."""
    settings = configuration.load(arguments)
    with wiring.open_store(settings, read_only=True) as engine:
        case = _case(settings, engine, arguments)
    if arguments.json:
        emit(_as_json(case, answer(case)))
    else:
        _tell(case, answer(replace(case, zone=None)))
    return 0


def _case(settings: Settings, engine: sa.Engine, arguments: argparse.Namespace) -> Case:
    now = wiring.now()
    everyone, complaints = people.subscribers(settings, engine)
    for line in complaints:
        complain(line)
    subscriber = people.find(arguments.address, settings, everyone)
    today = schedule.local_day(now, subscriber.schedule.timezone)
    day = arguments.date or today
    if day > today:
        raise ConfigError([f"--date {day}: that day is still to come"])
    with reading(engine) as connection:
        inquiry = Inquiry(
            asked=arguments.paper,
            stored=find_paper(connection, arguments.paper),
            subscriber=subscriber,
            day=day,
            now=now,
            sources=[source.name for source in settings.sources],
            domain=wiring.mail_domain(settings),
            fit=wiring.fitter(settings),
            encoder=wiring.encoder(settings, engine, dry=True),
        )
        return inquire(connection, inquiry)


def _as_json(case: Case, found: Answer) -> dict[str, object]:
    pick, last = found.standing and found.standing.pick, found.last_pick
    return {
        "subscriber": case.subscriber.email,
        "paper": _paper(case),
        "date": case.day.isoformat(),
        "verdict": found.fate.value,
        "detail": found.detail,
        "score": pick.score if pick else None,
        "line": case.subscriber.min_score,
        "rank": found.standing.place if found.standing else None,
        "last_pick": paper_json(last.stored.paper) | {"score": last.score} if last else None,
        "had_on": found.had_on.isoformat() if found.had_on else None,
        "interest": pick.interest if pick else None,
        "reasons": reasons_json(pick) if pick else [],
    }


def _paper(case: Case) -> dict[str, str | None]:
    if case.stored:
        return paper_json(case.stored.paper)
    named = PaperId.parse(case.asked)
    return {"title": None, "id": (named.arxiv or named.doi) if named else None}


def _tell(case: Case, found: Answer) -> None:
    facts(_summary(case, found))
    if found.standing:
        pick = found.standing.pick
        say()
        rows = (
            (f"{r.weight:+.2f}" if r.weight else None, r.kind, in_words(r)) for r in pick.reasons
        )
        table(("points", "kind", "reason"), rows, texts=1)


def _summary(case: Case, found: Answer) -> Iterator[tuple[str, object]]:
    if case.stored:
        paper = case.stored.paper
        yield "paper", f"{name_of(paper)} ({id_of(paper) or 'without an id'})"
    verdict = f"{found.fate} for {case.subscriber.email} on {case.day}"
    yield "verdict", f"{verdict}: {found.detail}"
    if found.standing:
        score = found.standing.pick.score
        yield "score", f"{score:g} of 100 points; the line is {case.subscriber.min_score:g}"
