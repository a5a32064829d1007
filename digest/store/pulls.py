"""What was pulled when, and how it ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from digest.issue import Outcome
from digest.store import schema
from digest.store.database import upsert
from digest.store.recording import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRecord:
    """One pull of one source."""

    source: str
    ended_at: datetime
    outcome: Outcome
    tally: Tally
    error: str | None = None


def add(connection: sa.Connection, pull: PullRecord, days: Iterable[date] = ()) -> None:
    """Write a pull down, and the days of a dated source that it got."""
    connection.execute(
        sa.insert(schema.pulls).values(
            source=pull.source,
            ended_at=pull.ended_at,
            outcome=pull.outcome.value,
            error=pull.error,
            pulled=pull.tally.pulled,
            new=pull.tally.new,
            known=pull.tally.known,
            rejected=pull.tally.rejected,
        )
    )
    rows = [{"source": pull.source, "day": day} for day in days]
    if rows:
        connection.execute(upsert(schema.pulled_days, connection).on_conflict_do_nothing(), rows)


def days(connection: sa.Connection, source: str) -> frozenset[date]:
    """Give the days of a dated source that were got already."""
    table = schema.pulled_days
    query = sa.select(table.c.day).where(table.c.source == source)
    return frozenset(connection.execute(query).scalars())


def last(connection: sa.Connection) -> dict[str, PullRecord]:
    """Give the newest pull of each source."""
    table = schema.pulls
    newest = sa.select(sa.func.max(table.c.id)).group_by(table.c.source)
    rows = connection.execute(sa.select(table).where(table.c.id.in_(newest))).mappings()
    return {
        row["source"]: PullRecord(
            source=row["source"],
            ended_at=row["ended_at"],
            outcome=Outcome(row["outcome"]),
            error=row["error"],
            tally=Tally(
                pulled=row["pulled"],
                new=row["new"],
                known=row["known"],
                rejected=row["rejected"],
            ),
        )
        for row in rows
    }
