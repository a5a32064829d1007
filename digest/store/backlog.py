"""How the outbox stands: what waits, what may be sent now, and how much of each."""

from datetime import datetime

import sqlalchemy as sa

from digest.issue import Status
from digest.store import schema

_TABLE = schema.deliveries


def counts(connection: sa.Connection) -> dict[Status, int]:
    """Count the deliveries in each state."""
    query = sa.select(_TABLE.c.status, sa.func.count()).group_by(_TABLE.c.status)
    return {Status(status): number for status, number in connection.execute(query)}


def waiting(connection: sa.Connection) -> int:
    """Count the deliveries that a later run takes up."""
    under_way = (Status.QUEUED, Status.CLAIMED, Status.SENDING, Status.DEFERRED)
    query = sa.select(sa.func.count()).where(
        sa.or_(
            _TABLE.c.status.in_([status.value for status in under_way]),
            sa.and_(_TABLE.c.status == Status.UNCERTAIN.value, _TABLE.c.next_at.is_not(None)),
        )
    )
    return int(connection.execute(query).scalar_one())


def is_ready(connection: sa.Connection, *, now: datetime) -> bool:
    """Say whether a run would have something to do: to send, or to take up from a dead one."""
    over = _TABLE.c.status.in_([Status.CLAIMED.value, Status.SENDING.value])
    query = sa.select(sa.literal(1)).where(sa.or_(may_be_claimed(now), over)).limit(1)
    return connection.execute(query).first() is not None


def oldest_waiting(connection: sa.Connection, *, now: datetime) -> datetime | None:
    """Say since when the oldest has waited of those that could be sent now."""
    query = sa.select(sa.func.min(_TABLE.c.queued_at)).where(may_be_claimed(now))
    at: datetime | None = connection.execute(query).scalar_one()
    return at


def last_sent(connection: sa.Connection) -> datetime | None:
    """Say when a message was accepted last."""
    query = sa.select(sa.func.max(_TABLE.c.settled_at))
    at: datetime | None = connection.execute(
        query.where(_TABLE.c.status == Status.SENT.value)
    ).scalar_one()
    return at


def may_be_claimed(now: datetime) -> sa.ColumnElement[bool]:
    """Say of a row whether a run may take it now."""
    again = (Status.DEFERRED.value, Status.UNCERTAIN.value)
    return sa.or_(
        _TABLE.c.status == Status.QUEUED.value,
        sa.and_(_TABLE.c.status.in_(again), _TABLE.c.next_at <= now),
    )
