"""Text as readers see it: mathematics with raised and lowered signs, matched terms marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from digest.ranking.matching import Pattern
from digest.ranking.spans import Span, spans
from digest.rendering.mathtext import plain, runs
from digest.rendering.paper_links import web_address
from digest.rendering.text import addresses
from digest.tex.runs import Script

_TAGS = {Script.LINE: "{}", Script.SUB: "<sub>{}</sub>", Script.SUP: "<sup>{}</sup>"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `script`: raised, lowered or on the line; `marked`: it was asked for.

    `url` is where it leads, if it is an address.
    """

    text: str
    script: Script = Script.LINE
    marked: bool = False
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Rich:
    """The same text twice: as pieces for HTML, and as `plain` text, its *marks* between stars."""

    pieces: tuple[Piece, ...] = ()
    plain: str = ""

    def __bool__(self) -> bool:
        return bool(self.plain)

    def __str__(self) -> str:
        return self.plain

    def __html__(self) -> str:
        """Give it to a template that asks for no marks, ready for HTML."""
        return "".join(map(_bare, self.pieces))


def _bare(piece: Piece) -> str:
    text = _TAGS[piece.script].format(escape(piece.text))
    return f'<a href="{escape(piece.url)}">{text}</a>' if piece.url else text


def unmarked(text: str) -> Rich:
    """Make rich text of words that are neither TeX nor searched."""
    return Rich((Piece(text),), text) if text else Rich()


@lru_cache(maxsize=4_096)
def rich(text: str, patterns: tuple[Pattern, ...] = (), *, linked: bool = False) -> Rich:
    """Decode the TeX of a text of one line, and mark where the patterns stand.

    With `linked` the web addresses in it lead where they say.
    """
    scripted = runs(text)
    shown = "".join(run.text for run in scripted)
    told = plain(text)
    marks = _outside_addresses(shown, patterns)
    found_in_told = marks if told == shown else _outside_addresses(told, patterns)
    found: list[tuple[int, int, str | None]] = [(begin, end, None) for begin, end in marks]
    if linked:
        found = sorted([*found, *_links(shown)])
    pieces: list[Piece] = []
    begin = 0
    for run in scripted:
        pieces += _cut(run.text, begin, run.script, found)
        begin += len(run.text)
    return Rich(tuple(pieces), _starred(told, found_in_told))


def joined(parts: Sequence[Rich], between: str) -> Rich:
    """Put rich texts in a row."""
    pieces: list[Piece] = []
    for i, part in enumerate(parts):
        pieces += [Piece(between), *part.pieces] if i else part.pieces
    return Rich(tuple(pieces), between.join(part.plain for part in parts))


def marked(text: str) -> Rich:
    """Mark a whole text."""
    return Rich((Piece(text, marked=True),), f"*{text}*")


def _outside_addresses(text: str, patterns: tuple[Pattern, ...]) -> list[Span]:
    """Find what to mark; an address stays as it is."""
    found = spans(text, patterns)
    taken = addresses(text) if found else []
    if not taken:
        return list(found)
    return [(a, b) for a, b in found if not any(a < end and b > begin for begin, end in taken)]


def _links(text: str) -> list[tuple[int, int, str]]:
    """Find the web addresses of a text, without the punctuation behind them."""
    found = ((begin, end, web_address(text[begin:end])) for begin, end in addresses(text))
    return [(begin, end, url) for begin, end, url in found if url]


def _cut(
    text: str, begin: int, script: Script, found: Sequence[tuple[int, int, str | None]]
) -> list[Piece]:
    """Cut a run that begins at a place of the whole text by what of it is marked or a link."""
    pieces, at, end = [], begin, begin + len(text)
    for first, last, url in found:
        first, last = max(first, at), min(last, end)
        if first >= last:
            continue
        if first > at:
            pieces.append(Piece(text[at - begin : first - begin], script))
        pieces.append(Piece(text[first - begin : last - begin], script, url is None, url))
        at = last
    return [*pieces, Piece(text[at - begin :], script)] if at < end else pieces


def _starred(text: str, found: Sequence[Span]) -> str:
    parts, at = [], 0
    for begin, end in found:
        parts += [text[at:begin], "*", text[begin:end], "*"]
        at = end
    return "".join([*parts, text[at:]])
