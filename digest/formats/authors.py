"""From one free string of authors to their names.

From formats.md, identity: joined by commas, by "and", or by both; affiliations stand in round
brackets and hold commas themselves; `(1)` refers to a list `((1) Institute, …)` at the end; TeX
accents stay as they are; collaborations are names like others; a lone ":" is none.
"""

import re
from collections.abc import Iterator

from digest.paper import collapse

_BRACKET = re.compile(r"\\.|[(){}]", re.DOTALL)
_OPENING = {")": "(", "}": "{"}
_SEPARATOR = re.compile(
    r"(?<!\\),(?:\s*for\s+the\s)?|:(?=[\s,]|$)|(?<!\S)and(?!\S)|(?<!\S)on\s+behalf\s+of(?:\s+the)?(?!\S)"
)
_SIGN = re.compile(r"[(){}\\:]")
_SUFFIXES = frozenset(("Jr", "Jr.", "jr", "jr.", "Sr", "Sr.", "sr", "sr.", "II", "III", "IV"))


def split_names(text: str) -> tuple[str, ...]:
    """The names in the order of the text; separators within brackets or TeX braces are none."""
    text = collapse(text)
    parts = [part.strip() for part in text.split(",")] if _is_plain(text) else list(_parts(text))
    if _SUFFIXES.isdisjoint(parts) and "" not in parts:
        return tuple(parts)
    names: list[str] = []
    for part in parts:
        if names and part in _SUFFIXES:
            names[-1] += f" {part}"
        elif part:
            names.append(part)
    return tuple(names)


def _is_plain(text: str) -> bool:
    """Whether there are but names and commas, as nearly always."""
    has_word = " and " in text or " behalf " in text or " for " in text
    return not has_word and _SIGN.search(text) is None


def _parts(whole: str) -> Iterator[str]:
    """Cut between names; what is not to be cut is hidden from the search."""
    texts = list(_pieces(whole))
    text = "".join(piece for piece, _ in texts)
    mask = "".join(piece if is_open else "x" * len(piece) for piece, is_open in texts)
    at = 0
    for separator in _SEPARATOR.finditer(mask):
        yield collapse(text[at : separator.start()])
        at = separator.end()
    yield collapse(text[at:])


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text without what stands in round brackets, and whether it may hold separators.

    What follows a bracket that is never closed goes as far as the next comma; a list of
    institutes goes to the end.
    """
    closings = _closings(text)
    at = 0
    for token in _BRACKET.finditer(text):
        here, mark = token.start(), token[0]
        if here < at or mark not in "(){}":
            continue
        yield text[at:here], True
        at = closings.get(here, here) + 1
        if mark == "{":
            yield text[here:at], here not in closings
            continue
        yield " ", True
        if mark == "(" and here not in closings:
            comma = text.find(",", here)
            at = len(text) if comma < 0 or text.startswith("((", here) else comma
    yield text[at:], True


def _closings(text: str) -> dict[int, int]:
    """Where each bracket that is closed is closed."""
    open_at: dict[str, list[int]] = {"(": [], "{": []}
    closings: dict[int, int] = {}
    for token in _BRACKET.finditer(text):
        mark = token[0]
        if mark in open_at:
            open_at[mark].append(token.start())
        elif mark in _OPENING and open_at[_OPENING[mark]]:
            closings[open_at[_OPENING[mark]].pop()] = token.start()
    return closings
