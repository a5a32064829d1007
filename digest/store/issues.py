"""Issues: what was chosen for whom on which day, and why a day had none.

Issues as rows, and rows as issues.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from digest.issue import Issue, Outcome, Pick, Reason, ReasonKind, SourceReport, Status
from digest.paper import StoredPaper
from digest.store import papers, schema
from digest.store.database import upsert
from digest.subscriber import Abstract, Layout

_KINDS = {kind.value: kind for kind in ReasonKind}  # ten times as fast as asking the class


def sections(issue: Issue) -> list[tuple[str, Pick]]:
    """Give the papers in their order, each with the part of the issue it is in."""
    return [("pick", pick) for pick in issue.picks] + [("also", pick) for pick in issue.also]


def from_issue(issue: Issue, profile: str | None) -> dict[str, Any]:
    """Give the row of an issue; `profile` is the digest of what it was made with."""
    return {
        "subscriber": issue.subscriber.casefold(),
        "day": issue.day,
        "made_at": issue.made_at,
        "message_id": issue.message_id,
        "name": issue.name,
        "searched": issue.searched,
        "sources": [from_report(report) for report in issue.sources],
        "layout": issue.layout.value,
        "abstract": issue.abstract.value,
        "language": issue.language,
        "profile": profile,
    }


def from_pick(issue_id: int, position: int, entry: tuple[str, Pick]) -> dict[str, Any]:
    """Give the row of a paper in an issue."""
    section, pick = entry
    return {
        "issue_id": issue_id,
        "position": position,
        "section": section,
        "paper_id": pick.stored.id,
        "score": pick.score,
        "interest": pick.interest,
        "reasons": [[r.kind.value, r.term, r.weight] for r in pick.reasons],
        "summary": pick.summary,
    }


def from_report(report: SourceReport) -> list[str | None]:
    """Give how a source did, as it is kept."""
    return [report.source, report.outcome.value, report.why]


def selected() -> sa.Select[Any]:
    """Select picks with their reasons as they are written: many are the same."""
    columns = (column for column in schema.picks.c if column.name != "reasons")
    return sa.select(*columns, sa.cast(schema.picks.c.reasons, sa.Text).label("reasons"))


@lru_cache(maxsize=16_384)
def _reasons(text: str) -> tuple[Reason, ...]:
    return tuple(
        Reason(kind=_KINDS[kind], term=term, weight=weight)
        for kind, term, weight in json.loads(text)
    )


def issue_of(
    row: sa.RowMapping, chosen: list[sa.RowMapping], held: Mapping[int, StoredPaper]
) -> Issue:
    """Give the issue of a row, of its picks in their order, and of the papers they name."""
    parts: dict[str, list[Pick]] = {"pick": [], "also": []}
    for pick in chosen:
        parts[pick["section"]].append(
            Pick(
                stored=held[pick["paper_id"]],
                score=pick["score"],
                interest=pick["interest"],
                reasons=_reasons(pick["reasons"]),
                summary=pick["summary"],
            )
        )
    return Issue(
        subscriber=row["recipient"],
        name=row["name"],
        day=row["day"],
        made_at=row["made_at"],
        message_id=row["message_id"],
        picks=tuple(parts["pick"]),
        also=tuple(parts["also"]),
        searched=row["searched"],
        sources=tuple(
            SourceReport(source=source, outcome=Outcome(outcome), why=why)
            for source, outcome, why in row["sources"]
        ),
        layout=Layout(row["layout"]),
        abstract=Abstract(row["abstract"]),
        language=row["language"],
    )


FREE_AGAIN = (Status.FAILED, Status.SUPPRESSED)
"""Papers of a delivery that came to nothing may be chosen again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastIssue:
    """A line about an issue: what became of it, and how many papers it has.

    `profile` is the digest of what it was made with, None for one from before that was kept.
    """

    id: int
    subscriber: str
    day: date
    made_at: datetime
    profile: str | None
    message_id: str
    status: Status
    papers: int
    searched: int
    attempts: int
    reply: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Why a subscriber had no issue on a day, as it was decided; `searched` papers in vain."""

    subscriber: str
    day: date
    why: str
    decided_at: datetime
    searched: int | None = None


def add(connection: sa.Connection, issue: Issue, *, profile: str | None = None) -> int | None:
    """Keep an issue and put it in the outbox; None if this day has one already.

    `profile` is the digest of what it was made with.
    """
    (number,) = add_all(connection, [(issue, profile)])
    return number


def add_all(
    connection: sa.Connection, made: Sequence[tuple[Issue, str | None]]
) -> list[int | None]:
    """Keep issues of different subscribers, each with its profile's digest; see `add`."""
    if not made:
        return []
    table = schema.issues
    statement = (
        upsert(table, connection).on_conflict_do_nothing().returning(table.c.subscriber, table.c.id)
    )
    rows = [from_issue(issue, profile) for issue, profile in made]
    numbers = {row[0]: int(row[1]) for row in connection.execute(statement, rows)}
    added = [(numbers.get(issue.subscriber.casefold()), issue) for issue, _ in made]
    new = [(number, issue) for number, issue in added if number is not None]
    picks = [
        from_pick(number, *entry) for number, issue in new for entry in enumerate(sections(issue))
    ]
    if picks:
        connection.execute(sa.insert(schema.picks), picks)
    deliveries = [
        {
            "issue_id": number,
            "recipient": issue.subscriber,
            "status": Status.QUEUED.value,
            "attempts": 0,
            "fence": 0,
            "queued_at": issue.made_at,
        }
        for number, issue in new
    ]
    if deliveries:
        connection.execute(sa.insert(schema.deliveries), deliveries)
    return [number for number, _ in added]


