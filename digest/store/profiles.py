"""Profiles as issues were made with them: each content once, whoever shares it."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, time, timedelta
from functools import cache
from hashlib import sha256

import sqlalchemy as sa
from pydantic import TypeAdapter

from digest.store import schema
from digest.store.database import upsert
from digest.store.papers import chunks
from digest.subscriber import Subscriber


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


def to_json(subscriber: Subscriber) -> str:
    """Write a profile as JSON, equal ones alike: sorted keys, sorted sets, no blanks."""
    return json.dumps(
        _adapter().dump_python(subscriber),
        default=_plain,
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def from_json(text: str) -> Subscriber:
    """Read a profile, also one of an older version: it may lack keys, or have others."""
    return _adapter().validate_json(text)


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


def _plain(value: object) -> object:
    """Give what JSON has no word for."""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(f"{type(value)} in a profile")


@cache
def _adapter() -> TypeAdapter[Subscriber]:
    return TypeAdapter(Subscriber)
