"""Subscribers from their tables: defaults and profiles worked in, files judged one by one."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from digest.config.document import Document
from digest.config.mistakes import Mistakes
from digest.config.places import Found, Place
from digest.config.positions import KeyPath
from digest.config.schema import given
from digest.config.schema_subscriber import DefaultsTable, SubscriberFile, SubscriberTable
from digest.config.settings import Settings, Shared
from digest.config.values import did_you_mean, show
from digest.subscriber import Schedule, Subscriber

SUBSCRIBER_KEYS = tuple(SubscriberTable.model_fields)
_SCHEDULE_KEYS = {field.name for field in fields(Schedule)}


def load_subscriber(path: Path, settings: Settings) -> Subscriber:
    """Read a subscriber's file, in the configuration or not; ConfigError with its mistakes."""
    return from_document(Document.read(path), settings.shared)


def read_subscriber(text: str, path: Path, settings: Settings) -> Subscriber:
    """Read a text that a subscriber's file had once; ConfigError with its mistakes.

    An address that somebody else has by now is a mistake too; a bibliography that is gone since
    is none.
    """
    taken = addresses_taken(settings.subscribers)
    return from_document(Document.parse(text, path), settings.shared, taken, is_past=True)


def from_document(
    document: Document,
    shared: Shared,
    taken: Collection[str] = frozenset(),
    *,
    found: Found | None = None,
    is_past: bool = False,
) -> Subscriber:
    """The subscriber of a file, none of whose addresses may be taken.

    What reading it brings besides goes into `found`.
    """
    place = Place(
        folder=document.path.absolute().parent,
        is_trusted=False,
        is_past=is_past,
        found=Found() if found is None else found,
    )
    mistakes = Mistakes(document, place, owner_keys=SUBSCRIBER_KEYS)
    if isinstance(document.data.get("subscriber"), list):
        mistakes.add(("subscriber",), "one subscriber a file: its keys stand at the top instead")
        mistakes.raise_any()
    if "subscriber" in document.data and "interest" in document.data:
        mistakes.add(("subscriber",), "interests stand at the top too: write all as [[interest]]")
    _check_addresses(mistakes, taken)
    subscriber = checked_subscriber(SubscriberFile, (), mistakes, shared)
    mistakes.raise_any()
    assert subscriber is not None  # noqa: S101 (whatever is wrong has been raised)
    return subscriber


def template(table: DefaultsTable) -> Subscriber:
    """A subscriber without an address who has all the defaults."""
    own = given(table)
    own.pop("profile", None)
    return _filled(Subscriber(email="", interests=own.pop("interest", ())), own)


def checked_subscriber(
    table_type: type[SubscriberTable], path: KeyPath, mistakes: Mistakes, shared: Shared
) -> Subscriber | None:
    """The subscriber of the table at `path`; None if it has mistakes."""
    raw = mistakes.value(path)
    if not isinstance(raw, dict):
        mistakes.read(table_type, path)
        return None
    check_references(raw, path, mistakes, shared)
    table = mistakes.read(table_type, path)
    if table is None:
        return None
    subscriber = _subscriber(table, shared)
    if not subscriber.interests and table.profile is None and shared.profile is None:
        mistakes.add((*path, "interest"), "is missing: an interest, or a profile that has some")
    _check_places(subscriber, raw, path, mistakes)
    _check_names(subscriber, raw, path, mistakes)
    return subscriber


def check_references(
    raw: Mapping[str, Any], path: KeyPath, mistakes: Mistakes, shared: Shared
) -> None:
    """Profiles and sources that are named must exist."""
    profile = raw.get("profile")
    if isinstance(profile, str) and profile.strip() not in shared.profiles:
        known = did_you_mean(profile, shared.profiles) if shared.profiles else "; there is none"
        mistakes.add((*path, "profile"), f"there is no profile {show(profile)}{known}")
    sources = raw.get("sources")
    for number, source in enumerate(sources if isinstance(sources, list) else ()):
        if isinstance(source, str) and source.strip() not in shared.sources:
            known = did_you_mean(source, shared.sources) if shared.sources else "; there is none"
            mistakes.add((*path, "sources", number), f"there is no source {show(source)}{known}")


def addresses_taken(subscribers: Iterable[Subscriber]) -> frozenset[str]:
    """Every address that is somebody's, old ones too, as it is compared."""
    return frozenset(key for subscriber in subscribers for key in subscriber.keys)


def _check_addresses(mistakes: Mistakes, taken: Collection[str]) -> None:
    seen = set(taken)
    for path, key in addresses(mistakes.document.data, ()):
        if key in seen:
            mistakes.add(path, f"{show(key)} is an address of a subscriber already")
        seen.add(key)


def addresses(raw: Mapping[str, Any], path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Every address of a subscriber's table as it is compared, and where it stands."""
    formerly = raw.get("formerly")
    written = [((*path, "email"), raw.get("email"))]
    for number, old in enumerate(formerly if isinstance(formerly, list) else ()):
        written.append(((*path, "formerly", number), old))
    for where, address in written:
        if isinstance(address, str):
            yield where, unicodedata.normalize("NFC", address.strip()).casefold()


def _subscriber(table: SubscriberTable, shared: Shared) -> Subscriber:
    own = given(table)
    nested = own.pop("subscriber", None)
    profile = own.pop("profile", shared.profile)
    interests = own.pop("interest", nested.interest if nested else shared.template.interests)
    interests = shared.profiles.get(profile, ()) + interests
    return _filled(replace(shared.template, interests=interests), own)


def _filled(base: Subscriber, own: dict[str, Any]) -> Subscriber:
    schedule = {key: own.pop(key) for key in tuple(own) if key in _SCHEDULE_KEYS}
    return replace(base, schedule=replace(base.schedule, **schedule), **own)


def _check_places(
    subscriber: Subscriber, raw: Mapping[str, Any], path: KeyPath, mistakes: Mistakes
) -> None:
    kept = sum(interest.at_least for interest in subscriber.interests)
    if kept > subscriber.max_papers:
        where = (*path, "max_papers") if "max_papers" in raw else path
        mistakes.add(
            where,
            f"interests keep {kept} places (at_least), and max_papers is {subscriber.max_papers}",
        )


def _check_names(
    subscriber: Subscriber, raw: Mapping[str, Any], path: KeyPath, mistakes: Mistakes
) -> None:
    names = Counter(interest.name for interest in subscriber.interests if interest.name)
    where_own = ("subscriber", "interest") if "subscriber" in raw else ("interest",)
    own = mistakes.tables((*path, *where_own))
    for name in (name for name, count in names.items() if count > 1):
        named = [where for where, table in own if str(table.get("name")).strip() == name]
        where = (*named[-1], "name") if named else path
        mistakes.add(where, f"{show(name)} is the name of two interests: each needs its own")
