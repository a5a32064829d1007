"""Papers × interests → picks: everybody in one sparse product, then each issue by its rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from digest.issue import Pick
from digest.paper import Paper
from digest.ranking.choice import Choice, Offer, choose
from digest.ranking.corpus import Corpus
from digest.ranking.features import POPULARITY, Feature, Features, every_part, followed
from digest.ranking.matching import Ints
from digest.ranking.model import Model, compile_interest, scores_something
from digest.ranking.reasons import explain
from digest.subscriber import Criteria, Interest, Subscriber, Vote

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """A subscriber's papers: the picks in the issue's order, the next titles, and what remains.

    `rest`, below the line or crowded out, best first, is filled only when everything is asked for.
    """

    picks: tuple[Pick, ...]
    also: tuple[Pick, ...] = ()
    rest: tuple[Pick, ...] = ()


def rank(
    corpus: Corpus,
    subscribers: Sequence[Subscriber],
    *,
    allowed: Sequence[Mask | Sequence[int]],
    examples: Mapping[str, Paper] | None = None,
    votes: Mapping[str, tuple[Vote, ...]] | None = None,
    everything: bool = False,
) -> list[Ranking]:
    """Rank the corpus for some subscribers, a few hundred at a time to keep memory flat.

    `allowed` says for each which of the papers they may get, by a mask or by their places;
    `examples` has the papers that interests name, by arXiv id or DOI; `votes` what each
    subscriber, by key, said of papers.
    """
    batch = _Batch(corpus, subscribers, examples or {})
    return [
        batch.ranking(subscriber, _mask(mine, len(corpus.papers)), everything=everything)
        for subscriber, mine in zip(subscribers, allowed, strict=True)
    ]


def _mask(allowed: Mask | Sequence[int], size: int) -> Mask:
    chosen = np.asarray(allowed)
    mask = np.zeros(size, dtype=bool)
    mask[chosen if chosen.dtype == bool else chosen.astype(np.int64)] = True
    return mask


class _Batch:
    """Some subscribers' interests compiled, each distinct one once, and scored together."""

    def __init__(
        self, corpus: Corpus, subscribers: Sequence[Subscriber], examples: Mapping[str, Paper]
    ) -> None:
        self._corpus = corpus
        wanted = dict.fromkeys(
            (one, each.trending) for each in subscribers for one in each.interests
        )
        self._features = Features(corpus, _asked(subscribers))
        self._places = {key: place for place, key in enumerate(wanted)}
        self._models = [
            compile_interest(
                interest, trending=trending, features=self._features, examples=examples
            )
            for interest, trending in wanted
        ]
        self._points = score(self._models, self._features)
        self._offers = [
            _offer(interest, self._features, self._points[place])
            for (interest, _), place in self._places.items()
        ]

    def ranking(self, subscriber: Subscriber, allowed: Mask, *, everything: bool) -> Ranking:
        places = [self._places[one, subscriber.trending] for one in subscriber.interests]
        allowed = allowed & ~self._features.any_of(_features(subscriber.exclude))
        choice = choose(
            subscriber,
            [self._offers[place] for place in places],
            allowed=allowed,
            freshness=self._corpus.freshness,
        )
        rest = choice.rest if everything else ()
        return Ranking(
            picks=self._picks(subscriber, places, choice, choice.picks),
            also=self._picks(subscriber, places, choice, choice.also),
            rest=self._picks(subscriber, places, choice, rest),
        )

    def _picks(
        self, subscriber: Subscriber, places: list[int], choice: Choice, rows: Sequence[int]
    ) -> tuple[Pick, ...]:
        picks: dict[int, Pick] = {}
        for i, interest in enumerate(subscriber.interests):
            mine = [row for row in rows if choice.answers[row] == i]
            if mine:
                picks |= self._explained(interest, places[i], mine)
        return tuple(picks[row] for row in rows)

    def _explained(self, interest: Interest, place: int, rows: list[int]) -> dict[int, Pick]:
        scores = self._offers[place].scores[rows].tolist()
        at: Ints = np.asarray(rows, dtype=np.int64)
        reasons = explain(self._models[place], self._features, at, scores)
        return {
            row: Pick(
                stored=self._corpus.papers[row], score=score, interest=interest.name, reasons=why
            )
            for row, score, why in zip(rows, scores, reasons, strict=True)
        }


def _features(terms: Criteria | Interest) -> list[Feature]:
    return [feature for feature, _, _ in followed(terms)]


def _asked(subscribers: Sequence[Subscriber]) -> set[Feature]:
    terms = {part for subscriber in subscribers for part in every_part(subscriber)}
    return {POPULARITY}.union(*(_features(part) for part in terms))


def score(models: Sequence[Model], features: Features) -> Floats:
    """Score every paper in every interest, before clipping; shape (interests, papers)."""
    points: Floats = (weights_of(models, features) @ features.by_column.T).toarray()
    points *= np.asarray([model.b for model in models]).reshape(-1, 1)
    points += np.asarray([model.a for model in models]).reshape(-1, 1)
    # Rounding makes equal what differs only by the order in which floats were added.
    return points.round(6, out=points)


def weights_of(models: Sequence[Model], features: Features) -> Any:
    """Put the weights of all models one below the other; shape (interests, features), sparse."""
    shape = (len(models), features.by_column.shape[1])
    if not models:
        return sparse.csr_matrix(shape)
    entries = [model.entries() for model in models]
    columns = np.concatenate([columns for columns, _ in entries])
    weights = np.concatenate([weights for _, weights in entries])
    places = np.repeat(np.arange(len(models)), [len(columns) for columns, _ in entries])
    return sparse.csr_matrix((weights, (places, columns)), shape=shape)


def _offer(interest: Interest, features: Features, points: Floats) -> Offer:
    may = ~features.any_of(_features(interest.exclude))
    for group in interest.require:
        may &= features.any_of(_features(group))
    scores: Floats = points.clip(0.0, 100.0).round(2)
    return Offer(
        points=points,
        scores=scores,
        may=may,
        must=may & _always(interest, features),
    )


def _always(interest: Interest, features: Features) -> Mask:
    """Say which papers match an interest whose matches are never left out."""
    if not interest.always:
        return np.zeros(len(features.corpus.papers), dtype=bool)
    if interest.require and not scores_something(interest):
        return np.ones(len(features.corpus.papers), dtype=bool)
    return features.any_of(feature for feature, _, weight in followed(interest) if weight > 0)
