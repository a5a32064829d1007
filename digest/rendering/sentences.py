"""Where sentences end: not at e.g., et al., Fig. 3, 0.5, J. Smith or within $a. B$."""

import re
from collections.abc import Iterator
from itertools import pairwise

_END = re.compile(r"""[.!?]["'”’)\]]*(?=\s+(?:[^\sa-z,;.)]|[a-z]+[A-Z]))""")
_ABBREVIATION = re.compile(
    r"(?:\b(?:al|cf|vs|viz|resp|ca|approx|figs?|eqs?|eqns?|secs?|refs?|tabs?|thms?|nos?|vols?|"
    r"dr|prof|mr|mrs|ms|st|jr|ph\.d|e\.\s?g|i\.\s?e|a\.k\.a|w\.r\.t|s\.t|n\.b)\.|\.\.)$",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"(?:^|[\s.(\-])[^\W\d_a-z]\.$")
_BEGINS_ANEW = re.compile(
    r"\s+(?:We|The|This|These|Our|In|It|Here|However|To|Its|As|An?|For|Such|By|Using|When|While|"
    r"Experiments|Results|Code|First|Second|Third|Then|Next|Also|Thus|Hence|Moreover|[A-Z]\w+ly)\b"
)
_FORMULA = re.compile(r"(?<!\\)\$\$?[^$]{1,300}?(?<!\\)\$\$?")
_PROSE = re.compile(r"[.!?]\s+[A-Z][a-z]")
_LONGEST_ABBREVIATION = 8


def sentences(text: str) -> list[str]:
    """Part a text with single blanks into its sentences, as they stand there."""
    bounds = [0, *sentence_ends(text), len(text)]
    parts = (text[start:end].strip() for start, end in pairwise(bounds))
    return [part for part in parts if part]


def sentence_ends(text: str) -> Iterator[int]:
    """Give the offsets right after each sentence that another one follows."""
    plain = _FORMULA.sub(_covered, text)
    for match in _END.finditer(plain):
        end, stop = match.end(), match.start() + 1
        is_bare = plain[match.start()] == "." and stop == end
        if not is_bare or _is_full_stop(plain, stop):
            yield end


def _covered(formula: re.Match[str]) -> str:
    """Hide the stops of a formula, unless it is two prices and what stands between them."""
    return formula[0] if _PROSE.search(formula[0]) else "$" * len(formula[0])


def _is_full_stop(text: str, stop: int) -> bool:
    before = text[max(0, stop - _LONGEST_ABBREVIATION) : stop]
    if _ABBREVIATION.search(before):
        return False
    return not _INITIAL.search(before) or bool(_BEGINS_ANEW.match(text, stop))
