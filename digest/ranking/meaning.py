"""What a text is about, as a short vector: a table of stems, learnt once from a sentence model.

The table ships with the package (docs/ranking.md says how it was made). A text's vector is the sum
of its stems' rows, each times 1 + log of its count; a stem that has none is spelt by the rows of
its pieces. No network is run, and two texts of one subject are near without a word in common.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

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
