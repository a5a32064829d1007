"""Leaving out what is old, a few rows at a time; what was had is never forgotten."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from digest.issue import Status
from digest.store import schema, subscribers
from digest.store.database import upsert
from digest.store.issues import FREE_AGAIN

_OVER = (Status.SENT, Status.FAILED, Status.SUPPRESSED, Status.UNCERTAIN)


def prune_issues(connection: sa.Connection, *, before: datetime, limit: int) -> int:
    """Take out issues made earlier, and write down what was had in them; count them.

    One that waits for a try stays, and so does each subscriber's newest that was not in vain: by
    that the next one knows how far back to look.
    """
    later, its = schema.issues.alias("later"), schema.deliveries.alias("its")
    has_later = (
        sa.select(sa.literal(1))
        .select_from(later)
        .join(its, its.c.issue_id == later.c.id)
        .where(
            later.c.subscriber == schema.issues.c.subscriber,
            later.c.day > schema.issues.c.day,
            its.c.status.not_in([status.value for status in FREE_AGAIN]),
        )
        .exists()
    )
    old = list(
        connection.execute(
            sa.select(schema.issues.c.id)
            .join(schema.deliveries, schema.deliveries.c.issue_id == schema.issues.c.id)
            .where(
                schema.issues.c.made_at < before,
                schema.deliveries.c.status.in_([status.value for status in _OVER]),
                schema.deliveries.c.next_at.is_(None),
                has_later,
            )
            .order_by(schema.issues.c.id)
            .limit(limit)
        ).scalars()
    )
    _write_down_what_was_had(connection, old)
    for table in (schema.picks, schema.deliveries):
        connection.execute(sa.delete(table).where(table.c.issue_id.in_(old)))
    connection.execute(sa.delete(schema.issues).where(schema.issues.c.id.in_(old)))
    return len(old)


def _write_down_what_was_had(connection: sa.Connection, issues: Sequence[int]) -> None:
    had = (
        sa.select(
            schema.issues.c.subscriber,
            schema.picks.c.paper_id,
            sa.func.min(schema.issues.c.made_at),
        )
        .join_from(schema.picks, schema.issues)
        .join(schema.deliveries, schema.deliveries.c.issue_id == schema.issues.c.id)
        .where(
            schema.issues.c.id.in_(issues),
            schema.deliveries.c.status.not_in([status.value for status in FREE_AGAIN]),
        )
        .group_by(schema.issues.c.subscriber, schema.picks.c.paper_id)
    )
    statement = upsert(schema.had, connection).from_select(
        ["subscriber", "paper_id", "made_at"], had
    )
    connection.execute(statement.on_conflict_do_nothing())


def prune_papers(
    connection: sa.Connection, *, before: datetime, after: int = 0, limit: int
) -> tuple[int, int]:
    """Take out papers last seen earlier; give how many, and the last id looked at (0: no more).

    One that stands in an issue, or that somebody voted on, stays whole. One that somebody had
    loses its abstract, and stays: it must be known again.
    """
    papers, sightings = schema.papers, schema.sightings
    seen = sa.select(sa.func.max(sightings.c.seen_at)).where(sightings.c.paper_id == papers.c.id)
    ids = list(
        connection.execute(
            sa.select(papers.c.id)
            .where(
                papers.c.id > after,
                papers.c.merged_into.is_(None),
                papers.c.first_seen_at < before,
                sa.func.coalesce(seen.scalar_subquery(), papers.c.first_seen_at) < before,
            )
            .order_by(papers.c.id)
            .limit(limit)
        ).scalars()
    )
    if not ids:
        return 0, 0
    whole = _named_in(connection, ids, (schema.picks, schema.votes))
    known = _named_in(connection, ids, (schema.had,)) - whole
    gone = [number for number in ids if number not in whole | known]
    connection.execute(
        sa.update(papers)
        .where(papers.c.id.in_(known), papers.c.abstract.is_not(None))
        .values(abstract=None, comment=None)
    )
    for table in (sightings, schema.paper_keys):
        connection.execute(sa.delete(table).where(table.c.paper_id.in_(gone)))
    connection.execute(sa.delete(papers).where(papers.c.merged_into.in_(gone)))
    connection.execute(sa.delete(papers).where(papers.c.id.in_(gone)))
    return len(gone), ids[-1]


def _named_in(
    connection: sa.Connection, ids: Sequence[int], tables: Sequence[sa.Table]
) -> frozenset[int]:
    """Give those papers that a table names, as they are or as what was merged into them."""
    papers = schema.papers
    root = sa.func.coalesce(papers.c.merged_into, papers.c.id)
    mine = sa.or_(papers.c.id.in_(ids), papers.c.merged_into.in_(ids))
    return frozenset(
        number
        for table in tables
        for number in connection.execute(
            sa.select(root).where(mine, papers.c.id.in_(sa.select(table.c.paper_id)))
        ).scalars()
    )


def prune_records(connection: sa.Connection, *, before: datetime, issues_before: datetime) -> None:
    """Take out what is kept of runs: pulls but the newest, verdicts, bounces, profiles, vectors.

    `issues_before` is for what belongs to issues.
    """
    pulls = schema.pulls
    newest = sa.select(sa.func.max(pulls.c.id)).group_by(pulls.c.source)
    for statement in (
        sa.delete(pulls).where(pulls.c.ended_at < before, pulls.c.id.not_in(newest)),
        sa.delete(schema.verdicts).where(schema.verdicts.c.decided_at < issues_before),
        sa.delete(schema.bounces).where(schema.bounces.c.at < before),
        sa.delete(schema.alerts).where(schema.alerts.c.told_at < before),
        sa.delete(schema.summaries).where(schema.summaries.c.made_at < issues_before),
        sa.delete(schema.vectors).where(
            sa.func.coalesce(schema.vectors.c.made_at, before) <= before
        ),
        subscribers.unused(),
    ):
        connection.execute(statement)
