"""Text on the line, below it and above it, and how plain text shows the three."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Script(StrEnum):
    LINE = "line"
    SUB = "sub"
    SUP = "sup"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text on one level."""

    text: str
    script: Script = Script.LINE


# Letters stay out: most have no such form, and fonts lack many of the others.
_RAISED = str.maketrans("0123456789+-=()−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾⁻")
_LOWERED = str.maketrans("0123456789+-=()−", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎₋")
_HAVE_FORMS = frozenset("0123456789+-=()−")
# Marks that are read as raised when they stand behind a word or a sign, and ordinals: 7th.
_RAISED_ANYWAY = frozenset("*†‡§¶★⋆™®′″°")
_ORDINALS = frozenset(("st", "nd", "rd", "th"))


def merged(pieces: Iterable[Run]) -> tuple[Run, ...]:
    """Join neighbours on the same level, drop what is empty."""
    texts: list[list[str]] = []
    levels: list[Script] = []
    for piece in pieces:
        if not piece.text:
            continue
        if levels and levels[-1] is piece.script:
            texts[-1].append(piece.text)
        else:
            texts.append([piece.text])
            levels.append(piece.script)
    return tuple(Run("".join(text), level) for text, level in zip(texts, levels, strict=True))


def write(pieces: Sequence[Run]) -> str:
    """Write on one level: x², H₂O, x_i, x^(n+1)."""
    if not pieces:
        return ""
    if len(pieces) == 1 and pieces[0].script is Script.LINE:
        return pieces[0].text
    ends = [*(piece.text[:1] if piece.script is Script.LINE else "" for piece in pieces[1:]), ""]
    return "".join(
        piece.text if piece.script is Script.LINE else _scripted(piece, after)
        for piece, after in zip(pieces, ends, strict=True)
    )


def _scripted(piece: Run, after: str) -> str:
    text, raised = piece.text, piece.script is Script.SUP
    if _HAVE_FORMS.issuperset(text):
        return text.translate(_RAISED if raised else _LOWERED)
    if raised and (_RAISED_ANYWAY.issuperset(text) or text in _ORDINALS):
        return text
    return ("^" if raised else "_") + (text if _reads_whole(text, after) else f"({text})")


def _reads_whole(text: str, after: str) -> bool:
    """Tell whether the eye sees where a script ends."""
    if len(text) == 1 or is_enclosed(text):
        return True
    return text.replace(".", "", 1).isalnum() and not text.endswith(".") and not after.isalnum()


def is_enclosed(text: str) -> bool:
    """Tell (a+b) from (a)(b)."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth <= 0:
            return place == len(text) - 1 > 0 and sign == ")"
    return False


def on_line(pieces: Sequence[Run]) -> str:
    """Write what is itself a script: its own scripts have no further level to go to."""
    return write(merged(pieces))
