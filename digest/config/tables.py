"""The tables of a configuration, one after another: each becomes settings or mistakes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from digest.config.addresses import bare_address, is_loopback
from digest.config.mistakes import Mistakes
from digest.config.positions import KeyPath
from digest.config.schema import MetricsTable, RankingTable, SummaryTable, given
from digest.config.schema_mail import MailTable
from digest.config.schema_source import SOURCE_TABLES, AnySource
from digest.config.schema_subscriber import DefaultsTable, ProfileTable, SubscriberTable
from digest.config.secret import Secret
from digest.config.settings import (
    PORTS,
    MailSettings,
    MetricsSettings,
    RankingSettings,
    Shared,
    SourceSettings,
    SummarySettings,
)
from digest.config.subscribers import addresses, check_references, checked_subscriber, template
from digest.config.values import show
from digest.subscriber import Interest, Library, Subscriber


def read_mail(mistakes: Mistakes) -> MailSettings | None:
    if "mail" not in mistakes.document.data:
        return None
    raw = mistakes.value(("mail",))
    if isinstance(raw, dict):
        _check_mail(raw, mistakes)
    table = mistakes.read(MailTable, ("mail",))
    if table is None:
        return None
    keys = given(table)
    keys.setdefault("port", PORTS[keys.get("security", "starttls")])
    address = quote(bare_address(table.sender), safe="@+!#$&'*/=^_`{|}~-.")
    keys.setdefault("unsubscribe", (f"mailto:{address}?subject=unsubscribe%20{{token}}",))
    if table.password:
        keys["password"] = placed(table.password, ("mail", "password"), mistakes)
    if dkim := keys.get("dkim"):
        key = placed(dkim.key, ("mail", "dkim", "key"), mistakes)
        keys["dkim"] = replace(dkim, key=key)
    return MailSettings(**keys)


def read_ranking(mistakes: Mistakes) -> RankingSettings:
    if "ranking" not in mistakes.document.data:
        return RankingSettings()
    table = mistakes.read(RankingTable, ("ranking",))
    return RankingSettings(**given(table)) if table else RankingSettings()


def read_metrics(mistakes: Mistakes) -> MetricsSettings:
    if "metrics" not in mistakes.document.data:
        return MetricsSettings()
    table = mistakes.read(MetricsTable, ("metrics",))
    return MetricsSettings(**given(table)) if table else MetricsSettings()


def read_summary(mistakes: Mistakes) -> SummarySettings:
    if "summary" not in mistakes.document.data:
        return SummarySettings()
    raw = mistakes.value(("summary",))
    if isinstance(raw, dict):
        for key, other in (("url", "model"), ("model", "url"), ("key", "url")):
            if key in raw and other not in raw:
                mistakes.add(("summary", key), f"stands without {other}")
    table = mistakes.read(SummaryTable, ("summary",))
    if table is None:
        return SummarySettings()
    keys = given(table)
    if table.key:
        keys["key"] = placed(table.key, ("summary", "key"), mistakes)
    return SummarySettings(**keys)


def placed(secret: Secret, path: KeyPath, mistakes: Mistakes) -> Secret:
    """The secret with the place it is spoken of, for when it can't be read."""
    return replace(secret, where=mistakes.document.where(path))


def placed_keys(mistakes: Mistakes) -> dict[Library, Secret]:
    """The keys of libraries, each with the first place where one is written for that library."""
    places: dict[tuple[str, bool], KeyPath] = {}
    for path in mistakes.document.lines:
        if path[-2:] == ("zotero", "key"):
            library = mistakes.value((*path[:-1], "library")).strip()
            places.setdefault((library, isinstance(mistakes.value(path), str)), path)
    return {
        library: placed(secret, places[library.name, secret.plain is not None], mistakes)
        for library, secret in mistakes.place.found.keys.items()
    }


def _check_mail(raw: dict[str, Any], mistakes: Mistakes) -> None:
    if "host" in raw and "directory" in raw:
        mistakes.add(("mail", "directory"), "stands beside host: mail goes to one of them only")
    if not ("host" in raw or "directory" in raw):
        mistakes.add(("mail",), "neither host nor directory: one says where mail goes")
    if "username" in raw and "password" not in raw:
        mistakes.add(("mail", "username"), "stands without password")
    if "password" in raw and "username" not in raw:
        mistakes.add(("mail", "password"), "stands without username")
    host = raw.get("host")
    in_clear = raw.get("security") == "none" and "username" in raw
    if in_clear and isinstance(host, str) and not is_loopback(host.strip()):
        mistakes.add(
            ("mail", "security"),
            f'"none" would send the password in clear to {show(host)}: '
            'allowed with "starttls" or "tls", or on loopback',
        )


def read_sources(mistakes: Mistakes) -> Iterator[SourceSettings]:
    for path, _ in mistakes.tables(("source",)):
        kind = mistakes.read(AnySource, path)
        table = kind and mistakes.read(SOURCE_TABLES[kind.kind], path)
        if table:
            yield SourceSettings(**given(table))


def read_shared(mistakes: Mistakes) -> Shared:
    """Defaults and profiles; what is broken has its name known all the same."""
    profiles: dict[str, tuple[Interest, ...]] = dict.fromkeys(_names("profile", mistakes), ())
    for path, _ in mistakes.tables(("profile",)):
        profile = mistakes.read(ProfileTable, path)
        if profile:
            profiles[profile.name] = given(profile)["interest"]
    shared = Shared(profiles=profiles, sources=_names("source", mistakes))
    return _with_defaults(shared, mistakes) if "defaults" in mistakes.document.data else shared


def _names(key: str, mistakes: Mistakes) -> tuple[str, ...]:
    names: list[str] = []
    for path, raw in mistakes.tables((key,)):
        name = raw.get("name")
        if isinstance(name, str):
            if name.strip() in names:
                mistakes.add((*path, "name"), f"{show(name)} is the name of another {key} already")
            names.append(name.strip())
    return tuple(names)


def _with_defaults(shared: Shared, mistakes: Mistakes) -> Shared:
    raw = mistakes.value(("defaults",))
    if isinstance(raw, dict):
        check_references(raw, ("defaults",), mistakes, shared)
    defaults = mistakes.read(DefaultsTable, ("defaults",))
    if defaults is None:  # a profile that may have been meant keeps subscribers from blame
        return replace(shared, profile="")
    return replace(shared, template=template(defaults), profile=defaults.profile)


def read_subscribers(mistakes: Mistakes, shared: Shared) -> Iterator[tuple[KeyPath, Subscriber]]:
    taken: dict[str, int] = {}
    for path, raw in mistakes.tables(("subscriber",)):
        for where, key in addresses(raw, path):
            if key in taken:
                mistakes.add(where, f"{show(key)} stands on line {taken[key]} already")
            taken.setdefault(key, mistakes.document.line(where))
        subscriber = checked_subscriber(SubscriberTable, path, mistakes, shared)
        if subscriber:
            yield path, subscriber
