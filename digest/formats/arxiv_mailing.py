"""From the text of an arXiv mailing to its entries, section by section.

From formats.md, arxiv-mail: rules of dashes part the entries, rules of `%` and dashes the
sections, and the last of these ends a daily mailing; a monthly file has none of them. What
stands above the first entry and below the end is no part of the mailing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from digest.formats.arxiv_entry import (
    BARE,
    Entry,
    Section,
    begins_with_id,
    is_end,
    is_id,
    is_link,
    read_entry,
)
from digest.formats.lines import Line
from digest.formats.mail_body import Body, read_date
from digest.paper import Rejection

_RULE = re.compile(r"-{20,}")
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
    return bool(_RULE.fullmatch(text) or _END.fullmatch(text)), section
