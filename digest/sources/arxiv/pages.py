"""arxiv-html: arXiv's own list pages: /list/…/new, /list/…/recent and /catchup.

From formats.md, arxiv-html: sections for new papers, cross-lists and replacements, or on `recent`
one for each day. The day of the announcement is the one in the headings: of the section, else of
the page. A version is never shown, an abstract on some pages, and of a long list of authors the
first hundred. A heading says how many of how many entries it shows.

From the HTML of an arXiv list page to its sections and the facts of their entries.

From formats.md, arxiv-html: every section has its own `dl`, all with the same id, that begins
with a heading; an entry is a `dt` with the id and a `dd` with the facts. arXiv's site writes
"this https URL" over the addresses in comments and abstracts.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from digest.paper import (
    Announcement,
    AnnounceType,
    Dump,
    Listing,
    Paper,
    PaperId,
    Rejection,
    collapse,
)
from digest.sources.arxiv.addresses import abs_url, pdf_url
from digest.sources.reading.text import decode, looks_like, malformed, shown

if TYPE_CHECKING:
    from lxml.etree import _Element

_DAMAGE = "\ufdd0"  # stands for bytes that are no UTF-8: a character that no text may hold
_SURROGATE = re.compile("[\ud800-\udfff]")
_ABS = re.compile(r"(?:https?://(?:www\.)?arxiv\.org)?/abs/(?P<id>[^\s?#]+)")
_URL_TEXT = re.compile(r"this (?:https?|ftp) URL", re.IGNORECASE)
_SUBJECT = re.compile(r"\((?P<code>[a-z][a-z-]+(?:\.[A-Za-z-]+)?)\)\s*(?:;|\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of the page or of a section, at its line."""

    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a `dt` and its `dd` say; `mark` is what stands beside the id, as `(replaced)`."""

    line: int
    arxiv_id: str
    mark: str
    title: str | None
    abstract: str | None
    authors: tuple[str, ...]
    authors_text: str
    categories: tuple[str, ...]
    comment: str | None
    journal_ref: str | None
    doi: str | None
    is_damaged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """A `dt` without its `dd`, or the other way round."""

    line: int


Part = Heading | Entry | Half


def read_parts(page: str, *, first_line: int, is_cut: bool) -> Iterator[Part]:
    """Headings and entries of a page in their order; the last entry of a cut page may be half."""
    elements = list(_elements(page))
    if is_cut and page.rfind("</dd>") < page.rfind("<dd"):
        last = max((at for at, each in enumerate(elements) if each.tag == "dd"), default=None)
        elements = [each for at, each in enumerate(elements) if at != last]
    dt: _Element | None = None
    for element in elements:
        if element.tag == "dd" and dt is not None:
            yield _entry(dt, element, line=_line(dt, first_line))
            dt = None
            continue
        if dt is not None:
            yield Half(line=_line(dt, first_line))
        dt = element if element.tag == "dt" else None
        if element.tag == "dd":
            yield Half(line=_line(element, first_line))
        elif element.tag != "dt":
            yield Heading(line=_line(element, first_line), text=_text(element))
    if dt is not None:
        yield Half(line=_line(dt, first_line))


def _elements(page: str) -> "Iterator[_Element]":
    """Headings and the two halves of entries in document order, wherever they are nested."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    root = etree.fromstring(_SURROGATE.sub(_DAMAGE, page).encode(), parser)
    return iter(()) if root is None else root.iter("h1", "h2", "h3", "dt", "dd")


def _line(element: "_Element", first_line: int) -> int:
    return first_line + max(int(element.sourceline or 1) - 1, 0)


def _entry(dt: "_Element", dd: "_Element", *, line: int) -> Entry | Half:
    match = next((m for m in map(_abs_link, dt.iter("a")) if m), None)
    if match is None:
        return Half(line=line)
    authors = _fact(dd, "list-authors")
    return Entry(
        line=line,
        arxiv_id=match["id"],
        mark=_text(dt),
        title=_text_of(_fact(dd, "list-title")),
        abstract=_text_of(next((p for p in dd.iter("p") if _has_class(p, "mathjax")), None)),
        authors=_linked(authors),
        authors_text=_text_of(authors) or "",
        categories=_codes(_text_of(_fact(dd, "list-subjects")) or ""),
        comment=_text_of(_fact(dd, "list-comments")),
        journal_ref=_text_of(_fact(dd, "list-journal-ref")),
        doi=_text_of(_fact(dd, "list-doi")),
        is_damaged=_DAMAGE in _text(dt) + _text(dd),
    )


def _abs_link(link: "_Element") -> re.Match[str] | None:
    return _ABS.match(link.get("href") or "")


def _fact(dd: "_Element", name: str) -> "_Element | None":
    return next((div for div in dd.iter("div") if _has_class(div, name)), None)


def _has_class(element: "_Element", name: str) -> bool:
    return name in (element.get("class") or "").split()


def _linked(element: "_Element | None") -> tuple[str, ...]:
    names = (_text(link) for link in element.iter("a")) if element is not None else ()
    return tuple(name for name in names if name)


