"""Our rankers in the judge's form: the very code that makes an issue."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from digest.paper import Paper, StoredPaper
from digest.ranking import Background, Corpus, score
from digest.subscriber import Example, Interest, Keyword


class Default:
    """What a new installation ranks by."""

    def fit(self, background: Sequence[Mapping[str, Any]]) -> None:
        """Learn what is rare and what is common from older papers."""
        self._background = Background([_paper(each) for each in background])

    def rank_batch(
        self, profiles: Sequence[Mapping[str, Any]], candidates: Sequence[Mapping[str, Any]]
    ) -> list[np.ndarray]:
        """Give each profile's points of each candidate."""
        stored = [
            StoredPaper(id=number, paper=_paper(each), sightings=())
            for number, each in enumerate(candidates)
        ]
        interests = [_interest(each) for each in profiles]
        return list(score(Corpus(stored, self._background), interests))


def _paper(facts: Mapping[str, Any]) -> Paper:
    return Paper(title=facts["title"] or None, abstract=facts["abstract"] or None)


def _interest(profile: Mapping[str, Any]) -> Interest:
    """Make an interest as TOML would; the examples come oldest first."""
    examples = [_paper(each) for each in profile["examples"]]
    return Interest(
        keywords=tuple(Keyword(term=term) for term in profile["keywords"]),
        examples=tuple(
            Example(name=str(number), paper=paper) for number, paper in enumerate(examples)
        ),
    )
