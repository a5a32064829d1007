"""A linear model over paper features, with what each weight stands for."""

from dataclasses import dataclass

from digest.issue import ReasonKind
from digest.ranking.corpus import Weights
from digest.ranking.features import Feature


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A weight of a model: a feature, and the words for it."""

    kind: ReasonKind
    term: str
    weight: float
    feature: Feature


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """A text of a model (its number in Texts), what its likeness counts, and the words for it.

    `words` are those by which it is explained one by one: stems, and as they are written.
    """

    kind: ReasonKind
    term: str
    text: int
    weights: Weights
    words: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """points = constant + chance + terms · features + sayings · likenesses.

    `required` names what the constant stands for; `chance`, below 0, is what is taken off for
    likenesses that any paper may have, `more_chance` what such likenesses may give beyond that.
    """

    constant: float = 0.0
    chance: float = 0.0
    more_chance: float = 0.0
    terms: tuple[Term, ...] = ()
    sayings: tuple[Saying, ...] = ()
    required: tuple[Term, ...] = ()