def load(
    connection: sa.Connection, ids: Iterable[int], *, known: dict[int, StoredPaper] | None = None
) -> dict[int, Issue]:
    """Give issues by id, with the facts of their papers as they are now.

    Papers that are `known` already are not read again; those that are read are added.
    """
    seen = {} if known is None else known
    wanted = sorted(set(ids))
    chosen: dict[int, list[sa.RowMapping]] = {number: [] for number in wanted}
    for chunk in papers.chunks(wanted):
        query = selected().where(schema.picks.c.issue_id.in_(chunk))
        for row in connection.execute(query.order_by(schema.picks.c.position)).mappings():
            chosen[row["issue_id"]].append(row)
    named = {row["paper_id"] for rows in chosen.values() for row in rows}
    seen.update(papers.load(connection, named - seen.keys()))
    found: dict[int, Issue] = {}
    for chunk in papers.chunks(wanted):
        query = (
            sa.select(schema.issues, schema.deliveries.c.recipient)
            .join_from(schema.issues, schema.deliveries)
            .where(schema.issues.c.id.in_(chunk))
        )
        for row in connection.execute(query).mappings():
            found[row["id"]] = issue_of(row, chosen[row["id"]], seen)
    return found


def had(
    connection: sa.Connection,
    subscribers: Mapping[str, Sequence[str]],
    *,
    before: datetime | None = None,
) -> dict[str, frozenset[int]]:
    """Give the papers each has had: in an issue accepted, under way or uncertain.

    `subscribers` names each one's present and former addresses; with `before` only what was
    made earlier counts.
    """
    owner = {address: key for key, addresses in subscribers.items() for address in addresses}
    papers_of: dict[str, set[int]] = {key: set() for key in subscribers}
    for chunk in papers.chunks(sorted(owner)):
        query = (
            # A paper may have been merged after an issue chose it.
            sa.select(
                schema.issues.c.subscriber,
                sa.func.coalesce(schema.papers.c.merged_into, schema.papers.c.id),
            )
            .join_from(schema.picks, schema.issues)
            .join(schema.papers, schema.papers.c.id == schema.picks.c.paper_id)
            .join(schema.deliveries, schema.deliveries.c.issue_id == schema.issues.c.id)
            .where(
                schema.issues.c.subscriber.in_(chunk),
                _was_not_in_vain(before),
            )
        )
        long_ago = (
            sa.select(
                schema.had.c.subscriber,
                sa.func.coalesce(schema.papers.c.merged_into, schema.papers.c.id),
            )
            .join(schema.papers, schema.papers.c.id == schema.had.c.paper_id)
            .where(
                schema.had.c.subscriber.in_(chunk),
                sa.true() if before is None else schema.had.c.made_at < before,
            )
        )
        for address, paper_id in connection.execute(query.union(long_ago)):
            papers_of[owner[address]].add(paper_id)
    return {key: frozenset(ids) for key, ids in papers_of.items()}


def last_days(connection: sa.Connection) -> dict[str, date]:
    """Give the day of each address's newest issue."""
    query = sa.select(schema.issues.c.subscriber, sa.func.max(schema.issues.c.day))
    rows = connection.execute(query.group_by(schema.issues.c.subscriber))
    return {row[0]: row[1] for row in rows}


def last_made(connection: sa.Connection, *, before: datetime | None = None) -> dict[str, datetime]:
    """Give when each address's newest issue was made, of those that were not in vain."""
    query = (
        sa.select(schema.issues.c.subscriber, sa.func.max(schema.issues.c.made_at))
        .join_from(schema.issues, schema.deliveries)
        .where(_was_not_in_vain(before))
    )
    rows = connection.execute(query.group_by(schema.issues.c.subscriber))
    return {row[0]: row[1] for row in rows}


