"""Formulas to runs; a formula that isn't understood to its end isn't understood.

The atoms of a formula: what a sign, a name or a construction becomes.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence

from digest.tex import symbols
from digest.tex.runs import Run, Script, merged, on_line
from digest.tex.spacing import Item, Kind, as_factor, enclosed, laid_out


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


LONGEST = 600  # a formula of an abstract; what is longer stays as written
DEEPEST = 12
Prose = Callable[[int, int], Sequence[Run]]


_TOKEN = re.compile(
    r"(?P<blank>\s+)|\\(?P<name>[A-Za-z]+)\*?|\\(?P<sign>.)"
    r"|(?P<number>\d+(?:[.,]\d+)*)"
    r"|(?P<relation>[:!<>=]?=+|<->|->|=>|<+|>+|[≤≥≈≠∈→∼≃≡⊂⊆∝≪≫←↔⇒⇔≲≳])"
    r"|(?P<other>.)",
    re.DOTALL,
)
_BARE_NUMBER = re.compile(r"[-+−]?\d+(?:\.\d+)?")
_PRIMES = re.compile(r"'+")
_CODE = re.compile(r"\{x([0-9A-Fa-f]{2,5})\}")
_COLOUR = re.compile(r"\{[A-Za-z!0-9]{1,30}\}")
_TEMPLATES = {
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"), "/"),
    **dict.fromkeys(("binom", "dbinom", "tbinom"), " choose "),
}


def read(text: str, start: int, end: int, prose: Prose) -> tuple[Run, ...] | None:
    """Read a formula; None: not understood."""
    if end - start > LONGEST:
        return None
    reader = _Reader(text, start, end, prose)
    try:
        return merged(laid_out(reader.items()))
    except NotUnderstood:
        return None


def read_one(text: str, start: int, end: int, prose: Prose) -> tuple[tuple[Run, ...], int] | None:
    """Read one atom with its scripts, and say where it ends."""
    reader = _Reader(text, start, min(end, start + LONGEST), prose)
    try:
        item = reader.item(in_prose=True)
    except NotUnderstood:
        return None
    return merged(item.pieces), reader.at


def read_script(text: str, start: int, end: int, prose: Prose) -> tuple[str, int] | None:
    """Read what stands behind ^ or _, and say where it ends."""
    reader = _Reader(text, start, min(end, start + LONGEST), prose)
    try:
        return on_line(reader.argument(is_tight=True)), reader.at
    except NotUnderstood:
        return None


class _Reader:
    """A recursive descent over one formula; every method leaves `at` behind what it read."""

    def __init__(self, text: str, start: int, end: int, prose: Prose) -> None:
        self.text, self.at, self.end, self.prose = text, start, end, prose
        self.depth = 0
        self.is_apart = False

    def items(self) -> list[Item]:
        found: list[Item] = []
        while self._peek():
            if self.text[self.at] == "}":
                break
            found.append(self.item())
        if self.at < self.end and not self.depth:
            raise NotUnderstood
        return found

    def item(self, *, in_prose: bool = False) -> Item:
        """Read an atom and the scripts behind it."""
        self._peek()
        apart, self.is_apart = self.is_apart, False
        if self.text.startswith(("^", "_"), self.at):
            base = Item(Kind.ORDINARY, ())
        else:
            base = self._atom()
        scripts = self._scripts(in_prose=in_prose)
        if scripts and base.kind is Kind.FRACTION:
            base = Item(Kind.ORDINARY, enclosed(base.pieces))
        return Item(base.kind, (*base.pieces, *scripts), apart)

    def argument(self, *, is_tight: bool = False) -> tuple[Run, ...]:
        """Read a group or a single token."""
        if not self._peek():
            raise NotUnderstood
        self.is_apart = False
        if self.text[self.at] == "{":
            return self._group(is_tight=is_tight)
        if self.text[self.at] in "}^_":
            raise NotUnderstood
        if self.text[self.at].isdigit():  # \frac12
            self.at += 1
            return (Run(self.text[self.at - 1]),)
        return self._atom().pieces

    def _peek(self) -> bool:
        """Skip blanks, tell whether something is left."""
        while self.at < self.end and self.text[self.at].isspace():
            self.at += 1
            self.is_apart = True
        return self.at < self.end

    def _group(self, *, is_tight: bool = False) -> tuple[Run, ...]:
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotUnderstood
        self.at += 1
        items = self.items()
        if self.at >= self.end:
            raise NotUnderstood
        self.at += 1
        self.depth -= 1
        self.is_apart = False
        return merged(laid_out(items, is_tight=is_tight))

    def _scripts(self, *, in_prose: bool) -> list[Run]:
        found: list[Run] = []
        seen: set[str] = set()
        while self.at < self.end:
            if primes := _PRIMES.match(self.text, self.at, self.end):
                if in_prose:
                    break
                found.append(Run("′" * len(primes[0])))
                self.at = primes.end()
                continue
            here = self.at
            if not in_prose:
                self._peek()
            sign = self.text[self.at : self.at + 1] if self.at < self.end else ""
            if sign not in ("^", "_"):
                self.at = here
                break
            if sign in seen:
                raise NotUnderstood
            seen.add(sign)
            self.at += 1
            found += script(self._level(), sign)
        return found

    def _level(self) -> str:
        """Read a script; TeX takes one digit of 10^-5 and 10^12, their authors meant all."""
        if number := _BARE_NUMBER.match(self.text, self.at, self.end):
            self.at = number.end()
            return number[0]
        return on_line(self.argument(is_tight=True))

    def _atom(self) -> Item:
        token = _TOKEN.match(self.text, self.at, self.end)
        if token is None or token.lastgroup == "blank":
            raise NotUnderstood
        if self.text[self.at] == "{":
            return Item(Kind.ORDINARY, self._group())
        self.at = token.end()
        if name := token["name"]:
            return self._command(name)
        if sign := token["sign"]:
            return escaped(sign)
        if token["relation"]:
            return Item(Kind.RELATION, (Run(token[0]),))
        return plain(token[0])

    def _command(self, name: str) -> Item:
        if name in symbols.MATHS_SWITCHES:
            return self._switch(name)
        if name == "deg" and self._follows_number():
            return Item(Kind.ORDINARY, (Run("°"),))
        if name in symbols.TEXT_IN_MATHS:
            return self._prose_argument()
        if name == "underline":
            return Item(Kind.ORDINARY, underlined(self.argument()))
        if name in symbols.MATHS_FONTS:
            kind = Kind.NAME if name.startswith("operatorname") else Kind.ORDINARY
            return Item(kind, self.argument())
        if item := symbol(name):
            if item.kind is Kind.ORDINARY:
                self._swallow_blank()
            return item
        return self._construction(name)

    def _construction(self, name: str) -> Item:
        if name in ("mathbb", "Bbb", "mathds", "mathbbm"):
            return Item(Kind.ORDINARY, double_struck(self.argument()))
        if mark := symbols.MATHS_MARKS.get(name):
            return Item(Kind.ORDINARY, marked(self.argument(), mark))
        if sign := _TEMPLATES.get(name):
            return divided(self.argument(), self.argument(), sign)
        if name == "sqrt":
            return self._root()
        if name == "not":
            return negated(self._atom_after_blank())
        if name == "pmod":
            return Item(Kind.NAME, (Run("(mod "), *self.argument(), Run(")")))
        if name == "unicode":
            return self._character()
        if name in ("textcolor", "color"):
            return self._coloured(name)
        if name in ("href", "url"):
            return self._link(name)
        raise NotUnderstood

    def _switch(self, name: str) -> Item:
        is_delimiter = name in ("left", "right", "middle")
        if is_delimiter and self._peek() and self.text[self.at] == ".":
            self.at += 1
        return Item(Kind.ORDINARY, ())

    def _follows_number(self) -> bool:
        return self.text[: self.at].endswith(tuple(f"{digit}\\deg" for digit in range(10)))

    def _swallow_blank(self) -> None:
        """Drop the blank that only ends a command's name: \\Delta t."""
        self._peek()
        self.is_apart = False

    def _atom_after_blank(self) -> Item:
        self._swallow_blank()
        return self._atom()

    def _prose_argument(self) -> Item:
        if not self._peek() or self.text[self.at] != "{":
            return Item(Kind.ORDINARY, self.argument())
        closing = _closing(self.text, self.at, self.end)
        pieces = merged(self.prose(self.at + 1, closing))
        self.at = closing + 1
        return Item(Kind.ORDINARY, pieces)

    def _root(self) -> Item:
        sign = "√"
        for degree, form in (("[3]", "∛"), ("[4]", "∜")):
            if self.text.startswith(degree, self.at):
                self.at += len(degree)
                sign = form
        if self.text.startswith("[", self.at):
            raise NotUnderstood
        return Item(Kind.ORDINARY, (Run(sign), *as_factor(self.argument(), alone=True)))

    def _character(self) -> Item:
        code = _CODE.match(self.text, self.at, self.end)
        if code is None or not (character := printable(int(code[1], 16))):
            raise NotUnderstood
        self.at = code.end()
        return Item(Kind.ORDINARY, (Run(character),))

    def _coloured(self, name: str) -> Item:
        colour = _COLOUR.match(self.text, self.at, self.end)
        if colour is None:
            raise NotUnderstood
        self.at = colour.end()
        return Item(Kind.ORDINARY, self.argument() if name == "textcolor" else ())

    def _link(self, name: str) -> Item:
        start = self.at - len(name) - 1
        for _ in range(2 if name == "href" else 1):
            if not self.text.startswith("{", self.at):
                raise NotUnderstood
            self.at = _closing(self.text, self.at, self.end) + 1
        return Item(Kind.ORDINARY, merged(self.prose(start, self.at)))


def _closing(text: str, start: int, end: int) -> int:
    depth = 0
    for match in re.compile(r"\\.|[{}]", re.DOTALL).finditer(text, start, end):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if not depth:
            return match.start()
    raise NotUnderstood
