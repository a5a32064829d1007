r"""From the lines of an arXiv mailing to its entries, whole ones apart from what is none.

From formats.md, arxiv-mail: an entry is `\\`, its fields, `\\`, its abstract, `\\` with a link in
daily mailings and without one in monthly files; replacements have no abstract. Fields stand in
any order and continue on indented lines. Rules of dashes part the entries, rules of `%` and
dashes the sections, and the last of them ends a daily mailing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from digest.formats.lines import Line, is_damaged
from digest.formats.mail_body import Body, read_date
from digest.paper import PaperId, Rejection, collapse

_RULE = re.compile(r"-{20,}")
_CROSSES = re.compile(r"(?:%-){4,}%?")
_REPLACEMENTS = re.compile(r"%%(?:--%%){3,}-{0,2}")
_END = re.compile(r"%%%(?:---%%%){2,}-{0,3}")
_RECEIVED = re.compile(r"\s*received from\s.*\sto\s")
_DATE = re.compile(r"Date:(?P<date>.*)")
_BARE = "\\\\"
_LINK = re.compile(r"\\\\\s*\(\s*(?:h\S*\s*(?P<rest>,.*)?)?")
_LINKED_ID = re.compile(r"\\\\\s*\(\s*(?P<url>https?://\S+)\s*,.*\)")
_CROSS_MARK = r"\s*\(\*cross-listing\*\)"
_ID = re.compile(
    rf"(?:arXiv:|Paper(?P<before>{_CROSS_MARK})?:\s*(?:arXiv:)?)\s*(?P<id>\S+)"
    rf"(?P<after>{_CROSS_MARK})?(?:\s+\(.*\))?"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """The entries of one mailing, and what of it is none; `is_cut`: it lacks its end."""

    day: date | None
    found: tuple[Entry | Rejection, ...]
    is_cut: bool
    last_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """The lines between two rules, or from the beginning of an entry to the next."""

    section: Section
    lines: tuple[Line, ...]


def mailings(body: Body) -> tuple[Mailing, ...]:
    """Cut a text after each end of a mailing; text that is no part of one is left out."""
    ends = [at for at, line in enumerate(body.lines, start=1) if _END.fullmatch(line.text)]
    cuts = [0, *ends, len(body.lines)]
    parts = [body.lines[begin:end] for begin, end in zip(cuts, cuts[1:], strict=False)]
    days = [body.day, *[None] * len(ends)]
    read = (_mailing(part, day) for part, day in zip(parts, days, strict=True) if part)
    return tuple(mailing for mailing in read if mailing)


def _mailing(lines: Sequence[Line], day: date | None) -> Mailing | None:
    is_linked = any(_LINK.fullmatch(line.text) for line in lines)
    is_daily = is_linked or any(_is_telling(line.text) for line in lines)
    found: list[Entry | Rejection] = []
    for group in _groups(lines):
        if _begins_with_id(group.lines):
            found += _read(group, is_linked=is_linked)
        elif found or any(_is_end(line.text) for line in group.lines):
            found.append(Rejection(line=group.lines[0].number, why="text that is no entry"))
        else:
            day = _day(group.lines) or day
    if not (found or is_daily):
        return None
    is_cut = is_daily and not _END.fullmatch(lines[-1].text)
    return Mailing(day=day, found=tuple(found), is_cut=is_cut, last_line=_last(lines))


def _is_telling(text: str) -> bool:
    """Whether a line stands in daily mailings only."""
    rules = (_CROSSES, _REPLACEMENTS, _END)
    return any(rule.fullmatch(text) for rule in rules) or _RECEIVED.match(text) is not None


def _last(lines: Sequence[Line]) -> int:
    return max((line.number for line in lines if line.text), default=lines[0].number)


def _day(lines: Sequence[Line]) -> date | None:
    """The day of a mail whose headers stand above its text, the last one if it was passed on."""
    matches = (_DATE.fullmatch(line.text) for line in lines)
    days = [read_date(match["date"]) for match in matches if match]
    return next((day for day in reversed(days) if day), None)


def _groups(lines: Sequence[Line]) -> Iterator[_Group]:
    section = Section.NEW
    group: list[Line] = []
    for line, below in zip(lines, _lines_below(lines), strict=True):
        begins = line.text == _BARE and below is not None and _ID.fullmatch(below.text)
        is_rule, next_section = _rule(line.text, section)
        if (is_rule or begins) and group:
            yield _Group(section=section, lines=tuple(group))
            group = []
        section = next_section
        if line.text and not is_rule:
            group.append(line)
    if group:
        yield _Group(section=section, lines=tuple(group))


def _lines_below(lines: Sequence[Line]) -> list[Line | None]:
    """For each line the next one that is not blank."""
    below: list[Line | None] = []
    following: Line | None = None
    for line in reversed(lines):
        below.append(following)
        following = line if line.text else following
    return below[::-1]


def _rule(text: str, section: Section) -> tuple[bool, Section]:
    """Whether a line is a rule, and the section below it."""
    if _CROSSES.fullmatch(text):
        return True, Section.CROSSES
    if _REPLACEMENTS.fullmatch(text):
        return True, Section.REPLACEMENTS
    return bool(_RULE.fullmatch(text) or _END.fullmatch(text)), section


def _begins_with_id(lines: Sequence[Line]) -> bool:
    return any(_ID.fullmatch(line.text) for line in _without_opening(lines)[:1])


def _without_opening(lines: Sequence[Line]) -> Sequence[Line]:
    return lines[1:] if lines[0].text == _BARE else lines


def _is_end(text: str) -> bool:
    """Whether a line ends the fields or the abstract of an entry."""
    return text == _BARE or _LINK.fullmatch(text) is not None


def _read(group: _Group, *, is_linked: bool) -> Iterator[Entry | Rejection]:
    """An entry, and what follows it; never an entry whose end is missing."""
    id_line, *lines = _without_opening(group.lines)
    ends = [at for at, line in enumerate(lines) if _is_end(line.text)]
    head = lines[: ends[0]] if ends else lines
    is_replacement = group.section is Section.REPLACEMENTS or _has_replaced(head)
    end = _end(lines, ends, is_linked=is_linked, may_lack_abstract=is_replacement)
    if end is None:
        yield Rejection(line=id_line.number, why="an entry that is cut short")
        return
    if why := _wrong(id_line, lines[: end + 1]):
        yield Rejection(line=id_line.number, why=why)
    else:
        abstract = lines[ends[0] + 1 : end]
        is_cross = group.section is Section.CROSSES
        yield _entry(id_line, head, abstract, is_cross=is_cross, is_replacement=is_replacement)
    if end + 1 < len(lines):
        yield Rejection(line=lines[end + 1].number, why="text that is no entry")


def _has_replaced(head: Sequence[Line]) -> bool:
    return any(_REPLACED.match(line.text) for line in head)


def _end(
    lines: Sequence[Line], ends: Sequence[int], *, is_linked: bool, may_lack_abstract: bool
) -> int | None:
    r"""Where an entry ends: at its link, or where no entry has one at a last `\\`."""
    links = [at for at in ends if _LINK.fullmatch(lines[at].text)]
    if links:
        return links[0]
    if is_linked or not ends or ends[-1] + 1 < len(lines):
        return None
    return ends[-1] if len(ends) > 1 or may_lack_abstract else None


def _wrong(id_line: Line, lines: Sequence[Line]) -> str | None:
    """Why an entry that has its end cannot be what it seems."""
    if any(is_damaged(line.text) for line in (id_line, *lines)):
        return "a paper whose text is not valid UTF-8"
    link = _LINKED_ID.fullmatch(lines[-1].text)
    match = _ID.fullmatch(id_line.text)
    if link and match:
        linked, own = PaperId.parse(link["url"]), PaperId.parse(match["id"])
        if linked and own and linked.arxiv != own.arxiv:
            return "an entry that begins as one paper and ends as another"
    return None


def _entry(
    id_line: Line,
    head: Sequence[Line],
    abstract: Sequence[Line],
    *,
    is_cross: bool,
    is_replacement: bool,
) -> Entry:
    match = _ID.fullmatch(id_line.text)
    assert match is not None, "an entry begins with its id"
    fields = _fields(head)
    texts = {name: collapse(line.text) or None for name, line in fields.items()}
    return Entry(
        line=id_line.number,
        arxiv_id=match["id"],
        is_cross=is_cross or bool(match["before"] or match["after"]),
        is_replacement=is_replacement,
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
            text = match["text"]
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
