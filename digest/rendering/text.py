"""Plain words for a message: text made safe to print, shortened and wrapped.

Where sentences end: not at e.g., et al., Fig. 3, 0.5, J. Smith or within $a. B$.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import pairwise

from digest.paper import collapse

_END = re.compile(r"""[.!?]["'”’)\]]*(?=\s+(?:[^\sa-z,;.)]|[a-z]+[A-Z]))""")
_ABBREVIATION = re.compile(
    r"(?:\b(?:al|cf|vs|viz|resp|ca|approx|figs?|eqs?|eqns?|secs?|refs?|tabs?|thms?|nos?|vols?|"
    r"dr|prof|mr|mrs|ms|st|jr|ph\.d|e\.\s?g|i\.\s?e|a\.k\.a|w\.r\.t|s\.t|n\.b)\.|\.\.)$",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"(?:^|[\s.(\-])[^\W\d_a-z]\.$")
_BEGINS_ANEW = re.compile(
    r"\s+(?:We|The|This|These|Our|In|It|Here|However|To|Its|As|An?|For|Such|By|Using|When|While|"
    r"Experiments|Results|Code|First|Second|Third|Then|Next|Also|Thus|Hence|Moreover|[A-Z]\w+ly)\b"
)
_FORMULA = re.compile(r"(?<!\\)\$\$?[^$]{1,300}?(?<!\\)\$\$?")
_PROSE = re.compile(r"[.!?]\s+[A-Z][a-z]")
_LONGEST_ABBREVIATION = 8


def sentences(text: str) -> list[str]:
    """Part a text with single blanks into its sentences, as they stand there."""
    bounds = [0, *sentence_ends(text), len(text)]
    parts = (text[start:end].strip() for start, end in pairwise(bounds))
    return [part for part in parts if part]


def sentence_ends(text: str) -> Iterator[int]:
    """Give the offsets right after each sentence that another one follows."""
    plain = _FORMULA.sub(_covered, text)
    for match in _END.finditer(plain):
        end, stop = match.end(), match.start() + 1
        is_bare = plain[match.start()] == "." and stop == end
        if not is_bare or _is_full_stop(plain, stop):
            yield end


def _covered(formula: re.Match[str]) -> str:
    """Hide the stops of a formula, unless it is two prices and what stands between them."""
    return formula[0] if _PROSE.search(formula[0]) else "$" * len(formula[0])


def _is_full_stop(text: str, stop: int) -> bool:
    before = text[max(0, stop - _LONGEST_ABBREVIATION) : stop]
    if _ABBREVIATION.search(before):
        return False
    return not _INITIAL.search(before) or bool(_BEGINS_ANEW.match(text, stop))


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
