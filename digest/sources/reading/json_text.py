"""JSON dumps entry by entry: documents one after another, each list as far as it is whole.

A page of JSON that is cut half way still holds whole entries; `json.loads` would lose them all.

A paper's facts from a JSON object whose keys are ours but whose values are anybody's.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

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
from digest.sources.reading.text import decode, is_damaged, looks_like, malformed, shown

_LARGEST_NUMBER = 2**31 - 1  # what every database holds
_WEB_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DOI_PREFIX = re.compile(
    r"\s*(?:https?://(?:dx\.|www\.)?doi\.org/|doi:\s*)(?=10\.\d{4,9}/)", re.IGNORECASE
)

Facts = Mapping[str, object]


class Unreadable(ValueError):  # noqa: N818 (reads as what it says)
    """A value is not what its key promises, or no paper can be told from the facts."""


def read_paper(facts: Facts) -> Paper:
    """The paper that the facts describe; raises Unreadable."""
    arxiv_id, version = _arxiv_id(facts)
    authors = _texts(facts, "authors")
    paper = Paper(
        title=_collapsed(facts, "title"),
        abstract=_collapsed(facts, "abstract"),
        authors=authors,
        author_count=_either(_number(facts, "author_count"), len(authors) or None),
        organization=read_text(facts, "organization"),
        categories=_texts(facts, "categories"),
        arxiv_id=arxiv_id,
        version=version,
        doi=_doi(facts),
        url=_address(facts, "url") or (abs_url(arxiv_id) if arxiv_id else None),
        pdf_url=_address(facts, "pdf_url") or (pdf_url(arxiv_id) if arxiv_id else None),
        comment=read_text(facts, "comment"),
        journal_ref=read_text(facts, "journal_ref"),
        published=read_day(facts, "published"),
        upvotes=_number(facts, "upvotes"),
        num_comments=_number(facts, "num_comments"),
        code_url=_address(facts, "code_url"),
    )
    if not any((paper.title, paper.abstract, paper.arxiv_id, paper.doi, paper.url)):
        raise Unreadable("nothing to know a paper by: no title, abstract, arxiv_id, doi or url")
    return paper


def read_text(facts: Facts, key: str) -> str | None:
    """A text; blank is unknown."""
    value = facts.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Unreadable(f"{key} is not a string")
    if is_damaged(value):
        raise Unreadable(f"{key} holds characters that are not valid Unicode text")
    return value if value.strip() else None


def read_day(facts: Facts, key: str) -> date | None:
    """A day written YYYY-MM-DD."""
    text = read_text(facts, key)
    if text is None:
        return None
    try:
        return date.fromisoformat(text if _ISO_DAY.fullmatch(text) else "")
    except ValueError:
        raise Unreadable(f"{key} is not a day (YYYY-MM-DD)") from None


def read_announce_type(facts: Facts) -> AnnounceType | None:
    """How the paper was announced."""
    text = read_text(facts, "announce_type")
    try:
        return AnnounceType(text) if text else None
    except ValueError:
        allowed = ", ".join(AnnounceType)
        raise Unreadable(f"announce_type is none of {allowed}") from None


def _arxiv_id(facts: Facts) -> tuple[str | None, int | None]:
    """The id without its version, and the version, which may stand in either place."""
    text, version = read_text(facts, "arxiv_id"), _number(facts, "version")
    if text is None:
        return None, version
    paper_id = PaperId.parse(text)
    if paper_id is None or paper_id.arxiv is None:
        raise Unreadable("arxiv_id is no arXiv id")
    return paper_id.arxiv, _either(version, paper_id.version)


def _doi(facts: Facts) -> str | None:
    """The bare DOI of one that is written as an address or with `doi:`."""
    text = read_text(facts, "doi")
    if text is None or (prefix := _DOI_PREFIX.match(text)) is None:
        return text
    return text[prefix.end() :].rstrip()


def _collapsed(facts: Facts, key: str) -> str | None:
    text = read_text(facts, key)
    return collapse(text) if text else None


def _texts(facts: Facts, key: str) -> tuple[str, ...]:
    values = facts.get(key)
    if values is None:
        return ()
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise Unreadable(f"{key} is not a list of strings")
    if any(is_damaged(value) for value in values):
        raise Unreadable(f"{key} holds characters that are not valid Unicode text")
    return tuple(value for value in values if value.strip())


def _number(facts: Facts, key: str) -> int | None:
    value = facts.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST_NUMBER:
        raise Unreadable(f"{key} is not a whole number, 0 or more")
    return value


def _address(facts: Facts, key: str) -> str | None:
    text = read_text(facts, key)
    if text is not None and not _WEB_ADDRESS.fullmatch(text):
        raise Unreadable(f"{key} is no web address")
    return text


def _either(first: int | None, second: int | None) -> int | None:
    return second if first is None else first


_DECODER = json.JSONDecoder()
_BLANK = re.compile(r"[\s\ufeff]*")
_BETWEEN = re.compile(r"[\s\ufeff,\]}]*")  # with what is left of a document that broke
_LINE_END = re.compile(r"\r\n|\n|\r")
_NEXT = re.compile(r"[\r\n]\ufeff?(?=[\[{])")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].*)?", re.ASCII | re.DOTALL)
_WHOLE_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One element of a list, and the line that it begins on."""

    line: int
    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A list, or an object whose list stands under an agreed key.

    `entries` is None where there is no such list, `members` is the rest of an object (or, of a
    list, nothing), and `damage` says where the document breaks off.
    """

    line: int
    members: Facts
    entries: tuple[Entry, ...] | None
    damage: Rejection | None


Found = Announcement | Rejection


def read_documents(dump: Dump, name: str, key: str) -> tuple[Document, ...]:
    """Every JSON document in a dump; raises ListingMalformed where it does not begin as JSON."""
    text = decode(dump)
    if not text.strip():
        raise malformed(dump, "is empty")
    if not text.lstrip().startswith(("[", "{")):
        raise malformed(dump, f"looks like {looks_like(text) or 'plain text'}, not {name}")
    return tuple(_Reader(text, key).documents())


def make_listing(dump: Dump, name: str, pages: Sequence[Sequence[Found] | Rejection]) -> Listing:
    """Put pages together; one that is a Rejection is no listing.

    Raises ListingMalformed if none is.
    """
    first = pages[0]
    if isinstance(first, Rejection) and all(isinstance(page, Rejection) for page in pages):
        raise malformed(dump, first.why, first.line)
    found = [item for page in pages for item in ((page,) if isinstance(page, Rejection) else page)]
    rejections = [item for item in found if isinstance(item, Rejection)]
    return Listing(
        format=name,
        announcements=tuple(item for item in found if isinstance(item, Announcement)),
        rejections=tuple(sorted(rejections, key=lambda rejection: rejection.line)),
    )


def as_object(value: object) -> Facts:
    """The members of an object; of anything else, none."""
    return value if isinstance(value, Mapping) else {}


def day_of(value: object) -> date | None:
    """The UTC day of `YYYY-MM-DD`, with or without a time; None is anything else."""
    if not (isinstance(value, str) and _DAY.fullmatch(value)):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError):
        return None


def no_days(facts: Facts, keys: Iterable[str], line: int) -> Iterator[Rejection]:
    """Report what should be a day and is none; the paper is known without it."""
    for key in keys:
        value = facts.get(key)
        if value is not None and day_of(value) is None:
            yield Rejection(line=line, why=f"{key} is no day: {shown(str(value))}")


def number_of(value: object, key: str) -> int | None:
    """A whole number, which may be written as a string; raises Unreadable."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value.strip()):
        return int(value)
    raise Unreadable(f"{key} is not a whole number, 0 or more")


