"""Addresses never to write to."""

import sqlalchemy as sa

from digest.store import schema
from digest.store.database import upsert
from digest.store.subscribers import hashed
from digest.subscriber import Suppression


def add(connection: sa.Connection, suppression: Suppression) -> None:
    """Suppress an address; the first reason stays."""
    connection.execute(
        upsert(schema.suppressions, connection)
        .values(email=suppression.email.casefold(), why=suppression.why, since=suppression.since)
        .on_conflict_do_nothing()
    )


def remove(connection: sa.Connection, email: str) -> bool:
    """End a suppression, one that was left by erasing, too; False if there was none."""
    table = schema.suppressions
    known_as = (email.casefold(), hashed(email))
    ended = connection.execute(sa.delete(table).where(table.c.email.in_(known_as)))
    return ended.rowcount > 0


def load(connection: sa.Connection) -> dict[str, Suppression]:
    """Give every suppression by address."""
    rows = connection.execute(sa.select(schema.suppressions)).mappings()
    return {row["email"]: Suppression(**row) for row in rows}
