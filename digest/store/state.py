"""When things last happened, and how long they took.

What the operator was told of, and when last.

Secrets of our own: made when first needed, known to nobody else.
"""

import secrets
from collections.abc import Iterable, Mapping
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


_ALERTS = schema.alerts


def told(connection: sa.Connection) -> dict[str, datetime]:
    """Give when each cause was told last."""
    rows = connection.execute(sa.select(_ALERTS.c.cause, _ALERTS.c.told_at))
    return {row[0]: row[1] for row in rows}


def put_alert(connection: sa.Connection, causes: Iterable[str], *, now: datetime) -> None:
    """Remember that these were told."""
    rows = [{"cause": cause, "told_at": now} for cause in causes]
    if rows:
        statement = upsert(_ALERTS, connection)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[_ALERTS.c.cause], set_={"told_at": statement.excluded.told_at}
            ),
            rows,
        )


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
