"""Where keywords match: patterns looked up in one index over the texts of a batch.

Categories by any of their names: arXiv's aliases, whole archives, bioRxiv's spellings.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from digest.paper import Paper
from digest.ranking.terms import fold, is_word, kindred, singular_as_written, tokens
from digest.subscriber import Keyword
from digest.taxonomy import ALIASES, archive

Ints = NDArray[np.int64]


class Fit(StrEnum):
    """How an element of a pattern fits a word."""

    WORD = "word"
    PREFIX = "prefix"
    SUFFIX = "suffix"
    INFIX = "infix"
    ANY = "any"


@dataclass(frozen=True, slots=True, order=True)
class Element:
    """One word or sign of a pattern; `apart`: a blank or dash stands before it."""

    fit: Fit
    text: str
    apart: bool


@dataclass(frozen=True, slots=True, order=True)
class Pattern:
    """A keyword ready to be looked up; equal patterns match the same texts."""

    elements: tuple[Element, ...]
    case: bool = False


def parse_pattern(keyword: Keyword) -> Pattern:
    """Read a keyword's term; one without any word or sign has no elements."""
    term = keyword.term.strip()
    core = fold(term.strip("*"))
    words = tokens(core)
    opening = term.startswith("*") and bool(words)
    closing = term.endswith("*") and bool(words)
    begins, ends = re.match(r"[\s-]", core), re.search(r"[\s-]$", core)
    last = len(words) - 1
    elements = [
        _element(
            token.text,
            apart=token.apart and i > 0,
            case=keyword.case,
            begins=i == 0 and opening and not begins,
            ends=i == last and closing and not ends,
        )
        for i, token in enumerate(words)
    ]
    if opening and begins:
        first = elements[0]
        elements[0] = Element(first.fit, first.text, apart=True)
        elements.insert(0, Element(Fit.ANY, "", apart=False))
    if closing and ends:
        elements.append(Element(Fit.ANY, "", apart=True))
    return Pattern(elements=tuple(elements), case=keyword.case)


def _element(text: str, *, apart: bool, case: bool, begins: bool, ends: bool) -> Element:
    if not (begins or ends):
        return Element(Fit.WORD, singular_as_written(text)[case], apart)
    fit = Fit.INFIX if begins and ends else Fit.SUFFIX if begins else Fit.PREFIX
    return Element(fit, text if case else text.casefold(), apart)


class Vocabulary:
    """The distinct words of a batch in one string, so that wildcards scan it at C speed."""

    def __init__(self, words: Iterable[str]) -> None:
        lines = [f"{word}\n" for word in words]
        self._text = "\n" + "".join(lines)
        self._ends = np.cumsum([len(line) for line in lines])

    def find(self, text: str, fit: Fit) -> Ints:
        """Number the words that begin with, end in, or contain `text`."""
        needle = ("\n" if fit is Fit.PREFIX else "") + text + ("\n" if fit is Fit.SUFFIX else "")
        places = [match.start() for match in re.finditer(re.escape(needle), self._text)]
        offset = 1 if fit is Fit.PREFIX else 0
        inside = np.asarray(places, dtype=np.int64) + offset - 1
        return np.unique(np.searchsorted(self._ends, inside, side="right"))


