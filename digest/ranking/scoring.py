"""Interests × papers: everybody in one product."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from digest.ranking.corpus import Corpus
from digest.ranking.features import Features
from digest.ranking.model import Model
from digest.ranking.texts import Texts, fitted

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
