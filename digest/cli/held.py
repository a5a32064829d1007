"""subscribers show: everything that is held about one person, for that person to be told."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest.cli.output import emit, facts, local, state_of
from digest.config import Settings
from digest.errors import ConfigError
from digest.issue import Status
from digest.mail.tokens import Tokens
from digest.store import issues, state, subscribers, votes
from digest.store.database import reading
from digest.store.subscribers import load_suppressions, of
from digest.subscriber import Subscriber
from digest.wiring import people

_KEPT = {
    "file": "a subscriber, by a file of the configuration",
    "database": "a subscriber, kept in the database",
    None: "no subscriber any more; this is what is known from before",
}


def show(settings: Settings, engine: sa.Engine, arguments: argparse.Namespace) -> int:
    """Say everything that is held about one person, also about one who was removed."""
    everyone, _ = people.subscribers(settings, engine)
    address = arguments.address.strip().casefold()
    found = next((each for each in everyone if address in each.keys), None)
    with reading(engine) as connection:
        kept = subscribers.find(connection, found.key if found else address)
    if found is None and kept is not None:  # one whose profile cannot be read
        found = Subscriber(email=kept.email, formerly=tuple(kept.facts.get("formerly", ())))
        found = replace(found, name=kept.facts.get("name"))
    person = found or Subscriber(email=address)
    held = _held(engine, person)
    if found is None:
        _require_anything(held, everyone)
    kind = ("database" if kept else "file") if found else None
    held |= {"kept": kind, "profile": dict(kept.facts) if kept else None}
    if arguments.json:
        emit(held)
    else:
        facts(_told(held))
    return 0


def require_something(settings: Settings, engine: sa.Engine, address: str) -> None:
    """Raise ConfigError if nothing is held about an address of which there is no subscriber."""
    everyone, _ = people.subscribers(settings, engine)
    _require_anything(_held(engine, Subscriber(email=address.casefold())), everyone)


def _require_anything(held: Mapping[str, Any], everyone: Sequence[Subscriber]) -> None:
    known = ("suppressed", "issues", "had", "skipped", "votes", "bounces")
    if not any(held[name] for name in known):
        meant = people.nearest(held["email"], (key for each in everyone for key in each.keys))
        raise ConfigError(
            [f"nothing is held about {held['email']}: no subscriber, no issue, no vote{meant}"]
        )


def _held(engine: sa.Engine, person: Subscriber) -> dict[str, Any]:
    with reading(engine) as connection:
        key = state.found(connection)
        stopped = load_suppressions(connection)
        cast = votes.load(connection, {person.key: person.keys})[person.key]
        had = issues.had(connection, {person.key: person.keys})[person.key]
        met_at = subscribers.known_since(connection)
        known_since = min((met_at[key] for key in person.keys if key in met_at), default=None)
        stop = next((stopped[key] for key in _names(person) if key in stopped), None)
        return {
            "email": person.email,
            "name": person.name,
            "formerly": list(person.formerly),
            "kept": None,
            "profile": None,
            "token": Tokens(key).of_subscriber(person.email) if key else None,
            "known_since": known_since.isoformat(timespec="seconds") if known_since else None,
            "suppressed": stop.why if stop else None,
            "suppressed_since": stop.since.isoformat(timespec="seconds") if stop else None,
            "issues": [
                {"day": each.day.isoformat(), "state": each.status.value, "papers": each.papers}
                for key in person.keys
                for each in issues.past(connection, subscriber=key)
            ],
            "had": len(had),
            "skipped": [
                {"day": each.day.isoformat(), "why": each.why}
                for key in person.keys
                for each in issues.verdicts_of(connection, key)
            ],
            "votes": [
                {
                    "paper": each.stored.paper.title,
                    "liked": each.liked,
                    "at": each.voted_at.isoformat(timespec="seconds"),
                }
                for each in cast
            ],
            "bounces": [each for key in person.keys for each in of(connection, key)],
        }


def _names(person: Subscriber) -> Sequence[str]:
    return (*person.keys, *map(subscribers.hashed, person.keys))


def _told(held: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Put what is held into words, a line each."""
    name = f"{held['name']} <{held['email']}>" if held["name"] else held["email"]
    yield "who", f"{name}: {_KEPT[held['kept']]}"
    if held["formerly"]:
        yield "formerly", ", ".join(held["formerly"])
    if held["known_since"]:
        yield "known since", held["known_since"][:10]
    if held["suppressed"]:
        yield "mail", f"none since {_local(held['suppressed_since'])}: {held['suppressed']}"
    elif held["kept"]:
        yield "mail", "yes"
    for number, line in enumerate(_profile(held["profile"] or {})):
        yield "" if number else "profile", line
    if held["token"]:
        yield "token", f"{held['token']} (in links and addresses that stop the mail)"
    past = held["issues"]
    last = (
        f", the last of {past[-1]['day']} ({state_of(Status(past[-1]['state']))})" if past else ""
    )
    yield "issues", f"{len(past) or 'none'}{last}"
    yield "papers had", str(held["had"] or "none")
    yield "no issue on", ", ".join(f"{x['day']} ({x['why']})" for x in held["skipped"]) or "no day"
    liked = (f"{'+' if each['liked'] else '-'} {each['paper']}" for each in held["votes"])
    for number, line in enumerate(liked):
        yield "" if number else "votes", line
    if not held["votes"]:
        yield "votes", "none"
    for number, each in enumerate(held["bounces"]):
        yield "" if number else "came back", f"{_local(each['at'])} {each['kind']}: {each['why']}"
    if not held["bounces"]:
        yield "came back", "nothing"


def _local(at: str) -> str:
    return local(datetime.fromisoformat(at))


def _profile(facts: Mapping[str, Any]) -> Iterator[str]:
    """Put a profile into words: a key a line, an interest a line."""
    for name, value in facts.items():
        if name == "interest":
            yield from (f"interest: {_words(each)}" for each in value)
        elif name not in ("email", "name", "formerly"):
            yield f"{name}: {_words(value)}"


def _words(value: Any) -> str:
    """Write a value as people do: no quotes, braces or brackets, and yes for true."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_words, value)) or "none"
    if isinstance(value, dict):
        return "; ".join(f"{name} {_words(each)}" for name, each in value.items()) or "none"
    return "none" if value is None else str(value)
