"""arxiv-mail: arXiv's announcement e-mail, daily mailings and monthly files alike.

From formats.md, arxiv-mail: a mailing has sections for new papers, cross-lists and replacements;
a monthly file marks its cross-lists alone. The day of the mail itself, in UTC, is the day of the
announcement; an entry's `Date` is that of the first submission. Text without mail headers is read
as well, and then announces on no day that is known.

From the text of an arXiv mailing to its entries, section by section.

From formats.md, arxiv-mail: rules of dashes part the entries, rules of `%` and dashes the
sections, and the last of these ends a daily mailing; a monthly file has none of them. What
stands above the first entry and below the end is no part of the mailing.

One entry of an arXiv mailing: its lines read as fields, or why they are none.

From formats.md, arxiv-mail: an entry is `\\`, its id, its fields, `\\`, its abstract, `\\` with a
link in daily mailings and without one in monthly files; replacements have no abstract. Fields
stand in any order and continue on indented lines.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from itertools import pairwise

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
from digest.sources.reading.mail import Body, bodies, read_date
from digest.sources.reading.text import (
    Line,
    decode,
    is_damaged,
    looks_like,
    malformed,
    shown,
    split_names,
)

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


_MAILING_RULE = re.compile(r"-{20,}")
_CROSSES = re.compile(r"(?:%-){4,}%?")
_REPLACEMENTS = re.compile(r"%%(?:--%%){3,}-{0,2}")
_END = re.compile(r"%%%(?:---%%%){2,}-{0,3}")
_RECEIVED = re.compile(r"\s*received from\s.*\sto\s")
_DATE = re.compile(r"Date:(?P<date>.*)")


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
    parts = [body.lines[begin:end] for begin, end in pairwise(cuts)]
    days = [body.day, *[None] * len(ends)]
    read = (_mailing(part, day) for part, day in zip(parts, days, strict=True) if part)
    return tuple(mailing for mailing in read if mailing)


def _mailing(lines: Sequence[Line], day: date | None) -> Mailing | None:
    is_linked = any(is_link(line.text) for line in lines)
    is_daily = is_linked or any(_is_telling(line.text) for line in lines)
    found: list[Entry | Rejection] = []
    for group in _groups(lines):
        if begins_with_id(group.lines):
            found += read_entry(group.lines, group.section, is_linked=is_linked)
        elif found or any(is_end(line.text) for line in group.lines):
            found.append(Rejection(line=group.lines[0].number, why="text that is no entry"))
        else:
            day = _day(group.lines) or day
    if not (found or is_daily):
        return None
    is_cut = is_daily and not _END.fullmatch(lines[-1].text)
    return Mailing(day=day, found=tuple(found), is_cut=is_cut, last_line=_last(lines))


def _is_telling(text: str) -> bool:
    """Whether a line stands in daily mailings only."""
    is_rule = _CROSSES.fullmatch(text) or _REPLACEMENTS.fullmatch(text)
    return bool(is_rule or _RECEIVED.match(text))


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
        begins = line.text == BARE and below is not None and is_id(below.text)
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
    return bool(_MAILING_RULE.fullmatch(text) or _END.fullmatch(text)), section


NAME = "arxiv-mail"
_HEAD = 100_000  # mail headers and a preamble are shorter
_ENTRY = re.compile(r"(?:\A|[\r\n])\\\\[ \t]*[\r\n]+(?:arXiv:|Paper(?: \(\*cross-listing\*\))?:)")
_RULE = re.compile(r"(?:\A|[\r\n])(?:(?:%-){10}|%%--%%--%%--%%|%%%---%%%---%%%)")
_SUBJECT = re.compile(
    r"(?:\A|[\r\n])Subject:.*\bdaily\b.*(?:\bSubj-class mailing|\bnew\b.*\bcrosses)"
)
_SIZE = re.compile(r"\s*\(\d+kb\b.*")
_OTHERS = re.compile(
    r"[,\s]*\bet\s+al\b\.?(?:\s*\((?P<hidden>\d{1,6}) additional authors? not shown\))?\s*\Z"
)
_CATEGORY = re.compile(r"[a-z][a-z-]+(?:\.[A-Za-z-]{2,})?")


class ArxivMail:
    """The format as the table of formats knows it."""

    name = NAME

    def recognises(self, text: str) -> bool:
        """Whether an entry, a rule between sections or the subject of a mailing is near the top."""
        head = text[:_HEAD]
        return looks_like(head) is None and any(
            pattern.search(head) for pattern in (_ENTRY, _RULE, _SUBJECT)
        )

    def parse(self, dump: Dump) -> Listing:
        """Read every mailing in a dump; raises ListingMalformed where it holds none."""
        text = decode(dump)
        if kind := looks_like(text):
            raise malformed(dump, f"looks like {kind}, not {NAME}")
        read = [mailing for body in bodies(text) for mailing in mailings(body)]
        if not read:
            raise malformed(dump, rf"is not {NAME}: no entries between lines of \\")
        found = [result for mailing in read for result in _read(mailing, dump)]
        return Listing(
            format=NAME,
            announcements=tuple(item for item in found if isinstance(item, Announcement)),
            rejections=tuple(item for item in found if isinstance(item, Rejection)),
            day=_only_day(read),
        )


def _only_day(read: Iterable[Mailing]) -> date | None:
    days = {mailing.day for mailing in read}
    return days.pop() if len(days) == 1 else None


def _read(mailing: Mailing, dump: Dump) -> Iterator[Announcement | Rejection]:
    for found in mailing.found:
        if isinstance(found, Entry):
            yield from _read_entry(found, mailing.day, dump)
        else:
            yield found
    if mailing.is_cut:
        yield Rejection(line=mailing.last_line, why="the mailing is cut: it lacks its end")


def _read_entry(entry: Entry, day: date | None, dump: Dump) -> Iterator[Announcement | Rejection]:
    paper_id = PaperId.parse(entry.arxiv_id)
    if paper_id is None or paper_id.arxiv is None:
        yield Rejection(line=entry.line, why=f"{shown(entry.arxiv_id)} is no arXiv id")
        return
    if entry.title is None:
        yield Rejection(line=entry.line, why="an entry without a title")
        return
    published = _published(entry)
    yield Announcement(
        paper=_paper(entry, paper_id.arxiv, paper_id.version or entry.version, published),
        format=NAME,
        announce_type=_announce_type(entry),
        announced=None if entry.is_replacement else day,
        source=dump.source,
        line=entry.line,
    )
    if entry.date and published is None:
        yield Rejection(line=entry.date.number, why=f"{shown(entry.date.text)} holds no day")


def _announce_type(entry: Entry) -> AnnounceType:
    if entry.is_replacement:
        return AnnounceType.REPLACE_CROSS if entry.is_cross else AnnounceType.REPLACE
    return AnnounceType.CROSS if entry.is_cross else AnnounceType.NEW


def _published(entry: Entry) -> date | None:
    return read_date(_SIZE.sub("", entry.date.text), any_zone=True) if entry.date else None


def _paper(entry: Entry, arxiv_id: str, version: int | None, published: date | None) -> Paper:
    authors, author_count = _authors(entry)
    return Paper(
        title=entry.title,
        abstract=entry.abstract,
        authors=authors,
        author_count=author_count,
        categories=_categories(entry),
        arxiv_id=arxiv_id,
        version=version,
        doi=_doi(entry),
        url=abs_url(arxiv_id),
        pdf_url=pdf_url(arxiv_id),
        comment=entry.comment,
        journal_ref=entry.journal_ref,
        published=published,
    )


def _authors(entry: Entry) -> tuple[tuple[str, ...], int | None]:
    """The names that are given, and how many there are where that is told."""
    text = entry.authors or ""
    others = _OTHERS.search(text)
    names = split_names(text[: others.start()] if others else text)
    if others and not others["hidden"]:
        return names, None
    return names, len(names) + int(others["hidden"] if others else 0) or None


def _categories(entry: Entry) -> tuple[str, ...]:
    words = (entry.categories or "").replace(",", " ").split()
    return tuple(dict.fromkeys(word for word in words if _CATEGORY.fullmatch(word)))


def _doi(entry: Entry) -> str | None:
    """The first of what may be several."""
    words = (entry.doi or "").split()
    return words[0] if words and PaperId.parse(words[0]) else None
