"""Recipes on sentence embeddings: by likeness to each example, alone and joined with the SVM."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import rankdata

from benchmarks.encoder import Encoder, load_encoder
from benchmarks.recipes.texts import JudgedPaper, Profile, Scores, liked, texts_of
from benchmarks.recipes.tfidf import ArxivSanity


class ZoteroArxivDaily:
    """zotero-arxiv-daily: likeness to each example, and the newer an example the heavier."""

    def __init__(self, encoder: Encoder | None = None) -> None:
        self.encoder = encoder or load_encoder()

    def warm(self, papers: Sequence[JudgedPaper]) -> None:
        """Encode papers beforehand; the table counts that apart, as it happens once a paper."""
        self.encoder.encode(texts_of(papers))

    def rank_batch(self, profiles: Sequence[Profile], candidates: Sequence[JudgedPaper]) -> Scores:
        """Weigh the likeness to each example by 1/(1+log10(its rank by recency))."""
        papers = self.encoder.encode(texts_of(candidates))
        return [self._scores(profile, papers) for profile in profiles]

    def _scores(self, profile: Profile, papers: Any) -> list[float]:
        newest_first = liked(profile)[::-1]  # keywords, if any, are as new as can be
        if not newest_first:
            return [0.0] * len(papers)
        weights = 1 / (1 + np.log10(np.arange(1, len(newest_first) + 1)))
        likeness = papers @ self.encoder.encode(newest_first).T
        scores: list[float] = (likeness @ (weights / weights.sum())).tolist()
        return scores


class Fusion:
    """The SVM of arxiv-sanity and the embeddings, joined by reciprocal rank fusion."""

    K = 60  # Cormack, Clarke and Büttcher, SIGIR 2009

    def __init__(self, encoder: Encoder | None = None) -> None:
        self.parts = (ArxivSanity(), ZoteroArxivDaily(encoder))
        self.encoder = self.parts[1].encoder

    def fit(self, background: Sequence[JudgedPaper]) -> None:
        """Train what is trained on the background."""
        self.parts[0].fit(background)

    def warm(self, papers: Sequence[JudgedPaper]) -> None:
        """Encode papers beforehand."""
        self.parts[1].warm(papers)

    def rank_batch(self, profiles: Sequence[Profile], candidates: Sequence[JudgedPaper]) -> Scores:
        """Add up the reciprocal ranks that the parts give."""
        both = [part.rank_batch(profiles, candidates) for part in self.parts]
        return [
            sum(1 / (self.K + rankdata(-np.asarray(scores))) for scores in of_one).tolist()
            for of_one in zip(*both, strict=True)
        ]
