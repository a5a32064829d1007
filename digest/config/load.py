"""Reads a configuration whole, and the subscribers' files it names."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from digest.config.addresses import ascii_domain, bare_address
from digest.config.database import holds_password
from digest.config.document import Document
from digest.config.mistakes import Mistakes
from digest.config.places import Found, Place, matches
from digest.config.schema import DigestTable, RootTable, given
from digest.config.settings import BrokenFile, DkimSettings, MailSettings, Settings
from digest.config.subscribers import (
    SUBSCRIBER_KEYS,
    addresses_taken,
    from_document,
)
from digest.config.tables import (
    placed,
    placed_keys,
    read_mail,
    read_metrics,
    read_ranking,
    read_shared,
    read_sources,
    read_subscribers,
    read_summary,
)
from digest.config.values import did_you_mean, show
from digest.errors import ConfigError
from digest.subscriber import Subscriber
from digest.taxonomy import PREPRINT_SERVERS

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