class TextIndex:
    """Every word of the batch's titles and abstracts with its places.

    The texts are one long row of words, a full stop of our own between any two of them; `cells`
    says for each place whose text it is: twice the paper's number, plus one in its abstract.
    """

    def __init__(self, papers: Sequence[Paper]) -> None:
        numbers: dict[str, int] = {"\n": 0}
        row, apart, cells = [0], [True], [-1]
        for i, paper in enumerate(papers):
            for field, text in enumerate((paper.title, paper.abstract)):
                for token in tokens(text or ""):
                    row.append(numbers.setdefault(token.text, len(numbers)))
                    apart.append(token.apart)
                row.append(0)
                apart.append(True)
                cells.extend([2 * i + field] * (len(row) - len(cells)))
        self.words = tuple(numbers)
        self.row = np.asarray(row, dtype=np.int64)
        self.cells = np.asarray(cells, dtype=np.int64)
        self._apart = np.asarray(apart, dtype=bool)
        self._is_word = np.asarray([is_word(word) for word in self.words], dtype=bool)
        self._places = np.argsort(self.row, kind="stable")
        self._starts = np.searchsorted(self.row[self._places], np.arange(len(self.words) + 1))
        singulars = [singular_as_written(word) for word in self.words]
        self.keys = tuple(folded for folded, _ in singulars)
        self._as_written = tuple(written for _, written in singulars)

    @cached_property
    def _by_key(self) -> tuple[dict[str, Ints], dict[str, Ints]]:
        return _numbered(self.keys), _numbered(self._as_written)

    @cached_property
    def _scans(self) -> tuple[tuple[Vocabulary, Vocabulary], tuple[Vocabulary, Vocabulary]]:
        """Words as they are and in the singular: first case-folded, then in their own case."""
        folded = Vocabulary(word.casefold() for word in self.words)
        return (
            (folded, Vocabulary(self.keys)),
            (Vocabulary(self.words), Vocabulary(self._as_written)),
        )

    def find(self, pattern: Pattern) -> Ints:
        """Give the cells in which a pattern occurs, in order, each once."""
        elements = pattern.elements
        fitting = [self._fitting(element, case=pattern.case) for element in elements]
        counts = [self._count(numbers) for numbers in fitting]
        if not elements or min(counts) == 0 or all(e.fit is Fit.ANY for e in elements):
            return np.zeros(0, dtype=np.int64)
        rarest = counts.index(min(counts))
        starts = self._occurrences(fitting[rarest]) - rarest
        starts = starts[(starts > 0) & (starts + len(elements) < len(self.row))]
        for i, (element, numbers) in enumerate(zip(elements, fitting, strict=True)):
            places = starts + i
            holds = self._holds(places, numbers)
            if i > 0:
                holds &= self._apart[places] == element.apart
            starts = starts[holds]
        return np.unique(self.cells[starts])

    def _fitting(self, element: Element, *, case: bool) -> Ints | None:
        """Number the words an element fits; None is any word at all."""
        if element.fit is Fit.ANY:
            return None
        if element.fit is Fit.WORD:
            return self._by_key[case].get(element.text, np.zeros(0, dtype=np.int64))
        plain, singulars = self._scans[case]
        found = plain.find(element.text, element.fit)
        if element.fit is Fit.SUFFIX:
            one = singular_as_written(element.text)[case]
            found = np.union1d(found, singulars.find(one, element.fit))
        return found

    def _count(self, numbers: Ints | None) -> int:
        if numbers is None:
            return len(self.row)
        return int((self._starts[numbers + 1] - self._starts[numbers]).sum())

    def _occurrences(self, numbers: Ints | None) -> Ints:
        if numbers is None:
            return np.flatnonzero(self._is_word[self.row])
        places = [self._places[self._starts[n] : self._starts[n + 1]] for n in numbers]
        return np.concatenate(places)

    def _holds(self, places: Ints, numbers: Ints | None) -> NDArray[np.bool_]:
        words = self.row[places]
        if numbers is None:
            return self._is_word[words]
        if len(numbers) == 1:
            one: NDArray[np.bool_] = words == numbers[0]
            return one
        among: NDArray[np.bool_] = np.isin(words, numbers)
        return among


def _numbered(names: Sequence[str]) -> dict[str, Ints]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, name in enumerate(names):
        for form in (name, *kindred(name)):
            found[form].append(number)
    return {name: np.asarray(numbers, dtype=np.int64) for name, numbers in found.items()}


@lru_cache(maxsize=10_000)
def plain_category(name: str) -> str:
    """Write a category as it is compared: case, dashes, underscores and blanks folded."""
    return re.sub(r"[\s_‐‑‒–—−-]+", "-", name.strip().casefold())


_SAME = {
    plain_category(one): plain_category(other)
    for pair in ALIASES.items()
    for one, other in (pair, pair[::-1])
}


@lru_cache(maxsize=10_000)
def category_names(category: str) -> frozenset[str]:
    """Give everything a paper's category answers to: itself, its alias, their archives."""
    name = plain_category(category)
    names = {name, _SAME.get(name, name)}
    return frozenset(names | {archive(one) for one in names if _is_arxiv(one)})


def _is_arxiv(name: str) -> bool:
    return re.fullmatch(r"[a-z-]+\.[a-z-]{2,}", name) is not None
