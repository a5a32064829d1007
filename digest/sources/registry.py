"""From the bytes of a dump to a listing: the table of formats, and which one a dump is in.

A new format is one module and one line in the table.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from digest.errors import ConfigError
from digest.paper import Dump, Listing
from digest.sources.arxiv.abstracts import ArxivText, has_records
from digest.sources.arxiv.api import ArxivApi
from digest.sources.arxiv.feed import ArxivRss
from digest.sources.arxiv.mailing import ArxivMail
from digest.sources.arxiv.oai import ArxivOai
from digest.sources.arxiv.pages import ArxivHtml
from digest.sources.biorxiv.api import BiorxivJson
from digest.sources.feed.feed import Feed
from digest.sources.huggingface.api import HfJson
from digest.sources.huggingface.text import HfText
from digest.sources.jsonl import JsonLines
from digest.sources.reading.text import decode, looks_like, malformed


class Format(Protocol):
    """How one kind of listing is told from others, and read."""

    name: str

    def recognises(self, text: str) -> bool:
        """Whether a text is certainly in this format."""

    def parse(self, dump: Dump) -> Listing:
        """Read a dump; raises ListingMalformed where it is nothing of the kind."""


_FORMATS: tuple[Format, ...] = (
    HfText(),
    ArxivText(),
    HfJson(),
    ArxivRss(),
    ArxivApi(),
    ArxivOai(),
    ArxivMail(),
    ArxivHtml(),
    BiorxivJson(),
    Feed(),
    JsonLines(),
)
FORMATS: Mapping[str, Format] = MappingProxyType({each.name: each for each in _FORMATS})


def recognise(dump: Dump) -> Format:
    """The format a dump is in; raises ListingMalformed that says what it looks like instead."""
    text = decode(dump)
    found = _recognising(text)
    if not found:
        names = ", ".join(sorted(FORMATS))
        kind = _kind(text)
        raise malformed(dump, f"{kind}; none of the formats that can be read: {names}")
    _only(found, dump)
    return found[0]


def parse(dump: Dump, format_name: str | None = None) -> Listing:
    """Read a dump in the named format, else in the one it is recognised to be in.

    Raises ConfigError for a name that is none, and ListingMalformed.
    """
    if format_name is None:
        return recognise(dump).parse(dump)
    named = _named(format_name)
    text = decode(dump)
    if not text.strip() and format_name != "jsonl":
        raise malformed(dump, "is empty")
    found = _recognising(text)
    if found and named not in found:
        raise malformed(dump, f"looks like {found[0].name}, not {format_name}")
    _only(found, dump)
    return named.parse(dump)


def _named(format_name: str) -> Format:
    if format_name not in FORMATS:
        names = ", ".join(sorted(FORMATS))
        raise ConfigError([f"format: {format_name!r} is none of {names}"])
    return FORMATS[format_name]


def _recognising(text: str) -> list[Format]:
    found = [each for each in FORMATS.values() if each.recognises(text)]
    if [each.name for each in found] == ["hf-text"] and has_records(text):
        found.append(FORMATS["arxiv-text"])  # too few beside the rest to be recognised alone
    return found


def _only(found: list[Format], dump: Dump) -> None:
    """A dump in two formats would be read as nonsense in either."""
    if len(found) > 1:
        names = " and ".join(each.name for each in found)
        raise malformed(dump, f"holds {names}: a file holds one format")


def _kind(text: str) -> str:
    if not text.strip():
        return "is empty"
    return f"looks like {looks_like(text) or 'plain text'}"


__all__ = ["FORMATS", "Format", "parse", "recognise"]
