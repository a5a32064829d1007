"""Subscribers kept in the database, beside those of the files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from digest.store import profiles, schema
from digest.store.database import upsert
from digest.store.papers import chunks

_TABLE = schema.subscribers
_KNOWN = schema.known_since


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A subscriber as kept: the keys of a subscriber's file, as JSON has them."""

    email: str
    facts: Mapping[str, Any]


def load(connection: sa.Connection) -> Iterator[Kept]:
    """Give everyone kept, by address."""
    query = sa.select(_TABLE.c.email, _TABLE.c.facts).order_by(_TABLE.c.email)
    for email, facts in connection.execute(query):
        yield Kept(email=email, facts=facts)


def find(connection: sa.Connection, email: str) -> Kept | None:
    """Give one by the present address."""
    query = sa.select(_TABLE.c.email, _TABLE.c.facts).where(_TABLE.c.email == email.casefold())
    row = connection.execute(query).one_or_none()
    return Kept(email=row[0], facts=row[1]) if row else None


def put(
    connection: sa.Connection, people: Iterable[Mapping[str, Any]], *, now: datetime
) -> dict[str, int]:
    """Keep subscribers, each by the key `email`; count those added, changed and the same."""
    wanted = {facts["email"].casefold(): dict(facts) for facts in people}
    count = {"added": 0, "changed": 0, "same": 0}
    for chunk in chunks(sorted(wanted)):
        query = sa.select(_TABLE.c.email, _TABLE.c.facts).where(_TABLE.c.email.in_(chunk))
        held = {row[0]: row[1] for row in connection.execute(query)}
        rows = []
        for email in chunk:
            state = "added" if email not in held else "changed"
            if held.get(email) == wanted[email]:
                state = "same"
            else:
                rows.append(
                    {"email": email, "facts": wanted[email], "added_at": now, "changed_at": now}
                )
            count[state] += 1
        if rows:
            statement = upsert(_TABLE, connection)
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[_TABLE.c.email],
                    set_={
                        "facts": statement.excluded.facts,
                        "changed_at": statement.excluded.changed_at,
                    },
                ),
                rows,
            )
        meet(connection, (email for email in chunk if email not in held), now=now)
    return count


def fingerprint(connection: sa.Connection) -> tuple[int, datetime | None]:
    """Give something that is another once anybody was added, changed or removed."""
    query = sa.select(sa.func.count(), sa.func.max(_TABLE.c.changed_at))
    count, changed_at = connection.execute(query).one()
    return int(count), changed_at


def rename(connection: sa.Connection, old: str, new: str, *, now: datetime) -> bool:
    """Give a subscriber another address, and keep the old one; False if there is nobody."""
    kept = find(connection, old)
    if kept is None:
        return False
    met_at = known_since(connection).get(kept.email)
    remove(connection, old)
    meet(connection, [new.casefold()], now=met_at or now)
    put(connection, [renamed(kept.facts, new)], now=now)
    return True


def meet(connection: sa.Connection, keys: Iterable[str], *, now: datetime) -> None:
    """Note that somebody is known from now on; who was known before stays so.

    Who was noted by a clock that was ahead once is known from now on, too.
    """
    rows = [{"subscriber": key, "at": now} for key in keys]
    if rows:
        statement = upsert(_KNOWN, connection)
        earlier = statement.on_conflict_do_update(
            index_elements=[_KNOWN.c.subscriber],
            set_={"at": statement.excluded.at},
            where=_KNOWN.c.at > statement.excluded.at,
        )
        connection.execute(earlier, rows)


def known_since(connection: sa.Connection) -> dict[str, datetime]:
    """Return since when each address is known."""
    rows = connection.execute(sa.select(_KNOWN.c.subscriber, _KNOWN.c.at))
    return {row[0]: row[1] for row in rows}


def renamed(facts: Mapping[str, Any], new: str) -> dict[str, Any]:
    """Return what is known of somebody with another address, and the one before it kept."""
    earlier = [*facts.get("formerly", ()), facts["email"]]
    formerly = [each for each in earlier if each.casefold() != new.casefold()]
    return {**facts, "email": new, "formerly": formerly}


def remove(connection: sa.Connection, email: str) -> bool:
    """Keep a subscriber no longer; what they had stays known, but one who comes back is new."""
    connection.execute(sa.delete(_KNOWN).where(_KNOWN.c.subscriber == email.casefold()))
    gone = connection.execute(sa.delete(_TABLE).where(_TABLE.c.email == email.casefold()))
    return gone.rowcount > 0


def erase(connection: sa.Connection, addresses: Sequence[str], *, now: datetime) -> None:
    """Forget a person: all that is held under any of the addresses, but for hashes to refuse."""
    keys = sorted({address.casefold() for address in addresses})
    mine = sa.select(schema.issues.c.id).where(schema.issues.c.subscriber.in_(keys))
    for statement in (
        sa.delete(_TABLE).where(_TABLE.c.email.in_(keys)),
        sa.delete(schema.deliveries).where(schema.deliveries.c.issue_id.in_(mine)),
        sa.delete(schema.picks).where(schema.picks.c.issue_id.in_(mine)),
        sa.delete(schema.issues).where(schema.issues.c.subscriber.in_(keys)),
        sa.delete(schema.had).where(schema.had.c.subscriber.in_(keys)),
        sa.delete(schema.votes).where(schema.votes.c.subscriber.in_(keys)),
        sa.delete(schema.verdicts).where(schema.verdicts.c.subscriber.in_(keys)),
        sa.delete(_KNOWN).where(_KNOWN.c.subscriber.in_(keys)),
        sa.delete(schema.bounces).where(schema.bounces.c.email.in_(keys)),
        sa.delete(schema.suppressions).where(schema.suppressions.c.email.in_(keys)),
        *(
            sa.delete(schema.good_files).where(
                sa.func.lower(schema.good_files.c.text).contains(key, autoescape=True)
            )
            for key in keys
        ),
        profiles.unused(),
    ):
        connection.execute(statement)
    connection.execute(
        upsert(schema.suppressions, connection).on_conflict_do_nothing(),
        [{"email": hashed(key), "why": "erased", "since": now} for key in keys],
    )


def hashed(email: str) -> str:
    """Give what remains of an address that was erased."""
    return f"sha256:{sha256(email.casefold().encode()).hexdigest()}"
