"""The outbox: one row an issue, from queued to settled.

queued → claimed → sending → sent, or deferred, failed, uncertain, suppressed. `sending` is
committed before the final dot and `sent` after the 250, so that a crash in between leaves a row
that says so (RFC 1047).

How the outbox stands: what waits, what may be sent now, and how much of each.

Relays that are left alone for a while, after a burst of failures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from digest.issue import Delivery, Status
from digest.store import schema
from digest.store.database import upsert

_BACKLOG = schema.deliveries


def counts(connection: sa.Connection) -> dict[Status, int]:
    """Count the deliveries in each state."""
    query = sa.select(_BACKLOG.c.status, sa.func.count()).group_by(_BACKLOG.c.status)
    return {Status(status): number for status, number in connection.execute(query)}


def waiting(connection: sa.Connection) -> int:
    """Count the deliveries that a later run takes up."""
    under_way = (Status.QUEUED, Status.CLAIMED, Status.SENDING, Status.DEFERRED)
    query = sa.select(sa.func.count()).where(
        sa.or_(
            _BACKLOG.c.status.in_([status.value for status in under_way]),
            sa.and_(_BACKLOG.c.status == Status.UNCERTAIN.value, _BACKLOG.c.next_at.is_not(None)),
        )
    )
    return int(connection.execute(query).scalar_one())


def is_ready(connection: sa.Connection, *, now: datetime) -> bool:
    """Say whether a run would have something to do: to send, or to take up from a dead one."""
    over = _BACKLOG.c.status.in_([Status.CLAIMED.value, Status.SENDING.value])
    query = sa.select(sa.literal(1)).where(sa.or_(may_be_claimed(now), over)).limit(1)
    return connection.execute(query).first() is not None


def oldest_waiting(connection: sa.Connection, *, now: datetime) -> datetime | None:
    """Say since when the oldest has waited of those that could be sent now."""
    query = sa.select(sa.func.min(_BACKLOG.c.queued_at)).where(may_be_claimed(now))
    at: datetime | None = connection.execute(query).scalar_one()
    return at


def last_sent(connection: sa.Connection) -> datetime | None:
    """Say when a message was accepted last."""
    query = sa.select(sa.func.max(_BACKLOG.c.settled_at))
    at: datetime | None = connection.execute(
        query.where(_BACKLOG.c.status == Status.SENT.value)
    ).scalar_one()
    return at


def may_be_claimed(now: datetime) -> sa.ColumnElement[bool]:
    """Say of a row whether a run may take it now."""
    again = (Status.DEFERRED.value, Status.UNCERTAIN.value)
    return sa.or_(
        _BACKLOG.c.status == Status.QUEUED.value,
        sa.and_(_BACKLOG.c.status.in_(again), _BACKLOG.c.next_at <= now),
    )


_TABLE = schema.deliveries
_UNSETTLED = (Status.CLAIMED, Status.SENDING, Status.UNCERTAIN)
"""UNCERTAIN: the lease ran out, but nobody knows better than the one who claimed it."""


def claim(
    connection: sa.Connection,
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
    owner: str | None = None,
) -> list[Delivery]:
    """Take deliveries that wait, oldest first: while the owner lives, or the lease lasts."""
    ids = list(
        connection.execute(
            sa.select(_TABLE.c.id)
            .where(may_be_claimed(now))
            .order_by(_TABLE.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).scalars()
    )
    connection.execute(
        sa.update(_TABLE)
        .where(_TABLE.c.id.in_(ids))
        .values(
            status=Status.CLAIMED.value,
            fence=_TABLE.c.fence + 1,
            owner=owner,
            lease_until=now + lease,
        )
    )
    rows = connection.execute(
        sa.select(_TABLE).where(_TABLE.c.id.in_(ids)).order_by(_TABLE.c.id)
    ).mappings()
    return [_delivery(row) for row in rows]


def begin_sending(
    connection: sa.Connection, deliveries: Sequence[Delivery], *, now: datetime, lease: timedelta
) -> frozenset[int]:
    """Mark claimed deliveries as past recall; give the ids of those that are.

    The others were claimed by somebody else since, or are suppressed.
    """
    unwanted = (
        sa.select(sa.literal(1))
        .select_from(schema.issues)
        .join(schema.suppressions, schema.suppressions.c.email == schema.issues.c.subscriber)
        .where(schema.issues.c.id == _TABLE.c.issue_id)
    )
    begun = connection.execute(
        sa.update(_TABLE)
        .where(
            sa.tuple_(_TABLE.c.id, _TABLE.c.fence).in_([(d.id, d.fence) for d in deliveries]),
            _TABLE.c.status == Status.CLAIMED.value,
            ~unwanted.exists(),
        )
        .values(
            status=Status.SENDING.value,
            attempts=_TABLE.c.attempts + 1,
            lease_until=now + lease,
        )
        .returning(_TABLE.c.id)
    )
    return frozenset(begun.scalars())


def suppressed(connection: sa.Connection, deliveries: Sequence[Delivery]) -> frozenset[int]:
    """Give the ids of those whose recipient wants no mail any more."""
    query = (
        sa.select(_TABLE.c.id)
        .join(schema.issues, schema.issues.c.id == _TABLE.c.issue_id)
        .join(schema.suppressions, schema.suppressions.c.email == schema.issues.c.subscriber)
        .where(_TABLE.c.id.in_([delivery.id for delivery in deliveries]))
    )
    return frozenset(connection.execute(query).scalars())


def settle_sent(
    connection: sa.Connection, accepted: Sequence[tuple[Delivery, str]], *, now: datetime
) -> None:
    """Write that the relay took these deliveries, and what it said; those that are ours still."""
    if not accepted:
        return
    statement = (
        sa.update(_TABLE)
        .where(
            _TABLE.c.id == sa.bindparam("of_id"),
            _TABLE.c.fence == sa.bindparam("of_fence"),
            # One by one: a list of them cannot go with many rows.
            sa.or_(*(_TABLE.c.status == each.value for each in _UNSETTLED)),
        )
        .values(
            status=Status.SENT.value,
            owner=None,
            lease_until=None,
            next_at=None,
            settled_at=now,
            reply=sa.bindparam("said"),
            attempts=sa.bindparam("tries"),
        )
    )
    rows = [
        {"of_id": d.id, "of_fence": d.fence, "said": reply, "tries": d.attempts + 1}
        for d, reply in accepted
    ]
    connection.execute(statement, rows)


def settle(
    connection: sa.Connection,
    delivery: Delivery,
    status: Status,
    *,
    now: datetime,
    reply: str | None = None,
    next_at: datetime | None = None,
) -> bool:
    """Write what became of a try; False if another has claimed the delivery since."""
    changed = connection.execute(
        sa.update(_TABLE)
        .where(_mine(delivery, *_UNSETTLED))
        .values(
            status=status.value,
            owner=None,
            lease_until=None,
            next_at=next_at,
            settled_at=now,
            reply=reply,
            attempts=delivery.attempts + 1,
        )
    )
    return changed.rowcount == 1


def release(
    connection: sa.Connection, deliveries: Sequence[Delivery], *, begun: bool = False
) -> None:
    """Put claimed deliveries back as they were, no try used up.

    One that is in `sending` is left alone, unless the relay has said that it is `begun` in vain.
    """
    statuses = (Status.CLAIMED, Status.SENDING) if begun else (Status.CLAIMED,)
    for delivery in deliveries:
        connection.execute(
            sa.update(_TABLE)
            .where(_mine(delivery, *statuses))
            .values(
                status=(Status.DEFERRED if delivery.next_at else Status.QUEUED).value,
                next_at=delivery.next_at,
                owner=None,
                lease_until=None,
                attempts=delivery.attempts,
            )
        )


def postpone(connection: sa.Connection, delivery: Delivery, *, until: datetime, reply: str) -> None:
    """Put a delivery back for later, no try used up: what went wrong is not its own."""
    connection.execute(
        sa.update(_TABLE)
        .where(_mine(delivery, Status.CLAIMED, Status.SENDING))
        .values(
            status=Status.DEFERRED.value,
            next_at=until,
            owner=None,
            lease_until=None,
            reply=reply,
            attempts=delivery.attempts,
        )
    )


def owners(connection: sa.Connection) -> list[str]:
    """Name those who hold a claim."""
    under_way = _TABLE.c.status.in_([Status.CLAIMED.value, Status.SENDING.value])
    query = sa.select(_TABLE.c.owner).distinct().where(under_way, _TABLE.c.owner.is_not(None))
    return list(connection.execute(query).scalars())


def recover(
    connection: sa.Connection, *, now: datetime, resend: bool, gone: Sequence[str] = ()
) -> int:
    """Take up what dead runs left behind; count it.

    Dead are those `gone`, and those whose lease is over. A row that was only claimed is queued
    again, or deferred as it was. One found in `sending` is uncertain; with `resend` it is due
    again at once, under the same Message-ID.
    """
    over = sa.or_(_TABLE.c.lease_until < now, _TABLE.c.owner.in_(gone))
    nobodys = {"owner": None, "lease_until": None}
    taken_up = 0
    for again, status in ((False, Status.QUEUED), (True, Status.DEFERRED)):
        freed = connection.execute(
            sa.update(_TABLE)
            .where(
                _TABLE.c.status == Status.CLAIMED.value,
                _TABLE.c.next_at.is_not(None) if again else _TABLE.c.next_at.is_(None),
                over,
            )
            .values(status=status.value, **nobodys)
        )
        taken_up += freed.rowcount
    doubtful = connection.execute(
        sa.update(_TABLE)
        .where(_TABLE.c.status == Status.SENDING.value, over)
        .values(
            status=Status.UNCERTAIN.value,
            next_at=now if resend else None,
            reply="the run ended before the relay's answer was known",
            **nobodys,
        )
    )
    return taken_up + doubtful.rowcount


def retry(
    connection: sa.Connection, statuses: Sequence[Status], *, now: datetime
) -> tuple[int, int]:
    """Queue what ended in one of these states anew; count it, and what has become too late.

    Too late is an issue after which its subscriber had another: its papers may have come in that.
    """
    later = schema.issues.alias("later")
    mine = schema.issues.alias("mine")
    has_later = (
        sa.select(sa.literal(1))
        .select_from(mine)
        .join(
            later,
            sa.and_(later.c.subscriber == mine.c.subscriber, later.c.made_at > mine.c.made_at),
        )
        .where(mine.c.id == _TABLE.c.issue_id)
        .exists()
    )
    ended = _TABLE.c.status.in_([status.value for status in statuses])
    again = connection.execute(
        sa.update(_TABLE)
        .where(ended, ~has_later)
        .values(status=Status.QUEUED.value, next_at=None, queued_at=now, owner=None)
    )
    late = connection.execute(sa.select(sa.func.count()).where(ended, has_later)).scalar_one()
    return again.rowcount, int(late)


def _mine(delivery: Delivery, *statuses: Status) -> sa.ColumnElement[bool]:
    return sa.and_(
        _TABLE.c.id == delivery.id,
        _TABLE.c.fence == delivery.fence,
        _TABLE.c.status.in_([status.value for status in statuses]),
    )


def _delivery(row: sa.RowMapping) -> Delivery:
    return Delivery(
        id=row["id"],
        issue_id=row["issue_id"],
        recipient=row["recipient"],
        status=Status(row["status"]),
        attempts=row["attempts"],
        fence=row["fence"],
        queued_at=row["queued_at"],
        next_at=row["next_at"],
        reply=row["reply"],
    )


_PAUSES = schema.relay_pauses


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayPause:
    """Until when a relay is left alone, and why."""

    relay: str
    until: datetime
    why: str


def pause(connection: sa.Connection, relay: str, *, until: datetime, why: str) -> None:
    """Leave a relay alone; a later word replaces an earlier one."""
    statement = upsert(_PAUSES, connection).values(relay=relay, until=until, why=why)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[_PAUSES.c.relay], set_={"until": until, "why": why}
        )
    )


def current(connection: sa.Connection, relay: str, *, now: datetime) -> RelayPause | None:
    """Give the pause that a relay has now."""
    query = sa.select(_PAUSES).where(_PAUSES.c.relay == relay, _PAUSES.c.until > now)
    row = connection.execute(query).mappings().one_or_none()
    return RelayPause(**row) if row else None
