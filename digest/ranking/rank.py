"""Papers × interests → picks: everybody in one sparse product, then each issue by its rules."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, starmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digest.issue import Pick, Reason, ReasonKind
from digest.paper import Paper, collapse
from digest.ranking.choice import Choice, Kinship, Offer, choose
from digest.ranking.compile import (
    compile_interest,
    scores_something,
    texts_of,
    vote_terms,
    vote_text,
    wants_categories_alone,
)
from digest.ranking.corpus import Corpus, Texts
from digest.ranking.features import AGE, POPULARITY, Feature, Features, every_part, followed
from digest.ranking.matching import Ints
from digest.ranking.model import Model
from digest.ranking.reasons import explain
from digest.ranking.score import Scale, bounded, points, scale
from digest.subscriber import Criteria, Interest, Schedule, Subscriber, Vote

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
_ANY_TIME = Schedule()
_ONLY_ORDER = (ReasonKind.CATEGORY, ReasonKind.TRENDING)
_Key = tuple[Interest, float, tuple[Vote, ...]]


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
    votes: Mapping[str, tuple[Vote, ...]] | None = None,
    typical: Corpus | None = None,
    everything: bool = False,
) -> list[Ranking]:
    """Rank the corpus for some subscribers, a few hundred at a time to keep memory flat.

    `allowed` says for each which of the papers they may get, by a mask or by their places;
    `votes` is what each subscriber, by key, said of papers. `typical` are papers of the last
    weeks, by which scores are scaled.
    """
    batch = _Batch(corpus, subscribers, votes or {}, typical)
    return [
        batch.ranking(subscriber, _mask(mine, len(corpus.papers)), everything=everything)
        for subscriber, mine in zip(subscribers, allowed, strict=True)
    ]


def score(corpus: Corpus, interests: Sequence[Interest]) -> Floats:
    """Give the points that order papers in each interest; shape (interests, papers)."""
    asker = Subscriber(email="", interests=tuple(dict.fromkeys(interests)))
    batch = _Batch(corpus, [asker], {}, None)
    return batch.points_of(interests)


def _mask(allowed: Mask | Sequence[int], size: int) -> Mask:
    chosen = np.asarray(allowed)
    mask = np.zeros(size, dtype=bool)
    mask[chosen if chosen.dtype == bool else chosen.astype(np.int64)] = True
    return mask


class _Batch:
    """Some subscribers' interests compiled, each distinct one once, and scored together."""

    def __init__(
        self,
        corpus: Corpus,
        subscribers: Sequence[Subscriber],
        votes: Mapping[str, tuple[Vote, ...]],
        typical: Corpus | None,
    ) -> None:
        self._corpus = corpus
        self._votes = votes
        self._rankings: dict[Any, Ranking] = {}
        wanted = dict.fromkeys(
            self._key(one, each) for each in subscribers for one in each.interests
        )
        asked = _asked(subscribers).union(*(_voted(each) for each in set(votes.values())))
        self._features = Features(corpus, asked)
        self._texts = Texts(corpus.background, chain.from_iterable(starmap(_texts, wanted)))
        self._places = {key: place for place, key in enumerate(wanted)}
        self._models = [
            compile_interest(interest, trending=trending, votes=cast, texts=self._texts)
            for interest, trending, cast in wanted
        ]
        self._scales = self._fixed_scales(typical, asked)
        self._points = points(self._models, self._features, self._texts)
        self._offers = [
            _offer(
                interest,
                self._models[place],
                self._features,
                self._points[place],
                self._scales[place],
            )
            for (interest, _, _), place in self._places.items()
        ]

    def _key(self, interest: Interest, subscriber: Subscriber) -> _Key:
        return interest, subscriber.trending, self._votes.get(subscriber.key, ())

    def _fixed_scales(self, typical: Corpus | None, asked: set[Feature]) -> list[Scale]:
        if typical is None:
            return [Scale()] * len(self._models)
        found = points(self._models, Features(typical, asked), self._texts)
        return [scale(each, a_day=typical.background.a_day) for each in found]

    def points_of(self, interests: Sequence[Interest]) -> Floats:
        """Give the points of interests for which nothing is trending."""
        return self._points[[self._places[one, 0.0, ()] for one in interests]]

    def ranking(self, subscriber: Subscriber, allowed: Mask, *, everything: bool) -> Ranking:
        """Rank for one; those who want the same and may get the same share the answer."""
        cast = self._votes.get(subscriber.key, ())
        key = (_wishes(subscriber), cast, allowed.tobytes(), everything)
        if key not in self._rankings:
            self._rankings[key] = self._ranked(subscriber, allowed, everything=everything)
        return self._rankings[key]

    def _ranked(self, subscriber: Subscriber, allowed: Mask, *, everything: bool) -> Ranking:
        places = [self._places[self._key(one, subscriber)] for one in subscriber.interests]
        allowed = allowed & ~self._features.any_of(_features(subscriber.exclude))
        choice = choose(
            subscriber,
            [self._offers[place] for place in places],
            allowed=allowed,
            standing=self._standing(subscriber),
            upvotes=self._corpus.upvotes,
            kinship=lambda rows: Kinship(self._corpus, rows),
        )
        rest = choice.rest if everything else ()
        return Ranking(
            picks=tuple(
                _surprising(pick) if row in choice.surprises else pick
                for row, pick in zip(
                    choice.picks,
                    self._picks(subscriber, places, choice, choice.picks),
                    strict=True,
                )
            ),
            also=tuple(
                self._folded(pick, choice.twins[row]) if row in choice.twins else pick
                for row, pick in zip(
                    choice.also, self._picks(subscriber, places, choice, choice.also), strict=True
                )
            ),
            rest=tuple(
                pick if row in choice.above else replace(pick, is_above=False)
                for row, pick in zip(
                    rest, self._picks(subscriber, places, choice, rest), strict=True
                )
            ),
        )

    def _standing(self, subscriber: Subscriber) -> Ints:
        """Let what authors they follow wrote stand first among equals."""
        standing = self._corpus.standing
        authors = {feature for one in subscriber.interests for feature in _named(one)[1]}
        if not authors:
            return standing
        return np.lexsort((standing, ~self._features.any_of(authors))).argsort()

    def _folded(self, pick: Pick, twin: int) -> Pick:
        """Say of which pick a paper is another version."""
        title = collapse(self._corpus.facts[twin].title or "")
        return _noted(pick, ReasonKind.OTHER, f"much the same as {title}")

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
        reasons = explain(
            self._models[place], self._scales[place], self._features, self._texts, at, scores
        )
        return {
            row: Pick(
                stored=self._corpus.papers[row], score=score, interest=interest.name, reasons=why
            )
            for row, score, why in zip(rows, scores, reasons, strict=True)
        }


