"""An interest as a linear model over paper features, with what each weight stands for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from digest.issue import ReasonKind
from digest.paper import Paper, PaperId, collapse
from digest.ranking.features import POPULARITY, Feature, Features, followed
from digest.ranking.matching import Ints
from digest.ranking.vectors import telling_words
from digest.subscriber import Criteria, Interest

# Points of a text: a cosine of 0.3 is close, one of 0.05 is chance.
TEXT = 200.0
TEXT_NOISE = 10.0
SHARE_OF_TWO = 0.6  # of `about` and of the examples, where an interest has both
LOOSE_EXAMPLES = 0.5  # examples of many subjects are not blown up beyond this length
POPULAR = 20.0
REQUIRED_ALONE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A weight of a model: its column, and the words for it; a word of a text has no feature."""

    kind: ReasonKind
    term: str
    column: int
    weight: float
    feature: Feature | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Papers like these: `weights` is examples × text columns, each a part of the model."""

    titles: tuple[str, ...]
    weights: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """score = clip(a + b · weights · features, 0, 100); `required` names what a stands for."""

    a: float
    b: float
    terms: tuple[Term, ...]
    examples: Examples | None = None
    required: tuple[Term, ...] = ()

    def entries(self) -> tuple[Ints, NDArray[np.float64]]:
        """Give columns and their weights; a column may come more than once and is summed."""
        columns = np.asarray([term.column for term in self.terms], dtype=np.int64)
        weights = np.asarray([term.weight for term in self.terms], dtype=np.float64)
        if self.examples:
            total = np.asarray(self.examples.weights.sum(axis=0)).ravel()
            liked = np.flatnonzero(total)
            columns = np.concatenate([columns, liked])
            weights = np.concatenate([weights, total[liked]])
        return columns, weights


def example_key(name: str) -> str:
    """Bring an example's id to the form by which papers are looked up."""
    parsed = PaperId.parse(name)
    return (parsed and (parsed.arxiv or parsed.doi)) or name


def compile_interest(
    interest: Interest, *, trending: float, features: Features, examples: Mapping[str, Paper]
) -> Model:
    """Turn an interest into its model; a term that is repeated counts once, at its highest."""
    known = _known(interest, examples)
    share = SHARE_OF_TWO if known and interest.about else 1.0
    terms = _terms(interest, features)
    a = -TEXT_NOISE if known or interest.about else 0.0
    required: tuple[Term, ...] = ()
    if interest.require and not scores_something(interest):
        a = REQUIRED_ALONE
        required = tuple(term for group in interest.require for term in _terms(group, features))
    if trending:
        terms.append(_popularity(trending, features))
    terms += _about(interest.about or "", share, features)
    return Model(
        a=a,
        b=1.0,
        terms=tuple(terms),
        examples=_examples(known, share, features),
        required=required,
    )


def scores_something(interest: Interest) -> bool:
    """Say whether anything but its requirements can raise a paper in this interest."""
    wanted = any(weight > 0 for _, _, weight in followed(interest))
    return wanted or bool(interest.examples or interest.about)


def _known(interest: Interest, examples: Mapping[str, Paper]) -> dict[str, Paper]:
    known: dict[str, Paper] = {}
    for example in interest.examples:
        for key in (example_key(example.name), example.name):
            paper = example.paper or examples.get(key)
            if paper:
                known[example_key(key)] = paper
    return known


def _terms(group: Interest | Criteria, features: Features) -> list[Term]:
    found: dict[Feature, Term] = {}
    for feature, written, weight in followed(group):
        if feature not in found or weight > found[feature].weight:
            found[feature] = Term(
                kind=feature.kind,
                term=written,
                column=features.number(feature),
                weight=weight,
                feature=feature,
            )
    return list(found.values())


def _popularity(trending: float, features: Features) -> Term:
    return Term(
        kind=ReasonKind.TRENDING,
        term="",
        column=features.number(POPULARITY),
        weight=POPULAR * trending,
        feature=POPULARITY,
    )


def _about(about: str, share: float, features: Features) -> list[Term]:
    space = features.corpus.space
    vector = space.vector(None, about)
    return [
        Term(
            kind=ReasonKind.TEXT,
            term=written,
            column=space.columns[key],
            weight=TEXT * share * vector[space.columns[key]],
        )
        for key, written in telling_words(about).items()
        if key in space.columns
    ]


def _examples(known: Mapping[str, Paper], share: float, features: Features) -> Examples | None:
    """Weigh the examples so that together they are one direction of about length 1."""
    if not known:
        return None
    space = features.corpus.space
    vectors = [space.vector(paper.title, paper.abstract) for paper in known.values()]
    weights = _stacked(vectors, len(space.columns))
    middle = np.asarray(weights.mean(axis=0)).ravel()
    length = max(LOOSE_EXAMPLES, sqrt(float(middle @ middle))) if len(known) > 1 else 1.0
    return Examples(
        titles=tuple(collapse(paper.title or key) for key, paper in known.items()),
        weights=weights * (TEXT * share / (length * len(known))),
    )


def _stacked(vectors: Sequence[Mapping[int, float]], width: int) -> Any:
    starts = np.cumsum([0, *(len(vector) for vector in vectors)])
    columns = [column for vector in vectors for column in vector]
    values = [value for vector in vectors for value in vector.values()]
    return sparse.csr_matrix((values, columns, starts), shape=(len(vectors), width), dtype=float)
