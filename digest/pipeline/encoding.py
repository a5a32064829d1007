"""Sentence vectors of papers, each encoded once and kept in the store."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from digest.paper import Paper
from digest.store import caches
from digest.store.database import reading, writing

_AT_ONCE = 256


def text_of(paper: Paper) -> str:
    """Give what of a paper is encoded."""
    return ". ".join(part for part in (paper.title, paper.abstract) if part)


class Model(Protocol):
    """A sentence model; `name` changes with whatever changes its vectors."""

    name: str

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give the vectors of texts, in order."""


class StoredEncoder:
    """A sentence model that looks into the store first; what it learns is kept, unless `dry`.

    `now` is the age of what it learns.
    """

    def __init__(
        self,
        engine: sa.Engine,
        model: Model,
        *,
        now: datetime,
        dry: bool = False,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        self._engine = engine
        self._model = model
        self._now = now
        self._dry = dry
        self._progress = progress

    def encode(self, papers: Sequence[Paper]) -> NDArray[np.float32]:
        """Give the vectors of title and abstract, in order."""
        texts = {_hash(text): text for text in map(text_of, papers)}
        with reading(self._engine) as connection:
            known = caches.load_vectors(connection, self._model.name, texts.keys())
        new = [name for name in texts if name not in known]
        for start in range(0, len(new), _AT_ONCE):
            known |= self._learn({name: texts[name] for name in new[start : start + _AT_ONCE]})
            self._progress(min(start + _AT_ONCE, len(new)), len(new))
        rows = [np.frombuffer(known[_hash(text_of(each))], dtype=np.float16) for each in papers]
        if not rows:
            return np.zeros((0, 1), dtype=np.float32)
        return np.stack(rows).astype(np.float32)

    def _learn(self, texts: dict[str, str]) -> dict[str, bytes]:
        rows = self._model.encode(list(texts.values())).astype(np.float16)
        found = {name: row.tobytes() for name, row in zip(texts, rows, strict=True)}
        if not self._dry:
            with writing(self._engine) as connection:
                caches.keep_vectors(connection, self._model.name, found, now=self._now)
        return found


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
