"""When things last happened, and how long they took."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from digest.store import schema
from digest.store.database import upsert

_TABLE = schema.marks


class Name(StrEnum):
    """What is remembered."""

    PULL = "pull"
    COMPOSE = "compose"
    DELIVER = "deliver"
    GOOD_RUN = "good-run"
    PRUNE = "prune"
    # Up to this instant everything announced counts as had by everyone.
    HAD_UNTIL = "had-until"
    # A database that has this is a copy for safekeeping, not yet put back into service.
    BACKUP = "backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """When it last happened, and how long it took where that was measured."""

    at: datetime
    seconds: float | None = None


def put(
    connection: sa.Connection, name: Name, *, at: datetime, seconds: float | None = None
) -> None:
    """Remember; only the last time counts."""
    values = {"at": at, "seconds": seconds}
    statement = upsert(_TABLE, connection).values(name=name.value, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=[_TABLE.c.name], set_=values))


def load(connection: sa.Connection) -> Mapping[Name, Mark]:
    """Give all there are."""
    rows = connection.execute(sa.select(_TABLE)).mappings()
    known = set(Name)
    return {
        Name(row["name"]): Mark(at=row["at"], seconds=row["seconds"])
        for row in rows
        if row["name"] in known
    }


def clear(connection: sa.Connection, name: Name) -> None:
    """Forget one."""
    connection.execute(sa.delete(_TABLE).where(_TABLE.c.name == name.value))
