"""The atoms of a formula: what a sign, a name or a construction becomes."""

import re
import unicodedata
from collections.abc import Sequence

from digest.rendering.tex import symbols
from digest.rendering.tex.script import Run, Script
from digest.rendering.tex.spacing import Item, Kind, as_factor, enclosed


class NotUnderstood(Exception):  # noqa: N818 - an answer, and never leaves this package
    """A formula holds what can't be shown as text."""


_BINARY = frozenset("+-−*×·±∓÷∩∪⊕⊗∘")


def script(text: str, sign: str) -> list[Run]:
    """Lower or raise, but degrees and primes, which have a height of their own."""
    if sign == "^":
        text = text.replace("∗", "*")
        if set(text) == {"′"}:
            return [Run(text)]
        if re.fullmatch(r"[∘◦°] ?[CFK]?", text):
            return [Run("°" + text[1:].strip())]
    return [Run(text, Script.SUP if sign == "^" else Script.SUB)]


def escaped(sign: str) -> Item:
    if sign in "{}":
        return Item(Kind.OPEN if sign == "{" else Kind.CLOSE, (Run(sign),))
    if sign in symbols.ESCAPED:
        return Item(Kind.ORDINARY, (Run(sign),))
    if sign == "|":
        return Item(Kind.ORDINARY, (Run("‖"),))
    if (blank := symbols.BLANKS.get(sign)) is not None:
        return Item(Kind.BLANK if blank else Kind.ORDINARY, ())
    raise NotUnderstood


def plain(text: str) -> Item:
    if text in "`\\#$":
        raise NotUnderstood
    if text == "~":
        return Item(Kind.BLANK, ())
    kinds = {"(": Kind.OPEN, "[": Kind.OPEN, ")": Kind.CLOSE, "]": Kind.CLOSE}
    kinds |= {",": Kind.COMMA, ";": Kind.COMMA}
    kind = Kind.BINARY if text in _BINARY else kinds.get(text, Kind.ORDINARY)
    return Item(kind, (Run(text),))


_KINDS = (
    (symbols.ORDINARY, Kind.ORDINARY), (symbols.BINARY, Kind.BINARY),
    (symbols.RELATIONS, Kind.RELATION), (symbols.LARGE, Kind.NAME),
    (symbols.OPENING, Kind.OPEN), (symbols.CLOSING, Kind.CLOSE),
)  # fmt: skip


def symbol(name: str) -> Item | None:
    for table, kind in _KINDS:
        if sign := table.get(name):
            return Item(kind, (Run(sign),))
    if name in symbols.FUNCTIONS:
        return Item(Kind.NAME, (Run(name.replace("bmod", "mod")),))
    if sign := symbols.INNER.get(name):
        return Item(Kind.ORDINARY, (Run(sign),))
    if (blank := symbols.BLANKS.get(name)) is not None:
        return Item(Kind.BLANK if blank else Kind.ORDINARY, ())
    return None


def double_struck(pieces: Sequence[Run]) -> tuple[Run, ...]:
    return tuple(Run(piece.text.translate(symbols.DOUBLE_STRUCK), piece.script) for piece in pieces)


def marked(pieces: Sequence[Run], mark: str) -> tuple[Run, ...]:
    """Set an accent on one letter; over several there is none in text."""
    if not pieces or len(pieces[0].text) != 1 or pieces[0].script is not Script.LINE:
        raise NotUnderstood
    letter = pieces[0].text.replace("ı", "i").replace("ȷ", "j")
    return (Run(unicodedata.normalize("NFC", letter + mark)), *pieces[1:])


def underlined(pieces: Sequence[Run]) -> tuple[Run, ...]:
    """Keep the line where it tells one letter from another; else it is emphasis."""
    letter = pieces[0].text if pieces else ""
    is_variable = len(letter) == 1 and letter.isalpha() and not letter.isascii()
    return marked(pieces, "\u0332") if is_variable else tuple(pieces)


def divided(above: Sequence[Run], below: Sequence[Run], sign: str) -> Item:
    if not above or not below:
        raise NotUnderstood
    if sign == " choose ":
        return Item(Kind.ORDINARY, enclosed((*above, Run(sign), *below)))
    above, below = as_factor(above, alone=False), as_factor(below, alone=True)
    return Item(Kind.FRACTION, (*above, Run(sign), *below))


def negated(item: Item) -> Item:
    if item.kind is not Kind.RELATION:
        raise NotUnderstood
    sign = item.pieces[0].text
    return Item(item.kind, (Run(symbols.NEGATED.get(sign) or f"{sign}\u0338"),))


def printable(code: int) -> str:
    character = chr(code) if code <= 0x10FFFF else ""
    return character if character.isprintable() else ""
