"""What was pulled when, how it ended, and what need not be asked for again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from digest.issue import Outcome
from digest.paper import Validators
from digest.store import schema
from digest.store.database import upsert
from digest.store.recording import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRecord:
    """One pull of one source; `error` if it failed, `why` if it is quiet, late or stale."""

    source: str
    ended_at: datetime
    outcome: Outcome
    tally: Tally
    error: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOutcome:
    """How a part of a source (a category) did when it was last asked."""

    source: str
    part: str
    outcome: Outcome
    decided_at: datetime
    day: date | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """Since when a source has brought nothing but trouble, and what the last was."""

    since: datetime
    outcome: Outcome
    why: str | None


def add(connection: sa.Connection, pull: PullRecord) -> None:
    """Write a pull down."""
    connection.execute(
        sa.insert(schema.pulls).values(
            source=pull.source,
            ended_at=pull.ended_at,
            outcome=pull.outcome.value,
            error=pull.error,
            why=pull.why,
            pulled=pull.tally.pulled,
            new=pull.tally.new,
            known=pull.tally.known,
            rejected=pull.tally.rejected,
        )
    )


def mark(connection: sa.Connection, source: str, got: Iterable[tuple[str, date]]) -> None:
    """Write down which days of which parts were got."""
    rows = [{"source": source, "part": part, "day": day} for part, day in got]
    if rows:
        connection.execute(upsert(schema.pulled_days, connection).on_conflict_do_nothing(), rows)


def days(connection: sa.Connection, source: str) -> dict[str, frozenset[date]]:
    """Give the days that were got of each part."""
    table = schema.pulled_days
    found: dict[str, set[date]] = defaultdict(set)
    for part, day in connection.execute(
        sa.select(table.c.part, table.c.day).where(table.c.source == source)
    ):
        found[part].add(day)
    return {part: frozenset(got) for part, got in found.items()}


def decide(connection: sa.Connection, outcome: PartOutcome) -> None:
    """Write down how a part did; only the last time counts."""
    table = schema.part_outcomes
    values = {
        "day": outcome.day,
        "outcome": outcome.outcome.value,
        "why": outcome.why,
        "decided_at": outcome.decided_at,
    }
    statement = upsert(table, connection).values(source=outcome.source, part=outcome.part, **values)
    connection.execute(
        statement.on_conflict_do_update(index_elements=[table.c.source, table.c.part], set_=values)
    )


def part_outcomes(connection: sa.Connection) -> list[PartOutcome]:
    """Give how each part did when it was last asked, by source and part."""
    table = schema.part_outcomes
    rows = connection.execute(sa.select(table).order_by(table.c.source, table.c.part)).mappings()
    return [
        PartOutcome(
            source=row["source"],
            part=row["part"],
            outcome=Outcome(row["outcome"]),
            decided_at=row["decided_at"],
            day=row["day"],
            why=row["why"],
        )
        for row in rows
    ]


def late(connection: sa.Connection) -> frozenset[str]:
    """Name the sources a part of which was late or stale when it was last asked."""
    last_pulls = last(connection)
    return frozenset(
        part.source
        for part in part_outcomes(connection)
        if part.outcome in (Outcome.LATE, Outcome.STALE)
        # A part that the last pull did not speak of is asked for no longer.
        and part.source in last_pulls
        and part.decided_at == last_pulls[part.source].ended_at
    )


def keep_validators(
    connection: sa.Connection, source: str, by_url: Mapping[str, Validators]
) -> None:
    """Keep what a server gave to ask by whether a body has changed."""
    table = schema.validators
    for url, given in by_url.items():
        values = {"etag": given.etag, "last_modified": given.last_modified}
        statement = upsert(table, connection).values(source=source, url=url, **values)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[table.c.source, table.c.url], set_=values
            )
        )


def validators(connection: sa.Connection, source: str) -> dict[str, Validators]:
    """Give them by address."""
    table = schema.validators
    rows = connection.execute(sa.select(table).where(table.c.source == source)).mappings()
    return {
        row["url"]: Validators(url=row["url"], etag=row["etag"], last_modified=row["last_modified"])
        for row in rows
    }


def brought_papers(connection: sa.Connection, *, since: datetime) -> frozenset[str]:
    """Name the sources that brought something new since then."""
    table = schema.pulls
    query = sa.select(table.c.source).where(table.c.ended_at >= since, table.c.new > 0)
    return frozenset(connection.execute(query.distinct()).scalars())


def failing(connection: sa.Connection) -> dict[str, Failing]:
    """Name the sources whose last pulls all failed, or found them late or stale."""
    table = schema.pulls
    good = table.alias("good")
    last_good = (
        sa.select(sa.func.max(good.c.id))
        .where(
            good.c.source == table.c.source,
            good.c.outcome.in_([Outcome.NEW.value, Outcome.QUIET.value]),
        )
        .scalar_subquery()
    )
    query = sa.select(table.c.source, sa.func.min(table.c.ended_at)).where(
        table.c.id > sa.func.coalesce(last_good, 0)
    )
    since = {row[0]: row[1] for row in connection.execute(query.group_by(table.c.source))}
    newest = last(connection) if since else {}
    return {
        name: Failing(
            since=at, outcome=newest[name].outcome, why=newest[name].error or newest[name].why
        )
        for name, at in since.items()
    }


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
            why=row["why"],
            tally=Tally(
                pulled=row["pulled"],
                new=row["new"],
                known=row["known"],
                rejected=row["rejected"],
            ),
        )
        for row in rows
    }
