"""Categories by any of their names: arXiv's aliases, whole archives, bioRxiv's spellings."""

import re
from functools import lru_cache

from digest.taxonomy import ALIASES, archive


@lru_cache(maxsize=10_000)
def plain_category(name: str) -> str:
    """Write a category as it is compared: case, dashes, underscores and blanks folded."""
    return re.sub(r"[\s_‐‑‒–—−-]+", "-", name.strip().casefold())


_SAME = {
    plain_category(one): plain_category(other)
    for pair in ALIASES.items()
    for one, other in (pair, pair[::-1])
}


@lru_cache(maxsize=10_000)
def category_names(category: str) -> frozenset[str]:
    """Give everything a paper's category answers to: itself, its alias, their archives."""
    name = plain_category(category)
    names = {name, _SAME.get(name, name)}
    return frozenset(names | {archive(one) for one in names if _is_arxiv(one)})


def _is_arxiv(name: str) -> bool:
    return re.fullmatch(r"[a-z-]+\.[a-z-]{2,}", name) is not None
