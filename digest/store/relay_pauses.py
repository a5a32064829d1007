"""Relays that are left alone for a while, after a burst of failures."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digest.store import schema
from digest.store.database import upsert

_TABLE = schema.relay_pauses


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayPause:
    """Until when a relay is left alone, and why."""

    relay: str
    until: datetime
    why: str


def pause(connection: sa.Connection, relay: str, *, until: datetime, why: str) -> None:
    """Leave a relay alone; a later word replaces an earlier one."""
    statement = upsert(_TABLE, connection).values(relay=relay, until=until, why=why)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[_TABLE.c.relay], set_={"until": until, "why": why}
        )
    )


def current(connection: sa.Connection, relay: str, *, now: datetime) -> RelayPause | None:
    """Give the pause that a relay has now."""
    query = sa.select(_TABLE).where(_TABLE.c.relay == relay, _TABLE.c.until > now)
    row = connection.execute(query).mappings().one_or_none()
    return RelayPause(**row) if row else None