def _codes(subjects: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(match["code"] for match in _SUBJECT.finditer(subjects)))


def _text_of(element: "_Element | None") -> str | None:
    return (_text(element) or None) if element is not None else None


def _text(element: "_Element") -> str:
    """What a reader sees, without the word that describes it; addresses in full."""
    return collapse("".join(_pieces(element)))


def _pieces(element: "_Element") -> Iterator[str]:
    if not isinstance(element.tag, str) or _has_class(element, "descriptor"):
        return
    if element.tag == "a" and _URL_TEXT.fullmatch(collapse(element.text or "")):
        yield element.get("href") or element.text
        return
    yield " " if element.tag == "br" else element.text or ""
    for child in element:
        yield from _pieces(child)
        yield child.tail or ""


NAME = "arxiv-html"
_HTML = {"HTML", "HTML or XML"}
_TELLING = re.compile(r"<(?:div|dl)\s+id\s*=\s*['\"]?(?:dlpage|articles)\b", re.IGNORECASE)
_PAGES = re.compile(r"(?<=</html>)|(?=<!doctype\s+html)", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(?P<title>[^<]*)", re.IGNORECASE)
_NO_PAGE = re.compile(r"(?:\s|<\?[^>]*>|(?><!--.*?-->))*+", re.DOTALL)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(
    rf"\b[A-Z][a-z]+, (?P<day>\d\d?) (?P<month>{'|'.join(_MONTHS)})[a-z]* (?P<year>\d{{4}})\b",
    re.ASCII,
)
_PAGE_DAY = re.compile(r"(?:Showing new listings for|Catchup results for .* on) ")
_NOTHING_ON = re.compile(r"(?:No updates for|\b0 entries for)\s+(?P<date>[^<]{1,40})")
_NOTHING = re.compile(
    r"No (?:further )?updates (?:today|for)\b|\btotal of 0 entries\b", re.IGNORECASE
)
_SHOWING = re.compile(r"showing (?:first |last )?(?P<shown>\d{1,9}) of \d{1,9} entries")
_KINDS = {
    "new": AnnounceType.NEW,
    "cross": AnnounceType.CROSS,
    "replacement": AnnounceType.REPLACE,
}
_KIND = re.compile(r"(?P<kind>New|Cross|Replacement)(?:s|[- ]submissions?|[- ]lists?)\b")
_LONGEST_AUTHOR_LIST = 100  # truncate_author_list_size in the site's code
_HIDDEN = re.compile(r"\((?P<number>\d{1,6}) additional authors? not shown")
_ITEM = re.compile(rb"name\s*=\s*['\"]?item(\d{1,9})\b")
_TOTAL = re.compile(rb"total of (\d{1,9}) entries", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    """What a heading says of the entries below it, and how many these are so far."""

    line: int
    day: date | None = None
    announce_type: AnnounceType | None = None
    promised: int = 0
    seen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What a page announces and what of it could not be read, and the days it is for."""

    found: tuple[Announcement | Rejection, ...]
    days: frozenset[date | None]


class ArxivHtml:
    """The format as the table of formats knows it."""

    name = NAME

    def recognises(self, text: str) -> bool:
        """Whether this is a page with arXiv's list of entries, be it empty."""
        return looks_like(text) in _HTML and _TELLING.search(text) is not None

    def parse(self, dump: Dump) -> Listing:
        """Read every page in a dump; raises ListingMalformed where none is a list of arXiv's."""
        text = decode(dump)
        if not self.recognises(text):
            raise malformed(dump, f"{_kind(text)}, which is no arXiv listing")
        pages = [_read_page(page, line, dump) for page, line in _pages(text)]
        found = [result for page in pages for result in page.found]
        days = frozenset[date | None]().union(*(page.days for page in pages))
        return Listing(
            format=NAME,
            announcements=tuple(item for item in found if isinstance(item, Announcement)),
            rejections=tuple(item for item in found if isinstance(item, Rejection)),
            day=next(iter(days)) if len(days) == 1 else None,
        )


def has_more(content: bytes) -> bool:
    """Whether the last entry of a page is numbered lower than the total that the page states.

    It states it above the first entry; what abstracts say of totals is no matter.
    """
    head, _, _ = content.partition(b"<dt")
    numbers = [int(number) for number in _ITEM.findall(content)]
    totals = [int(total) for total in _TOTAL.findall(head)]
    return bool(numbers and totals) and max(numbers) < max(totals)


def _kind(text: str) -> str:
    title = _TITLE.search(text)
    quoted = f" with the title {shown(collapse(title['title']))}" if title else ""
    return f"looks like {looks_like(text) or 'plain text'}{quoted}"


def _pages(text: str) -> Iterator[tuple[str, int]]:
    """Each page in a file of several, with the line it begins on."""
    begins = [0, *(match.start() for match in _PAGES.finditer(text)), len(text)]
    for begin, end in pairwise(begins):
        if not _NO_PAGE.fullmatch(page := text[begin:end]):
            yield page, text.count("\n", 0, begin) + 1


def _read_page(page: str, first_line: int, dump: Dump) -> _Page:
    is_cut = "</html>" not in page.lower()
    if _TELLING.search(page) is None:
        why = f"{_kind(page)}, which is no arXiv listing"
        return _Page(found=(Rejection(line=first_line, why=why),), days=frozenset())
    parts = tuple(read_parts(page, first_line=first_line, is_cut=is_cut))
    page_day = _page_day(parts, page)
    found: list[Announcement | Rejection] = []
    sections = [_Section(line=first_line)]
    for part in parts:
        if isinstance(part, Heading):
            sections += _section(part)
        else:
            sections[-1] = replace(sections[-1], seen=sections[-1].seen + 1)
            found.append(_read(part, sections[-1], page_day, dump))
    if is_cut:
        last = first_line + page.rstrip().count("\n")
        found.append(Rejection(line=last, why="the page is cut: it lacks its end"))
    else:
        found += _missing(sections, page)
    days = {section.day or page_day for section in sections[1:]} or {page_day}
    return _Page(found=tuple(found), days=frozenset(days))


def _page_day(parts: Sequence[Part], page: str) -> date | None:
    for part in parts:
        if isinstance(part, Heading) and _PAGE_DAY.match(part.text):
            return _date(part.text)
    nothing = _NOTHING_ON.search(page)
    return _date(nothing["date"]) if nothing else None


def _date(text: str) -> date | None:
    match = _DATE.search(text)
    try:
        month = _MONTHS.index(match["month"]) + 1 if match else 0
        return date(int(match["year"]), month, int(match["day"])) if match else None
    except ValueError:
        return None


def _section(heading: Heading) -> Iterator[_Section]:
    """The section a heading begins, if it does; on `recent` all the papers of a day are new."""
    kind, showing = _KIND.match(heading.text), _SHOWING.search(heading.text)
    is_day = _DATE.match(heading.text) is not None
    if kind or showing or is_day:
        yield _Section(
            line=heading.line,
            day=_date(heading.text),
            announce_type=_KINDS[kind["kind"].lower()]
            if kind
            else AnnounceType.NEW
            if is_day
            else None,
            promised=int(showing["shown"]) if showing else 0,
        )


def _missing(sections: Sequence[_Section], page: str) -> Iterator[Rejection]:
    """What the page says there is and does not show."""
    for section in sections:
        if section.seen < section.promised:
            why = f"a section of {section.promised} entries of which {section.seen} are there"
            yield Rejection(line=section.line, why=why)
    is_empty = not any(section.seen or section.promised for section in sections)
    if is_empty and _NOTHING.search(page) is None:
        yield Rejection(line=sections[0].line, why="a page without entries that says not why")


def _read(
    part: Entry | Half, section: _Section, page_day: date | None, dump: Dump
) -> Announcement | Rejection:
    if isinstance(part, Half):
        return Rejection(line=part.line, why="an entry that is cut short")
    paper_id = PaperId.parse(part.arxiv_id)
    if paper_id is None or paper_id.arxiv is None:
        return Rejection(line=part.line, why=f"{shown(part.arxiv_id)} is no arXiv id")
    if part.title is None:
        return Rejection(line=part.line, why="an entry without a title")
    if part.is_damaged:
        return Rejection(line=part.line, why="a paper whose text is not valid UTF-8")
    announce_type = _announce_type(part.mark, section.announce_type)
    is_first = announce_type in {AnnounceType.NEW, AnnounceType.CROSS}
    return Announcement(
        paper=_paper(part, paper_id.arxiv, paper_id.version),
        format=NAME,
        announce_type=announce_type,
        announced=section.day or page_day if is_first else None,
        source=dump.source,
        line=part.line,
    )


def _announce_type(mark: str, announce_type: AnnounceType | None) -> AnnounceType | None:
    """The type of the section, where the words beside the id do not say it more exactly."""
    is_cross = "(cross-list" in mark
    if announce_type is AnnounceType.REPLACE or "(replaced" in mark:
        return AnnounceType.REPLACE_CROSS if is_cross else AnnounceType.REPLACE
    return AnnounceType.CROSS if is_cross else announce_type


def _paper(entry: Entry, arxiv_id: str, version: int | None) -> Paper:
    return Paper(
        title=entry.title,
        abstract=entry.abstract,
        authors=entry.authors,
        author_count=_author_count(entry),
        categories=entry.categories,
        arxiv_id=arxiv_id,
        version=version,
        doi=entry.doi,
        url=abs_url(arxiv_id),
        pdf_url=pdf_url(arxiv_id),
        comment=entry.comment,
        journal_ref=entry.journal_ref,
    )


def _author_count(entry: Entry) -> int | None:
    """How many authors there are; None where the list may go on without saying so."""
    if hidden := _HIDDEN.search(entry.authors_text):
        return len(entry.authors) + int(hidden["number"])
    return len(entry.authors) if 0 < len(entry.authors) < _LONGEST_AUTHOR_LIST else None
