"""Secrets of our own: made when first needed, known to nobody else."""

import secrets

import sqlalchemy as sa

from digest.store import schema
from digest.store.database import upsert

TOKENS = "tokens"
_BYTES = 32


def ensure(connection: sa.Connection, name: str = TOKENS) -> bytes:
    """Give a secret, and make it if there is none."""
    connection.execute(
        upsert(schema.keys, connection)
        .values(name=name, secret=secrets.token_bytes(_BYTES))
        .on_conflict_do_nothing()
    )
    return found(connection, name) or b""


def found(connection: sa.Connection, name: str = TOKENS) -> bytes | None:
    """Give a secret, if it was made already."""
    query = sa.select(schema.keys.c.secret).where(schema.keys.c.name == name)
    secret: bytes | None = connection.execute(query).scalar_one_or_none()
    return secret
