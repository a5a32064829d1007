r"""One entry of an arXiv mailing: its lines read as fields, or why they are none.

From formats.md, arxiv-mail: an entry is `\\`, its id, its fields, `\\`, its abstract, `\\` with a
link in daily mailings and without one in monthly files; replacements have no abstract. Fields
stand in any order and continue on indented lines.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from digest.formats.lines import Line, is_damaged
from digest.paper import PaperId, Rejection, collapse

BARE = "\\\\"
_LINK = re.compile(r"\\\\\s*\(\s*(?:h\S*\s*(?:,.*)?)?")
_LINKED_ID = re.compile(r"\\\\\s*\(\s*(?P<url>https?://\S+)\s*,.*\)")
_CROSS_MARK = "(*cross-listing*)"
_MARK = rf"(?:\s*{re.escape(_CROSS_MARK)})?"
_ID = re.compile(
    rf"(?:arXiv:|Paper{_MARK}:\s*(?:arXiv:)?)\s*(?P<id>\S+){_MARK}(?:\s+\(.*\))?", re.ASCII
)
_REPLACED = re.compile(r"(?:replaced with revised version|(?:figures|part) added)\b", re.IGNORECASE)
_FIELD = re.compile(
    r"(?P<name>Title|Authors?|Categories|Comments?|Journal-ref|DOI|Date|From|Proxy|Report-no|"
    r"MSC-class|ACM-class|Subj-class|License|Date\s*\(revised(?:\s+v(?P<version>[1-9]\d{0,3}))?\))"
    r"\s*:(?P<text>.*)",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)


class Section(Enum):
    """The part of a mailing that an entry stands in; a monthly file has but one."""

    NEW = auto()
    CROSSES = auto()
    REPLACEMENTS = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What an entry says, not yet judged; `date` and its line are as they are written."""

    line: int
    arxiv_id: str
    is_cross: bool
    is_replacement: bool
    title: str | None
    authors: str | None
    categories: str | None
    comment: str | None
    journal_ref: str | None
    doi: str | None
    date: Line | None
    version: int | None
    abstract: str | None


def begins_with_id(lines: Sequence[Line]) -> bool:
    """Whether an entry begins with these lines, with or without what opens it."""
    return any(is_id(line.text) for line in _without_opening(lines)[:1])


def is_id(text: str) -> bool:
    """Whether a line says which paper the lines below it are about."""
    return _ID.fullmatch(text) is not None


def is_link(text: str) -> bool:
    """Whether a line ends an entry of a daily mailing."""
    return _LINK.fullmatch(text) is not None


def _without_opening(lines: Sequence[Line]) -> Sequence[Line]:
    return lines[1:] if lines[0].text == BARE else lines


def is_end(text: str) -> bool:
    """Whether a line ends the fields or the abstract of an entry."""
    return text == BARE or is_link(text)


def read_entry(
    lines: Sequence[Line], section: Section, *, is_linked: bool
) -> Iterator[Entry | Rejection]:
    """An entry, and what follows it; never an entry whose end is missing.

    `is_linked`: the mailing ends its entries with links.
    """
    id_line, *lines = _without_opening(lines)
    ends = [at for at, line in enumerate(lines) if is_end(line.text)]
    head = lines[: ends[0]] if ends else lines
    has_abstract = not _is_replacement(head, section)
    end = _end(lines, ends, is_linked=is_linked, has_abstract=has_abstract)
    if end is None:
        yield Rejection(line=id_line.number, why="an entry that is cut short")
        return
    if why := _wrong(id_line, lines[: end + 1]):
        yield Rejection(line=id_line.number, why=why)
    else:
        yield _entry(id_line, head, lines[ends[0] + 1 : end], section)
    if end + 1 < len(lines):
        yield Rejection(line=lines[end + 1].number, why="text that is no entry")


def _is_replacement(head: Sequence[Line], section: Section) -> bool:
    return section is Section.REPLACEMENTS or any(_REPLACED.match(line.text) for line in head)


def _end(
    lines: Sequence[Line], ends: Sequence[int], *, is_linked: bool, has_abstract: bool
) -> int | None:
    r"""Where an entry ends: at its link, or where no entry has one at a last `\\`."""
    links = [at for at in ends if is_link(lines[at].text)]
    if has_abstract and (len(ends) < 2 or links[:1] == ends[:1]):
        return None
    if links:
        return links[0]
    is_last = bool(ends) and ends[-1] + 1 == len(lines)
    return ends[-1] if is_last and not is_linked else None


def _wrong(id_line: Line, lines: Sequence[Line]) -> str | None:
    """Why an entry that has its end cannot be what it seems."""
    if any(is_damaged(line.text) for line in (id_line, *lines)):
        return "a paper whose text is not valid UTF-8"
    link = _LINKED_ID.fullmatch(lines[-1].text)
    linked = PaperId.parse(link["url"]) if link else None
    own = PaperId.parse(_ID.sub(r"\g<id>", id_line.text))
    if linked and own and linked.arxiv != own.arxiv:
        return "an entry that begins as one paper and ends as another"
    return None


def _entry(
    id_line: Line, head: Sequence[Line], abstract: Sequence[Line], section: Section
) -> Entry:
    fields = _fields(head)
    texts = {name: collapse(line.text) or None for name, line in fields.items()}
    return Entry(
        line=id_line.number,
        arxiv_id=_ID.sub(r"\g<id>", id_line.text),
        is_cross=section is Section.CROSSES or _CROSS_MARK in id_line.text,
        is_replacement=_is_replacement(head, section),
        title=texts.get("title"),
        authors=texts.get("author"),
        categories=texts.get("categories"),
        comment=texts.get("comment"),
        journal_ref=texts.get("journal-ref"),
        doi=texts.get("doi"),
        date=fields.get("date"),
        version=_version(head),
        abstract=collapse(" ".join(line.text for line in abstract)) or None,
    )


def _fields(head: Sequence[Line]) -> dict[str, Line]:
    """The fields of an entry by their names; of two with one name the first."""
    fields: dict[str, Line] = {}
    name: str | None = None
    for line in head:
        if match := _FIELD.fullmatch(line.text):
            name = match["name"].lower()
            name = {"authors": "author", "comments": "comment"}.get(name, name)
            name = None if name in fields else name
            text = match["text"].strip()
        elif _REPLACED.match(line.text):
            name = None
        else:
            text = f"{fields[name].text} {line.text}" if name else ""
        if name:
            number = fields[name].number if name in fields else line.number
            fields[name] = Line(number=number, text=text)
    return fields


def _version(head: Sequence[Line]) -> int | None:
    matches = (_FIELD.fullmatch(line.text) for line in head)
    versions = [int(match["version"]) for match in matches if match and match["version"]]
    return max(versions, default=None)
