"""arxiv-text: abstracts from arXiv, each with its id below, and no titles.

From formats.md, seeds, grammar A: an abstract, perhaps a comment, a line `arXiv:ID` with or
without ` - doi: DOI`, a line `Created: YYYY-MM-DD`. There is no title, so there is none in the
paper either. `Created` is the day of the first submission, not of an announcement.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, pairwise

from digest.paper import Announcement, Dump, Listing, Paper, PaperId, Rejection, collapse
from digest.sources.arxiv.addresses import abs_url, pdf_url
from digest.sources.reading.text import (
    BOM,
    Line,
    decode,
    is_damaged,
    looks_like,
    malformed,
    numbered,
    shown,
)

NAME = "arxiv-text"
_ID_LINE = re.compile(
    r"arXiv:\s*(?P<id>\S+)(?:\s+-\s+doi:\s*(?P<doi>\S+)|\s+-(?:\s+d?o?i?:?)?)?", re.IGNORECASE
)
_CREATED = "Created:"
_MAIL_RULE = "\\\\"
_DATED = re.compile(rf"{_CREATED}\s*(?P<day>\d{{4}}-\d\d-\d\d)(?P<rest>.*)", re.ASCII | re.DOTALL)
_NEW_ID = re.compile(r"\d\d(?P<month>\d\d)\.(?P<number>\d+)")
_LONGEST_COMMENT = 500
_MOST_PARAGRAPHS = 5  # a record has two; with so many more the file is something else


@dataclass(frozen=True, slots=True, kw_only=True)
class IdLine:
    """What an id line says, not yet judged."""

    line: int
    arxiv_id: str
    doi: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The paragraphs up to an id line, that line, and the `Created` line below it."""

    paragraphs: tuple[Line, ...]
    id_line: IdLine | None = None
    created: Line | None = None


class ArxivText:
    """The format as the table of formats knows it."""

    name = NAME

    def recognises(self, text: str) -> bool:
        """Whether there are id lines, and not mostly something else (a mailing has rules)."""
        if looks_like(text) or any(line.text == _MAIL_RULE for line in numbered(text)):
            return False
        return _is_listing(_counts(record) for record in _records(_unglued(numbered(text))))

    def parse(self, dump: Dump) -> Listing:
        """Read every record in a dump; raises ListingMalformed where there is no id line."""
        text = decode(dump)
        if kind := looks_like(text):
            raise malformed(dump, f"looks like {kind}, not {NAME}")
        announcements: list[Announcement] = []
        rejections: list[Rejection] = []
        counts = []
        for record in _records(_unglued(numbered(text))):  # one at a time: a dump may be large
            counts.append(_counts(record))
            for item in _read(record, dump):
                if isinstance(item, Announcement):
                    announcements.append(item)
                else:
                    rejections.append(item)
        if not _is_listing(counts):
            raise malformed(dump, f"is not {NAME}: no abstracts with an arXiv id below each")
        return Listing(
            format=NAME, announcements=tuple(announcements), rejections=tuple(rejections)
        )


def has_records(text: str) -> bool:
    """Whether there is an id line with its date below, whatever else there is."""
    return any(
        record.id_line and record.created and _paper_id(record.id_line.arxiv_id)
        for record in _records(_unglued(numbered(text)))
    )


def _counts(record: Record) -> tuple[bool, int]:
    """Return whether a record has an id, and how many paragraphs."""
    return record.id_line is not None, len(record.paragraphs)


def _is_listing(counts: Iterable[tuple[bool, int]]) -> bool:
    with_id = paragraphs = 0
    for has_id, count in counts:
        with_id += has_id
        paragraphs += count
    return with_id > 0 and paragraphs <= _MOST_PARAGRAPHS * (with_id + 1)


def _unglued(lines: Iterable[Line]) -> Iterator[Line]:
    """Undo `cat` of files without a line end: text directly after a date is the next abstract."""
    for line in lines:
        match = _DATED.fullmatch(line.text)
        rest = match["rest"].strip().removeprefix(BOM) if match else ""
        if match and rest:
            for text in (line.text[: match.end("day")], "", rest):
                yield Line(number=line.number, text=text)
        else:
            yield line


def _records(lines: Iterable[Line]) -> Iterator[Record]:
    """Cut a dump after each id line and the date below it."""
    last: Record | None = None
    paragraphs: list[list[Line]] = []
    is_open = False
    for line, below in pairwise(chain(lines, [Line(number=0, text="")])):
        closed = None
        if id_line := _id_line(line, below, is_open=is_open):
            closed = _record(paragraphs, id_line=id_line)
        elif last and not paragraphs and _is_date_of(last, line):
            last = replace(last, created=line)
        elif _DATED.fullmatch(line.text):
            closed = _record(paragraphs, created=line)
        elif line.text and is_open:
            paragraphs[-1].append(line)
        elif line.text:
            paragraphs.append([line])
        if closed:
            if last:
                yield last
            last, paragraphs = closed, []
        is_open = bool(line.text and paragraphs)
    if last:
        yield last
    if paragraphs:
        yield _record(paragraphs)