def _wishes(subscriber: Subscriber) -> Subscriber:
    """Give what of a subscriber decides about papers: not who it is, nor when mail comes."""
    return replace(subscriber, email="", name=None, formerly=(), schedule=_ANY_TIME)


def _surprising(pick: Pick) -> Pick:
    votes = pick.stored.paper.upvotes or 0
    note = f"from outside your interests: {votes} upvote{'s' * (votes != 1)}"
    return replace(_noted(pick, ReasonKind.TRENDING, note), interest=None)


def _noted(pick: Pick, kind: ReasonKind, note: str) -> Pick:
    """Add a reason that is no part of the sum."""
    return replace(pick, reasons=(*pick.reasons, Reason(kind=kind, term=note, weight=0.0)))


def _texts(interest: Interest, trending: float, cast: tuple[Vote, ...]) -> Iterator[Paper]:
    """Give every text that must be made ready for an interest."""
    yield from texts_of(interest)
    yield from map(vote_text, cast)


def _voted(cast: tuple[Vote, ...]) -> set[Feature]:
    return {term.feature for term in vote_terms(cast)}


def _features(terms: Criteria | Interest) -> list[Feature]:
    return [feature for feature, _, _ in followed(terms)]


def _asked(subscribers: Sequence[Subscriber]) -> set[Feature]:
    terms = {part for subscriber in subscribers for part in every_part(subscriber)}
    return {AGE, POPULARITY}.union(*(_features(part) for part in terms))


def _offer(
    interest: Interest, model: Model, features: Features, points: Floats, scale: Scale
) -> Offer:
    excluded = features.any_of(_features(interest.exclude))
    may = ~excluded
    for group in interest.require:
        may &= features.any_of(_features(group))
    scaled = (scale.b * points).round(4)
    return Offer(
        points=scaled,
        scores=bounded(scaled),
        lifting=(scale.b * _lifting(interest, model, features, points)).round(4),
        excluded=excluded,
        may=may,
        must=may & _always(interest, features),
    )


def _lifting(interest: Interest, model: Model, features: Features, points: Floats) -> Floats:
    """Return the points that may lift each paper over the line.

    All of them lift a paper that has a keyword or author the interest names, and any paper where
    it names categories alone. Otherwise a category and popularity only order: a paper must be
    wanted for what it says, beyond all that chance may give.
    """
    if wants_categories_alone(interest):
        return points
    rows = np.arange(len(points))
    given = np.full(len(points), model.more_chance)
    for term in model.terms:
        if term.kind in _ONLY_ORDER and term.weight > 0:
            given += term.weight * features.values(term.feature, rows)
    keywords, authors = _named(interest)
    return np.where(features.any_of(keywords + authors), points, points - given)


def _named(interest: Interest) -> tuple[list[Feature], list[Feature]]:
    """Return the keywords and the authors that are wanted or required by name."""
    parts: tuple[Interest | Criteria, ...] = (interest, *interest.require)
    wanted = [feature for part in parts for feature, _, weight in followed(part) if weight > 0]
    return (
        [each for each in wanted if each.kind is ReasonKind.KEYWORD],
        [each for each in wanted if each.kind is ReasonKind.AUTHOR],
    )


def _always(interest: Interest, features: Features) -> Mask:
    """Say which papers match an interest whose matches are never left out."""
    if not interest.always:
        return np.zeros(len(features.corpus.papers), dtype=bool)
    if interest.require and not scores_something(interest):
        return np.ones(len(features.corpus.papers), dtype=bool)
    return features.any_of(feature for feature, _, weight in followed(interest) if weight > 0)
