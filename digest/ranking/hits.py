"""How often each followed term occurs in a batch, for checking a profile."""

from dataclasses import dataclass

from digest.issue import ReasonKind
from digest.ranking.corpus import Corpus
from digest.ranking.features import every_part, followed, observe
from digest.subscriber import Subscriber


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
