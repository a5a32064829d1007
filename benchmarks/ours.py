"""Our rankers in the judge's form: the very code that makes an issue."""

from collections.abc import Sequence
from typing import Any

from benchmarks.encoder import CachedEncoder, load_encoder
from benchmarks.recipes.texts import JudgedPaper, Profile
from digest.paper import Paper, StoredPaper
from digest.pipeline.encoding import text_of
from digest.ranking import Background, Corpus, score
from digest.ranking.background import Encoder
from digest.subscriber import Example, Interest, Keyword

SAMPLE = 1_000
"""Background papers, as many as the pipeline takes: of the data set's own first, as of a store."""


class Default:
    """What a new installation ranks by."""

    def fit(self, background: Sequence[JudgedPaper]) -> None:
        """Learn what is rare and what is common from older papers."""
        papers = [_paper(each) for each in background[:SAMPLE]]
        self._background = Background(papers, encoder=self._encoder())

    def rank_batch(
        self, profiles: Sequence[Profile], candidates: Sequence[JudgedPaper]
    ) -> list[Any]:
        """Give each profile's points of each candidate."""
        stored = [
            StoredPaper(id=number, paper=_paper(each), sightings=())
            for number, each in enumerate(candidates)
        ]
        return list(score(Corpus(stored, self._background), [_interest(each) for each in profiles]))

    def _encoder(self) -> Encoder | None:
        return None


class Embeddings(Default):
    """The same with the extra: sentence vectors join the words and the table."""

    def __init__(self) -> None:
        self.encoder = load_encoder()

    def warm(self, papers: Sequence[JudgedPaper]) -> None:
        """Encode beforehand."""
        self.encoder.encode([text_of(_paper(each)) for each in papers])

    def _encoder(self) -> Encoder | None:
        return _OfPapers(self.encoder)


class _OfPapers:
    """The encoder as the ranking takes it: papers in, rows out."""

    def __init__(self, encoder: CachedEncoder) -> None:
        self._encoder = encoder

    def encode(self, papers: Sequence[Paper]) -> Any:
        return self._encoder.encode([text_of(each) for each in papers])


def _paper(facts: JudgedPaper) -> Paper:
    return Paper(title=facts["title"] or None, abstract=facts["abstract"] or None)


def _interest(profile: Profile) -> Interest:
    """Make an interest as TOML would; the examples come oldest first."""
    examples = [_paper(each) for each in profile["examples"]]
    return Interest(
        keywords=tuple(Keyword(term=term) for term in profile["keywords"]),
        examples=tuple(
            Example(name=str(number), paper=paper) for number, paper in enumerate(examples)
        ),
    )
