"""What papers are like in general: how rare each stem is, and what the average paper says.

Subtracting the average paper is what tells a likeness of subject from the likeness that any two
papers have; it must be the average of weeks, never that of one short list.

What a text is about, as a short vector: a table of stems, learnt once from a sentence model.

The table ships with the package (docs/ranking.md says how it was made). A text's vector is the sum
of its stems' rows, each times 1 + log of its count; a stem that has none is spelt by the rows of
its pieces. No network is run, and two texts of one subject are near without a word in common.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from digest.paper import Paper
from digest.ranking.terms import bag

Vectors = NDArray[np.float32]

_MOST_PIECES = 6
_SHORTEST_PIECE = 2
_CONTINUES = "##"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of stems and of pieces of words; `mean` is the average text's vector, of length < 1.

    The prior of a first day: `frequency` says in how many of `documents` papers each stem occurred,
    `common` is the average of their TF-IDF vectors.
    """

    numbers: dict[str, int]
    rows: Vectors
    bias: Vectors
    mean: Vectors
    documents: int
    frequency: NDArray[np.float64]
    common: NDArray[np.float64]

    def spell(self, stem: str) -> tuple[int, ...]:
        """Give the rows that stand for a stem: its own, or those of its pieces; () if it has none.

        Pieces are the longest that fit, from the left, as WordPiece has them (arXiv:1609.08144).
        """
        own = self.numbers.get(stem)
        return self._pieces(stem) if own is None else (own,)

    def _pieces(self, stem: str) -> tuple[int, ...]:
        found: list[int] = []
        start = 0
        while start < len(stem):
            mark = _CONTINUES if start else ""
            for end in range(len(stem), start + _SHORTEST_PIECE - 1, -1):
                number = self.numbers.get(mark + stem[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                start += 1
        return tuple(found) if len(found) <= _MOST_PIECES else ()

    def vectors(self, counts: Any, spelling: Any) -> Vectors:
        """Give the vectors of texts, of length 1; a text of which nothing is known has 0.

        `counts` is texts × stems (sparse), `spelling` stems × rows.
        """
        damped = counts.copy()
        damped.data = 1 + np.log(damped.data)
        spelt = (damped @ spelling).astype(np.float32)  # as the rows are, or they would be copied
        found = np.asarray(spelt @ self.rows, dtype=np.float32) + self.bias
        found[np.diff(spelt.tocsr().indptr) == 0] = 0
        return unit(found)


def unit(rows: Vectors) -> Vectors:
    """Bring rows to length 1; rows of nothing stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)


@lru_cache(maxsize=1)
def shipped() -> Table:
    """Load the table of the package."""
    with (files("digest.ranking") / "meaning.npz").open("rb") as file, np.load(file) as stored:
        names = bytes(stored["names"]).decode().split("\n")
        return Table(
            numbers={name: number for number, name in enumerate(names)},
            rows=stored["rows"].astype(np.float32) * stored["scales"].astype(np.float32)[:, None],
            bias=stored["bias"].astype(np.float32),
            mean=stored["mean"].astype(np.float32),
            documents=int(stored["documents"]),
            frequency=stored["frequency"].astype(np.float64),
            common=stored["common"].astype(np.float64),
        )


def spelling_of(stems: list[str], table: Table) -> Any:
    """Give the matrix stems × rows of a table."""
    spelt = [table.spell(each) for each in stems]
    starts = np.cumsum([0, *map(len, spelt)])
    rows = np.asarray([row for each in spelt for row in each], dtype=np.int64)
    data = np.ones(len(rows), dtype=np.float32)
    return sparse.csr_matrix((data, rows, starts), shape=(len(stems), len(table.rows)))


Floats = NDArray[np.float64]

PRIOR = 300
"""So many papers the shipped frequencies and averages count for, beside the store's own."""

TELLING = 0.9
"""Of the rarity of a word that no paper has: from there on a term has its full strength."""

PHRASE = 1.5
"""What a phrase is rarer than its rarest word, as a logarithm."""

LEAST_STRENGTH = 0.4

_FIRST = 2
"""Columns before the stems: with them a product of two rows is that of two centred vectors."""


class Encoder(Protocol):
    """A sentence model: texts → rows of length 1; an extra."""

    def encode(self, papers: Sequence[Paper]) -> Vectors:
        """Give the vectors of title and abstract, in order."""


class Background:
    """The papers of the last weeks, and the shipped prior while there are few.

    All texts of a run are counted by its numbering of stems, so that their matrices fit.
    """

    def __init__(
        self,
        papers: Sequence[Paper] = (),
        *,
        a_day: float | None = None,
        encoder: Encoder | None = None,
        table: Table | None = None,
    ) -> None:
        self.papers = tuple(papers)
        self.a_day = a_day
        self.table = table or shipped()
        self.encoder = encoder
        self._numbers: dict[str, int] = {}
        self._spelling: Any = None
        self._frequency = self._common = np.zeros(_FIRST)
        self._documents = PRIOR + len(papers)
        share = PRIOR / self._documents
        self._prior_frequency = self.table.frequency * (PRIOR / self.table.documents)
        self._prior_common = self.table.common * share
        counts = self.count(bag(paper.title, paper.abstract) for paper in papers)
        self._grow()
        unnumbered = float(self._prior_common @ self._prior_common - self._common @ self._common)
        self._frequency += np.bincount(counts.indices, minlength=self.width)
        if papers:
            self._common += (1 - share) * np.asarray(self._weighed(counts).mean(axis=0)).ravel()
        self._common_square = float(self._common @ self._common) + unnumbered
        self.means = tuple(self._means(counts, papers, share))

    @property
    def width(self) -> int:
        """How many columns matrices have by now."""
        return len(self._numbers) + _FIRST

    def column(self, stem: str) -> int | None:
        """Say which column a stem is, if it has been counted."""
        return self._numbers.get(stem)

    def count(self, bags: Iterable[Mapping[str, float]]) -> Any:
        """Give the matrix texts × stems of counts; new stems are numbered as they come."""
        lengths, columns, values = [0], [], []
        for each in bags:
            for key, value in each.items():
                columns.append(self._numbers.setdefault(key, len(self._numbers) + _FIRST))
                values.append(value)
            lengths.append(len(columns))
        return sparse.csr_matrix(
            (np.asarray(values, dtype=float), np.asarray(columns, dtype=np.int64), lengths),
            shape=(len(lengths) - 1, self.width),
        )

    def centred(self, counts: Any, *, asking: bool) -> Any:
        """Give rows whose products are cosines of centred TF-IDF vectors.

        A product needs one side `asking` and one that does not: the first two columns of each
        hold what centring adds, (x - m)(y - m) = xy - my·1 - 1·mx + mm, so that rows stay sparse.
        """
        rows = self._weighed(counts)
        along = np.asarray(rows @ self._common[: counts.shape[1]]).ravel()
        length = np.sqrt(np.maximum(1 - 2 * along + self._common_square, 1e-6))
        length = np.where(np.diff(rows.indptr) > 0, length, np.inf)
        ones = np.ones(len(along))
        first = (-ones, self._common_square - along) if asking else (along, ones)
        edge = sparse.csr_matrix(np.stack(first, axis=1) / length[:, None])
        scaled = sparse.diags(1 / length) @ rows
        return sparse.hstack([edge, scaled[:, _FIRST:]], format="csr")

    def meanings(self, counts: Any, papers: Sequence[Paper]) -> tuple[Vectors, ...]:
        """Give the centred vectors of texts in each space of meaning, of length 1."""
        return tuple(
            _centred(vectors, mean)
            for vectors, mean in zip(self._raw(counts, papers), self.means, strict=True)
        )

    def rarity(self, width: int) -> Floats:
        """Give the inverse document frequency of each column."""
        self._grow()
        rarity: Floats = np.log((1 + self._documents) / (1 + self._frequency[:width]))
        return rarity

    def strength(self, stems: Sequence[str]) -> float:
        """Say how much a term tells, LEAST_STRENGTH to 1: less, the more papers have its words."""
        rarest = max(map(self._rarity_of, stems), default=0.0)
        phrase = PHRASE if len(stems) > 1 else 0.0
        most = float(np.log(1 + self._documents))
        return min(1.0, max(LEAST_STRENGTH, (rarest + phrase) / (TELLING * most)))

    def _rarity_of(self, stem: str) -> float:
        column, row = self._numbers.get(stem), self.table.numbers.get(stem)
        if column is not None:
            return float(self.rarity(column + 1)[column])
        known = self._prior_frequency[row] if row is not None else 0.0
        return float(np.log((1 + self._documents) / (1 + known)))

    def _grow(self) -> None:
        """Take what the prior says of stems that were numbered since the last time."""
        new = list(self._numbers)[len(self._frequency) - _FIRST :]
        rows = [self.table.numbers.get(key, -1) for key in new]
        for name, prior in (("_frequency", self._prior_frequency), ("_common", self._prior_common)):
            values = [prior[row] if row >= 0 else 0.0 for row in rows]
            setattr(self, name, np.concatenate([getattr(self, name), values]))

    def _raw(self, counts: Any, papers: Sequence[Paper]) -> list[Vectors]:
        found = [self.table.vectors(counts, self._spelled(counts.shape[1]))]
        if self.encoder:
            found.append(self.encoder.encode(papers))
        return found

    def _means(self, counts: Any, papers: Sequence[Paper], share: float) -> Iterable[Vectors]:
        for place, vectors in enumerate(self._raw(counts, papers)):
            own = vectors.mean(axis=0) if len(vectors) else np.zeros(vectors.shape[1])
            mean = share * self.table.mean + (1 - share) * own if place == 0 else own
            yield np.asarray(mean, dtype=np.float32)

    def _spelled(self, width: int) -> Any:
        """Give the matrix columns × rows of the table; what is new since last time is added."""
        known = 0 if self._spelling is None else self._spelling.shape[0] - _FIRST
        if self._spelling is None:
            self._spelling = sparse.csr_matrix((_FIRST, len(self.table.rows)), dtype=np.float32)
        if width - _FIRST > known:
            new = list(self._numbers)[known : width - _FIRST]
            self._spelling = sparse.vstack(
                [self._spelling, spelling_of(new, self.table)], format="csr"
            )
        return self._spelling[:width]

    def _weighed(self, counts: Any) -> Any:
        rows = counts.copy()
        rows.data = (1 + np.log(rows.data)) * self.rarity(counts.shape[1])[rows.indices]
        lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
        return sparse.diags(1 / np.where(lengths > 0, lengths, 1.0)) @ rows


def _centred(vectors: Vectors, mean: Vectors) -> Vectors:
    known = np.abs(vectors).sum(axis=1, keepdims=True) > 0
    return unit(np.where(known, vectors - mean, 0).astype(np.float32))
