"""Zotero's items (web API, version 3) → examples, and which of its collections are meant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from digest.examples.days import read_day
from digest.examples.identifiers import identify
from digest.examples.records import Record, list_of, name_of, read_json, record_of, text_of
from digest.paper import Paper
from digest.subscriber import Example

_NO_PAPERS = ("attachment", "note", "annotation")
_IDS = ("DOI", "archiveID", "archiveLocation", "url")
_MENTIONS = ("archiveID", "extra", "url", "publicationTitle", "reportNumber", "number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A collection; `parent` is the key of the one that it is in."""

    key: str
    name: str
    parent: str | None = None


def parse_items(content: bytes, library: str) -> dict[str, Example | None]:
    """Read a page of items by key, in their order; None for what is no paper.

    ValueError where it is no page.
    """
    items = [record_of(record_of(item).get("data")) for item in _page(content)]
    return {text_of(item.get("key")): _example(item, library) for item in items}


def parse_collections(content: bytes) -> list[Collection]:
    """Read a page of collections; ValueError where it is none."""
    records = [record_of(record_of(each).get("data")) for each in _page(content)]
    return [
        Collection(
            key=text_of(record.get("key")),
            name=text_of(record.get("name")),
            parent=text_of(record.get("parentCollection")) or None,
        )
        for record in records
    ]


def chosen(collections: Iterable[Collection], patterns: Iterable[str]) -> list[str]:
    """Give the keys of those whose name, or path as `ML/Attention`, fits a pattern in any case."""
    by_key = {each.key: each for each in collections}
    folded = [pattern.casefold() for pattern in patterns]
    return [
        each.key
        for each in by_key.values()
        if any(
            fnmatchcase(name.casefold(), pattern)
            for name in (each.name, _path(each, by_key))
            for pattern in folded
        )
    ]


def _page(content: bytes) -> list[object]:
    page = read_json(content)
    if not isinstance(page, list):
        raise ValueError("no list of items")
    return list_of(page)


def _path(collection: Collection, by_key: Mapping[str, Collection]) -> str:
    names: dict[str, str] = {}
    at: Collection | None = collection
    while at and at.key not in names:  # no circle is walked twice
        names[at.key] = at.name
        at = by_key.get(at.parent or "")
    return "/".join(reversed(names.values()))


def _example(item: Record, library: str) -> Example | None:
    title = text_of(item.get("title"))
    known = identify(
        (text_of(item.get(key)) for key in _IDS), (text_of(item.get(key)) for key in _MENTIONS)
    )
    name = known.arxiv or known.doi
    if item.get("itemType") in _NO_PAPERS or not (title or name):
        return None
    paper = Paper(
        title=title,
        abstract=text_of(item.get("abstractNote")) or None,
        authors=_authors(item),
        arxiv_id=known.arxiv,
        doi=known.doi,
    )
    return Example(
        name=name or f"{library}:{text_of(item.get('key'))}",
        paper=paper if title else None,
        added=read_day(text_of(item.get("dateAdded"))),
    )


def _authors(item: Record) -> tuple[str, ...]:
    people = [person for person in map(record_of, list_of(item.get("creators")))
              if person.get("creatorType") == "author"]  # fmt: skip
    return tuple(filter(None, (name_of(person, "firstName", "lastName") for person in people)))
