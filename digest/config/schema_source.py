"""What stands in [[source]]: a table of keys for each kind."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, PlainValidator

from digest import taxonomy
from digest.config import places, values
from digest.config.addresses import dated_web_address
from digest.config.schema import Duration, Flag, Line, NotEmpty, OneOrMany, Table, WebAddress, given
from digest.config.times import duration
from digest.config.values import did_you_mean

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


_Pattern = Annotated[str, PlainValidator(places.pattern)]
_ArxivCategories = Annotated[
    tuple[Annotated[str, PlainValidator(_arxiv_category)], ...], OneOrMany, NotEmpty
]
_ARXIV_CATEGORIES = f'a list of arXiv categories or archives, or "{WANTED}"'


class AnySource(BaseModel):
    """What every source must have: while its kind is unknown nothing else can be judged."""

    kind: Annotated[str, PlainValidator(_kind)] = Field(description="see config.example.toml")


class _Source(Table):
    name: Line = Field(description="what to call this source")
    kind: Line
    every: Annotated[timedelta, PlainValidator(duration(timedelta(minutes=1)))] | None = None
    alert_after: Duration | None = None


class FileSource(_Source):
    paths: Annotated[tuple[_Pattern, ...], OneOrMany, NotEmpty] = Field(
        alias="path", description="a file or glob pattern, or a list of them"
    )
    format: Annotated[str, PlainValidator(_format)] | None = None


class UrlSource(_Source):
    url: Annotated[str, PlainValidator(dated_web_address)] = Field(
        description="an http or https address; {date} in it stands for each day"
    )
    format: Annotated[str, PlainValidator(_format)] | None = None
    backfill: Duration | None = None


class BaseUrls(Table):
    feed: WebAddress | None = None
    list: WebAddress | None = None
    api: WebAddress | None = None


_BaseUrls = Annotated[BaseUrls, AfterValidator(given)]


class ArxivSource(_Source):
    categories: _ArxivCategories = Field(description=_ARXIV_CATEGORIES)
    cross_lists: Flag | None = None
    backfill: Duration | None = None
    base_urls: _BaseUrls | None = None


class ArxivApiSource(_Source):
    query: Line = Field(description='a query of arXiv, such as "cat:cs.LG AND abs:pruning"')
    backfill: Duration | None = None
    base_url: WebAddress | None = None


class ArxivOaiSource(_Source):
    categories: _ArxivCategories = Field(description=_ARXIV_CATEGORIES)
    backfill: Duration | None = None
    base_url: WebAddress | None = None


class HuggingFaceSource(_Source):
    backfill: Duration | None = None
    base_url: WebAddress | None = None


class BiorxivSource(_Source):
    categories: Annotated[tuple[Line, ...], OneOrMany, NotEmpty] | None = None
    backfill: Duration | None = None
    base_url: WebAddress | None = None


SOURCE_TABLES: dict[str, type[_Source]] = {
    "file": FileSource,
    "url": UrlSource,
    "arxiv": ArxivSource,
    "arxiv-api": ArxivApiSource,
    "arxiv-oai": ArxivOaiSource,
    "huggingface": HuggingFaceSource,
    "biorxiv": BiorxivSource,
    "medrxiv": BiorxivSource,
}
