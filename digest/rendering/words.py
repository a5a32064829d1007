"""Plain words for a message: text made safe to print, shortened, wrapped, dated and counted."""

import re
from collections.abc import Iterable
from datetime import date

from digest.paper import collapse
from digest.rendering.sentences import sentence_ends

TEXT_WIDTH = 76
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")  # the others are white space
_NOT_CHARACTERS = re.compile("[\ud800-\udfff\ufffe\uffff]")
_ADDRESS = re.compile(r"(?:https?://|mailto:)\S+", re.IGNORECASE)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def one_line(text: str) -> str:
    """Collapse white space, drop control characters, replace what UTF-8 cannot carry."""
    return collapse(_NOT_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", _CONTROLS.sub("", text)))


def cut(text: str, limit: int) -> str:
    """Shorten to `limit` characters, after a whole word where there is one."""
    if len(text) <= limit:
        return text
    blank = text.rfind(" ", limit // 2, limit)
    return text[: blank if blank > 0 else limit - 1].rstrip(" ,;:.-–—") + "…"


def cut_at_sentence(text: str, limit: int) -> str:
    """Shorten to the last sentence that ends within `limit` characters, else to a word."""
    if len(text) <= limit:
        return text
    ends = [end for end in sentence_ends(text) if limit // 3 <= end <= limit]
    return text[: ends[-1]] if ends else cut(text, limit)


def wrap(text: str, indent: str = "", first: str | None = None) -> str:
    """Wrap at TEXT_WIDTH columns; an address stays whole, however long."""
    lines, line = [], indent if first is None else first
    room = TEXT_WIDTH - len(indent)
    empty = True
    for word in _words(text, room):
        if not empty and len(line) + 1 + len(word) > TEXT_WIDTH:
            lines.append(line)
            line, empty = indent, True
        line += word if empty else f" {word}"
        empty = False
    return "\n".join([*lines, line])


def _words(text: str, room: int) -> Iterable[str]:
    """Split at blanks, and what is longer than a line at its width."""
    for word in text.split():
        if _ADDRESS.match(word):
            yield word
        else:
            yield from (word[start : start + room] for start in range(0, len(word), room))


def date_words(day: date, today: date) -> str:
    """Write a day as in 6 March, with its year if that is not today's; whatever the locale."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day.day} {_MONTHS[day.month - 1]}{year}"


def weekday_words(day: date) -> str:
    """Write a day as in Tuesday, 10 March 2026."""
    return f"{_WEEKDAYS[day.weekday()]}, {date_words(day, day)} {day.year}"


def counted(number: int, thing: str) -> str:
    """Write a number with its noun: 1 paper, 2 papers."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def listed(items: Iterable[str]) -> str:
    """Join as in a, b and c."""
    *most, last = items
    return f"{', '.join(most)} and {last}" if most else last


def tidy(text: str) -> str:
    """Leave one empty line where a template left several, no blanks at the end of a line."""
    lines = "\n".join(line.rstrip(" ") for line in text.strip().split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines) + "\n"
