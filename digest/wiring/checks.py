"""What keeps a configuration from working: looked for by `check`, and first by who sends.

A mistake is what a command refuses to work with, a failure what it would report as failed, and a
warning what works but can hardly be meant. Each is a line that names file, line and remedy.
"""

import errno
import os
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from digest import config, taxonomy
from digest.config import Secret, Settings, SourceSettings
from digest.errors import (
    ConfigError,
    DigestError,
    NoDatabase,
    RenderError,
    SchemaTooNew,
    SchemaTooOld,
    StoreError,
    StoreUnavailable,
    missing_extra,
)
from digest.pipeline.receive import new_letters
from digest.ranking.matching import plain_category
from digest.rules import prospects
from digest.sources.files import files_of
from digest.subscriber import Subscriber
from digest.wiring import people
from digest.wiring.mail import mail_of, read_password, signer
from digest.wiring.ranking import load_model
from digest.wiring.sources import wanted_categories
from digest.wiring.store import open_store, unwritable
from digest.wiring.templates import try_templates

METRICS_HOST = "127.0.0.1"

_BY_CATEGORY = ("arxiv", "arxiv-oai")
_SERVERS = ("biorxiv", "medrxiv")
BOUND = (*_BY_CATEGORY, *_SERVERS)
"""Kinds of sources that bring the categories they are asked for; others may bring any."""

_WANTED = "wanted"


@dataclass(slots=True, kw_only=True)
class Findings:
    """What was found; `good` names what was looked at and is well, `waits` what time may mend."""

    mistakes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    good: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """Everything but warnings, each line once."""
        return list(dict.fromkeys((*self.mistakes, *self.failures, *self.waits)))


Look = Callable[[Settings], str | None]
"""Names what is well, None where nothing is asked for; ConfigError with what is not."""


def require(settings: Settings, *, delivers: bool = True) -> None:
    """Raise ConfigError with all that keeps issues from being made, and from being delivered."""
    looks = (*_TO_MAKE, *(_TO_DELIVER if delivers else ()))
    if mistakes := [line for look in looks for line in _try(look, settings)[1]]:
        raise ConfigError(mistakes)


@contextmanager
def look(settings: Settings, now: datetime) -> Iterator[tuple[Findings, sa.Engine | None]]:
    """Look at everything that can be known offline; the database stays open, if there is one."""
    found = Findings(warnings=list(settings.warnings))
    unit = {each.where: each for each in _secrets(settings) if each.is_for_unit(os.environ)}
    found.warnings += (
        f"{where}: systemd hands the credential {each.credential} to its unit alone: "
        "not looked at here"
        for where, each in unit.items()
    )
    for each in (*_TO_MAKE, *_TO_DELIVER, *_TO_SERVE):
        good, mistakes = _try(each, settings)
        found.mistakes += (line for line in mistakes if not line.startswith(tuple(unit)))
        found.good += [good] if good else []
    if not _unread(settings.database):
        found.mistakes += unwritable(settings)
    found.mistakes += [line for each in settings.broken_files for line in each.problems]
    _look_at_templates(settings, found)
    _look_at_sources(settings, found)
    _look_at_inbox(settings, found)
    with _database(settings, found) as engine:
        everyone = list(settings.subscribers)
        if engine:
            everyone, complaints = people.subscribers(settings, engine)
            found.failures += [line for line in complaints if line not in found.mistakes]
        _look_at_people(settings, everyone, found, now)
        yield found, engine


def _try(look: Look, settings: Settings) -> tuple[str | None, Sequence[str]]:
    try:
        return look(settings), ()
    except ConfigError as error:
        return None, error.problems


def _mail(settings: Settings) -> str:
    mail = mail_of(settings)
    way = f"files in {mail.directory}" if mail.directory else f"{mail.host}:{mail.port}"
    return f"mail by {way}" + (f", all to {mail.redirect_all_to}" if mail.redirect_all_to else "")


def _signature(settings: Settings) -> str | None:
    return "the key of DKIM" if signer(settings) else None


def _model(settings: Settings) -> str | None:
    return "the sentence model" if load_model(settings) else None


def _metrics(settings: Settings) -> str | None:
    if settings.metrics.file is None and settings.metrics.port is None:
        return None
    try:
        import prometheus_client  # noqa: F401 (whether it is there)
    except ImportError as error:
        raise missing_extra(settings.where("metrics"), error, "metrics") from error
    return "metrics"


def _database_url(settings: Settings) -> None:
    settings.database_url(os.environ)


def _password(settings: Settings) -> str | None:
    return "the password of the relay" if settings.mail and read_password(settings.mail) else None


def _other_secrets(settings: Settings) -> str | None:
    """Try to read the secrets without which part of an issue is missing."""
    secrets = [*filter(None, (settings.summary.key,)), *settings.library_keys.values()]
    problems = [line for each in secrets for line in _unread(each)]
    if problems:
        raise ConfigError(problems)
    return "other secrets" if secrets else None


