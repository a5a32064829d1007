"""status: what the database knows of sources, subscribers and deliveries."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest import wiring
from digest.cli import configuration
from digest.cli.output import complain, emit, exit_code, facts, local, say, state_of, table
from digest.config import Settings
from digest.issue import LIBRARY, Outcome, Status
from digest.rules.schedule import due_at, local_day, next_due
from digest.store import issues, outbox, papers, pulls, subscribers
from digest.store.database import reading
from digest.store.issues import PastIssue, Verdict
from digest.store.pulls import PartOutcome, PullRecord
from digest.store.state import Name, load
from digest.subscriber import Subscriber, Suppression
from digest.wiring import people

_BAD = (Status.FAILED, Status.UNCERTAIN, Status.DEFERRED)


def status(arguments: argparse.Namespace) -> int:
    """Say how things stand; with --problems only what is wrong."""
    settings = configuration.load(arguments)
    with wiring.open_store(settings, read_only=True) as engine:
        report = _report(settings, engine, arguments.address)
    if arguments.json:
        emit(report)
    else:
        everybody = bool(arguments.subscribers or arguments.address)
        _show(report, only_problems=arguments.problems, everybody=everybody)
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
        suppressed = subscribers.load_suppressions(connection)
        counts = outbox.counts(connection)
        held = papers.count(connection)
        well = load(connection).get(Name.GOOD_RUN)
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
    today = local_day(now, schedule.timezone)
    is_done = last is not None and last.day >= today
    return next_due(schedule, max(now, due_at(schedule, today)) if is_done else now)


def _problems(
    settings: Settings, last: Mapping[str, PullRecord], counts: Mapping[Status, int]
) -> list[str]:
    lines = [
        f"source {name}: {pull.outcome}: {pull.error or pull.why or 'no reason given'}"
        for name, pull in last.items()
        if pull.outcome in (Outcome.FAILED, Outcome.STALE)
        and (name in {source.name for source in settings.sources} or name.startswith(LIBRARY))
    ]
    for state in _BAD:
        if number := counts.get(state):
            lines.append(f"{number} {'delivery is' if number == 1 else 'deliveries are'} {state}")
    return lines


def _show(report: Mapping[str, Any], *, only_problems: bool, everybody: bool) -> None:
    if not only_problems:
        facts(_summary(report))
        _show_sources(report["sources"])
        _show_subscribers(report["subscribers"], everybody=everybody)
    for line in report["problems"]:
        complain(line)


def _summary(report: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    # SMTP tells that the relay accepted; nobody is told of delivery.
    said = {"sent": "accepted by the relay"}
    deliveries = (f"{n} {said.get(state, state)}" for state, n in report["deliveries"].items())
    yield "database", report["database"]
    yield "now", f"{local(wiring.now())} {wiring.now().astimezone():%Z}, like all times here"
    yield "good run", _local(report["last_good_run"]) or "none yet"
    yield "papers", report["papers"]
    yield "deliveries", ", ".join(deliveries) or "none"
    yield "subscribers", _summed_up(report["subscribers"])


def _summed_up(rows: Sequence[Mapping[str, Any]]) -> str:
    """Put everybody into a line: how many there are, and the next issue of all."""
    troubled = sum(map(_is_in_trouble, rows))
    coming = sorted((row["next_issue"], row["subscriber"]) for row in rows if row["next_issue"])
    parts = [str(len(rows))]
    if troubled:
        parts.append(f"{troubled} with problems")
    if silent := len(rows) - len(coming):
        parts.append(f"{silent} without an issue to come")
    if coming:
        at, first = coming[0]
        parts.append(f"the next issue {_local(at)} for {first}")
    return ", ".join(parts)


def _is_in_trouble(row: Mapping[str, Any]) -> bool:
    return row["state"] in _BAD


def _show_sources(rows: Sequence[Mapping[str, Any]]) -> None:
    shown = (
        (r["source"], _local(r["last_pull"]), r["outcome"], r["papers"], r["error"] or r["why"])
        for r in rows
    )
    _show_table(("source", "last pull", "outcome", "papers", "why"), list(shown))


def _show_subscribers(rows: Sequence[Mapping[str, Any]], *, everybody: bool) -> None:
    shown = [
        (
            row["subscriber"],
            row["last_issue"],
            row["state"] and state_of(Status(row["state"])),
            row["papers"],
            _local(row["next_issue"]),
            row["why"] if row["searched"] is None else f"nothing last time, of {row['searched']}",
        )
        for row in rows
        if everybody or _is_in_trouble(row)
    ]
    _show_table(("subscriber", "last issue", "state", "papers", "next issue", "why"), shown)
    if len(shown) < len(rows):
        say("\n--subscribers shows everyone, and an ADDRESS one")


def _show_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if rows:
        say()
        table(columns, rows, texts=1)


def _local(at: str | None) -> str | None:
    return local(datetime.fromisoformat(at)) if at else None
