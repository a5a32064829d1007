"""What can be said of a paper in points: one column for each distinct term anybody follows.

How often each followed term occurs in a batch, for checking a profile.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from math import log1p
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from digest.issue import ReasonKind
from digest.ranking.background import Background
from digest.ranking.corpus import Corpus
from digest.ranking.matching import Fit, Ints, Pattern, parse_pattern, plain_category
from digest.ranking.names import parse_name
from digest.ranking.terms import stem
from digest.subscriber import (
    Criteria,
    FollowedAuthor,
    FollowedCategory,
    Interest,
    Keyword,
    Subscriber,
)

# Points of a term of weight 1; a keyword has them if it is rare (Background.strength).
KEYWORD_IN_TITLE = 30.0
KEYWORD_IN_ABSTRACT = 18.0
KEYWORD_IN_BOTH = 33.0
AUTHOR = 40.0
AUTHOR_BY_INITIALS = 16.0
CATEGORY = 8.0
MANY_UPVOTES = 100


@dataclass(frozen=True, slots=True, order=True)
class Feature:
    """A distinct term: equal features match the same papers, however they are written."""

    kind: ReasonKind
    name: str
    mark: str = ""
    asked: Pattern | FollowedAuthor | None = field(default=None, compare=False)


POPULARITY = Feature(ReasonKind.TRENDING, "upvotes")
AGE = Feature(ReasonKind.AGE, "days")


@lru_cache(maxsize=100_000)
def keyword_feature(keyword: Keyword) -> Feature:
    """Give the feature of a keyword; GAN and GANs are one."""
    pattern = parse_pattern(keyword)
    name = " ".join(f"{e.fit}:{e.apart:d}:{e.text}" for e in pattern.elements)
    return Feature(ReasonKind.KEYWORD, name, "case" if pattern.case else "", pattern)


@lru_cache(maxsize=100_000)
def author_feature(author: FollowedAuthor) -> Feature:
    """Give the feature of a followed author."""
    name = parse_name(author.name).plain
    return Feature(ReasonKind.AUTHOR, name, author.position or "", author)


def category_feature(category: FollowedCategory) -> Feature:
    """Give the feature of a category or archive."""
    return Feature(ReasonKind.CATEGORY, plain_category(category.term))


def followed(terms: Criteria | Interest) -> list[tuple[Feature, str, float]]:
    """List the features of keywords, authors and categories, as written, and their weights."""
    return [
        *((keyword_feature(each), each.term, each.weight) for each in terms.keywords),
        *((author_feature(each), each.name, each.weight) for each in terms.authors),
        *((category_feature(each), each.term, each.weight) for each in terms.categories),
    ]


def every_part(subscriber: Subscriber) -> Iterator[Interest | Criteria]:
    """Give whatever in a profile names terms: interests, what they require, what is excluded."""
    for interest in subscriber.interests:
        yield interest
        yield from interest.require
        yield interest.exclude
    yield subscriber.exclude


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The papers that have a feature, in order; `notes` is what a reason adds for one of them."""

    rows: Ints
    values: NDArray[np.float64]
    notes: dict[int, str] = field(default_factory=dict)


def observe(corpus: Corpus, feature: Feature) -> Column:
    """Look a feature up in the batch."""
    if isinstance(feature.asked, Pattern):
        return _keyword_column(corpus, feature.asked)
    if isinstance(feature.asked, FollowedAuthor):
        return _author_column(corpus, feature.asked)
    if feature == POPULARITY:
        return _popularity_column(corpus)
    if feature == AGE:
        return _age_column(corpus)
    rows = np.asarray(corpus.categories.get(feature.name, ()), dtype=np.int64)
    return Column(rows=rows, values=np.full(len(rows), CATEGORY))


def _observed(corpus: Corpus, feature: Feature) -> Column:
    """Look a feature up once, as long as there are not too many to keep."""
    found: Column | None = corpus.observed.get(feature)
    if found is None:
        if len(corpus.observed) >= _MOST_KEPT:
            corpus.observed.clear()
        found = corpus.observed[feature] = observe(corpus, feature)
    return found