def _unread(secret: Secret | None) -> Sequence[str]:
    try:
        if secret:
            secret.read(os.environ)
    except ConfigError as error:
        return error.problems
    return ()


def _secrets(settings: Settings) -> Iterator[Secret]:
    """Return the secrets that are needed when the program works, where there are any."""
    mail = settings.mail
    named = [settings.summary.key, mail and mail.password, mail and mail.dkim and mail.dkim.key]
    yield from filter(None, (*named, *settings.library_keys.values()))


def _metrics_file(settings: Settings) -> None:
    file = settings.metrics.file
    if file is None:
        return
    where = settings.where("metrics", "file")
    if file.is_dir():
        raise ConfigError([f"{where}: {file} is a folder: name a file in it"])
    if not file.parent.is_dir():
        raise ConfigError([f"{where}: there is no folder {file.parent}: make it, or name another"])


def _metrics_port(settings: Settings) -> None:
    """Try the port, unless a service of ours answers there already."""
    port = settings.metrics.port
    if port is None:
        return
    try:
        with socket.create_server((METRICS_HOST, port)):
            return
    except OSError as error:
        if error.errno == errno.EADDRINUSE and _is_ours(port):
            return
        why = error.strerror or str(error)
        raise ConfigError([metrics_problem(settings, why)]) from error


def metrics_problem(settings: Settings, why: str) -> str:
    """Return what to say of a port that cannot be used."""
    where = settings.where("metrics", "port")
    return f"{where}: {settings.metrics.port}: {why}: name another port"


def _is_ours(port: int) -> bool:
    """Whether figures of a digest are served at a port of this machine."""
    try:
        with socket.create_connection((METRICS_HOST, port), timeout=2) as peer:
            peer.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            with peer.makefile("rb") as answer:
                return b"digest_" in answer.read(1_000_000)
    except OSError:
        return False


_TO_MAKE: tuple[Look, ...] = (_database_url, _mail, _model, _metrics)
_TO_DELIVER: tuple[Look, ...] = (_password, _signature)
_TO_SERVE: tuple[Look, ...] = (_metrics_file, _metrics_port, _other_secrets)


def _look_at_templates(settings: Settings, found: Findings) -> None:
    try:
        found.warnings += try_templates(settings)
    except RenderError as error:
        found.failures.append(str(error))
    else:
        found.good.append("all templates")


@contextmanager
def _database(settings: Settings, found: Findings) -> Iterator[sa.Engine | None]:
    """Open the database; None while there is none, which is no mistake."""
    store = open_store(settings, read_only=True)
    where = settings.where("digest", "database")
    try:
        engine = store.__enter__()
    except NoDatabase:
        yield None
        return
    except DigestError as error:
        _file_away(error, where, found)
        yield None
        return
    try:
        found.good.append("the database")
        yield engine
    finally:
        store.__exit__(None, None, None)


def _file_away(error: DigestError, where: str, found: Findings) -> None:
    """Say of a database that cannot be used what that means."""
    match error:
        case ConfigError():
            found.mistakes += [line for line in error.problems if line not in found.mistakes]
        case SchemaTooNew():
            found.mistakes.append(f"{where}: {error}")
        case SchemaTooOld():
            found.warnings.append(f"{where}: {error}; send and run do it by themselves")
        case StoreUnavailable():
            found.waits.append(f"{where}: {error}")
        case _:
            found.failures.append(f"{where}: {error}")


def _look_at_sources(settings: Settings, found: Findings) -> None:
    if not settings.sources:
        found.warnings.append(
            f"{settings.where()}: no [[source]]: papers come by digest fetch FILE alone"
        )
    for number, source in enumerate(settings.sources):
        if source.kind == "file":
            _look_at_files(settings, number, source, found)
        elif source.categories == (_WANTED,) and not wanted_categories(settings):
            found.warnings.append(
                f'{settings.where("source", number, "categories")}: "{_WANTED}" is nothing while '
                "no subscriber names a category of arXiv"
            )
    if settings.sources:
        found.good.append(_counted(len(settings.sources), "source"))


def _look_at_files(
    settings: Settings, number: int, source: SourceSettings, found: Findings
) -> None:
    for place, pattern in enumerate(source.paths):
        where = settings.where("source", number, "path", place)
        try:
            files = files_of(Path(pattern))
        except OSError as error:
            found.failures.append(f"{where}: {pattern}: {error.strerror}")
            continue
        if not files:
            found.warnings.append(
                f"{where}: no file matches {pattern} yet: put listings there, or write another path"
            )
        found.failures += [
            f"{where}: there is no file {file}: put it there, or write another path"
            for file in files
            if not file.is_file()
        ]


def _look_at_inbox(settings: Settings, found: Findings) -> None:
    inbox = settings.mail.inbox if settings.mail else None
    if inbox is None:
        return
    where = settings.where("mail", "inbox")
    try:
        new_letters(inbox)
    except StoreError as error:
        found.failures.append(f"{where}: {error}: a maildir is meant, with new and cur in it")
    else:
        if (inbox / "new").is_dir():
            found.good.append("the inbox")
        else:
            found.warnings.append(
                f"{where}: {inbox} is no maildir yet, for it has no folder new: "
                "whoever delivers there has to make it"
            )


