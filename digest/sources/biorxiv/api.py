"""biorxiv-json: pages of the bioRxiv and medRxiv API, `/details/…/json`.

From formats.md, biorxiv: `messages` says how the request went, `collection` has a record for each
version, all with the same DOI; version 1 is the new one and its date the day of both submission
and announcement. Numbers are at times strings. "Nothing" is a status such as `no posts found`,
an empty body is a failure. `published` is the journal version's DOI, which is neither this
paper's nor a journal reference, so it is not read; nor is the corresponding author's institution
an organisation that speaks for all. Flattening tokens in abstracts (`O_LI`, `C_SCPLOW`) stay:
parsing changes nothing but white space.
"""

import re
from collections.abc import Iterator
from datetime import date

from digest.paper import Announcement, AnnounceType, Dump, Listing, Paper, PaperId, Rejection
from digest.sources.reading.json_text import (
    Document,
    Entry,
    Facts,
    Found,
    Unreadable,
    as_object,
    day_of,
    make_listing,
    no_days,
    number_of,
    read_documents,
    read_paper,
)
from digest.sources.reading.text import shown

NAME = "biorxiv-json"
_HEAD = 4096
_LIST = "collection"
_BEGINNING = re.compile(r'\s*\{\s*"(?:messages|collection)"\s*:\s*\[')
_NOTHING = re.compile(r"\s*no\b", re.IGNORECASE)
_SITES = {"biorxiv": "https://www.biorxiv.org", "medrxiv": "https://www.medrxiv.org"}


class BiorxivJson:
    """The format as the table of formats knows it."""

    name = NAME

    def recognises(self, text: str) -> bool:
        """Whether it begins as a page of this API does."""
        return _BEGINNING.match(text[:_HEAD]) is not None

    def parse(self, dump: Dump) -> Listing:
        """Read every record of every page; raises ListingMalformed where there is no page."""
        pages = [_read_page(document, dump) for document in read_documents(dump, NAME, _LIST)]
        return make_listing(dump, NAME, pages)


def _read_page(document: Document, dump: Dump) -> list[Found] | Rejection:
    entries = document.entries or ()
    if document.damage and not entries:
        return document.damage
    if (why := _why_no_page(document)) is not None:
        return Rejection(line=document.line, why=why)
    found = [item for entry in entries for item in _read(entry, dump)]
    return [*found, *_missing(document, len(entries))]


def _why_no_page(document: Document) -> str | None:
    """Records speak for themselves; that there are none has to be said by the service."""
    if document.entries:
        return None if _are_records(document.entries) else _other_kind()
    status = _message(document).get("status")
    if not isinstance(status, str):
        return _other_kind()
    if status.strip().lower() == "ok":
        return None if document.entries is not None else "a page without a collection of records"
    return None if _NOTHING.match(status) else f"the service answered: {shown(status)}"


def _are_records(entries: tuple[Entry, ...]) -> bool:
    return any(as_object(entry.value).keys() >= {"doi", "version"} for entry in entries)


def _other_kind() -> str:
    return f"looks like JSON of another kind, not {NAME}"


def _message(document: Document) -> Facts:
    messages = document.members.get("messages")
    return as_object(messages[0]) if isinstance(messages, list) and messages else {}


def _missing(document: Document, there: int) -> Iterator[Rejection]:
    """Report a page that is cut, or shorter than it says itself."""
    if document.damage:
        yield document.damage
        return
    try:
        count = number_of(_message(document).get("count"), "count")
    except Unreadable as error:
        yield Rejection(line=document.line, why=str(error))
        return
    if count is not None and count > there:
        why = f"the page says that it holds {count} papers, but {there} are there"
        yield Rejection(line=document.line, why=why)


def _read(entry: Entry, dump: Dump) -> Iterator[Found]:
    record = as_object(entry.value)
    try:
        version = number_of(_known(record, "version"), "version")
        yield Announcement(
            paper=_paper(record, version),
            format=NAME,
            announce_type=_announce_type(version),
            announced=_first_day(record, version),
            source=dump.source,
            line=entry.line,
        )
    except Unreadable as error:
        yield Rejection(line=entry.line, why=str(error))
        return
    yield from no_days(record, ("date",), entry.line)


def _paper(record: Facts, version: int | None) -> Paper:
    published = _first_day(record, version)
    doi = _doi(record)
    url, pdf_url = _addresses(record, doi, version)
    category = _known(record, "category")
    return read_paper(
        {
            "title": _known(record, "title"),
            "abstract": _known(record, "abstract"),
            "authors": _authors(record),
            "categories": [category] if category else [],
            "doi": doi,
            "version": version,
            "url": url,
            "pdf_url": pdf_url,
            "published": published.isoformat() if published else None,
        }
    )


def _known(record: Facts, key: str) -> object:
    """A value; `NA` is how the service writes that there is none."""
    value = record.get(key)
    return None if value == "NA" else value


def _announce_type(version: int | None) -> AnnounceType | None:
    if version is None:
        return None
    return AnnounceType.NEW if version == 1 else AnnounceType.REPLACE


def _first_day(record: Facts, version: int | None) -> date | None:
    """The day of the first version; that of another says nothing of it."""
    return day_of(record.get("date")) if version == 1 else None


def _doi(record: Facts) -> str | None:
    text = _known(record, "doi")
    if text is None:
        return None
    if not isinstance(text, str) or (known := PaperId.parse(text)) is None or not known.doi:
        raise Unreadable(f"doi is no DOI: {shown(str(text))}")
    return text.strip()[-len(known.doi) :]  # with its own capitals


def _addresses(
    record: Facts, doi: str | None, version: int | None
) -> tuple[str | None, str | None]:
    """The page of this version and its PDF; without a site or a version, where the DOI leads."""
    if doi is None:
        return None, None
    server = record.get("server")
    site = _SITES.get(server.strip().lower()) if isinstance(server, str) else None
    if site is None or version is None:
        return f"https://doi.org/{doi}", None
    url = f"{site}/content/{doi}v{version}"
    return url, f"{url}.full.pdf"


def _authors(record: Facts) -> list[str]:
    """The names as written, `Family, I. I.`, joined by `; `."""
    authors = _known(record, "authors")
    if authors is None:
        return []
    if not isinstance(authors, str):
        raise Unreadable("authors is not a string")
    return [name.strip(" ;") for name in authors.split("; ") if name.strip(" ;")]
