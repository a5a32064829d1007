"""The few shapes in which ^ and _ are read outside formulas, where names hold them too.

Raised: R^2, 10^-5, O(n^2), Diffusion^2, x^{n+1}, 2^{nd}, R^n (one letter over one letter).
Lowered: H_2O, Fe_2O_3, NO_x, T_1 (one letter, up to three digits), F_{16}, x_{ij}, ||M||_{F}.
Never: snake_case, model_2_final, a_b, PROSPECTOR_3, user_{id}, and what lies in an address.
"""

import re

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
