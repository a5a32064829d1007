"""What the tests of the store write, and how they look at all that it holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from builders import NOW, make_issue, make_paper, make_pick
from digest.issue import Delivery
from digest.paper import Announcement, Listing, Paper, StoredPaper
from digest.store import issues, outbox, papers, recording, schema
from digest.store.database import reading, writing
from digest.store.recording import Tally

ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
LEASE = timedelta(minutes=15)


def make_listing(*entries: Paper | Announcement, format_name: str = "jsonl") -> Listing:
    """A listing of papers, or of announcements where more than the paper matters."""
    return Listing(
        format=format_name,
        announcements=tuple(
            entry
            if isinstance(entry, Announcement)
            else Announcement(paper=entry, format=format_name)
            for entry in entries
        ),
    )


def record(
    engine: sa.Engine, listing: Listing, *, source: str | None = "ml", seen_at: datetime = NOW
) -> Tally:
    with writing(engine) as connection:
        return recording.record(connection, listing, source=source, seen_at=seen_at)


def stored(engine: sa.Engine) -> list[StoredPaper]:
    """Every paper held."""
    with reading(engine) as connection:
        return papers.first_seen_since(connection, ALWAYS)


def everything(connection: sa.Connection) -> dict[str, list[Any]]:
    """Every row of every table."""
    return {
        table.name: sorted(map(repr, connection.execute(sa.select(table))))
        for table in schema.metadata.sorted_tables
    }


def all_rows(engine: sa.Engine) -> dict[str, list[Any]]:
    with reading(engine) as connection:
        return everything(connection)


def add_issues(engine: sa.Engine, *addresses: str, **facts: Any) -> list[int]:
    """One issue each, without papers unless `picks` says so; their numbers."""
    numbers = []
    with writing(engine) as connection:
        for address in addresses:
            message_id = f"<{address}.{facts.get('day', '')}@digest.example.org>"
            issue = make_issue(
                **{"subscriber": address, "message_id": message_id, "picks": (), **facts}
            )
            number = issues.add(connection, issue)
            assert number is not None
            numbers.append(number)
    return numbers


def add_picks(engine: sa.Engine, address: str, *papers_: Paper, **facts: Any) -> list[StoredPaper]:
    """Record papers, and an issue that picks them."""
    record(engine, make_listing(*papers_))
    titles = {paper.title for paper in papers_}
    chosen = [held for held in stored(engine) if held.paper.title in titles]
    add_issues(engine, address, picks=tuple(map(make_pick, chosen)), **facts)
    return chosen


def numbered(title: str) -> Paper:
    """A paper that is told by its title alone."""
    return make_paper(title=title, abstract=None)


def claim(engine: sa.Engine, *, limit: int = 100, now: datetime = NOW) -> list[Delivery]:
    with writing(engine) as connection:
        return outbox.claim(connection, now=now, lease=LEASE, limit=limit)