def past(
    connection: sa.Connection,
    *,
    subscriber: str | None = None,
    day: date | None = None,
    paper: int | None = None,
) -> list[PastIssue]:
    """List past issues, oldest first; with `paper` those that have it."""
    counted = (
        sa.select(sa.func.count())
        .where(schema.picks.c.issue_id == schema.issues.c.id, schema.picks.c.section == "pick")
        .scalar_subquery()
    )
    query = sa.select(
        schema.issues,
        schema.deliveries.c.status,
        schema.deliveries.c.attempts,
        schema.deliveries.c.reply,
        counted.label("papers"),
    ).join_from(schema.issues, schema.deliveries)
    if subscriber is not None:
        query = query.where(schema.issues.c.subscriber == subscriber.casefold())
    if day is not None:
        query = query.where(schema.issues.c.day == day)
    if paper is not None:
        query = query.where(schema.issues.c.id.in_(_with_paper(paper)))
    rows = connection.execute(query.order_by(schema.issues.c.day, schema.issues.c.id)).mappings()
    return [
        PastIssue(
            id=row["id"],
            subscriber=row["subscriber"],
            day=row["day"],
            made_at=row["made_at"],
            profile=row["profile"],
            message_id=row["message_id"],
            status=Status(row["status"]),
            papers=row["papers"],
            searched=row["searched"],
            attempts=row["attempts"],
            reply=row["reply"],
        )
        for row in rows
    ]


def subscriber_of(connection: sa.Connection, beginning: str) -> str | None:
    """Give whose issue has a Message-ID that begins so."""
    name = schema.issues.c.message_id
    query = sa.select(schema.issues.c.subscriber).where(name >= beginning, name < beginning + "~")
    found: str | None = connection.execute(query.limit(1)).scalar_one_or_none()
    return found


def is_known(connection: sa.Connection, address: str) -> bool:
    """Whether an issue was ever made for an address, of those that are kept."""
    query = sa.select(schema.issues.c.id).where(schema.issues.c.subscriber == address)
    return connection.execute(query.limit(1)).first() is not None


def addresses(connection: sa.Connection) -> Iterator[str]:
    """Give every address that an issue was made for."""
    yield from connection.execute(sa.select(schema.issues.c.subscriber).distinct()).scalars()


def count(connection: sa.Connection) -> int:
    """Count the issues that are kept."""
    return int(connection.execute(sa.select(sa.func.count(schema.issues.c.id))).scalar_one())


def decide(connection: sa.Connection, verdict: Verdict) -> None:
    """Write down why a subscriber has no issue on a day; a later reason replaces it."""
    values = {
        "subscriber": verdict.subscriber,
        "day": verdict.day,
        "why": verdict.why,
        "decided_at": verdict.decided_at,
        "searched": verdict.searched,
    }
    table = schema.verdicts
    statement = upsert(table, connection).values(values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[table.c.subscriber, table.c.day],
            set_={name: values[name] for name in ("why", "decided_at", "searched")},
        )
    )


def verdicts(connection: sa.Connection) -> dict[str, Verdict]:
    """Give each subscriber's newest verdict."""
    table = schema.verdicts
    rows = connection.execute(sa.select(table).order_by(table.c.day)).mappings()
    return {row["subscriber"]: Verdict(**row) for row in rows}


def verdicts_of(connection: sa.Connection, subscriber: str) -> list[Verdict]:
    """Give every verdict on an address that is kept, oldest first."""
    table = schema.verdicts
    query = sa.select(table).where(table.c.subscriber == subscriber).order_by(table.c.day)
    return [Verdict(**row) for row in connection.execute(query).mappings()]


def verdict(connection: sa.Connection, subscriber: str, day: date) -> Verdict | None:
    """Give why an address had no issue on a day, if that was decided."""
    table = schema.verdicts
    query = sa.select(table).where(table.c.subscriber == subscriber, table.c.day == day)
    row = connection.execute(query).mappings().one_or_none()
    return Verdict(**row) if row else None


def _was_not_in_vain(before: datetime | None) -> sa.ColumnElement[bool]:
    counts = schema.deliveries.c.status.not_in([status.value for status in FREE_AGAIN])
    return counts if before is None else sa.and_(counts, schema.issues.c.made_at < before)


def _with_paper(paper: int) -> sa.Select[Any]:
    """Select the issues that have a paper, or what it was before it was merged."""
    same = sa.or_(schema.papers.c.id == paper, schema.papers.c.merged_into == paper)
    records = sa.select(schema.papers.c.id).where(same)
    return sa.select(schema.picks.c.issue_id).where(schema.picks.c.paper_id.in_(records))
