"""A batch of papers made ready once, so that any number of subscribers can be ranked on it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np

from digest.paper import Paper, StoredPaper
from digest.ranking.authors import AuthorIndex
from digest.ranking.background import Background
from digest.ranking.categories import category_names
from digest.ranking.matching import Ints, TextIndex
from digest.ranking.meaning import Vectors
from digest.ranking.stems import TITLE_COUNTS, stem
from digest.ranking.terms import words


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
