"""Recipes on TF-IDF: a centroid, and a classifier a user."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from benchmarks.recipes.texts import JudgedPaper, Profile, Scores, liked, own, texts_of

_COMMON: dict[str, Any] = {
    "sublinear_tf": True,
    "stop_words": "english",
    "strip_accents": "unicode",
    "token_pattern": r"(?u)\b[a-zA-Z_][a-zA-Z0-9_]+\b",
}


class _TfIdf:
    """What these recipes share: a vocabulary learnt from the background."""

    options: dict[str, Any] = {"min_df": 2}  # noqa: RUF012 (a constant of the class)

    def fit(self, background: Sequence[JudgedPaper]) -> None:
        """Learn the words and how rare they are; keep the background as what is not liked."""
        # Imported late, so that ours can be judged without the extra requirements.
        from sklearn.feature_extraction.text import TfidfVectorizer

        self.vectorizer = TfidfVectorizer(**_COMMON, **self.options)
        self.background = self.vectorizer.fit_transform(texts_of(background))
        self.ids = np.array([paper["id"] for paper in background])

    def vectors(self, texts: Sequence[str]) -> Any:
        """Weigh the words of each text: unit rows, sparse."""
        return self.vectorizer.transform(texts)


class Centroid(_TfIdf):
    """The cosine to the mean of what the user likes."""

    def rank_batch(self, profiles: Sequence[Profile], candidates: Sequence[JudgedPaper]) -> Scores:
        """Score all candidates for all profiles in one product."""
        papers = self.vectors(texts_of(candidates))
        means = [self.vectors(liked(profile)).mean(axis=0) for profile in profiles]
        return (sparse.csr_matrix(np.vstack(means)) @ papers.T).toarray().tolist()


class ArxivSanity(_TfIdf):
    """arxiv-sanity: a linear SVM against every paper of the database, today's too."""

    options: dict[str, Any] = {"max_features": 20_000, "ngram_range": (1, 2)}  # noqa: RUF012

    def rank_batch(self, profiles: Sequence[Profile], candidates: Sequence[JudgedPaper]) -> Scores:
        """Train for each profile, and score by the distance from the plane."""
        papers = self.vectors(texts_of(candidates))
        every = sparse.vstack([self.background, papers], format="csr")
        ids = np.concatenate([self.ids, [paper["id"] for paper in candidates]])
        return [
            self._scores(self.vectors(liked(profile)), _others(every, ids, profile), papers)
            for profile in profiles
        ]

    def _scores(self, likes: Any, others: Any, papers: Any) -> list[float]:
        from sklearn.svm import LinearSVC

        # A tolerance of 1e-4, the default, gives the same order in half as much time again.
        model = LinearSVC(C=0.01, class_weight="balanced", dual=True, tol=1e-2, random_state=0)
        return _classify(model, likes, others, papers)


class Logistic(_TfIdf):
    """Logistic regression against a sample of the background."""

    NEGATIVES = 2_000

    def fit(self, background: Sequence[JudgedPaper]) -> None:
        """Keep the sample alone."""
        super().fit(background)
        dice = np.random.default_rng(7)
        sample = dice.permutation(len(background))[: self.NEGATIVES]
        self.background, self.ids = self.background[sample], self.ids[sample]

    def rank_batch(self, profiles: Sequence[Profile], candidates: Sequence[JudgedPaper]) -> Scores:
        """Train for each profile, and score by the log-odds."""
        papers = self.vectors(texts_of(candidates))
        return [
            self._scores(
                self.vectors(liked(profile)), _others(self.background, self.ids, profile), papers
            )
            for profile in profiles
        ]

    def _scores(self, likes: Any, others: Any, papers: Any) -> list[float]:
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=10.0, class_weight="balanced", solver="liblinear")
        return _classify(model, likes, others, papers)


def _others(rows: Any, ids: Any, profile: Profile) -> Any:
    """Take what is not the user's own."""
    return rows[~np.isin(ids, own(profile))]


def _classify(model: Any, likes: Any, others: Any, papers: Any) -> list[float]:
    """Train on what is liked against the others; score the papers."""
    labels = np.repeat([1, 0], [likes.shape[0], others.shape[0]])
    model.fit(sparse.vstack([likes, others], format="csr"), labels)
    scores: list[float] = model.decision_function(papers).tolist()
    return scores
