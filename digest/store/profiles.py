"""Profiles as issues were made with them: each content once, whoever shares it."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from hashlib import sha256
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import sqlalchemy as sa

from digest.store import schema
from digest.store.database import upsert
from digest.store.papers import chunks
from digest.subscriber import Subscriber

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


def load(connection: sa.Connection, digest: str, *, of: Subscriber) -> Subscriber | None:
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
