"""Zotero's web API, version 3: the newest papers of a library or of some of its collections.

A library has a version that grows with every change, so that one question tells whether anything
is new. `Backoff` and `Retry-After` are the client's concern.

Zotero's items (web API, version 3) → examples, and which of its collections are meant.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeVar

from digest.errors import ConfigError, SourceError
from digest.libraries.bibtex import (
    MOST,
    Record,
    identify,
    list_of,
    name_of,
    newest,
    read_day,
    read_json,
    record_of,
    text_of,
)
from digest.net.client import Client, shown
from digest.paper import Paper
from digest.subscriber import Example, Library

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


_LIMIT = 100
_MOST_PAGES = 20  # of each collection: what is no paper takes places too
_LARGEST = 2**31 - 1

P = TypeVar("P", bound=Sized)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The newest examples of a library, oldest first, and the version that they are of."""

    examples: tuple[Example, ...]
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Zotero:
    """A library; `key` reads the secret when it is needed, and gives None for a public one."""

    library: Library
    client: Client
    key: Callable[[], str | None] = lambda: None
    most: int = MOST

    def pull(self, version: int | None = None) -> Shelf | None:
        """Get the newest; None if nothing changed since a version.

        Raises SourceUnavailable (out of reach) or SourceError (refused, no such collection).
        """
        session = _Session(
            library=self.library, client=self.client, key=self._usable_key(), since=version
        )
        try:
            found = dict(self._items(session))
        except _Unchanged:
            return None
        examples = newest(filter(None, found.values()), self.most)
        return Shelf(examples=examples, version=session.version)

    def _items(self, session: "_Session") -> Iterator[tuple[str, Example | None]]:
        for place in self._places(session):
            count = 0
            query = "sort=dateAdded&direction=desc&"
            for page in session.pages(f"{place}/items/top", self._read, query):
                yield from page.items()
                count += sum(example is not None for example in page.values())
                if count >= self.most:
                    break

    def _places(self, session: "_Session") -> list[str]:
        """Give where items lie, below the library."""
        if not self.library.collections:
            return [""]
        pages = session.pages("/collections", parse_collections)
        there = [collection for page in pages for collection in page]
        keys = chosen(there, self.library.collections)
        if not keys:
            wanted = ", ".join(self.library.collections)
            raise SourceError(f"none of its {len(there)} collections fits {wanted}")
        return [f"/collections/{key}" for key in keys]

    def _read(self, content: bytes) -> dict[str, Example | None]:
        return parse_items(content, self.library.name)

    def _usable_key(self) -> str | None:
        """Read the key; one that no header can hold would be shown by the error."""
        try:
            key = self.key()
        except ConfigError as error:
            raise SourceError(str(error)) from error
        if key is not None and not all("!" <= char <= "~" for char in key):
            raise SourceError("the key holds blanks or characters that are not ASCII")
        return key


class _Unchanged(Exception):  # noqa: N818 (reads as what it says)
    """The library has the version that was asked about."""


@dataclass(slots=True, kw_only=True)
class _Session:
    """Questions to one library; the first asks whether anything changed at all."""

    library: Library
    client: Client
    key: str | None
    since: int | None = None
    version: int | None = None

    def pages(self, place: str, read: Callable[[bytes], P], query: str = "") -> Iterator[P]:
        """Get page after page, until one is not full."""
        for number in range(_MOST_PAGES):
            url = (
                f"{self.library.base_url}/{self.library.name}{place}"
                f"?format=json&limit={_LIMIT}&start={number * _LIMIT}&{query}".rstrip("&")
            )
            try:
                page = read(self._get(url))
            except ValueError as error:
                raise SourceError(f"{shown(url)}: cannot be read: {error}") from error
            yield page
            if len(page) < _LIMIT:
                return

    def _get(self, url: str) -> bytes:
        headers = {"Zotero-API-Version": "3"}
        if self.key:
            headers["Zotero-API-Key"] = self.key
        if self.since is not None:
            headers["If-Modified-Since-Version"] = str(self.since)
        reply = self.client.fetch(url, headers=headers)
        if reply.content is None:
            raise _Unchanged
        self.since = None
        if self.version is None:
            self.version = _version(reply.headers.get("Last-Modified-Version", ""))
        return reply.content


def _version(text: str) -> int | None:
    return min(int(text), _LARGEST) if text.isdecimal() else None
