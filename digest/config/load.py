"""Reads a configuration whole, and the subscribers' files it names.

The tables of a configuration, one after another: each becomes settings or mistakes.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from digest.config.document import Document, KeyPath
from digest.config.mistakes import Mistakes
from digest.config.paths import Found, Place, holds_password, matches
from digest.config.schema_source import SOURCE_TABLES, AnySource
from digest.config.secret import Secret
from digest.config.settings import (
    PORTS,
    BrokenFile,
    DigestTable,
    DkimSettings,
    MailSettings,
    MailTable,
    MetricsSettings,
    MetricsTable,
    RankingSettings,
    RankingTable,
    RootTable,
    Settings,
    Shared,
    SourceSettings,
    SummarySettings,
    SummaryTable,
    given,
)
from digest.config.subscribers import (
    SUBSCRIBER_KEYS,
    DefaultsTable,
    ProfileTable,
    SubscriberTable,
    addresses,
    addresses_taken,
    check_references,
    checked_subscriber,
    from_document,
    template,
)
from digest.config.values import ascii_domain, bare_address, did_you_mean, is_loopback, show
from digest.errors import ConfigError
from digest.subscriber import Interest, Library, Subscriber
from digest.taxonomy import PREPRINT_SERVERS


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


_BETWEEN_WORDS = re.compile(r"[\W_]+")
_BETTER = 'write it elsewhere and refer to it, as { env = "…" } or { file = "…" }'


def load(path: Path, *, text: str | None = None) -> Settings:
    """Read the configuration; ConfigError with all its mistakes, each `FILE:LINE: key: what`.

    A mistake in a subscriber's file is no error: it stands in `broken_files`. `text` is read as
    if it stood in the file.
    """
    document = Document.read(path) if text is None else Document.parse(text, path)
    place = Place(folder=path.absolute().parent)
    mistakes = Mistakes(document, place, owner_keys=SUBSCRIBER_KEYS)
    mistakes.read(RootTable, ())
    keys = _digest_keys(mistakes)
    keys["subscriber_patterns"] = keys.pop("subscribers", ())
    mail = read_mail(mistakes)
    ranking = read_ranking(mistakes)
    metrics = read_metrics(mistakes)
    summary = read_summary(mistakes)
    sources = tuple(read_sources(mistakes))
    shared = read_shared(mistakes)
    subscribers = list(read_subscribers(mistakes, shared))
    mistakes.raise_any()
    settings = Settings(
        path=path.absolute(),
        document=document,
        written={each.key: (document, where) for where, each in subscribers},
        mail=mail,
        ranking=ranking,
        metrics=metrics,
        summary=summary,
        sources=sources,
        subscribers=tuple(each for _, each in subscribers),
        shared=shared,
        library_keys=placed_keys(mistakes),
        **keys,
    )
    warnings = (*_warnings(document, settings), *place.found.warnings)
    settings = replace(settings, warnings=warnings)
    return _with_files(settings)


def _digest_keys(mistakes: Mistakes) -> dict[str, Any]:
    if "digest" not in mistakes.document.data:
        return {}
    table = mistakes.read(DigestTable, ("digest",))
    keys = given(table) if table else {}
    if "database" in keys:
        keys["database"] = placed(keys["database"], ("digest", "database"), mistakes)
    if "contact" in keys:
        keys.setdefault("alerts_to", (keys["contact"],))
    return keys


def _warnings(document: Document, settings: Settings) -> Iterator[str]:
    mail, database = settings.mail, settings.database
    if mail and mail.password and mail.password.plain is not None:
        yield f"{mail.password.where}: a secret in plain text: {_BETTER}"
    keys = (settings.summary.key, *settings.library_keys.values())
    for key in filter(None, keys):
        if key.plain is not None:
            yield f"{key.where}: a secret in plain text: {_BETTER}"
    if mail and mail.dkim:
        yield from _dkim_warnings(document, mail, mail.dkim)
    yield from _category_warnings(settings)
    if database and database.plain and holds_password(database.plain):
        yield f"{database.where}: holds a password in plain text: {_BETTER}"


def _dkim_warnings(document: Document, mail: MailSettings, dkim: DkimSettings) -> Iterator[str]:
    if dkim.key.plain is not None:
        yield f"{dkim.key.where}: a secret in plain text: {_BETTER}"
    sender = ascii_domain(bare_address(mail.sender).rpartition("@")[2])
    if dkim.domain and dkim.domain.split(".")[-2:] != sender.split(".")[-2:]:
        where = document.where(("mail", "dkim", "domain"))
        yield f"{where}: is not the domain of from, {sender}: DMARC takes no such signature"


def _category_warnings(settings: Settings) -> Iterator[str]:
    """Doubt categories that a server of preprints is not known to have: it may have new ones."""
    for number, source in enumerate(settings.sources):
        known = PREPRINT_SERVERS.get(source.kind, ())
        for place, written in enumerate(source.categories if known else ()):
            plain = _BETWEEN_WORDS.sub(" ", written).strip().casefold()
            if plain not in known:
                where = settings.where("source", number, "categories", place)
                near = did_you_mean(plain, known)
                yield f"{where}: {show(written)} is no known category of {source.kind}{near}"


def _with_files(settings: Settings) -> Settings:
    """Add the subscribers' files in the order of their names; each stands or falls alone."""
    subscribers: list[Subscriber] = list(settings.subscribers)
    taken = addresses_taken(settings.subscribers)
    texts: dict[Path, str] = {}
    broken: list[BrokenFile] = []
    warnings, keys = list(settings.warnings), dict(settings.library_keys)
    written = dict(settings.written)
    patterns = settings.subscriber_patterns
    for path in dict.fromkeys(path for pattern in patterns for path in matches(pattern)):
        try:
            document = Document.read(path)
            found = Found()
            subscriber = from_document(document, settings.shared, taken, found=found)
        except ConfigError as error:
            broken.append(BrokenFile(path=path, problems=error.problems))
            continue
        subscribers.append(subscriber)
        taken |= addresses_taken((subscriber,))
        written[subscriber.key] = document, ()
        texts[path] = document.text
        warnings += found.warnings
        keys |= found.keys
    return replace(
        settings,
        warnings=tuple(warnings),
        library_keys=keys,
        subscribers=tuple(subscribers),
        subscriber_files=texts,
        written=written,
        broken_files=tuple(broken),
    )
