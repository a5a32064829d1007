"""Text on the line, below it and above it, and how plain text shows the three.

The few shapes in which ^ and _ are read outside formulas, where names hold them too.

Raised: R^2, 10^-5, O(n^2), Diffusion^2, x^{n+1}, 2^{nd}, R^n (one letter over one letter).
Lowered: H_2O, Fe_2O_3, NO_x, T_1 (one letter, up to three digits), F_{16}, x_{ij}, ||M||_{F}.
Never: snake_case, model_2_final, a_b, PROSPECTOR_3, user_{id}, and what lies in an address.

A stretch of text being read, and what was found in it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
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
_RAISED_SIGNS = str.maketrans("0123456789+-=()−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾⁻")
_LOWERED_SIGNS = str.maketrans("0123456789+-=()−", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎₋")
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
        return text.translate(_RAISED_SIGNS if raised else _LOWERED_SIGNS)
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


# Elements whose signs are English words are left out.
_ELEMENT = (
    "A[cglru]|B[ahikr]?|C[adelmorsu]?|Dy|E[ru]|F[el]?|G[ade]|H[fgo]?|I|Kr?|L[aiu]|M[gno]|"
    "N[abdi]?|Os?|P[bdtu]?|R[behu]|S[bceimnr]?|T[abehil]|U|V|W|Xe|Yb?|Z[nr]"
)
_ATOM = rf"(?:(?:{_ELEMENT})(?:_\d{{1,2}}|_\{{\d{{1,2}}\}})?)"
# Two capitals and a number are as often a name: CO_2 and NH_3 are known, CV_5 is not.
_COMPOUND = re.compile(
    r"(?<![A-Za-z_\\^./@])(?!(?!(?:CO|NO|SO|NH|CH|PO|OH|SF|UF|BF|BH|UO|VO)_)[A-Z]{2,}_)"
    rf"(?:{_ATOM}|\({_ATOM}{{1,6}}\)_\d){{1,8}}"
    r"(?:\^\{?\d?[+-]\}?)?(?![\w^/@\\]|\.\w|-\d)|(?<!\w)[NS]O_[xX](?!\w)"
)
_PIECE = re.compile(r"[_^]\{?([\d+xX-]{1,3})\}?")
_RAISED = re.compile(r"\^([+-]?\d{1,6})(?![\d^_]|[./,]\d|\.\w)|\^([A-Za-z])(?![\w^/])")
_LOWERED = re.compile(r"_(\d{1,3})(?![\w^/@]|\.\w)")
_WORD_BEFORE = re.compile(r"[^\W_]*$")
_ADDRESS = re.compile(
    r"@\w|://|\w\.[a-z]{2,6}/|^[(\[\"'“‘]*(?:[~.]{0,2}/|[A-Za-z]:\\)\w|\.(?:py|csv|json|txt|html?)\b"
)
_BREAK = re.compile(r"[\s{}$()\\]")
_REACH = 80
_LONGEST_COMPOUND = 24


def stands_in_address(text: str, at: int, end: int) -> bool:
    """Tell whether the word at `at` is a link, a path or an e-mail address."""
    before = _BREAK.split(text[max(0, at - _REACH) : at])[-1]
    after = _BREAK.split(text[at + 1 : min(end, at + _REACH)], maxsplit=1)[0]
    return bool(_ADDRESS.search(f"{before}{text[at]}{after}"))


def in_compound(text: str, at: int, end: int) -> re.Match[str] | None:
    """Match a script that belongs to a chemical formula."""
    window = _COMPOUND.finditer(
        text, max(0, at - _LONGEST_COMPOUND), min(end, at + _LONGEST_COMPOUND)
    )
    is_inside = any(match.start() < at < match.end() for match in window)
    return _PIECE.match(text, at, end) if is_inside else None


def bare_script(text: str, at: int, end: int) -> re.Match[str] | None:
    """Match a script without braces in the shapes above."""
    before = text[at - 1] if at else ""
    word = word_before(text, at)
    if text[at] == "^":
        match = _RAISED.match(text, at, end)
        if match is None or not (before.isalnum() or before in ")]}|"):
            return None
        return match if match[1] or (len(word) == 1 and _is_free(text, at - 1)) else None
    is_letter = len(word) == 1 and word.isalpha() and _is_free(text, at - 1)
    return _LOWERED.match(text, at, end) if is_letter else None


def takes_braces(text: str, at: int, end: int) -> bool:
    """Tell whether ^{ or _{ at `at` stands on something that can bear it."""
    word = word_before(text, at)
    if not word:
        return at > 0 and text[at - 1] in ")]}|′'⟩"
    if text[at] == "^" or len(word) <= 2:
        return True
    return bool(re.compile(r"_\{[\d\\][^{}]*\}").match(text, at, end))


def word_before(text: str, at: int) -> str:
    """Return the letters and digits that end at `at`."""
    found = _WORD_BEFORE.search(text, max(0, at - 20), at)
    return found[0] if found else ""


def _is_free(text: str, at: int) -> bool:
    return at <= 0 or text[at - 1] not in "_^\\.@#$"


def closings(text: str) -> dict[int, int]:
    """Map each brace that opens a group to the one that closes it."""
    found, opened = {}, []
    for match in re.finditer(r"\\.|[{}]", text, re.DOTALL):
        if match[0] == "{":
            opened.append(match.start())
        elif match[0] == "}" and opened:
            found[opened.pop()] = match.start()
    return found


@dataclass(kw_only=True, slots=True)
class Stretch:
    """The stretch that ends at `end`; `closing` is that of the whole text."""

    text: str
    end: int
    closing: dict[int, int]
    deeper: Callable[[int, int], list[Run]]
    found: list[Run] = field(default_factory=list)
    is_quoted: bool = False

    def add(self, text: str, script: Script = Script.LINE) -> None:
        self.found.append(Run(text, script))

    def keep(self, start: int, stop: int) -> int:
        """Leave a part as written; return its end."""
        self.found.append(Run(self.text[start:stop]))
        return stop

    def before(self, at: int, width: int = 1) -> str:
        return self.text[max(0, at - width) : at]

    def after(self, at: int, width: int = 1) -> str:
        return self.text[at : min(at + width, self.end)]

    def has_group(self, at: int) -> bool:
        """Tell whether a balanced group begins here."""
        return self.text.startswith("{", at) and self.closing.get(at, self.end) < self.end

    def skip_empty(self, at: int) -> int:
        return at + 2 if self.text.startswith("{}", at, self.end) else at

    def skip_blank(self, at: int) -> int:
        while at < self.end and self.text[at].isspace():
            at += 1
        return at
