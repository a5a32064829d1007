"""Braces outside formulas: which only protect capitals, as in a BibTeX title."""

import re

# {BERT}, {G}raph, {3D}, {Monte Carlo}; not {NAME_1}, {x}, {a, b}, nor what follows a command.
_WORD = r"(?:[A-Z0-9][\w+./-]{0,30}[A-Z][\w+./-]{0,30}|[A-Z])"
_PROTECTED = re.compile(
    rf"\{{(?P<word>{_WORD}|[A-Z][\w-]{{1,30}}(?: [A-Z][\w-]{{1,30}}){{1,5}})\}}"
)
_BEFORE = frozenset(" \t\n([\"'“‘-/:–—")
_GROUPED_SIGN = re.compile(r"\{([,.:;-]|--)\}")


def protected(text: str, at: int, end: int) -> re.Match[str] | None:
    """Match {BERT} where the braces surely are no text; group 1 is what they hold."""
    match = _PROTECTED.match(text, at, end)
    if match is None:
        return None
    before = text[at - 1] if at else " "
    after = text[match.end()] if match.end() < end else " "
    is_in_word = len(match["word"]) == 1 and (after.islower() or before.isalpha())
    if "_" in match["word"] or (len(match["word"]) == 1 and not is_in_word):
        return None
    return match if before in _BEFORE or (is_in_word and before.isalpha()) else None


def grouped_sign(text: str, at: int, end: int) -> re.Match[str] | None:
    """Match the braces of 1{,}000."""
    is_behind = at > 0 and text[at - 1].isalnum()
    return _GROUPED_SIGN.match(text, at, end) if is_behind else None


def wraps_all(text: str, start: int, end: int, closing: dict[int, int]) -> bool:
    """Tell whether one pair of braces holds a whole title."""
    if not text.startswith("{", start) or closing.get(start) != end - 1:
        return False
    return bool(re.compile(r"\{[A-Z][^,;{}$\\]* [^,;{}$\\]*\}").match(text, start, end))
