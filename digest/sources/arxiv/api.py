"""arxiv-api: what export.arxiv.org/api/query answers, before 2026 and since.

From formats.md, arxiv-api: `published` is the day of the first version, the id names the version
that is returned; nothing says what was announced or when. Categories may be classes of the MSC or
the ACM, which are none of arXiv's. Affiliations stand beside the name of an author. Errors come
as an entry, with HTTP 200 or 400; a page may be empty, or short, although there are results. A
short one is reported unless it is a dump for a day: there the source went on to the pages after it.
"""

import re
from collections.abc import Iterator

from digest.paper import Announcement, Dump, Listing, PaperId, Rejection
from digest.sources.reading.json_text import (
    Facts,
    Found,
    Unreadable,
    day_of,
    make_listing,
    read_paper,
)
from digest.sources.reading.markup import (
    Document,
    Element,
    Entry,
    Fields,
    fields_of,
    only,
    quoted,
    read_documents,
    text_of,
    unwrapped,
)
from digest.sources.reading.text import decode, looks_like, malformed, shown

NAME = "arxiv-api"
_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_NAMES = {
    f"{_ATOM}id": "id",
    f"{_ATOM}title": "title",
    f"{_ATOM}summary": "summary",
    f"{_ATOM}published": "published",
    f"{_ATOM}category": "category",
    f"{_ATOM}name": "name",
    f"{_ARXIV}primary_category": "primary category",
    f"{_ARXIV}comment": "comment",
    f"{_ARXIV}journal_ref": "journal reference",
    f"{_ARXIV}doi": "DOI",
}
_HEAD = 65_536
_TELLING = re.compile(r"https?://arxiv\.org/api/")
_ENTRY = re.compile(r"<(?:[\w.-]+:)?entry[\s>]")
_ERROR = re.compile(r"https?://(?:export\.)?arxiv\.org/api/errors")
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z]+(?:-[a-z]+)*)?")
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


class ArxivApi:
    """The format as the table of formats knows it."""

    name = NAME

    def recognises(self, text: str) -> bool:
        """Whether this is Atom that names the API before its first entry."""
        if looks_like(text) != "XML (Atom)":
            return False
        return _TELLING.search(_ENTRY.split(text[:_HEAD], maxsplit=1)[0]) is not None

    def parse(self, dump: Dump) -> Listing:
        """Read every page of a dump; raises ListingMalformed for errors too."""
        pages = [_read_page(page, dump) for page in read_documents(dump, {f"{_ATOM}entry"})]
        listing = make_listing(dump, NAME, pages)
        if not listing.announcements and not self.recognises(decode(dump)):
            raise malformed(dump, f"is {looks_like(decode(dump))}, but nothing of arXiv's API")
        return listing


def _read_page(page: Document, dump: Dump) -> list[Found] | Rejection:
    if page.root.tag != f"{_ATOM}feed":
        return Rejection(line=page.line, why=f"looks like {shown(page.root.tag)}, not Atom")
    found = [each for entry in page.entries for each in _read(entry, dump)]
    errors = [entry for entry in page.entries if _is_error(entry)]
    if errors and len(errors) == len(page.entries):
        return next(each for each in found if isinstance(each, Rejection))
    missing = _missing(page) if page.is_whole else None
    if missing and not page.entries:
        return missing
    if missing and dump.day is None:
        found.append(missing)
    return [*found, *page.rejections]


def _missing(page: Document) -> Rejection | None:
    """What a page should hold and does not, by its own numbers."""
    total, start, size = (
        _number(page.root, name) for name in ("totalResults", "startIndex", "itemsPerPage")
    )
    given = len(page.entries)
    left = (total or 0) - (start or 0)
    if size == 0 or left <= given or (given and (size is None or size <= given)):
        return None
    return Rejection(line=page.line, why=f"says {total} results and gives {given or 'none'}")


def _number(root: Element, name: str) -> int | None:
    text = text_of(root.find(f"{_SEARCH}{name}")) or ""
    return int(text) if _NUMBER.fullmatch(text) else None


def _is_error(entry: Entry) -> bool:
    return _ERROR.match(text_of(entry.element.find(f"{_ATOM}id")) or "") is not None


def _read(entry: Entry, dump: Dump) -> Iterator[Found]:
    try:
        fields = fields_of(entry.element, _NAMES)
        if _is_error(entry):
            summary = only(fields, "summary") or "no reason"
            raise Unreadable(f"arXiv answered with an error: {quoted(summary)}")
        written = only(fields, "published")
        day = day_of((written or "").strip())
        facts = {**_facts(fields), "authors": _authors(entry.element)}
        paper = read_paper({**facts, "published": day.isoformat() if day else None})
    except Unreadable as error:
        yield Rejection(line=entry.line, why=str(error))
        return
    yield Announcement(paper=paper, format=NAME, source=dump.source, line=entry.line)
    if written and day is None:
        yield Rejection(line=entry.line, why=f"{shown(written)} is no day")


def _facts(fields: Fields) -> Facts:
    """What an entry says beside its authors, under the names that a paper's facts have."""
    arxiv_id = only(fields, "id") or ""
    title = only(fields, "title")
    if (paper_id := PaperId.parse(arxiv_id)) is None or paper_id.arxiv is None:
        raise Unreadable(f"an entry without an arXiv id: {shown(arxiv_id)}")
    if title is None:
        raise Unreadable("an entry without a title")
    return {
        "arxiv_id": arxiv_id,
        "title": title,
        "abstract": only(fields, "summary"),
        "categories": _categories(fields),
        "comment": unwrapped(only(fields, "comment")),
        "journal_ref": unwrapped(only(fields, "journal reference")),
        "doi": next((doi for text in fields.get("DOI", ()) for doi in text.split()), None),
    }


def _authors(element: Element) -> list[str]:
    authors = element.iterchildren(f"{_ATOM}author")
    names = (unwrapped(only(fields_of(author, _NAMES), "name")) for author in authors)
    return [name for name in names if name and name != ":"]


def _categories(fields: Fields) -> list[str]:
    """The primary category first; those that are classes of another scheme are left out."""
    terms = [*fields.get("primary category", ()), *fields.get("category", ())]
    return list(dict.fromkeys(term for term in terms if _CATEGORY.fullmatch(term)))