def _keyword_column(corpus: Corpus, pattern: Pattern) -> Column:
    cells = corpus.texts.find(pattern)
    rows = np.unique(cells // 2)
    in_title = np.isin(2 * rows, cells)
    in_abstract = np.isin(2 * rows + 1, cells)
    values = np.where(in_title, KEYWORD_IN_TITLE, KEYWORD_IN_ABSTRACT)
    values = np.where(in_title & in_abstract, KEYWORD_IN_BOTH, values)
    return Column(rows=rows, values=values * _strength(corpus.background, pattern))


def _strength(background: Background, pattern: Pattern) -> float:
    """Say how much a keyword tells; one with a wildcard is taken for a rare one."""
    if any(element.fit is not Fit.WORD for element in pattern.elements):
        return 1.0
    stems = (stem(element.text) for element in pattern.elements)
    return background.strength([each for each in stems if each])


def _author_column(corpus: Corpus, author: FollowedAuthor) -> Column:
    found = corpus.authors.find(author)
    return Column(
        rows=np.asarray([each.paper for each in found], dtype=np.int64),
        values=np.asarray([AUTHOR if each.certain else AUTHOR_BY_INITIALS for each in found]),
        notes={each.paper: f" (listed as {each.listed})" for each in found if not each.certain},
    )


def _popularity_column(corpus: Corpus) -> Column:
    votes = {
        row: stored.paper.upvotes
        for row, stored in enumerate(corpus.papers)
        if stored.paper.upvotes and stored.paper.upvotes > 0
    }
    return Column(
        rows=np.asarray(list(votes), dtype=np.int64),
        values=np.asarray([min(1.0, log1p(n) / log1p(MANY_UPVOTES)) for n in votes.values()]),
        notes={row: f"{n} upvote{'s' * (n != 1)}" for row, n in votes.items()},
    )


def _age_column(corpus: Corpus) -> Column:
    days = {row: days for row, days in enumerate(corpus.ages) if days}
    return Column(
        rows=np.asarray(list(days), dtype=np.int64),
        values=np.asarray(list(days.values()), dtype=float),
        notes={row: f"{n} day{'s' * (n != 1)} old" for row, n in days.items()},
    )


_MOST_KEPT = 20_000


class Features:
    """The matrix papers × features of the terms followed.

    Columns stand in a fixed order, so that a sum does not depend on who else is ranked.
    """

    def __init__(self, corpus: Corpus, features: Iterable[Feature]) -> None:
        self.corpus = corpus
        self._columns = {each: _observed(corpus, each) for each in sorted(set(features))}
        self._numbers = {each: i for i, each in enumerate(self._columns)}
        self.by_column: Any = self._observed().tocsc()
        self.by_column.sort_indices()

    def _observed(self) -> Any:
        columns = list(self._columns.values())
        lengths = [len(column.rows) for column in columns]
        none = np.zeros(0)
        return sparse.csr_matrix(
            (
                np.concatenate([none, *(column.values for column in columns)]),
                (
                    np.concatenate([none.astype(np.int64), *(column.rows for column in columns)]),
                    np.repeat(np.arange(len(columns)), lengths),
                ),
            ),
            shape=(len(self.corpus.papers), len(columns)),
        )

    def number(self, feature: Feature) -> int:
        """Say which column of the matrix a feature is."""
        return self._numbers[feature]

    def note(self, feature: Feature, row: int) -> str:
        """Give what a reason adds to the feature's term for one paper."""
        return self._columns[feature].notes.get(row, "")

    def values(self, feature: Feature, rows: Ints) -> NDArray[np.float64]:
        """Give a feature's values at some papers."""
        column = self._columns[feature]
        if not len(column.rows):
            return np.zeros(len(rows))
        places = np.minimum(np.searchsorted(column.rows, rows), len(column.rows) - 1)
        return np.where(column.rows[places] == rows, column.values[places], 0.0)

    def any_of(self, features: Iterable[Feature]) -> NDArray[np.bool_]:
        """Say of each paper whether it has one of the features at all."""
        mask = np.zeros(len(self.corpus.papers), dtype=bool)
        for feature in features:
            mask[self._columns[feature].rows] = True
        return mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """How many papers match a keyword, an author or a category, as it is written."""

    kind: ReasonKind
    term: str
    count: int


def hits(corpus: Corpus, subscriber: Subscriber) -> tuple[Hit, ...]:
    """Count the papers of each term of a profile, required and excluded ones too, each once."""
    counted = {
        (feature, written): None
        for terms in every_part(subscriber)
        for feature, written, _ in followed(terms)
    }
    return tuple(
        Hit(kind=feature.kind, term=written, count=len(observe(corpus, feature).rows))
        for feature, written in counted
    )