class _Reader:
    """Where in a text we are, and what stands there."""

    def __init__(self, text: str, key: str) -> None:
        self._text = text
        self._key = key
        self._at = 0
        self._end = len(text.rstrip())
        self._line_starts = [match.end() for match in _LINE_END.finditer(text)]

    def documents(self) -> Iterator[Document]:
        self._skip(_BETWEEN)
        while self._at < len(self._text):
            yield self._document()
            self._skip(_BETWEEN)

    def _document(self) -> Document:
        line = self._line()
        members: dict[str, object] = {}
        lists: list[list[Entry]] = []
        damage = None
        try:
            self._read(members, lists)
        except ValueError:
            damage = Rejection(line=self._line(), why="cut short or damaged: no JSON from here on")
            self._go_to_next()
        except RecursionError:
            damage = Rejection(line=self._line(), why="damaged: nested without end")
            self._at = len(self._text)  # every bracket of it would begin another such document
        entries = tuple(entry for each in lists for entry in each) if lists else None
        return Document(line=line, members=members, entries=entries, damage=damage)

    def _read(self, members: dict[str, object], lists: list[list[Entry]]) -> None:
        """Fill what the caller holds, so that it keeps what was read before anything broke."""
        if self._sees("["):
            self._read_list(lists)
            return
        self._take("{")
        while not self._takes("}"):
            name = self._value()
            self._take(":")
            if name == self._key and self._sees("["):
                self._read_list(lists)
            elif isinstance(name, str):
                members[name] = self._value()
            if not self._sees("}"):
                self._take(",")

    def _read_list(self, lists: list[list[Entry]]) -> None:
        lists.append([])
        self._take("[")
        while not self._takes("]"):
            line = self._line()
            lists[-1].append(Entry(line=line, value=self._value()))
            if not self._sees("]"):
                self._take(",")

    def _value(self) -> object:
        self._skip(_BLANK)
        value, self._at = _DECODER.raw_decode(self._text, self._at)
        return value

    def _line(self) -> int:
        """The line of what stands next, or the last one."""
        self._skip(_BLANK)
        return bisect_right(self._line_starts, min(self._at, self._end)) + 1

    def _skip(self, pattern: re.Pattern[str]) -> None:
        if match := pattern.match(self._text, self._at):
            self._at = match.end()

    def _sees(self, sign: str) -> bool:
        self._skip(_BLANK)
        return self._text.startswith(sign, self._at)

    def _takes(self, sign: str) -> bool:
        is_there = self._sees(sign)
        self._at += is_there
        return is_there

    def _take(self, sign: str) -> None:
        if not self._takes(sign):
            raise ValueError

    def _go_to_next(self) -> None:
        """Find where another file was put after one that is cut."""
        match = _NEXT.search(self._text, self._at)
        self._at = match.end() if match else len(self._text)
