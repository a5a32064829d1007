"""The texts that interests speak by: example papers, free text, keywords, papers voted on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from digest.paper import Paper
from digest.ranking.background import Background
from digest.ranking.meaning import Vectors
from digest.ranking.stems import bag

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What a text counts in an interest: points of a full likeness in words, and in meaning."""

    words: float
    meaning: tuple[float, ...]


class Texts:
    """Distinct texts of a batch of interests, each made ready once, whoever speaks by it."""

    def __init__(self, background: Background, papers: Iterable[Paper]) -> None:
        self.background = background
        self.papers = tuple(dict.fromkeys(papers))
        self.numbers = {paper: number for number, paper in enumerate(self.papers)}

    @cached_property
    def _counts(self) -> Any:
        return self.background.count(bag(each.title, each.abstract) for each in self.papers)

    @cached_property
    def lexical(self) -> Any:
        """Texts × stems, asking (see Background.centred)."""
        return self.background.centred(self._counts, asking=True)

    @cached_property
    def _answering(self) -> Any:
        return self.background.centred(self._counts, asking=False)

    @cached_property
    def meanings(self) -> tuple[Vectors, ...]:
        """Texts × dimensions, for each space of meaning."""
        return self.background.meanings(self._counts, self.papers)

    def lengths(self, numbers: Sequence[int], shares: Floats) -> tuple[float, ...]:
        """Give the length of a weighted sum of texts, in words and in each space of meaning."""
        asked, answers = self.lexical[numbers], self._answering[numbers]
        square = float(shares @ (asked @ answers.T @ shares))
        spaces = (shares @ space[numbers].astype(float) for space in self.meanings)
        return float(np.sqrt(max(square, 0.0))), *(float(np.linalg.norm(each)) for each in spaces)

    def reach(self, numbers: Sequence[int], weights: Sequence[Weights]) -> float:
        """Give the points that these texts would give to the paper nearest to them in meaning."""
        spaces = (
            np.asarray([each.meaning[place] for each in weights]) @ space[numbers].astype(float)
            for place, space in enumerate(self.meanings)
        )
        return float(sum(np.linalg.norm(each) for each in spaces))

    def likeness(self, numbers: Sequence[int], lexical: Any, meanings: Sequence[Vectors]) -> Any:
        """Compare texts with papers: texts × papers, in words, and in each space of meaning."""
        asked = fitted(self.lexical[numbers], lexical.shape[1])
        words = (asked @ fitted(lexical, asked.shape[1]).T).toarray()
        spaces = [
            own[numbers].astype(float) @ other.astype(float).T
            for own, other in zip(self.meanings, meanings, strict=True)
        ]
        return words, *spaces


def fitted(rows: Any, width: int) -> Any:
    """Widen a matrix with columns of nothing: stems that were numbered after it was made."""
    if rows.shape[1] >= width:
        return rows
    return sparse.csr_matrix(
        (rows.data, rows.indices, rows.indptr), shape=(rows.shape[0], width), copy=False
    )
