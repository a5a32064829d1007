"""From the HTML of an arXiv list page to its sections and the facts of their entries.

From formats.md, arxiv-html: every section has its own `dl`, all with the same id, that begins
with a heading; an entry is a `dt` with the id and a `dd` with the facts. arXiv's site writes
"this https URL" over the addresses in comments and abstracts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.paper import collapse

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
