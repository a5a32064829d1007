"""How alike two papers of a batch are: for folding near-duplicates, and for variety."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from digest.ranking.corpus import Corpus

Floats = NDArray[np.float64]

TWIN = 0.9
"""Of the words of two papers so many must be common, and all numbers: a part II is no twin."""

_WORTH_A_LOOK = 0.7

_NUMBER = re.compile(
    r".*\d.*|[b-z]|[ivx]+|one|two|three|four|five|first|second|third|fourth|fifth", re.DOTALL
)
"""What counts the parts of a work, letters and Roman numerals too."""


class Kinship:
    """Likenesses among a few papers of a corpus, 0 to 1, by their places there."""

    def __init__(self, corpus: Corpus, rows: Sequence[int]) -> None:
        self._rows = tuple(rows)
        self._places = {row: place for place, row in enumerate(rows)}
        at = list(rows)
        asking = corpus.lexical_asking[at]
        words = (asking @ corpus.lexical[at].T).toarray()
        spaces = [vectors[at].astype(float) for vectors in corpus.meanings]
        meaning = sum((each @ each.T for each in spaces), np.zeros(words.shape)) / len(spaces)
        self._alike: Floats = ((words + meaning) / 2).clip(0.0, 1.0).reshape(len(at), len(at))
        self._corpus = corpus

    def to(self, row: int) -> Floats | None:
        """Give how alike each of the papers is to one of them; None if it is none of them."""
        place = self._places.get(row)
        return None if place is None else self._alike[place]

    def twins(self, row: int) -> Iterator[int]:
        """Name the others that say the same as one of the papers."""
        mine = self._corpus.wording(row)
        near = np.flatnonzero(self._alike[self._places[row]] > _WORTH_A_LOOK)
        for other in (self._rows[place] for place in near.tolist()):
            is_same = other != row and _is_same(mine, self._corpus.wording(other))
            if is_same and self._may_be(row, other):
                yield other

    def _may_be(self, row: int, other: int) -> bool:
        """Tell titles that many papers have ("Editorial") by who wrote them."""
        one, two = self._corpus.facts[row], self._corpus.facts[other]
        return bool(one.abstract and two.abstract) or one.authors == two.authors


def _is_same(one: frozenset[str], other: frozenset[str]) -> bool:
    is_near = len(one & other) >= TWIN * len(one | other)
    return is_near and not any(map(_NUMBER.fullmatch, one ^ other))
