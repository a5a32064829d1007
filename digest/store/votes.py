"""Votes: what subscribers said of papers, the last word of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from digest.paper import StoredPaper
from digest.store import papers, schema
from digest.store.database import upsert
from digest.subscriber import Vote

_TABLE = schema.votes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVote:
    """A vote as the store holds it: the key of whoever cast it, and which record it is on."""

    subscriber: str
    stored: StoredPaper
    liked: bool
    voted_at: datetime

    @property
    def vote(self) -> Vote:
        """Give what the ranking learns from."""
        return Vote(paper=self.stored.paper, liked=self.liked, voted_at=self.voted_at)


def cast(
    connection: sa.Connection,
    addresses: Sequence[str],
    paper_id: int,
    *,
    liked: bool,
    now: datetime,
) -> None:
    """Write down a vote in place of an earlier one.

    `addresses` are the subscriber's present key and the former ones, under which they may have
    voted too.
    """
    clear(connection, addresses[1:], paper_id)
    said = {"liked": liked, "voted_at": now}
    statement = upsert(_TABLE, connection).values(
        subscriber=addresses[0], paper_id=paper_id, **said
    )
    key = [_TABLE.c.subscriber, _TABLE.c.paper_id]
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=said))


def clear(connection: sa.Connection, addresses: Sequence[str], paper_id: int) -> bool:
    """Take a vote back; False if there was none."""
    gone = connection.execute(
        sa.delete(_TABLE).where(
            _TABLE.c.subscriber.in_(list(addresses)), _TABLE.c.paper_id == paper_id
        )
    )
    return gone.rowcount > 0


def load(
    connection: sa.Connection,
    subscribers: Mapping[str, Sequence[str]],
    *,
    until: datetime | None = None,
) -> dict[str, tuple[StoredVote, ...]]:
    """Give each one's votes, oldest first; `subscribers` names present and former addresses.

    With `until` only those cast by then count.
    """
    by_then = sa.true() if until is None else _TABLE.c.voted_at <= until
    owner = {address: key for key, addresses in subscribers.items() for address in addresses}
    rows = [
        row
        for chunk in papers.chunks(sorted(owner))
        for row in _rows(connection, sa.and_(_TABLE.c.subscriber.in_(chunk), by_then))
    ]
    found: dict[str, dict[int, StoredVote]] = {key: {} for key in subscribers}
    for each in _votes(connection, rows):
        # Of one that they cast under two addresses the later counts.
        key = owner[each.subscriber]
        found[key].pop(each.stored.id, None)
        found[key][each.stored.id] = replace(each, subscriber=key)
    return {key: tuple(mine.values()) for key, mine in found.items()}


def everybodys(connection: sa.Connection) -> list[StoredVote]:
    """Give all votes there are, oldest first."""
    return _votes(connection, _rows(connection, sa.true()))


def follow_merge(connection: sa.Connection, into: int, gone: int) -> None:
    """Let votes on one record count for the one it became; of two the later stays."""
    other = _TABLE.alias()
    is_later = sa.or_(
        other.c.voted_at > _TABLE.c.voted_at,
        sa.and_(other.c.voted_at == _TABLE.c.voted_at, other.c.paper_id == into),
    )
    outvoted = sa.select(other.c.paper_id).where(
        other.c.subscriber == _TABLE.c.subscriber,
        other.c.paper_id.in_((into, gone)),
        other.c.paper_id != _TABLE.c.paper_id,
        is_later,
    )
    connection.execute(
        sa.delete(_TABLE).where(_TABLE.c.paper_id.in_((into, gone)), outvoted.exists())
    )
    connection.execute(sa.update(_TABLE).where(_TABLE.c.paper_id == gone).values(paper_id=into))


def _rows(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[sa.RowMapping]:
    return list(connection.execute(sa.select(_TABLE).where(condition)).mappings())


def _votes(connection: sa.Connection, rows: Sequence[sa.RowMapping]) -> list[StoredVote]:
    held = papers.load(connection, (row["paper_id"] for row in rows))
    ordered = sorted(rows, key=lambda row: (row["voted_at"], row["subscriber"], row["paper_id"]))
    return [
        StoredVote(
            subscriber=row["subscriber"],
            stored=held[row["paper_id"]],
            liked=row["liked"],
            voted_at=row["voted_at"],
        )
        for row in ordered
    ]
