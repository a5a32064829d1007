"""A batch of papers made ready once, so that any number of subscribers can be ranked on it."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from digest.paper import Paper, StoredPaper
from digest.ranking.authors import AuthorIndex
from digest.ranking.categories import category_names
from digest.ranking.matching import Ints, TextIndex
from digest.ranking.vectors import TextSpace


class Corpus:
    """The papers to rank, indexed by word, author and category.

    `background` are further papers, of the last weeks perhaps, that only tell how rare words are.
    """

    def __init__(self, papers: Sequence[StoredPaper], background: Sequence[Paper] = ()) -> None:
        self.papers = tuple(papers)
        facts = [stored.paper for stored in self.papers]
        self.texts = TextIndex(facts)
        self.authors = AuthorIndex(facts)
        self.space = TextSpace(self.texts, len(facts), background)
        self.categories = _by_category(facts)
        self.freshness = _freshness(self.papers)


def _by_category(papers: Sequence[Paper]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, paper in enumerate(papers):
        for name in sorted({one for term in paper.categories for one in category_names(term)}):
            found[name].append(number)
    return dict(found)


def _freshness(papers: Sequence[StoredPaper]) -> Ints:
    """Number the papers in the order that decides between equals: newest first, then by id."""
    order = sorted(range(len(papers)), key=lambda i: (-_first_seen(papers[i]), papers[i].id))
    places = np.empty(len(papers), dtype=np.int64)
    places[order] = np.arange(len(papers))
    return places


def _first_seen(stored: StoredPaper) -> float:
    return min((sighting.seen_at.timestamp() for sighting in stored.sightings), default=0.0)
