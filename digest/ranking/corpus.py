"""A batch of papers made ready once, so that any number of subscribers can be ranked on it.

The texts that interests speak by: example papers, free text, keywords, papers voted on.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from digest.paper import Paper, StoredPaper
from digest.ranking.background import Background, Vectors
from digest.ranking.matching import Ints, TextIndex, category_names
from digest.ranking.names import AuthorIndex
from digest.ranking.terms import TITLE_COUNTS, bag, stem, words


class Corpus:
    """The papers to rank, indexed by word, author and category, and as rows of numbers.

    `background` tells what is rare and what is common; without it only the shipped prior does.
    With `now` papers have an age, in whole days since they were first seen.
    """

    def __init__(
        self,
        papers: Sequence[StoredPaper],
        background: Background | None = None,
        *,
        now: datetime | None = None,
    ) -> None:
        self.papers = tuple(papers)
        self.ages = tuple(_age(each, now) for each in self.papers)
        self.background = background or Background()
        self.facts = [stored.paper for stored in self.papers]
        self.texts = TextIndex(self.facts)
        self.categories = _by_category(self.facts)
        self.upvotes: Ints = np.asarray([each.upvotes or 0 for each in self.facts], dtype=np.int64)
        self.standing = _standing(self.papers)
        # What was looked up already, for `features`: many ask for the same, batch after batch.
        self.observed: dict[Any, Any] = {}
        self._wordings: dict[int, frozenset[str]] = {}

    @cached_property
    def authors(self) -> AuthorIndex:
        """The names on the papers; read only where somebody follows an author."""
        return AuthorIndex(self.facts)

    def wording(self, row: int) -> frozenset[str]:
        """Give the words of a paper as it has them, but for case."""
        if row not in self._wordings:
            text = f"{self.facts[row].title or ''} . {self.facts[row].abstract or ''}"
            self._wordings[row] = frozenset(word.casefold() for word in words(text))
        return self._wordings[row]

    @cached_property
    def _counts(self) -> Any:
        return self.background.count(_bags(self.texts, len(self.papers)))

    @cached_property
    def lexical(self) -> Any:
        """Papers × stems: centred TF-IDF, to be asked (see Background.centred)."""
        return self.background.centred(self._counts, asking=False)

    @cached_property
    def lexical_asking(self) -> Any:
        """The same papers as the side that asks."""
        return self.background.centred(self._counts, asking=True)

    @cached_property
    def meanings(self) -> tuple[Vectors, ...]:
        """Papers × dimensions, for each space of meaning."""
        return self.background.meanings(self._counts, self.facts)


def _bags(index: TextIndex, size: int) -> list[Counter[str]]:
    """Count the stems of each paper, from the words as they were indexed."""
    bags: list[Counter[str]] = [Counter() for _ in range(size)]
    keys = [stem(word) for word in index.words]
    for number, cell in zip(index.row.tolist(), index.cells.tolist(), strict=True):
        if key := keys[number]:
            bags[cell // 2][key] += 1.0 if cell % 2 else TITLE_COUNTS
    return bags


def _age(stored: StoredPaper, now: datetime | None) -> int:
    if now is None or not stored.sightings:
        return 0
    return max(0, (now - stored.first_seen_at).days)


def _by_category(papers: Sequence[Paper]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, paper in enumerate(papers):
        for name in sorted({one for term in paper.categories for one in category_names(term)}):
            found[name].append(number)
    return dict(found)


def _standing(papers: Sequence[StoredPaper]) -> Ints:
    """Number the papers in the order that decides between equals: upvotes, newest first, id."""

    def place(i: int) -> tuple[int, float, int]:
        return -(papers[i].paper.upvotes or 0), -_first_seen(papers[i]), papers[i].id

    order = sorted(range(len(papers)), key=place)
    places = np.empty(len(papers), dtype=np.int64)
    places[order] = np.arange(len(papers))
    return places


def _first_seen(stored: StoredPaper) -> float:
    return min((sighting.seen_at.timestamp() for sighting in stored.sightings), default=0.0)


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
