"""Why a paper has its score: the terms of the same sum, in points, that add up to it."""

from collections.abc import Sequence

import numpy as np

from digest.issue import Reason, ReasonKind
from digest.ranking.features import Features
from digest.ranking.matching import Ints
from digest.ranking.model import Model, Term

NAMED = 8


def explain(
    model: Model, features: Features, rows: Ints, scores: Sequence[float]
) -> list[tuple[Reason, ...]]:
    """Give the reasons of some papers' scores, the largest first.

    What is too small to name, the constant and the clipping are one reason, `other`.
    """
    found: list[list[Reason]] = [[] for _ in rows]
    for term in model.terms:
        points = model.b * term.weight * features.values(term.column, rows)
        for i in np.flatnonzero(points).tolist():
            found[i].append(_reason(term, float(points[i]), features, int(rows[i])))
    for i, reason in _example_reasons(model, features, rows):
        found[i].append(reason)
    for reasons, row in zip(found, rows.tolist(), strict=True):
        reasons += _required_reasons(model, features, row)
    return [_summed(reasons, score) for reasons, score in zip(found, scores, strict=True)]


def _reason(term: Term, points: float, features: Features, row: int) -> Reason:
    note = features.note(term.feature, row) if term.feature else ""
    return Reason(kind=term.kind, term=term.term + note, weight=points)


def _example_reasons(model: Model, features: Features, rows: Ints) -> list[tuple[int, Reason]]:
    if model.examples is None:
        return []
    likeness = (features.corpus.space.matrix[rows] @ model.examples.weights.T).tocoo()
    return [
        (
            int(i),
            Reason(
                kind=ReasonKind.EXAMPLE,
                term=model.examples.titles[k],
                weight=model.b * float(value),
            ),
        )
        for i, k, value in zip(likeness.row, likeness.col, likeness.data, strict=True)
    ]


def _required_reasons(model: Model, features: Features, row: int) -> list[Reason]:
    """Name the constant of an interest that only requires by the first term that let it in."""
    for term in model.required:
        if features.values(term.column, np.asarray([row])).any():
            return [_reason(term, model.a, features, row)]
    return []


def _summed(reasons: list[Reason], score: float) -> tuple[Reason, ...]:
    named = sorted(reasons, key=_rank)[:NAMED]
    rounded = [
        Reason(kind=reason.kind, term=reason.term, weight=round(reason.weight, 2))
        for reason in named
    ]
    other = round(score - sum(reason.weight for reason in rounded), 2)
    rounded.append(Reason(kind=ReasonKind.OTHER, term="everything else", weight=other))
    return tuple(sorted((reason for reason in rounded if reason.weight), key=_rank))


def _rank(reason: Reason) -> tuple[float, str, str]:
    return -abs(reason.weight), reason.kind, reason.term
