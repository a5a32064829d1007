"""TeX in titles and abstracts to readable text: H₂O, x ≤ 5, Gödel.

What isn't surely understood stays as its author wrote it: a formula with an unknown command
whole, with its dollars; amounts of money, links, identifiers and paths always. Scripts outside
formulas are read in the shapes that `tex.runs` lists, dollars as `tex.prose` says.
"""

import re
from functools import lru_cache

from digest.tex import prose
from digest.tex.runs import Run, Script, merged, write

__all__ = ["Run", "Script", "plain", "runs"]

_MAY_BE_TEX = re.compile(r"[\\${}^_~`]|''|--")
_ESCAPED_TWICE = re.compile(r"\{\\\\([A-Za-z]{2,})\}")  # a bibliography manager's {\\textendash}


def runs(text: str) -> tuple[Run, ...]:
    """Read as runs on the line, below and above it; neighbours differ in level."""
    if not _MAY_BE_TEX.search(text):
        return (Run(text),) if text else ()
    return _read(text)


def plain(text: str) -> str:
    """Read as text on one level: x², H₂O, x_i, x^(n+1)."""
    return write(runs(text)) if _MAY_BE_TEX.search(text) else text


@lru_cache(maxsize=1024)
def _read(text: str) -> tuple[Run, ...]:
    return merged(prose.read(_ESCAPED_TWICE.sub(r"{\\\1}", text)))
