"""What stands in [[source]]: a table of keys for each kind."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, PlainValidator

from digest import taxonomy
from digest.config import paths, values
from digest.config.settings import (
    Duration,
    Flag,
    Line,
    NotEmpty,
    OneOrMany,
    Table,
    WebAddress,
    given,
)
from digest.config.values import dated_web_address, did_you_mean, duration

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


WANTED = "wanted"
"""Stands for whatever categories the subscribers name."""


def _kind(value: Any) -> str:
    kind: str = values.choice(*SOURCE_TABLES)(value)
    return kind


def _format(value: Any) -> str:
    if not isinstance(value, str) or value not in FORMATS:
        word = value if isinstance(value, str) else ""
        raise ValueError(f"{values.show(value)} is no format{did_you_mean(word, FORMATS)}")
    return value


def _arxiv_category(value: Any) -> str:
    term = values.one_line(value)
    if term != WANTED and not taxonomy.expand(term):
        near = did_you_mean(term, [*taxonomy.NAMES, *taxonomy.ARCHIVES])
        raise ValueError(f"{values.show(term)} is no category or archive of arXiv{near}")
    return term


_Pattern = Annotated[str, PlainValidator(paths.pattern)]
_ArxivCategories = Annotated[
    tuple[Annotated[str, PlainValidator(_arxiv_category)], ...], OneOrMany, NotEmpty
]
_ARXIV_CATEGORIES = f'a list of arXiv categories or archives, or "{WANTED}"'


class AnySource(BaseModel):
    """What every source must have: while its kind is unknown nothing else can be judged."""

    kind: Annotated[str, PlainValidator(_kind)] = Field(description="see config.example.toml")


class SourceTable(Table):
    """What all kinds have."""

    name: Line = Field(description="what to call this source")
    kind: Line
    """What it is: one of those below."""
    every: Annotated[timedelta, PlainValidator(duration(timedelta(minutes=1)))] | None = None
    """How often it is pulled. Without it: as the kind needs, for arXiv after each expected
    announcement."""
    alert_after: Duration | None = None
    """Down, late or stale for longer than this, it is reported to alerts_to."""


class FileSource(SourceTable):
    paths: Annotated[tuple[_Pattern, ...], OneOrMany, NotEmpty] = Field(
        alias="path", description="a file or glob pattern, or a list of them"
    )
    format: Annotated[str, PlainValidator(_format)] | None = None
    """The format of the files. Without it: recognised by content."""


class UrlSource(SourceTable):
    url: Annotated[str, PlainValidator(dated_web_address)] = Field(
        description="an http or https address; {date} in it stands for each day"
    )
    format: Annotated[str, PlainValidator(_format)] | None = None
    """The format of what is there. Without it: recognised by content."""
    backfill: Duration | None = None
    """How far back the very first pull reaches, with {date}."""


class BaseUrls(Table):
    feed: WebAddress | None = None
    """Where today's feeds are."""
    list: WebAddress | None = None
    """Where the listing pages are."""
    api: WebAddress | None = None
    """Where the query interface is."""


_BaseUrls = Annotated[BaseUrls, AfterValidator(given)]


class ArxivSource(SourceTable):
    categories: _ArxivCategories = Field(description=_ARXIV_CATEGORIES)
    cross_lists: Flag | None = None
    """Whether papers that are cross-listed into a category count."""
    backfill: Duration | None = None
    """How far back the very first pull reaches."""
    base_urls: _BaseUrls | None = None
    """Other addresses of the service: { feed = "…", list = "…", api = "…" }."""


class ArxivApiSource(SourceTable):
    query: Line = Field(description='a query of arXiv, such as "cat:cs.LG AND abs:pruning"')
    backfill: Duration | None = None
    """How far back the very first pull reaches."""
    base_url: WebAddress | None = None
    """Another address of the service."""


class ArxivOaiSource(SourceTable):
    categories: _ArxivCategories = Field(description=_ARXIV_CATEGORIES)
    backfill: Duration | None = None
    """How far back the very first pull reaches."""
    base_url: WebAddress | None = None
    """Another address of the service."""


class HuggingFaceSource(SourceTable):
    backfill: Duration | None = None
    """How far back the very first pull reaches."""
    base_url: WebAddress | None = None
    """Another address of the service."""


class BiorxivSource(SourceTable):
    categories: Annotated[tuple[Line, ...], OneOrMany, NotEmpty] | None = None
    """Its own names of categories, in any case or dash. Without it: all."""
    backfill: Duration | None = None
    """How far back the very first pull reaches."""
    base_url: WebAddress | None = None
    """Another address of the service."""


SOURCE_TABLES: dict[str, type[SourceTable]] = {
    "file": FileSource,
    "url": UrlSource,
    "arxiv": ArxivSource,
    "arxiv-api": ArxivApiSource,
    "arxiv-oai": ArxivOaiSource,
    "huggingface": HuggingFaceSource,
    "biorxiv": BiorxivSource,
    "medrxiv": BiorxivSource,
}
