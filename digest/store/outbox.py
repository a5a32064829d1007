"""The outbox: one row an issue, from queued to settled.

queued → claimed → sending → sent, or deferred, failed, uncertain, suppressed. `sending` is
committed before the final dot and `sent` after the 250, so that a crash in between leaves a row
that says so (RFC 1047).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from digest.issue import Delivery, Status
from digest.store import schema

_TABLE = schema.deliveries


def claim(
    connection: sa.Connection, *, now: datetime, lease: timedelta, limit: int
) -> list[Delivery]:
    """Take deliveries that wait, oldest first, for as long as the lease lasts."""
    again = (Status.DEFERRED.value, Status.UNCERTAIN.value)
    ready = sa.or_(
        _TABLE.c.status == Status.QUEUED.value,
        sa.and_(_TABLE.c.status.in_(again), _TABLE.c.next_at <= now),
    )
    ids = list(
        connection.execute(
            sa.select(_TABLE.c.id)
            .where(ready)
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
            lease_until=now + lease,
        )
    )
    rows = connection.execute(
        sa.select(_TABLE).where(_TABLE.c.id.in_(ids)).order_by(_TABLE.c.id)
    ).mappings()
    return [_delivery(row) for row in rows]


def begin_sending(
    connection: sa.Connection, delivery: Delivery, *, now: datetime, lease: timedelta
) -> bool:
    """Mark a claimed delivery as past recall; False if the claim was lost or it is suppressed."""
    unwanted = sa.select(schema.suppressions.c.email).where(
        schema.suppressions.c.email == delivery.recipient.casefold()
    )
    changed = connection.execute(
        sa.update(_TABLE)
        .where(_mine(delivery, Status.CLAIMED), ~unwanted.exists())
        .values(
            status=Status.SENDING.value,
            attempts=delivery.attempts + 1,
            lease_until=now + lease,
        )
    )
    return changed.rowcount == 1


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
        # UNCERTAIN: the lease ran out, but nobody knows better than the one who claimed it.
        .where(_mine(delivery, Status.CLAIMED, Status.SENDING, Status.UNCERTAIN))
        .values(
            status=status.value,
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
            lease_until=None,
            reply=reply,
            attempts=delivery.attempts,
        )
    )


def recover(connection: sa.Connection, *, now: datetime, resend: bool) -> int:
    """Take up what a dead run left behind, once its lease is over; count the uncertain.

    A row that was only claimed is queued again. One found in `sending` is uncertain; with
    `resend` it is due again at once, under the same Message-ID.
    """
    over = _TABLE.c.lease_until < now
    connection.execute(
        sa.update(_TABLE)
        .where(_TABLE.c.status == Status.CLAIMED.value, over)
        .values(status=Status.QUEUED.value, lease_until=None)
    )
    doubtful = connection.execute(
        sa.update(_TABLE)
        .where(_TABLE.c.status == Status.SENDING.value, over)
        .values(
            status=Status.UNCERTAIN.value,
            lease_until=None,
            next_at=now if resend else None,
            reply="the run ended before the relay's answer was known",
        )
    )
    return doubtful.rowcount


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
