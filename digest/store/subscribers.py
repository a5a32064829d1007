"""Subscribers kept in the database, beside those of the files.

Profiles as issues were made with them: each content once, whoever shares it.

Addresses never to write to.

What came back for whom: how often is what decides.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import sqlalchemy as sa

from digest.store import schema
from digest.store.database import upsert
from digest.store.papers import chunks
from digest.subscriber import Subscriber, Suppression

_IS_DATACLASS = "__dataclass_fields__"


def keep(connection: sa.Connection, subscribers: Iterable[Subscriber]) -> dict[str, str]:
    """Keep what subscribers want; give the digest of each one's profile, by key.

    Addresses and names are left out, so that those who want the same share a row, and each
    distinct content is written out and hashed once.
    """
    wanted = {each.key: _anonymous(each) for each in subscribers}
    texts = {profile: to_json(profile) for profile in dict.fromkeys(wanted.values())}
    digests = {profile: sha256(text.encode()).hexdigest() for profile, text in texts.items()}
    _insert(connection, {digests[profile]: text for profile, text in texts.items()})
    return {key: digests[profile] for key, profile in wanted.items()}


def load_profile(connection: sa.Connection, digest: str, *, of: Subscriber) -> Subscriber | None:
    """Give a subscriber with the profile of that digest; None if it is not held."""
    table = schema.profiles
    query = sa.select(table.c.content).where(table.c.digest == digest)
    text = connection.execute(query).scalar_one_or_none()
    if text is None:
        return None
    return replace(from_json(text), email=of.email, name=of.name, formerly=of.formerly)


def unused() -> sa.Delete:
    """Forget those that no issue was made with; a statement."""
    used = sa.select(schema.issues.c.profile).where(schema.issues.c.profile.is_not(None))
    return sa.delete(schema.profiles).where(schema.profiles.c.digest.not_in(used))


def to_json(subscriber: Subscriber) -> str:
    """Write a profile as JSON, equal ones alike: sorted keys, sorted sets, no blanks."""
    return json.dumps(
        subscriber, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def from_json(text: str) -> Subscriber:
    """Read a profile, also one of an older version: it may lack keys, or have others."""
    read: Subscriber = _read(Subscriber, json.loads(text))
    return read


def _anonymous(subscriber: Subscriber) -> Subscriber:
    return replace(subscriber, email="", name=None, formerly=())


def _insert(connection: sa.Connection, texts: dict[str, str]) -> None:
    """Write those that are not there; most are, from the days before."""
    table = schema.profiles
    held: set[str] = set()
    for chunk in chunks(sorted(texts)):
        query = sa.select(table.c.digest).where(table.c.digest.in_(chunk))
        held.update(connection.execute(query).scalars())
    rows = [{"digest": d, "content": text} for d, text in texts.items() if d not in held]
    if rows:
        connection.execute(upsert(table, connection).on_conflict_do_nothing(), rows)


def _plain(value: Any) -> Any:
    """Give what JSON has no word for, one step at a time."""
    if hasattr(value, _IS_DATACLASS):
        return {name: getattr(value, name) for name in _kinds(value.__class__)}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat()


def _read(kind: Any, value: Any) -> Any:
    """Turn what JSON has into a value of a type that profiles use."""
    parts = [part for part in get_args(kind) if part is not NoneType]
    if value is None or get_origin(kind) is Literal:
        return value
    if hasattr(kind, _IS_DATACLASS):
        kinds = _kinds(kind)
        return kind(**{name: _read(kinds[name], value[name]) for name in kinds if name in value})
    if get_origin(kind) in (tuple, frozenset):
        return get_origin(kind)(_read(parts[0], each) for each in value)
    if parts:
        return _read(parts[0], value)  # X | None
    if kind is timedelta:
        return timedelta(seconds=value)
    # Dates are told by what they can do: a test's frozen clock replaces their classes.
    return getattr(kind, "fromisoformat", kind)(value)


@cache
def _kinds(kind: Any) -> dict[str, Any]:
    """Give the fields of a dataclass and their types."""
    return get_type_hints(kind)


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
        unused(),
    ):
        connection.execute(statement)
    connection.execute(
        upsert(schema.suppressions, connection).on_conflict_do_nothing(),
        [{"email": hashed(key), "why": "erased", "since": now} for key in keys],
    )


def hashed(email: str) -> str:
    """Give what remains of an address that was erased."""
    return f"sha256:{sha256(email.casefold().encode()).hexdigest()}"


def add_suppression(connection: sa.Connection, suppression: Suppression) -> None:
    """Suppress an address; the first reason stays."""
    connection.execute(
        upsert(schema.suppressions, connection)
        .values(email=suppression.email.casefold(), why=suppression.why, since=suppression.since)
        .on_conflict_do_nothing()
    )


def remove_suppression(connection: sa.Connection, email: str) -> bool:
    """End a suppression, one that was left by erasing, too; False if there was none."""
    table = schema.suppressions
    known_as = (email.casefold(), hashed(email))
    ended = connection.execute(sa.delete(table).where(table.c.email.in_(known_as)))
    return ended.rowcount > 0


def load_suppressions(connection: sa.Connection) -> dict[str, Suppression]:
    """Give every suppression by address."""
    rows = connection.execute(sa.select(schema.suppressions)).mappings()
    return {row["email"]: Suppression(**row) for row in rows}


_BOUNCES = schema.bounces


def count_bounce(
    connection: sa.Connection, email: str, *, kind: str, why: str, message: str, at: datetime
) -> bool:
    """Write down what came back; False for a message that was there before."""
    added = connection.execute(
        upsert(_BOUNCES, connection)
        .values(email=email.casefold(), kind=kind, why=why, message=message, at=at)
        .on_conflict_do_nothing()
        .returning(_BOUNCES.c.id)
    )
    return added.scalar_one_or_none() is not None


def count(connection: sa.Connection, email: str, *, kind: str, since: datetime) -> int:
    """Count what came back of a kind."""
    query = sa.select(sa.func.count()).where(
        _BOUNCES.c.email == email.casefold(), _BOUNCES.c.kind == kind, _BOUNCES.c.at >= since
    )
    return int(connection.execute(query).scalar_one())


def of(connection: sa.Connection, email: str) -> list[dict[str, object]]:
    """List what came back for an address, oldest first."""
    query = sa.select(_BOUNCES.c.kind, _BOUNCES.c.why, _BOUNCES.c.at)
    rows = connection.execute(
        query.where(_BOUNCES.c.email == email.casefold()).order_by(_BOUNCES.c.at)
    )
    return [{"kind": row[0], "why": row[1], "at": row[2].isoformat()} for row in rows]
