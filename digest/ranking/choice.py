"""Which papers an issue takes: the line, the places kept for an interest, what must be in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digest.ranking.matching import Ints
from digest.subscriber import Interest, Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What an interest makes of each paper.

    `points` are not clipped, `scores` are; `may`: nothing excludes it and what is required is
    there; `must`: an interest with `always` matches it.
    """

    points: NDArray[np.float64]
    scores: NDArray[np.float64]
    may: NDArray[np.bool_]
    must: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Papers by their places in the corpus; `answers` is the interest each paper answers."""

    picks: tuple[int, ...]
    also: tuple[int, ...]
    rest: tuple[int, ...]
    answers: Ints


def choose(
    subscriber: Subscriber,
    offers: Sequence[Offer],
    *,
    allowed: NDArray[np.bool_],
    freshness: Ints,
) -> Choice:
    """Fill an issue: what must be in, the places kept for each interest, then the best of all."""
    if not offers:
        return Choice(picks=(), also=(), rest=(), answers=np.zeros(0, dtype=np.int64))
    table = _Table(subscriber, offers, allowed, freshness)
    picked = table.musts()
    for i, interest in enumerate(subscriber.interests):
        table.keep_places(i, interest, picked)
    ranked = [int(row) for row in table.order() if table.is_above(row)]
    for row in ranked:
        if len(picked) >= subscriber.max_papers:
            break
        picked.add(row)
    order = [int(row) for row in table.order()]
    also = [row for row in ranked if row not in picked][: subscriber.also]
    shown = picked.union(also)
    return Choice(
        picks=tuple(row for row in order if row in picked),
        also=tuple(also),
        rest=tuple(row for row in order if row not in shown),
        answers=table.answers,
    )


class _Table:
    """One subscriber's papers × interests, and which interest each paper answers."""

    def __init__(
        self,
        subscriber: Subscriber,
        offers: Sequence[Offer],
        allowed: NDArray[np.bool_],
        freshness: Ints,
    ) -> None:
        self._freshness = freshness
        self._points = np.stack([offer.points for offer in offers], axis=1)
        scores = np.stack([offer.scores for offer in offers], axis=1)
        may = np.stack([offer.may for offer in offers], axis=1) & allowed[:, None]
        self._must = np.stack([offer.must for offer in offers], axis=1) & allowed[:, None]
        above = (scores >= subscriber.min_score) & (self._points > 0)
        self._above = (may & above) | self._must
        self._candidates = np.flatnonzero(may.any(axis=1))
        self._merged = self._points * [interest.weight for interest in subscriber.interests]
        in_line = np.where(self._above, self._merged, -np.inf)
        at_all = np.where(may, self._merged, -np.inf)
        lined = self._above.any(axis=1)
        self.answers: Ints = np.where(lined, in_line.argmax(axis=1), at_all.argmax(axis=1))

    def musts(self) -> set[int]:
        """Give the papers that are in whatever their score."""
        return {int(row) for row in np.flatnonzero(self._must.any(axis=1))}

    def is_above(self, row: int) -> bool:
        """Say whether a paper is above the line in the interest it answers."""
        return bool(self._above[row, self.answers[row]])

    def order(self) -> Ints:
        """Order all candidates by weighted points; of equals the newer first, then by id."""
        rows = self._candidates
        merged = self._merged[rows, self.answers[rows]]
        ordered: Ints = rows[np.lexsort((self._freshness[rows], -merged))]
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
            key=lambda row: (self.answers[row] != i, -self._points[row, i], self._freshness[row])
        )
        for row in free[:missing]:
            self.answers[row] = i
            picked.add(row)
