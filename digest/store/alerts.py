"""What the operator was told of, and when last."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from digest.store import schema
from digest.store.database import upsert

_TABLE = schema.alerts


def told(connection: sa.Connection) -> dict[str, datetime]:
    """Give when each cause was told last."""
    rows = connection.execute(sa.select(_TABLE.c.cause, _TABLE.c.told_at))
    return {row[0]: row[1] for row in rows}


def put(connection: sa.Connection, causes: Iterable[str], *, now: datetime) -> None:
    """Remember that these were told."""
    rows = [{"cause": cause, "told_at": now} for cause in causes]
    if rows:
        statement = upsert(_TABLE, connection)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[_TABLE.c.cause], set_={"told_at": statement.excluded.told_at}
            ),
            rows,
        )
