"""Texts as TF-IDF vectors over the words of a batch, for what is said by meaning, not by term."""

from collections import Counter
from collections.abc import Sequence
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from digest.paper import Paper
from digest.ranking.matching import TextIndex
from digest.ranking.plurals import singular_as_written
from digest.ranking.stopwords import STOPWORDS
from digest.ranking.terms import words

IDF_FLOOR = 0.5
TITLE_COUNTS = 2.0


def is_telling(key: str) -> bool:
    """Tell a word that may say something about a subject from signs, numbers and stop words."""
    return len(key) > 1 and key not in STOPWORDS and any(map(str.isalpha, key))


class TextSpace:
    """The words of a batch as dimensions, weighted by how rare they are in it.

    A word's weight is (1 + log count) · idf, a title's words counting double; each vector has
    length 1. `background` adds texts to the document frequencies: a short batch knows no rarity.
    """

    def __init__(self, index: TextIndex, size: int, background: Sequence[Paper] = ()) -> None:
        keys = sorted({key for key in index.keys if is_telling(key)})
        self.columns = {key: column for column, key in enumerate(keys)}
        counts = _counts(index, size, self.columns)
        self._documents = size + len(background)
        frequencies = np.bincount(counts.indices, minlength=len(keys)).astype(float)
        for paper in background:
            for key in _bag(paper.title, paper.abstract):
                if key in self.columns:
                    frequencies[self.columns[key]] += 1
        self._idf = self._rarity(frequencies)
        self.matrix: Any = _normalised(counts, self._idf)

    def _rarity(self, frequency: Any) -> Any:
        return np.maximum(IDF_FLOOR, np.log((1 + self._documents) / (1 + frequency)))

    def vector(self, title: str | None, text: str | None) -> dict[int, float]:
        """Weigh a text's words, by column; words unknown to the batch only add to its length."""
        bag = _bag(title, text)
        rare = float(self._rarity(0.0))
        weights = {
            key: (1 + log(count)) * (self._idf[column] if column is not None else rare)
            for key, count in bag.items()
            for column in [self.columns.get(key)]
        }
        length = float(np.sqrt(sum(weight**2 for weight in weights.values()))) or 1.0
        return {
            self.columns[key]: float(weight) / length
            for key, weight in weights.items()
            if key in self.columns
        }


def telling_words(text: str) -> dict[str, str]:
    """Give the telling words of a text: the form that is compared, and the first as written."""
    found: dict[str, str] = {}
    for word in words(text):
        key, _ = singular_as_written(word)
        if is_telling(key):
            found.setdefault(key, word)
    return found


def _bag(title: str | None, text: str | None) -> Counter[str]:
    bag: Counter[str] = Counter()
    for part, worth in ((title, int(TITLE_COUNTS)), (text, 1)):
        for word in words(part or ""):
            bag[singular_as_written(word)[0]] += worth
    return Counter({key: count for key, count in bag.items() if is_telling(key)})


def _counts(index: TextIndex, size: int, columns: dict[str, int]) -> Any:
    of_word = np.asarray([columns.get(key, -1) for key in index.keys], dtype=np.int64)
    column = of_word[index.row]
    told = column >= 0
    cells = index.cells[told]
    worth = np.where(cells % 2 == 0, TITLE_COUNTS, 1.0)
    return sparse.csr_matrix((worth, (cells // 2, column[told])), shape=(size, len(columns)))


def _normalised(counts: Any, idf: NDArray[np.float64]) -> Any:
    weighed = counts.copy()
    weighed.data = (1 + np.log(weighed.data)) * idf[weighed.indices]
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    return sparse.diags(1 / np.where(lengths > 0, lengths, 1.0)) @ weighed
