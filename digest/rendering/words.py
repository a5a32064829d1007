"""Plain words for a message: text made safe to print, shortened and wrapped."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from digest.paper import collapse
from digest.rendering.sentences import sentence_ends

TEXT_WIDTH = 76
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")  # the others are white space
_NOT_CHARACTERS = re.compile("[\ud800-\udfff\ufffe\uffff]")
ADDRESS = re.compile(r"(?:https?://|mailto:|www\.)\S+|\S+@\S+", re.IGNORECASE)
_BEHIND = ".,;:!?\"'“”‘’»>"
_KEPT = 4_096  # of what many readers share


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


@lru_cache(maxsize=_KEPT)
def wrap(text: str, indent: str = "", first: str | None = None) -> str:
    """Wrap at TEXT_WIDTH columns; an address stays whole, however long."""
    room = TEXT_WIDTH - len(indent)
    words = text.split()
    longest = max(map(len, words), default=0)
    begin = indent if first is None else first
    if longest <= room and len(begin) == len(indent):
        return begin + f"\n{indent}".join(_lines(room).findall(" ".join(words)))
    if longest > room:
        words = [part for word in words for part in _parts(word, room)]
    lines: list[str] = []
    line, start, length = begin, 0, len(begin) - 1
    for number, word in enumerate(words):
        length += 1 + len(word)
        if length > TEXT_WIDTH and number > start:
            lines.append(line + " ".join(words[start:number]))
            line, start, length = indent, number, len(indent) + len(word)
    return "\n".join([*lines, line + " ".join(words[start:])])


@cache
def _lines(room: int) -> re.Pattern[str]:
    """Give what finds the lines of a text whose words have room and stand one blank apart."""
    return re.compile(rf"\S.{{0,{room - 1}}}(?= |$)", re.DOTALL)


def _parts(word: str, room: int) -> Iterable[str]:
    """Split what is longer than a line at its width, but for an address."""
    if ADDRESS.match(word):
        return (word,)
    return (word[start : start + room] for start in range(0, len(word), room))


def addresses(text: str) -> list[tuple[int, int]]:
    """Give where addresses stand in a text, without the punctuation behind them."""
    # The expression is slow on a long text, and most have none.
    lowered = text.lower()
    if not any(hint in lowered for hint in ("@", "://", "mailto:", "www.")):
        return []
    return [(match.start(), _end_of_address(match)) for match in ADDRESS.finditer(text)]


def _end_of_address(match: re.Match[str]) -> int:
    """Return where an address ends: a closing bracket belongs to it if its opening one does."""
    text = match[0]
    while text and (text[-1] in _BEHIND or _is_unopened(text)):
        text = text[:-1]
    return match.start() + len(text)


def _is_unopened(text: str) -> bool:
    opening = {")": "(", "]": "[", "}": "{"}.get(text[-1])
    return opening is not None and text.count(text[-1]) > text.count(opening)


def tidy(text: str) -> str:
    """Leave one empty line where a template left several, no blanks at the end of a line."""
    lines = "\n".join(map(str.rstrip, text.strip().split("\n")))
    while "\n\n\n" in lines:
        lines = lines.replace("\n\n\n", "\n\n")
    return lines + "\n"
