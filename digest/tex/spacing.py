"""Where blanks belong in a formula: p < 0.05, n log n, 3×, -1, f(x)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from digest.tex.runs import Run, Script, on_line


class Kind(Enum):
    """TeX's classes of atoms, as far as they matter here."""

    ORDINARY = auto()
    FRACTION = auto()
    NAME = auto()  # log, sin, ∑: apart from the letters about it
    BINARY = auto()
    RELATION = auto()
    OPEN = auto()
    CLOSE = auto()
    COMMA = auto()
    BLANK = auto()


@dataclass(frozen=True, slots=True)
class Item:
    """One atom with its scripts; `apart`: the author left a blank before it."""

    kind: Kind
    pieces: tuple[Run, ...]
    apart: bool = False


_OPERANDS = frozenset((Kind.ORDINARY, Kind.FRACTION, Kind.CLOSE))
_ENDS = frozenset((None, Kind.CLOSE, Kind.COMMA))
_STARTS = frozenset((None, Kind.OPEN))
# They lean on what follows where nothing stands before: ≥90, ∼10.
PREFIXES = frozenset("<>≤≥⩽⩾∼≈≲≳≪≫")


def laid_out(items: Sequence[Item], *, is_tight: bool = False) -> tuple[Run, ...]:
    """Put the items in a row; tight: in a script, n=1."""
    items = [item for item in items if item.pieces or item.kind is Kind.BLANK]
    items = [_with_role(items, index) for index in range(len(items))]
    return tuple(piece for piece in _row(items, is_tight=is_tight) if piece.text)


def _row(items: Sequence[Item], *, is_tight: bool) -> Iterator[Run]:
    was_blank = True
    for index, item in enumerate(items):
        if item.kind is Kind.BLANK:
            if not was_blank and index + 1 < len(items):
                yield Run(" ")
            was_blank = True
            continue
        if index and not was_blank and _is_apart(items, index, is_tight=is_tight):
            yield Run(" ")
        yield from _fraction(items, index) if item.kind is Kind.FRACTION else item.pieces
        was_blank = False


def _with_role(items: Sequence[Item], index: int) -> Item:
    """Make an operator without two operands, and a relation of neither, a plain sign."""
    item = items[index]
    before, after = _neighbours(items, index)
    if item.kind is Kind.BINARY and (
        before not in _OPERANDS or after in _ENDS or after is Kind.RELATION
    ):
        is_behind = after in _ENDS and before is not None
        return Item(Kind.CLOSE if is_behind else Kind.OPEN, item.pieces, item.apart)
    is_first = item.kind is Kind.RELATION and before is None
    if is_first and item.pieces[0].text in PREFIXES and not _keeps_blank(items, index):
        return Item(Kind.OPEN, item.pieces, item.apart)
    return item


def _keeps_blank(items: Sequence[Item], index: int) -> bool:
    """Tell the author's blank in < 5 from the one that ends \\ge 5."""
    return (
        items[index].pieces[0].text in "<>"
        and items[index + 1 : index + 2] != []
        and (items[index + 1].apart)
    )


def _neighbours(items: Sequence[Item], index: int) -> tuple[Kind | None, Kind | None]:
    step = index - 1
    while step >= 0 and items[step].kind is Kind.BLANK:
        step -= 1
    before = items[step].kind if step >= 0 else None
    step = index + 1
    while step < len(items) and items[step].kind is Kind.BLANK:
        step += 1
    return before, items[step].kind if step < len(items) else None


def _is_apart(items: Sequence[Item], index: int, *, is_tight: bool) -> bool:
    """Decide on a blank between an item and the one before it."""
    before, item = items[index - 1], items[index]
    if before.pieces[-1].text[-1].isspace() or item.pieces[0].text[0].isspace():
        return False
    pair = {before.kind, item.kind}
    if before.kind is Kind.OPEN or item.kind in (Kind.CLOSE, Kind.COMMA):
        return item.apart and before.kind is Kind.COMMA
    if Kind.RELATION in pair:
        return not is_tight and (before.kind is not item.kind or item.apart)
    if Kind.BINARY in pair:
        sign = index if item.kind is Kind.BINARY else index - 1
        return not is_tight and any(side.apart for side in items[sign : sign + 2])
    if before.kind is Kind.NAME:
        return item.kind is not Kind.OPEN or _is_sign(item)
    if item.kind is Kind.NAME:
        return before.kind is not Kind.COMMA or item.apart
    return item.apart and not (is_tight and before.kind is Kind.COMMA)


def _is_sign(item: Item) -> bool:
    return item.pieces[0].text[0] in "+-±∓∼"


def _fraction(items: Sequence[Item], index: int) -> Iterator[Run]:
    """Enclose a/b where something leans on it: (a/b)x."""
    before = items[index - 1].kind if index and not items[index].apart else None
    after = items[index + 1] if index + 1 < len(items) else None
    leans = before in _OPERANDS or (
        after is not None
        and not after.apart
        and after.kind in (Kind.ORDINARY, Kind.FRACTION, Kind.OPEN)
        and after.pieces[0].text[0].isalnum() | (after.kind is Kind.OPEN)
    )
    yield from enclosed(items[index].pieces) if leans else items[index].pieces


def enclosed(pieces: Sequence[Run]) -> tuple[Run, ...]:
    """Put brackets about pieces."""
    return (Run("("), *pieces, Run(")"))


_FACTOR = frozenset("²³⁴⁵⁶⁷⁸⁹.′%∞°!")


def as_factor(pieces: Sequence[Run], *, alone: bool) -> tuple[Run, ...]:
    """Enclose what would fall apart beside / or √; alone: 2n falls apart too."""
    text = "".join(piece.text for piece in pieces if piece.script is Script.LINE)
    is_whole = text.replace(".", "", 1).isdigit() or (
        all(sign.isalnum() or sign in _FACTOR or _combines(sign) for sign in text)
        and (not alone or sum(not _combines(sign) for sign in text) == 1 or _is_word(text))
    )
    return tuple(pieces) if is_whole or _is_call(on_line(pieces)) else enclosed(pieces)


def _combines(sign: str) -> bool:
    return "\u0300" <= sign <= "\u036f" or "\u20d0" <= sign <= "\u20f0"


def _is_word(text: str) -> bool:
    return len(text) > 2 and text.isalpha()


def _is_call(text: str) -> bool:
    """Tell f(x), (a+b) and |x| from (a)(b)."""
    head, bracket, rest = text.partition("(")
    if bracket:
        return (not head or head.isalpha()) and rest.find(")") == len(rest) - 1
    return len(text) > 2 and text[0] == text[-1] == "|" and "|" not in text[1:-1]
