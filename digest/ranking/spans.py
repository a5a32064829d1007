"""Where keywords stand in a text that people read: the same matching, one text, with places."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from digest.ranking.matching import Element, Fit, Pattern
from digest.ranking.plurals import kindred, singular_as_written
from digest.ranking.terms import (
    AROUND_RELATION,
    POSSESSIVE,
    QUOTE,
    TOKEN,
    fold_character,
    is_word,
)

Span = tuple[int, int]


def spans(text: str, patterns: Sequence[Pattern]) -> tuple[Span, ...]:
    """Give the places (begin, end) in `text` where a pattern stands, in order, none overlapping.

    The text is as readers see it: TeX is decoded already. Where places overlap, they are one.
    """
    if not patterns:
        return ()
    words, by_form = _indexed(text)
    found = sorted(span for pattern in patterns for span in _places(pattern, words, by_form))
    merged: list[Span] = []
    for begin, end in found:
        if merged and begin < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return tuple(merged)


class _Word:
    """A word or sign of the text: what it is compared by, and where it stands."""

    __slots__ = ("apart", "begin", "end", "forms", "text")

    def __init__(self, text: str, *, apart: bool, begin: int, end: int) -> None:
        self.text, self.apart, self.begin, self.end = text, apart, begin, end
        self.forms = _forms(text)


@lru_cache(maxsize=4_096)
def _indexed(text: str) -> tuple[Sequence[_Word], Mapping[str, Sequence[int]]]:
    """Cut a text into words, and number those that have a form; many readers share a paper."""
    words = tuple(_words(text))
    by_form: defaultdict[str, list[int]] = defaultdict(list)
    for number, word in enumerate(words):
        for form in word.forms[0] | word.forms[1]:
            by_form[form].append(number)
    return words, dict(by_form)


@lru_cache(maxsize=50_000)
def _forms(word: str) -> tuple[frozenset[str], frozenset[str]]:
    """Give a word's forms, case-folded and in its own case."""
    folded, written = singular_as_written(word)
    return frozenset((folded, *kindred(folded))), frozenset((written, *kindred(written)))


def _words(text: str) -> list[_Word]:
    folded, places = _folded(text)
    return [
        _Word(
            match[2],
            apart=bool(match[1]),
            begin=places[match.start(2)],
            end=places[match.end(2) - 1] + 1,
        )
        for match in TOKEN.finditer(folded)
    ]


def _folded(text: str) -> tuple[str, list[int]]:
    """Fold a text as terms are folded; say from which character each of the result comes."""
    pieces = list(text) if text.isascii() else [fold_character(each) for each in text]
    folded = "".join(pieces)
    places = [i for i, piece in enumerate(pieces) for _ in piece]
    if "'" in folded:
        folded, places = _without(POSSESSIVE, folded, places)
        folded, places = _without(QUOTE, folded, places)
    folded = folded.replace('"', " ").replace("`", " ")
    return _without(AROUND_RELATION, folded, places)


def _without(pattern: re.Pattern[str], text: str, places: list[int]) -> tuple[str, list[int]]:
    result, kept, end = [], [], 0
    for match in pattern.finditer(text):
        result.append(text[end : match.start()])
        kept += places[end : match.start()]
        end = match.end()
    return "".join([*result, text[end:]]), kept + places[end:]


def _places(
    pattern: Pattern, words: Sequence[_Word], by_form: Mapping[str, Sequence[int]]
) -> Iterator[Span]:
    elements = pattern.elements
    if all(element.fit is Fit.ANY for element in elements):
        return
    anchor = next((i for i, each in enumerate(elements) if each.fit is Fit.WORD), None)
    starts: Iterable[int] = range(len(words))
    if anchor is not None:
        starts = (number - anchor for number in by_form.get(elements[anchor].text, ()))
    for start in starts:
        stretch = words[start : start + len(elements)] if start >= 0 else ()
        if len(stretch) == len(elements) and all(
            _fits(element, word, case=pattern.case) and (i == 0 or word.apart == element.apart)
            for i, (element, word) in enumerate(zip(elements, stretch, strict=True))
        ):
            yield stretch[0].begin, stretch[-1].end


def _fits(element: Element, word: _Word, *, case: bool) -> bool:
    if element.fit is Fit.ANY:
        return is_word(word.text)
    if element.fit is Fit.WORD:
        return element.text in word.forms[case]
    text = word.text if case else word.text.casefold()
    if element.fit is Fit.PREFIX:
        return text.startswith(element.text)
    if element.fit is Fit.INFIX:
        return element.text in text
    singular = singular_as_written(word.text)[case]
    return text.endswith(element.text) or singular.endswith(singular_as_written(element.text)[case])
