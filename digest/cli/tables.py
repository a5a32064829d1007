"""How tables for people are laid out: as wide as the terminal, or a line a record."""

from collections.abc import Iterable, Iterator, Sequence

_GAP = "  "
_INDENT = " " * 4
_ROOM = 32
"""A text narrower than this is no pleasure to read beside others."""


def lines(
    columns: Sequence[str],
    rows: Iterable[Iterable[object]],
    *,
    texts: int = 0,
    width: int | None = None,
) -> Iterator[str]:
    """Yield the lines of a table, a record a line unless that is wider than `width`.

    Then the last `texts` columns are wrapped at blanks and stand one below another, beside the
    others, which somebody may want to copy: those are never cut. A column with nothing in it is
    left out, and the head if no column has a name.
    """
    values = [list(row) for row in rows]
    cells = [list(columns), *([_cell(value) for value in row] for row in values)]
    has_head = any(columns)
    kept = [n for n in range(len(columns)) if any(row[n] for row in cells[1:])]
    fixed = [n for n in kept if n < len(columns) - texts]
    folded = [n for n in kept if n >= len(columns) - texts]
    size = {n: max(_size(row[n]) for row in cells) for n in kept}
    numeric = {n for n in fixed if all(isinstance(row[n], int | float | None) for row in values)}
    if not values:
        return
    empty = "-" if has_head else ""
    shown = cells if has_head else cells[1:]

    def start_of(row: Sequence[str]) -> list[str]:
        return [_padded(row[n] or empty, size[n], right=n in numeric) for n in fixed]

    if width is None or sum(size.values()) + len(_GAP) * (len(kept) - 1) <= width:
        for row in shown:
            rest = [_padded(row[n], size[n]) for n in folded]
            yield _GAP.join((*start_of(row), *rest)).rstrip()
        return
    for row in shown:
        below = [row[n] if n == folded[0] else f"{columns[n]}: {row[n]}" for n in folded if row[n]]
        yield from _stacked(start_of(row), below[:1] if row is cells[0] else below, width)


def _stacked(start: Sequence[str], texts: Sequence[str], width: int) -> Iterator[str]:
    """Yield the lines of one record: its texts beside its start, or below where that is long."""
    beginning = "".join(f"{cell}{_GAP}" for cell in start)
    taken = _size(beginning)
    if texts and width - taken >= _ROOM:
        wrapped = [line for text in texts for line in _wrapped(text, width - taken)]
        yield f"{beginning}{wrapped[0]}"
        yield from (f"{' ' * taken}{line}" for line in wrapped[1:])
        return
    if taken - len(_GAP) <= width:
        yield beginning.rstrip()
    else:
        yield from _filled([cell.strip() for cell in start], width, _GAP, _INDENT)
    for text in texts:
        yield from (f"{_INDENT}{line}" for line in _wrapped(text, width - len(_INDENT)))


def _cell(value: object) -> str:
    """Write a value on one line."""
    return "" if value is None else " ".join(str(value).split())


def _padded(text: str, size: int, *, right: bool = False) -> str:
    blanks = " " * (size - _size(text))
    return f"{blanks}{text}" if right else f"{text}{blanks}"


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Break a text at blanks; a word that is too long stays whole."""
    return _filled(text.split(), width, " ", "")


def _filled(parts: Iterable[str], width: int, gap: str, indent: str) -> Iterator[str]:
    """Fill lines with parts, each of them whole; `indent` is for lines but the first."""
    line = ""
    for part in parts:
        if line and _size(line) + len(gap) + _size(part) > width:
            yield line
            line = f"{indent}{part}"
        else:
            line = f"{line}{gap}{part}" if line else part
    if line:
        yield line


def _size(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
