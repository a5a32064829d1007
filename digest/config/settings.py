"""What a configuration says, as frozen values; the defaults here are the true ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from digest.config.database import database_url, state_folder
from digest.config.document import Document
from digest.config.positions import KeyPath
from digest.config.secret import Secret
from digest.subscriber import Interest, Library, Subscriber

PORTS: Mapping[str, int] = {"none": 25, "starttls": 587, "tls": 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimSettings:
    """How mail is signed: with the private key, in PEM, whose public half `selector` names.

    `domain` is in A-labels; None is that of the sender.
    """

    domain: str | None = None
    selector: str
    key: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """How mail leaves: to the relay at `host`, or as files in `directory`; never both.

    `sender` and `reply_to` are `a@b` or `Name <a@b>`, without line breaks. `unsubscribe` are
    mailto: and https: addresses, best first, in which {token} is the subscriber's.
    """

    sender: str
    reply_to: str | None = None
    bounce_address: str | None = None
    inbox: Path | None = None
    dkim: DkimSettings | None = None
    host: str | None = None
    directory: Path | None = None
    port: int = PORTS["starttls"]
    security: Literal["none", "starttls", "tls"] = "starttls"
    ca_file: Path | None = None
    username: str | None = None
    password: Secret | None = None
    auth: Literal["auto", "xoauth2"] = "auto"
    helo: str | None = None
    connections: int = 4
    messages_per_connection: int = 100
    commit_group: int = 1
    max_per_second: float | None = None
    retry_for: timedelta = timedelta(hours=20)
    retry_after: timedelta = timedelta(minutes=5)
    in_doubt: Literal["resend", "hold"] = "resend"
    unsubscribe: tuple[str, ...] = ()
    redirect_all_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """A place that announces papers; which keys count depends on its kind.

    `paths` are absolute files or glob patterns (kind "file"); `url` may hold {date} (kind
    "url"). `categories` are as written ("wanted" too); `base_url` and `base_urls` stand for
    the service's own. `format` None is recognised; `every` None is as the kind needs it. Down,
    late or stale for longer than `alert_after` it is the operator's matter.
    """

    name: str
    kind: str
    paths: tuple[str, ...] = ()
    url: str | None = None
    categories: tuple[str, ...] = ()
    cross_lists: bool = True
    query: str | None = None
    base_url: str | None = None
    base_urls: Mapping[str, str] = field(default_factory=dict)
    format: str | None = None
    backfill: timedelta = timedelta(days=7)
    every: timedelta | None = None
    alert_after: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingSettings:
    """Whether a sentence model joins the ranking, and its folder; None is that of the package."""

    embeddings: bool = False
    model: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SummarySettings:
    """Who writes summaries: `model` at `url`; nobody without them.

    `max_per_day` counts requests of a UTC day, `timeout` bounds each.
    """

    url: str | None = None
    model: str | None = None
    key: Secret | None = None
    max_per_day: int = 200
    timeout: timedelta = timedelta(seconds=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSettings:
    """Where figures for Prometheus go: a text file, and a port on loopback; neither by default."""

    file: Path | None = None
    port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenFile:
    """A subscriber's file with mistakes, each a finished line."""

    path: Path
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What every subscriber is built on: [defaults] as a template, profiles, known sources."""

    template: Subscriber = field(default_factory=lambda: Subscriber(email=""))
    profile: str | None = None
    profiles: Mapping[str, tuple[Interest, ...]] = field(default_factory=dict)
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A whole configuration; every path in it is absolute.

    `subscribers` has those of the files too; `subscriber_files` are the good files' texts,
    `subscriber_patterns` name them. `library_keys` are the keys of those libraries that need one.
    `written` is where each subscriber's table stands, by address as it is compared.
    """

    path: Path
    document: Document | None = field(default=None, repr=False, compare=False)
    database: Secret | None = None
    templates: Path | None = None
    contact: str | None = None
    alerts_to: tuple[str, ...] = ()
    heartbeat: str | None = field(default=None, repr=False)
    keep_dumps: timedelta = timedelta(days=30)
    keep_papers: timedelta = timedelta(days=730)
    keep_issues: timedelta = timedelta(days=180)
    arxiv_holidays: frozenset[date] = frozenset()
    mail: MailSettings | None = None
    ranking: RankingSettings = field(default_factory=RankingSettings)
    summary: SummarySettings = field(default_factory=SummarySettings)
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    sources: tuple[SourceSettings, ...] = ()
    subscribers: tuple[Subscriber, ...] = ()
    subscriber_files: Mapping[Path, str] = field(default_factory=dict, repr=False)
    subscriber_patterns: tuple[str, ...] = ()
    written: Mapping[str, tuple[Document, KeyPath]] = field(
        default_factory=dict, repr=False, compare=False
    )
    broken_files: tuple[BrokenFile, ...] = ()
    warnings: tuple[str, ...] = ()
    library_keys: Mapping[Library, Secret] = field(default_factory=dict, repr=False)
    shared: Shared = field(default_factory=Shared, repr=False)

    def where(self, *key: str | int) -> str:
        """Return FILE:LINE: key for messages; of a list, or of the value that stands for it."""
        if self.document is None:
            return f"{self.path}"
        while key and isinstance(key[-1], int) and key not in self.document.lines:
            key = key[:-1]
        return self.document.where(key)

    def where_of(self, subscriber: Subscriber, *key: str | int) -> str:
        """Return FILE:LINE: key of a subscriber; of one in the database, the address."""
        if subscriber.key not in self.written:
            return subscriber.email
        document, table = self.written[subscriber.key]
        return document.where((*table, *key))

    def database_url(self, environ: Mapping[str, str]) -> str:
        """The database as an SQLAlchemy URL, absolute where it is a file."""
        return database_url(self.database, self.path, environ)

    def state_folder(self, environ: Mapping[str, str]) -> Path:
        """Where the database and what belongs to it lie."""
        return state_folder(self.database, self.path, environ)
