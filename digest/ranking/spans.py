"""Where keywords stand in a text that people read: the same matching, one text, with places."""

import re
import threading
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from digest.ranking.matching import Element, Fit, Pattern
from digest.ranking.terms import (
    AROUND_RELATION,
    POSSESSIVE,
    QUOTE,
    TOKEN,
    fold_character,
    is_word,
    kindred,
    singular_as_written,
)

Span = tuple[int, int]
_MOST_WORDS = 200_000


def spans(text: str, patterns: Sequence[Pattern]) -> tuple[Span, ...]:
    """Give the places (begin, end) in `text` where a pattern stands, in order, none overlapping.

    The text is as readers see it: TeX is decoded already. Where places overlap, they are one.
    """
    if not patterns:
        return ()
    words = _words(text)
    found = sorted(span for pattern in patterns for span in _places(pattern, words))
    merged: list[Span] = []
    for begin, end in found:
        if merged and begin < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return tuple(merged)


@dataclass(frozen=True, slots=True)
class _Words:
    """The words and signs of a text, whether a blank stands before each, and where they are."""

    texts: tuple[str, ...]
    apart: tuple[bool, ...]
    begins: Sequence[int]
    ends: Sequence[int]


class _Vocabulary:
    """The words that were met, each with its forms, and the words that have a form.

    One for all texts: an index of forms for each would take ten times the room.
    """

    def __init__(self) -> None:
        self._forms: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        self._words: dict[str, tuple[str, ...]] = {}
        self._lock = threading.Lock()

    def forms(self, word: str) -> tuple[frozenset[str], frozenset[str]]:
        """Give a word's forms, case-folded and in its own case."""
        known = self._forms.get(word)
        if known is None:
            with self._lock:
                known = self._forms.get(word) or self._meet(word)
        return known

    def words(self, form: str) -> tuple[str, ...]:
        """Give the words met that have a form."""
        return self._words.get(form, ())

    def _meet(self, word: str) -> tuple[frozenset[str], frozenset[str]]:
        if len(self._forms) >= _MOST_WORDS:  # a service runs for years
            self._forms.clear()
            self._words.clear()
            _words.cache_clear()
        folded, written = singular_as_written(word)
        forms = frozenset((folded, *kindred(folded))), frozenset((written, *kindred(written)))
        for form in forms[0] | forms[1]:
            self._words[form] = (*self._words.get(form, ()), word)
        self._forms[word] = forms
        return forms


_VOCABULARY = _Vocabulary()


@lru_cache(maxsize=4_096)
def _words(text: str) -> _Words:
    """Cut a text into words; many readers share a paper."""
    folded, places = _folded(text)
    texts, apart = [], []
    begins, ends = array("L"), array("L")
    for match in TOKEN.finditer(folded):
        word = match[2]
        _VOCABULARY.forms(word)
        texts.append(word)
        apart.append(bool(match[1]))
        begins.append(places[match.start(2)])
        ends.append(places[match.end(2) - 1] + 1)
    return _Words(tuple(texts), tuple(apart), begins, ends)


def _folded(text: str) -> tuple[str, list[int]]:
    """Fold a text as terms are folded; say from which character each of the result comes."""
    folded, places = text, list(range(len(text)))
    if not text.isascii():
        pieces = [fold_character(each) for each in text]
        folded = "".join(pieces)
        places = [i for i, piece in enumerate(pieces) for _ in piece]
    if "'" in folded:
        folded, places = _without(POSSESSIVE, folded, places)
        folded, places = _without(QUOTE, folded, places)
    folded = folded.replace('"', " ").replace("`", " ")
    return _without(AROUND_RELATION, folded, places)


def _without(pattern: re.Pattern[str], text: str, places: list[int]) -> tuple[str, list[int]]:
    result, kept, end = [], [], 0
    if pattern.search(text) is None:
        return text, places
    for match in pattern.finditer(text):
        result.append(text[end : match.start()])
        kept += places[end : match.start()]
        end = match.end()
    return "".join([*result, text[end:]]), kept + places[end:]


def _places(pattern: Pattern, words: _Words) -> Iterator[Span]:
    elements = pattern.elements
    if all(element.fit is Fit.ANY for element in elements):
        return
    for start in _starts(elements, words):
        numbers = range(start, start + len(elements))
        if (
            start >= 0
            and numbers.stop <= len(words.texts)
            and all(
                (i == start or words.apart[i] == element.apart)
                and _fits(element, words.texts[i], case=pattern.case)
                for i, element in zip(numbers, elements, strict=True)
            )
        ):
            yield words.begins[start], words.ends[numbers.stop - 1]


def _starts(elements: Sequence[Element], words: _Words) -> Iterable[int]:
    """Give where a pattern may begin, by the rarest that it says: a whole word."""
    anchor = next((i for i, each in enumerate(elements) if each.fit is Fit.WORD), None)
    if anchor is None:
        return range(len(words.texts))
    said = _VOCABULARY.words(elements[anchor].text)
    return [number - anchor for word in said for number in _numbers(word, words.texts)]


def _numbers(word: str, texts: tuple[str, ...]) -> Iterator[int]:
    number = -1
    for _ in range(texts.count(word)):
        number = texts.index(word, number + 1)
        yield number


def _fits(element: Element, word: str, *, case: bool) -> bool:
    if element.fit is Fit.ANY:
        return is_word(word)
    if element.fit is Fit.WORD:
        return element.text in _VOCABULARY.forms(word)[case]
    text = word if case else word.casefold()
    if element.fit is Fit.PREFIX:
        return text.startswith(element.text)
    if element.fit is Fit.INFIX:
        return element.text in text
    singular = singular_as_written(word)[case]
    return text.endswith(element.text) or singular.endswith(singular_as_written(element.text)[case])