def _record(
    paragraphs: Iterable[Sequence[Line]],
    *,
    id_line: IdLine | None = None,
    created: Line | None = None,
) -> Record:
    joined = (
        Line(number=lines[0].number, text=" ".join(line.text for line in lines))
        for lines in paragraphs
    )
    return Record(paragraphs=tuple(joined), id_line=id_line, created=created)


def _id_line(line: Line, below: Line, *, is_open: bool) -> IdLine | None:
    """Read a line that begins a paragraph or is followed by its date.

    An id on a line of its own within a hard-wrapped abstract is not the paper's.
    """
    match = _ID_LINE.fullmatch(line.text)
    if match is None or (is_open and not below.text.startswith(_CREATED)):
        return None
    return IdLine(line=line.number, arxiv_id=match["id"], doi=match["doi"])


def _is_date_of(record: Record, line: Line) -> bool:
    """Whether a line is the date, or the beginning of one, that the record still lacks."""
    if record.id_line is None or record.created is not None or not line.text:
        return False
    return line.text.startswith(_CREATED) or _CREATED.startswith(line.text)


def _read(record: Record, dump: Dump) -> Iterator[Announcement | Rejection]:
    abstract, comment, strays = _roles(record)
    for stray in strays:
        yield Rejection(line=stray.number, why="text without an arXiv id")
    if record.id_line and abstract:
        yield from _read_whole(record.id_line, abstract, comment, record.created, dump)
    elif record.id_line:
        yield Rejection(line=record.id_line.line, why="an arXiv id without an abstract")
    elif record.created and not record.paragraphs:
        yield Rejection(line=record.created.number, why="a date without a paper")


def _roles(record: Record) -> tuple[Line | None, Line | None, tuple[Line, ...]]:
    """Abstract, comment, and what belongs to no paper; a long paragraph is no comment."""
    paragraphs = record.paragraphs
    if record.id_line is None or not paragraphs:
        return None, None, paragraphs
    if len(paragraphs) > 1 and len(paragraphs[-1].text) <= _LONGEST_COMMENT:
        return paragraphs[-2], paragraphs[-1], paragraphs[:-2]
    return paragraphs[-1], None, paragraphs[:-1]


def _read_whole(
    id_line: IdLine, abstract: Line, comment: Line | None, created: Line | None, dump: Dump
) -> Iterator[Announcement | Rejection]:
    paper_id = _paper_id(id_line.arxiv_id)
    if paper_id is None or paper_id.arxiv is None:
        yield Rejection(line=id_line.line, why=f"{shown(id_line.arxiv_id)} is no arXiv id")
        return
    texts = (abstract.text, comment.text if comment else "", id_line.doi or "")
    if any(is_damaged(text) for text in texts):
        yield Rejection(line=abstract.number, why="a paper whose text is not valid UTF-8")
        return
    paper = Paper(
        abstract=collapse(abstract.text),
        comment=comment.text if comment else None,
        arxiv_id=paper_id.arxiv,
        version=paper_id.version,
        doi=id_line.doi,
        url=abs_url(paper_id.arxiv),
        pdf_url=pdf_url(paper_id.arxiv),
        published=_day(created),
    )
    yield Announcement(paper=paper, format=NAME, source=dump.source, line=abstract.number)
    if created and paper.published is None:
        yield Rejection(line=created.number, why=f"{shown(created.text)} holds no day")


def _paper_id(text: str) -> PaperId | None:
    """Read an arXiv id; one that was cut short is none."""
    paper_id = PaperId.parse(text)
    if paper_id is None or paper_id.arxiv is None or not _is_whole(paper_id.arxiv):
        return None
    return paper_id


def _is_whole(arxiv_id: str) -> bool:
    """Numbers have five digits from January 2015 on, four before (formats.md, identity)."""
    if (match := _NEW_ID.fullmatch(arxiv_id)) is None:
        return True
    digits = 5 if arxiv_id[:4] >= "1501" else 4
    return len(match["number"]) == digits and 1 <= int(match["month"]) <= 12


def _day(line: Line | None) -> date | None:
    match = _DATED.fullmatch(line.text) if line else None
    try:
        return date.fromisoformat(match["day"]) if match else None
    except ValueError:
        return None
