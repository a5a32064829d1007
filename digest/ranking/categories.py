"""Categories by any of their names: arXiv's aliases, whole archives, bioRxiv's spellings."""

import re
from functools import lru_cache

# Pairs of names that arXiv's taxonomy declares to be one category.
_ALIASES = (
    ("math.mp", "math-ph"),
    ("stat.th", "math.st"),
    ("math.it", "cs.it"),
    ("q-fin.ec", "econ.gn"),
    ("cs.sy", "eess.sy"),
    ("cs.na", "math.na"),
)
_SAME = {a: b for pair in _ALIASES for a, b in (pair, pair[::-1])}


@lru_cache(maxsize=10_000)
def plain_category(name: str) -> str:
    """Write a category as it is compared: case, dashes, underscores and blanks folded."""
    return re.sub(r"[\s_‐‑‒–—−-]+", "-", name.strip().casefold())


@lru_cache(maxsize=10_000)
def category_names(category: str) -> frozenset[str]:
    """Give everything a paper's category answers to: itself, its alias, their archives."""
    name = plain_category(category)
    names = {name, _SAME.get(name, name)}
    return frozenset(names | {one.split(".")[0] for one in names if _is_arxiv(one)})


def _is_arxiv(name: str) -> bool:
    return re.fullmatch(r"[a-z-]+\.[a-z-]{2,}", name) is not None
