"""Sentence vectors as they are kept: by model, and by the hash of the text."""

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from digest.store import schema
from digest.store.database import upsert
from digest.store.papers import chunks


def load(connection: sa.Connection, model: str, hashes: Collection[str]) -> dict[str, bytes]:
    """Give the vectors that are kept, by the hash of their text."""
    table = schema.vectors
    query = sa.select(table.c.text_hash, table.c.vector).where(table.c.model == model)
    return {
        row.text_hash: row.vector
        for chunk in chunks(sorted(hashes))
        for row in connection.execute(query.where(table.c.text_hash.in_(chunk)))
    }


def keep(
    connection: sa.Connection, model: str, vectors: Mapping[str, bytes], *, now: datetime
) -> None:
    """Keep vectors; a second time changes nothing."""
    rows = [
        {"model": model, "text_hash": name, "vector": vector, "made_at": now}
        for name, vector in vectors.items()
    ]
    if rows:
        connection.execute(upsert(schema.vectors, connection).on_conflict_do_nothing(), rows)
