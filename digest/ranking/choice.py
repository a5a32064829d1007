"""Which papers an issue takes: the line, the places kept for an interest, what must be in.

How alike two papers of a batch are: for folding near-duplicates, and for variety.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from digest.ranking.corpus import Corpus
from digest.ranking.matching import Ints
from digest.subscriber import Interest, Subscriber

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


FULL_SCORE = 100.0

_LOOK_AT = 5
"""Times as many papers as an issue holds are looked at for variety."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What an interest makes of each paper.

    `points` are not bounded, `scores` are; `lifting` are the points that may lift a paper over the
    line; `excluded`: the interest wants no such paper; `may`: it is not excluded and what is
    required is there; `must`: an interest with `always` matches it.
    """

    points: NDArray[np.float64]
    scores: NDArray[np.float64]
    lifting: NDArray[np.float64]
    excluded: NDArray[np.bool_]
    may: NDArray[np.bool_]
    must: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Papers by their places in the corpus; `answers` is the interest each paper answers.

    `twins` say the same as a pick, which is named; they stand first among `also`. `surprises`
    are those of the picks that answer no interest; `above` is all that is above the line.
    """

    picks: tuple[int, ...]
    also: tuple[int, ...]
    rest: tuple[int, ...]
    answers: Ints
    twins: Mapping[int, int] = field(default_factory=dict)
    surprises: frozenset[int] = frozenset()
    above: frozenset[int] = frozenset()


def choose(
    subscriber: Subscriber,
    offers: Sequence[Offer],
    *,
    allowed: NDArray[np.bool_],
    standing: Ints,
    upvotes: Ints,
    kinship: Callable[[Sequence[int]], Kinship],
) -> Choice:
    """Fill an issue: what must be in, the places kept for each interest, then the best of all.

    `standing` is each paper's place in the order that decides between equals.
    """
    if not offers:
        return Choice(picks=(), also=(), rest=(), answers=np.zeros(0, dtype=np.int64))
    table = _Table(subscriber, offers, allowed, standing)
    picked = table.musts()
    for i, interest in enumerate(subscriber.interests):
        table.keep_places(i, interest, picked)
    order: list[int] = table.order().tolist()
    ranked = table.above()
    places = max(0, subscriber.max_papers - len(picked))
    surprises = table.surprises(upvotes)[: min(places, subscriber.surprise)]
    variety = _Variety(table, kinship, ranked, subscriber)
    variety.fill(picked, subscriber.max_papers - len(surprises))
    picks = [row for row in order if row in picked]
    twins = {row: variety.twins[row] for row in ranked if row in variety.twins.keys() - picked}
    others = [row for row in ranked if row not in picked and row not in twins]
    also = [*twins, *others[: subscriber.also]]
    shown = picked.union(also, surprises)
    return Choice(
        picks=(*picks, *surprises),
        also=tuple(also),
        rest=tuple(row for row in order if row not in shown),
        answers=table.answers,
        twins=twins,
        surprises=frozenset(surprises),
        above=frozenset(ranked),
    )


class _Variety:
    """Picks the best that is not the same again: maximal marginal relevance (Carbonell 1998)."""

    def __init__(
        self,
        table: "_Table",
        kinship: Callable[[Sequence[int]], Kinship],
        ranked: Sequence[int],
        subscriber: Subscriber,
    ) -> None:
        self._near = list(ranked[: _LOOK_AT * subscriber.max_papers])
        self._kinship = kinship(self._near)
        self._own = np.asarray([table.merged(row) for row in self._near])
        self._strength = np.asarray(
            [FULL_SCORE * subscriber.diversity * table.weight(row) for row in self._near]
        )
        self._likeness = np.zeros(len(self._near))
        self.twins: dict[int, int] = {}

    def fill(self, picked: set[int], places: int) -> None:
        """Add papers until the places are taken, each worth its points less its likeness."""
        for row in sorted(picked):
            self._heed(row)
        free = np.asarray([row not in picked for row in self._near], dtype=bool)
        while len(picked) < places:
            free &= np.asarray([row not in self.twins for row in self._near], dtype=bool)
            if not free.any():
                return
            worth = np.where(free, self._own - self._strength * self._likeness, -np.inf)
            best = int(worth.argmax())
            free[best] = False
            picked.add(self._near[best])
            self._heed(self._near[best])

    def _heed(self, row: int) -> None:
        """Note what is like a pick, and what is the same."""
        likeness = self._kinship.to(row)
        if likeness is None:
            return
        self._likeness = np.maximum(self._likeness, likeness)
        for other in self._kinship.twins(row):
            self.twins.setdefault(other, row)


