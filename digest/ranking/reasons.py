"""Why a paper has its score: the terms of the same sum, in points, that add up to it."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digest.issue import EVERYTHING_ELSE, Reason, ReasonKind
from digest.ranking.corpus import Texts
from digest.ranking.features import Features
from digest.ranking.matching import Ints
from digest.ranking.model import Model, Saying, Term
from digest.ranking.score import Scale

NAMED = 8
CHANCE = "what any paper has by chance"
_TOO_SMALL = 0.05


def explain(
    model: Model,
    scale: Scale,
    features: Features,
    texts: Texts,
    rows: Ints,
    scores: Sequence[float],
) -> list[tuple[Reason, ...]]:
    """Give the reasons of some papers' scores, the largest first.

    What chance gives is one reason; what is too small to name and the clipping are another.
    """
    found: list[list[Reason]] = [[] for _ in rows]
    for term in model.terms:
        points = scale.b * term.weight * features.values(term.feature, rows)
        for i in np.flatnonzero(points).tolist():
            found[i].append(_reason(term, float(points[i]), features, int(rows[i])))
    for i, reason in _likenesses(model, scale, features, texts, rows):
        found[i].append(reason)
    chance = Reason(kind=ReasonKind.OTHER, term=CHANCE, weight=scale.b * model.chance)
    for reasons, row in zip(found, rows.tolist(), strict=True):
        reasons.append(chance)
        reasons += _required_reasons(model, scale, features, row)
    return [_summed(reasons, score) for reasons, score in zip(found, scores, strict=True)]


def _reason(term: Term, points: float, features: Features, row: int) -> Reason:
    note = features.note(term.feature, row)
    return Reason(kind=term.kind, term=term.term + note, weight=points)


def _likenesses(
    model: Model, scale: Scale, features: Features, texts: Texts, rows: Ints
) -> Iterator[tuple[int, Reason]]:
    if not model.sayings:
        return
    corpus = features.corpus
    papers = corpus.lexical[rows]
    words, *meanings = texts.likeness(
        [each.text for each in model.sayings], papers, [space[rows] for space in corpus.meanings]
    )
    for k, saying in enumerate(model.sayings):
        points = saying.weights.words * words[k]
        for word, part in _word_by_word(saying, texts, papers):
            points = points - part
            for i in np.flatnonzero(np.abs(part * scale.b) >= _TOO_SMALL).tolist():
                yield i, Reason(kind=saying.kind, term=word, weight=scale.b * float(part[i]))
        for weight, space in zip(saying.weights.meaning, meanings, strict=True):
            points = points + weight * space[k]
        for i in np.flatnonzero(np.abs(points * scale.b) >= _TOO_SMALL).tolist():
            yield i, Reason(kind=saying.kind, term=saying.term, weight=scale.b * float(points[i]))


def _word_by_word(
    saying: Saying, texts: Texts, papers: Any
) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Give what each word of a text adds, where that is asked for."""
    if not saying.words:
        return
    asked = texts.lexical[[saying.text]]
    width = min(asked.shape[1], papers.shape[1])
    found = [(texts.background.column(stem), word) for stem, word in saying.words]
    known = [(column, word) for column, word in found if column is not None and column < width]
    columns = [column for column, _ in known]
    parts = saying.weights.words * asked[:, columns].toarray() * papers[:, columns].toarray()
    for (_, word), part in zip(known, parts.T, strict=True):
        yield word, part


def _required_reasons(model: Model, scale: Scale, features: Features, row: int) -> list[Reason]:
    """Name the constant of an interest that only requires by the first term that let it in."""
    for term in model.required:
        if features.values(term.feature, np.asarray([row])).any():
            return [_reason(term, scale.b * model.constant, features, row)]
    return []


def _summed(reasons: list[Reason], score: float) -> tuple[Reason, ...]:
    named = sorted(reasons, key=_rank)[:NAMED]
    rounded = [
        Reason(kind=reason.kind, term=reason.term, weight=round(reason.weight, 2))
        for reason in named
    ]
    other = round(score - sum(reason.weight for reason in rounded), 2)
    rounded.append(Reason(kind=ReasonKind.OTHER, term=EVERYTHING_ELSE, weight=other))
    return tuple(sorted((reason for reason in rounded if reason.weight), key=_rank))


def _rank(reason: Reason) -> tuple[float, str, str]:
    return -abs(reason.weight), reason.kind, reason.term
