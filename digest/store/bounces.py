"""What came back for whom: how often is what decides."""

from datetime import datetime

import sqlalchemy as sa

from digest.store import schema
from digest.store.database import upsert

_TABLE = schema.bounces


def add(
    connection: sa.Connection, email: str, *, kind: str, why: str, message: str, at: datetime
) -> bool:
    """Write down what came back; False for a message that was there before."""
    added = connection.execute(
        upsert(_TABLE, connection)
        .values(email=email.casefold(), kind=kind, why=why, message=message, at=at)
        .on_conflict_do_nothing()
        .returning(_TABLE.c.id)
    )
    return added.scalar_one_or_none() is not None


def count(connection: sa.Connection, email: str, *, kind: str, since: datetime) -> int:
    """Count what came back of a kind."""
    query = sa.select(sa.func.count()).where(
        _TABLE.c.email == email.casefold(), _TABLE.c.kind == kind, _TABLE.c.at >= since
    )
    return int(connection.execute(query).scalar_one())


def of(connection: sa.Connection, email: str) -> list[dict[str, object]]:
    """List what came back for an address, oldest first."""
    query = sa.select(_TABLE.c.kind, _TABLE.c.why, _TABLE.c.at)
    rows = connection.execute(query.where(_TABLE.c.email == email.casefold()).order_by(_TABLE.c.at))
    return [{"kind": row[0], "why": row[1], "at": row[2].isoformat()} for row in rows]