class _Table:
    """One subscriber's papers × interests, and which interest each paper answers."""

    def __init__(
        self,
        subscriber: Subscriber,
        offers: Sequence[Offer],
        allowed: NDArray[np.bool_],
        standing: Ints,
    ) -> None:
        self._standing = standing
        self._points = np.stack([offer.points for offer in offers], axis=1)
        scores = np.stack([offer.scores for offer in offers], axis=1)
        may = np.stack([offer.may for offer in offers], axis=1) & allowed[:, None]
        excluded = np.stack([offer.excluded for offer in offers], axis=1).any(axis=1)
        self._must = np.stack([offer.must for offer in offers], axis=1) & allowed[:, None]
        lifting = np.stack([offer.lifting for offer in offers], axis=1)
        above = (scores >= subscriber.min_score) & (self._points > 0)
        above &= (lifting >= subscriber.min_score) & (lifting > 0)
        self._above = (may & above) | self._must
        self._candidates = np.flatnonzero(may.any(axis=1))
        self._weights = [interest.weight for interest in subscriber.interests]
        self._merged = self._points * self._weights
        in_line = np.where(self._above, self._merged, -np.inf)
        at_all = np.where(may, self._merged, -np.inf)
        lined = self._above.any(axis=1)
        self._outside = np.flatnonzero(allowed & ~excluded & ~lined)
        self.answers: Ints = np.where(lined, in_line.argmax(axis=1), at_all.argmax(axis=1))

    def musts(self) -> set[int]:
        """Give the papers that are in whatever their score."""
        return {int(row) for row in np.flatnonzero(self._must.any(axis=1))}

    def above(self) -> list[int]:
        """Order those candidates that are above the line in the interest they answer."""
        rows = self.order()
        above: list[int] = rows[self._above[rows, self.answers[rows]]].tolist()
        return above

    def merged(self, row: int) -> float:
        """Give a paper's weighted points in the interest it answers."""
        return float(self._merged[row, self.answers[row]])

    def weight(self, row: int) -> float:
        """Give the weight of the interest that a paper answers."""
        return float(self._weights[self.answers[row]])

    def surprises(self, upvotes: Ints) -> list[int]:
        """Order the papers that others voted for and that are above no interest's line."""
        rows = self._outside[upvotes[self._outside] > 0]
        ordered: list[int] = rows[np.lexsort((self._standing[rows], -upvotes[rows]))].tolist()
        return ordered

    def order(self) -> Ints:
        """Order all candidates by weighted points; of equals by their standing."""
        rows = self._candidates
        merged = self._merged[rows, self.answers[rows]]
        ordered: Ints = rows[np.lexsort((self._standing[rows], -merged))]
        return ordered

    def keep_places(self, i: int, interest: Interest, picked: set[int]) -> None:
        """Add an interest's own best until it has its places.

        Papers that answer it come first, then others above its line: those answer it from now on.
        """
        missing = interest.at_least - sum(bool(self.answers[row] == i) for row in picked)
        if missing <= 0:
            return
        free = [int(row) for row in np.flatnonzero(self._above[:, i]) if int(row) not in picked]
        free.sort(
            key=lambda row: (self.answers[row] != i, -self._points[row, i], self._standing[row])
        )
        for row in free[:missing]:
            self.answers[row] = i
            picked.add(row)
