"""The footer below an abstract in a Hugging Face page's text.

From formats.md, seeds: `• 8 authors` or an organisation directly above the dot, `·`, then a date
and perhaps a number. The number counts comments, not upvotes, and where there is none the paper
had no comments, so they are 0; without a date nothing is known of them. An organisation says
nothing of the number of authors. Of a footer cut short, what was read is kept.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from digest.formats.hf_header import MONTHS
from digest.formats.lines import Line

_DOT = "·"
_COUNT = re.compile(r"•\s*(?:(?P<count>\d{1,6})(?:\s+(?P<word>[a-z]+))?)?", re.ASCII)
_DATE = re.compile(
    rf"(?P<month>{'|'.join(MONTHS)})\s+(?P<day>\d{{1,2}})(?:,\s*(?P<year>\d{{4}}))?"
    r"(?:\s+(?P<comments>\d{1,9}))?",
    re.ASCII,
)
_NEARLY_DATE = re.compile(rf"(?:{'|'.join(MONTHS)})\b.{{0,20}}")
_LONGEST_ORGANIZATION = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A footer's date as it stands there, and the number of comments after it."""

    line: int
    month: int
    day: int
    year: int | None
    comments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """What a footer says; `unread` is its lines that say nothing readable, `taken` how many it has.

    `organization` is a whole line, so that damage in it can be told.
    """

    line: int
    taken: int
    author_count: int | None = None
    organization: Line | None = None
    day: Day | None = None
    unread: tuple[int, ...] = ()


def is_telling(lines: Sequence[Line]) -> bool:
    """Whether there is a footer that no other kind of file has."""
    return any(_author_count(line.text, cut=False) is not None for line in lines) or any(
        line.text == _DOT and _DATE.fullmatch(below.text) is not None
        for line, below in pairwise(lines)
    )


def read_footer(lines: Sequence[Line], at: int, *, texts_above: int) -> Footer | None:
    """The footer that begins at `at`, or as much of one as there is.

    `texts_above`: how many lines of text stand above since the last footer; below some, the line
    at `at` may be an organisation.
    """
    first, end = lines[at], at
    has_count = _is_count(first.text)
    has_organization = not has_count and _is_organization(lines, at, texts_above)
    end += has_count or has_organization
    end += end < len(lines) and lines[end].text == _DOT
    last = lines[end] if end < len(lines) else None
    day = _day(last) if last else None
    if end == at and day is None:
        return None
    unread = [first.number] if has_count and _author_count(first.text) is None else []
    if last and not day and _NEARLY_DATE.fullmatch(last.text):
        unread.append(last.number)
    return Footer(
        line=first.number,
        taken=end - at + (last is not None and (day is not None or last.number in unread)),
        author_count=_author_count(first.text),
        organization=first if has_organization else None,
        day=day,
        unread=tuple(unread),
    )


def _is_count(text: str) -> bool:
    match = _COUNT.fullmatch(text)
    return match is not None and "authors".startswith(match["word"] or "")


def _author_count(text: str, *, cut: bool = True) -> int | None:
    """The number in `8 authors`, or, `cut`, in any beginning of it that shows it to be whole."""
    match = _COUNT.fullmatch(text)
    if match is None or match["word"] is None:
        return None
    whole = "authors".startswith(match["word"]) if cut else match["word"] in ("author", "authors")
    return int(match["count"]) if whole else None


def _is_organization(lines: Sequence[Line], at: int, texts_above: int) -> bool:
    """Whether a short line stands directly above the dot, or where no abstract can be.

    A dot that was lost leaves the date.
    """
    here, below = lines[at], lines[at + 1] if at + 1 < len(lines) else None
    if here.text == _DOT or _day(here) or len(here.text) > _LONGEST_ORGANIZATION:
        return False
    if below is None or (below.text != _DOT and _day(below) is None):
        return False
    is_adjacent = below.number == here.number + 1
    return texts_above > 0 and (is_adjacent or texts_above % 2 == 0)


def _day(line: Line) -> Day | None:
    match = _DATE.fullmatch(line.text)
    if match is None:
        return None
    return Day(
        line=line.number,
        month=MONTHS.index(match["month"]) + 1,
        day=int(match["day"]),
        year=int(match["year"]) if match["year"] else None,
        comments=int(match["comments"] or 0),
    )
