"""The last good text of each subscriber's file, for the day somebody breaks it."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from digest.store import schema
from digest.store.database import upsert


def keep(connection: sa.Connection, texts: Mapping[str, str], *, now: datetime) -> None:
    """Keep what was read without a mistake, by path."""
    table = schema.good_files
    for path, text in texts.items():
        statement = upsert(table, connection).values(path=path, text=text, saved_at=now)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[table.c.path],
                set_={"text": text, "saved_at": now},
                where=table.c.text != text,
            )
        )


def load(connection: sa.Connection) -> dict[str, str]:
    """Give the kept texts by path."""
    table = schema.good_files
    rows = connection.execute(sa.select(table.c.path, table.c.text))
    return {row[0]: row[1] for row in rows}
