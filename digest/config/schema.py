"""What stands in [digest], [[source]] and [[profile]], and what every table has in common."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
)

from digest.config import database, places, values
from digest.config.addresses import address, dated_web_address, web_address
from digest.config.secret import Secret
from digest.config.times import duration
from digest.config.values import did_you_mean

KINDS = ("file", "url")
LATER_KINDS = ("arxiv", "huggingface", "biorxiv", "medrxiv")
FORMATS = (
    "hf-text",
    "arxiv-text",
    "hf-json",
    "arxiv-rss",
    "arxiv-api",
    "arxiv-oai",
    "arxiv-mail",
    "arxiv-html",
    "biorxiv-json",
    "feed",
    "jsonl",
)

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


def _kind(value: Any) -> str:
    if value in LATER_KINDS:
        raise ValueError(f"{values.show(value)}: not yet; until then {', '.join(KINDS)}")
    kind: str = values.choice(*KINDS)(value)
    return kind


def _format(value: Any) -> str:
    if not isinstance(value, str) or value not in FORMATS:
        word = value if isinstance(value, str) else ""
        raise ValueError(f"{values.show(value)} is no format{did_you_mean(word, FORMATS)}")
    return value


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
Later = Annotated[None, PlainValidator(values.not_yet)]
SecretField = Annotated[Secret, PlainValidator(secret)]

_Pattern = Annotated[str, PlainValidator(places.pattern)]
_PresentPattern = Annotated[str, PlainValidator(places.present_pattern)]


class RootTable(Table):
    """The outermost tables; each is read on its own, so that all mistakes show at once."""

    digest: Any = None
    mail: Any = None
    source: tuple[dict[str, Any], ...] = ()
    defaults: Any = None
    profile: tuple[dict[str, Any], ...] = ()
    subscriber: tuple[dict[str, Any], ...] = ()


class DigestTable(Table):
    database: Annotated[Secret, PlainValidator(_database)] | None = None
    templates: Annotated[Path, PlainValidator(places.existing_folder)] | None = None
    subscribers: Annotated[tuple[_PresentPattern, ...], OneOrMany] = ()
    contact: Address | None = None
    alerts_to: Annotated[tuple[Address, ...], OneOrMany, NotEmpty] | None = None
    heartbeat: Annotated[str, PlainValidator(web_address)] | None = None
    keep_dumps: Duration | None = None
    keep_papers: Duration | None = None
    keep_issues: Duration | None = None


class LaterSource(BaseModel):
    """A source whose kind is missing, unknown or not there yet: nothing else can be judged."""

    kind: Annotated[str, PlainValidator(_kind)] = Field(description=" or ".join(KINDS))


class FileSource(Table):
    name: Line = Field(description="what to call this source")
    kind: Line
    paths: Annotated[tuple[_Pattern, ...], OneOrMany, NotEmpty] = Field(
        alias="path", description="a file or glob pattern, or a list of them"
    )
    format: Annotated[str, PlainValidator(_format)] | None = None
    every: Annotated[timedelta, PlainValidator(duration(timedelta(minutes=1)))] | None = None


class UrlSource(Table):
    name: Line = Field(description="what to call this source")
    kind: Line
    url: Annotated[str, PlainValidator(dated_web_address)] = Field(
        description="an http or https address; {date} in it stands for each day"
    )
    format: Annotated[str, PlainValidator(_format)] | None = None
    backfill: Duration | None = None
    every: Annotated[timedelta, PlainValidator(duration(timedelta(minutes=1)))] | None = None


SOURCE_TABLES: dict[str, type[FileSource | UrlSource]] = {"file": FileSource, "url": UrlSource}