def _look_at_people(
    settings: Settings, everyone: Sequence[Subscriber], found: Findings, now: datetime
) -> None:
    for number, pattern in enumerate(settings.subscriber_patterns):
        if not config.matches(pattern):
            found.warnings.append(
                f"{settings.where('digest', 'subscribers', number)}: no file matches {pattern} yet"
            )
    if not everyone and not settings.broken_files:
        found.warnings.append(
            f"{settings.where()}: no subscriber: write a [[subscriber]], "
            "or digest subscribers add ADDRESS"
        )
    found.warnings += _summed(_doubts(settings, everyone, now))
    if everyone:
        found.good.append(_counted(len(everyone), "subscriber"))


def _doubts(
    settings: Settings, everyone: Iterable[Subscriber], now: datetime
) -> Iterator[tuple[str, str, str]]:
    """Return of whom nothing can come: the place, the address and why."""
    days: dict[object, str | None] = {}
    nothing: dict[object, list[tuple[int, str]]] = {}
    for each in everyone:
        if each.schedule not in days:
            days[each.schedule] = prospects.why_no_day(each.schedule, now)
        if why := days[each.schedule]:
            key = "until" if why.startswith("until") else "days"
            yield settings.where_of(each, key), each.email, why
        wants = (each.interests, each.exclude, each.sources)
        if wants not in nothing:
            nothing[wants] = list(_hopeless(settings, each))
        for number, why in nothing[wants]:
            yield _interest_place(settings, each, number), each.email, why


def _hopeless(settings: Settings, subscriber: Subscriber) -> Iterator[tuple[int, str]]:
    is_pulled = pulled_by(settings, subscriber)
    for number, interest in enumerate(subscriber.interests):
        if why := prospects.why_nothing(interest, subscriber.exclude, is_pulled):
            name = f"interest “{interest.name}”" if interest.name else "this interest"
            yield number, f"{name} can bring nothing: {why}"


def _interest_place(settings: Settings, subscriber: Subscriber, number: int) -> str:
    """Return where an interest stands: those of a profile come before the subscriber's own."""
    if subscriber.key not in settings.written:
        return subscriber.email
    document, table = settings.written[subscriber.key]
    if (*table, "subscriber", "interest") in document.lines:
        table = (*table, "subscriber")
    own = sum((*table, "interest", n) in document.lines for n in range(len(subscriber.interests)))
    place = number - (len(subscriber.interests) - own)
    return document.where((*table, "interest", place) if place >= 0 else (*table, "profile"))


def _summed(doubts: Iterable[tuple[str, str, str]]) -> list[str]:
    """Return a line for each reason, with the first place that has it."""
    places: dict[str, list[tuple[str, str]]] = {}
    for where, email, why in doubts:
        places.setdefault(why, []).append((where, email))
    lines = []
    for why, of in places.items():
        where, email = of[0]
        others = f" and {_counted(len(of) - 1, 'other')}" if len(of) > 1 else ""
        who = "" if where == email and not others else f" {email}{others}:"
        lines.append(f"{where}:{who} {why}")
    return lines


def pulled_by(settings: Settings, subscriber: Subscriber) -> prospects.IsPulled:
    """Return what tells of a category whether a source that the subscriber reads may bring it.

    A source that is bound to no categories may bring any.
    """
    sources = read_by(settings, subscriber)
    if any(each.kind not in BOUND for each in sources):
        return lambda term: True
    return asked_for(settings, sources)


def read_by(settings: Settings, subscriber: Subscriber) -> list[SourceSettings]:
    """Return the sources that a subscriber reads."""
    wanted = subscriber.sources
    return [each for each in settings.sources if wanted is None or each.name in wanted]


def asked_for(settings: Settings, sources: Sequence[SourceSettings]) -> prospects.IsPulled:
    """Return what tells of a category whether some sources ask for it."""
    arxiv = _arxiv_categories(settings, sources)
    servers = [each for each in sources if each.kind in _SERVERS]
    named = {plain_category(name) for each in servers for name in each.categories}
    has_all = any(not each.categories for each in servers)

    def is_asked_for(term: str) -> bool:
        meant = taxonomy.expand(term)
        is_covered = arxiv.issuperset(meant) if meant else has_all
        return is_covered or plain_category(term) in named

    return is_asked_for


def _arxiv_categories(settings: Settings, sources: Sequence[SourceSettings]) -> set[str]:
    """Return the single categories of arXiv that sources ask for."""
    terms = {term for each in sources if each.kind in _BY_CATEGORY for term in each.categories}
    wanted = wanted_categories(settings) if _WANTED in terms else ()
    return {name for term in terms for name in taxonomy.expand(term)}.union(wanted)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
