"""Interests × papers: everybody in one product.

What points mean: one scale from 0 to 100 for every interest, fixed by the store's last weeks.

score = b · points, between 0 and 100. Points are counted from what chance gives, so 0 is a paper
for which nothing speaks; 50 is what the last pick of a full issue has on a typical day: the points
that so many papers of a day reach as an issue holds. An interest too rare to fill its issues is not
blown up for it beyond LEAST points, or noise would reach the line. From KNEE on scores grow
ever more slowly and never reach 100, so that a day full of strong papers has no crowd at the top.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from digest.ranking.corpus import Corpus, Texts, fitted
from digest.ranking.features import Features
from digest.ranking.model import Model

Floats = NDArray[np.float64]


def points(models: Sequence[Model], features: Features, texts: Texts) -> Floats:
    """Give what every paper has in every interest; shape (interests, papers)."""
    corpus = features.corpus
    found: Floats = (_terms(models, features) @ features.by_column.T).toarray()
    if texts.papers and models and corpus.papers:
        found += _in_words(models, texts, corpus)
        found += _in_meaning(models, texts, corpus)
    found += np.asarray([model.constant + model.chance for model in models]).reshape(-1, 1)
    # Rounding makes equal what differs only by the order in which floats were added.
    return found.round(4, out=found)


def _in_words(models: Sequence[Model], texts: Texts, corpus: Corpus) -> Floats:
    asked, papers = texts.lexical, corpus.lexical
    width = max(asked.shape[1], papers.shape[1])
    weights = _sayings(models, len(texts.papers), 0)
    found: Floats = ((weights @ fitted(asked, width)) @ fitted(papers, width).T).toarray()
    return found


def _in_meaning(models: Sequence[Model], texts: Texts, corpus: Corpus) -> Floats:
    asked = [
        _sayings(models, len(texts.papers), space + 1) @ vectors.astype(float)
        for space, vectors in enumerate(texts.meanings)
    ]
    papers = [vectors.astype(float) for vectors in corpus.meanings]
    found: Floats = np.hstack(asked) @ np.hstack(papers).T
    return found


def _sayings(models: Sequence[Model], size: int, space: int) -> Any:
    """Give the weights interests × texts in one space: 0 is that of words."""
    entries = [
        (row, saying.text, (saying.weights.words, *saying.weights.meaning)[space])
        for row, model in enumerate(models)
        for saying in model.sayings
    ]
    rows, columns, weights = zip(*entries, strict=True) if entries else ((), (), ())
    return sparse.csr_matrix((weights, (rows, columns)), shape=(len(models), size), dtype=float)


def _terms(models: Sequence[Model], features: Features) -> Any:
    """Put the weights of all models one below the other; shape (interests, features), sparse."""
    entries = [
        (row, features.number(term.feature), term.weight)
        for row, model in enumerate(models)
        for term in model.terms
    ]
    rows, columns, weights = zip(*entries, strict=True) if entries else ((), (), ())
    shape = (len(models), features.by_column.shape[1])
    return sparse.csr_matrix((weights, (rows, columns)), shape=shape, dtype=float)


FULL = 12
"""Picks of a full issue, whatever one subscriber takes: a score means the same to all."""

ENOUGH = 200
"""Papers that a store needs before it says what is typical."""

LEAST = 30.0
"""Points of a good pick, where the last weeks have fewer: a keyword in a title."""

MIDDLE = 50.0

KNEE = 90.0
"""From here on a score is bent: 10 points more are 5, 90 points more are 9."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """score = bounded(b · points)."""

    b: float = 1.0


def scale(points: NDArray[np.float64], *, a_day: float | None) -> Scale:
    """Fix the scale of an interest by the points of the last weeks' papers, `a_day` of them."""
    if len(points) < ENOUGH or not a_day:
        return Scale()
    typical_last = float(np.quantile(points, max(0.0, 1 - FULL / a_day)))
    return Scale(b=MIDDLE / max(typical_last, LEAST))


def bounded(scaled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return scores from 0 to 100, with two decimals; more points are never a lower score."""
    room = 100.0 - KNEE
    bent = 100.0 - room * room / (np.maximum(scaled, KNEE) - KNEE + room)
    scores: NDArray[np.float64] = np.where(scaled > KNEE, bent, scaled.clip(0.0)).round(2)
    return scores
