"""status: what the database knows of sources, subscribers and deliveries."""

import argparse
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest import due, wiring
from digest.cli.output import complain, emit, exit_code, say, table
from digest.config import Settings
from digest.issue import Outcome, Status
from digest.store import backlog, issues, marks, papers, pulls, suppressions
from digest.store.database import reading
from digest.store.issues import PastIssue, Verdict
from digest.store.pulls import PartOutcome, PullRecord
from digest.subscriber import Subscriber, Suppression
from digest.wiring import people

_NAMED = 5
"""So many are told in a line each, where there is nothing for them."""
_BAD = (Status.FAILED, Status.UNCERTAIN, Status.DEFERRED)


def status(arguments: argparse.Namespace) -> int:
    """Say how things stand; with --problems only what is wrong."""
    settings = wiring.load_settings(arguments.config)
    with wiring.open_store(settings, read_only=True) as engine:
        report = _report(settings, engine, arguments.address)
    if arguments.json:
        emit(report)
    else:
        _show(report, only_problems=arguments.problems)
    return exit_code(failed=bool(report["left_out"]), waits=False)


def _report(settings: Settings, engine: sa.Engine, address: str | None) -> dict[str, Any]:
    everyone, complaints = people.subscribers(settings, engine)
    if address:
        everyone = [people.find(address, settings, everyone)]
    now = wiring.now()
    with reading(engine) as connection:
        last_pulls = pulls.last(connection)
        parts = pulls.part_outcomes(connection)
        past = {each.subscriber: each for each in issues.past(connection)}
        decided = issues.verdicts(connection)
        suppressed = suppressions.load(connection)
        counts = backlog.counts(connection)
        held = papers.count(connection)
        well = marks.load(connection).get(marks.Name.GOOD_RUN)
    return {
        "database": engine.url.render_as_string(hide_password=True),
        "papers": held,
        "last_good_run": well.at.isoformat(timespec="seconds") if well else None,
        "sources": [_source(s.name, last_pulls.get(s.name), parts) for s in settings.sources],
        "subscribers": [_subscriber(each, past, decided, suppressed, now) for each in everyone],
        "deliveries": {str(state): number for state, number in sorted(counts.items())},
        "left_out": list(complaints),
        "problems": [*complaints, *_problems(settings, last_pulls, counts)],
    }


def _source(name: str, pull: PullRecord | None, parts: Sequence[PartOutcome]) -> dict[str, object]:
    mine = [part for part in parts if part.source == name and part.part]
    return {
        "source": name,
        "last_pull": pull.ended_at.isoformat(timespec="seconds") if pull else None,
        "outcome": pull.outcome.value if pull else None,
        "papers": pull.tally.pulled if pull else None,
        "error": pull.error if pull else None,
        "why": pull.why if pull else None,
        "parts": {part.part: part.outcome.value for part in mine},
    }


def _subscriber(
    subscriber: Subscriber,
    past: Mapping[str, PastIssue],
    decided: Mapping[str, Verdict],
    suppressed: Mapping[str, Suppression],
    now: datetime,
) -> dict[str, object]:
    mine = [past[key] for key in subscriber.keys if key in past]
    last = max(mine, key=lambda issue: issue.day, default=None)
    verdict = decided.get(subscriber.key)
    if verdict and last and verdict.day <= last.day:
        verdict = None
    stopped = next((suppressed[key] for key in subscriber.keys if key in suppressed), None)
    next_at = None if stopped else _next_at(subscriber, last, now)
    return {
        "subscriber": subscriber.email,
        "last_issue": last.day.isoformat() if last else None,
        "state": last.status.value if last else None,
        "papers": last.papers if last else None,
        "why": stopped.why if stopped else verdict.why if verdict else None,
        "searched": verdict.searched if verdict and not stopped else None,
        "next_issue": next_at.isoformat(timespec="seconds") if next_at else None,
    }


def _next_at(subscriber: Subscriber, last: PastIssue | None, now: datetime) -> datetime | None:
    """Give when the next issue is due; the one of today is not, once it was made."""
    schedule = subscriber.schedule
    today = due.local_day(now, schedule.timezone)
    is_done = last is not None and last.day >= today
    return due.next_due(schedule, max(now, due.due_at(schedule, today)) if is_done else now)


def _problems(
    settings: Settings, last: Mapping[str, PullRecord], counts: Mapping[Status, int]
) -> list[str]:
    lines = [
        f"source {name}: {pull.outcome}: {pull.error or pull.why or 'no reason given'}"
        for name, pull in last.items()
        if pull.outcome in (Outcome.FAILED, Outcome.STALE)
        and name in {source.name for source in settings.sources}
    ]
    lines += [f"{counts[state]} deliveries are {state}" for state in _BAD if counts.get(state)]
    return lines


def _show(report: Mapping[str, Any], *, only_problems: bool) -> None:
    if not only_problems:
        # SMTP tells that the relay accepted; nobody is told of delivery.
        named = {"sent": "accepted by the relay"}
        deliveries = (f"{number} {named.get(k, k)}" for k, number in report["deliveries"].items())
        say(f"database    {report['database']}")
        say(f"papers      {report['papers']}")
        say(f"good run    {report['last_good_run'] or 'none yet'}")
        say(f"deliveries  {', '.join(deliveries) or 'none'}")
        for key in ("sources", "subscribers"):
            if rows := report[key]:
                say()
                columns = [name for name in rows[0] if name not in ("parts", "searched")]
                table(columns, ([row[name] for name in columns] for row in rows))
        for row in report["subscribers"][:_NAMED]:
            if row["searched"] is not None:
                say(f"nothing for {row['subscriber']} last time, of {row['searched']}")
    for line in report["problems"]:
        complain(line)
