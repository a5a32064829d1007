"""Why a paper is here, in the mail's own words, and what of its text that marks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from digest.issue import Reason, ReasonKind
from digest.ranking.matching import Pattern, parse_pattern
from digest.rendering.language import Words
from digest.rendering.mathtext import plain
from digest.rendering.words import cut, one_line
from digest.subscriber import Keyword

SHOWN = 4
NAME_LIMIT = 80
_LEAST = 0.05  # points that are worth a word
_LONGEST_ACRONYM = 5

_NEAR = "near "
_SENSE = "the sense of your words"
_TWIN = "much the same as "
_OUTSIDE = "from outside your interests"
_NUMBER = re.compile(r"(\d+) (?:upvotes?|days? old)")
_VOTED = {"you liked ": "because_liked", "you did not want ": "because_unwanted"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonView:
    """A reason in words, and its points with their sign."""

    words: str
    points: str


def main_reasons(reasons: Iterable[Reason], words: Words) -> tuple[ReasonView, ...]:
    """Take the largest that have a name; what is left of a score only if nothing else is."""
    counting = [reason for reason in reasons if abs(reason.weight) >= _LEAST]
    named = [reason for reason in counting if reason.kind is not ReasonKind.OTHER]
    return tuple(_view(reason, words) for reason in (named or counting)[:SHOWN])


def is_from_outside(reasons: Iterable[Reason]) -> bool:
    """Say whether a paper is there as one from outside the profile."""
    return any(
        reason.kind is ReasonKind.TRENDING and reason.term.startswith(_OUTSIDE)
        for reason in reasons
    )


def is_from_earlier(reasons: Iterable[Reason]) -> bool:
    """Say whether a paper's age counts."""
    return any(reason.kind is ReasonKind.AGE for reason in reasons)


def twin_of(reasons: Iterable[Reason]) -> str | None:
    """Give the title of the pick that a paper is another version of."""
    titles = (r.term.removeprefix(_TWIN) for r in reasons if r.term.startswith(_TWIN))
    return next((short(title) for title in titles), None)


def marked_terms(reasons: Iterable[Reason]) -> tuple[str, ...]:
    """Give what a text is searched for, in order: the terms that spoke for it."""
    terms = {
        reason.term
        for reason in reasons
        if reason.weight > 0 and (reason.kind is ReasonKind.KEYWORD or _is_word(reason))
    }
    return tuple(sorted(terms))


def patterns_of(terms: Iterable[str]) -> tuple[Pattern, ...]:
    """Give what finds the terms in a text."""
    return tuple(map(_pattern, terms))


def followed_names(reasons: Iterable[Reason]) -> tuple[str, ...]:
    """Give the authors that spoke for a paper, as listed or else as they were written."""
    terms = (r.term for r in reasons if r.kind is ReasonKind.AUTHOR and r.weight > 0)
    return tuple(term.partition(" (listed as ")[0] for term in terms)


def _is_word(reason: Reason) -> bool:
    """Tell a word of a free text or of a vote from what a whole text is like."""
    if reason.kind is ReasonKind.FEEDBACK:
        return not reason.term.startswith(tuple(_VOTED))
    is_text = reason.kind is ReasonKind.TEXT
    return is_text and reason.term != _SENSE and not reason.term.startswith(_NEAR)


@lru_cache(maxsize=20_000)
def _pattern(term: str) -> Pattern:
    is_acronym = term.isupper() and len(term) <= _LONGEST_ACRONYM
    return parse_pattern(Keyword(term=term, case=is_acronym))


def short(term: str) -> str:
    """Clean a name for print, and cut it to a bearable length."""
    return cut(plain(one_line(term)), NAME_LIMIT)


def _view(reason: Reason, words: Words) -> ReasonView:
    precision = 0 if abs(reason.weight) >= 0.95 else 1
    points = f"{reason.weight:+.{precision}f}".replace("-", "−")
    return ReasonView(words=_words(reason.kind, reason.term, words), points=points)


@lru_cache(maxsize=20_000)
def _words(kind: ReasonKind, term: str, words: Words) -> str:
    number = _NUMBER.fullmatch(term)
    if kind is ReasonKind.TEXT and term == _SENSE:
        return words("because_sense")
    if kind is ReasonKind.TEXT and term.startswith(_NEAR):
        return words("because_near", term=short(term.removeprefix(_NEAR)))
    if kind is ReasonKind.TRENDING:
        return words("because_upvotes", n=int(number[1])) if number else words("because_trending")
    if kind is ReasonKind.AGE:
        return words("because_days", n=int(number[1])) if number else words("because_age")
    if kind is ReasonKind.OTHER:
        return words("because_rest")
    for beginning, phrase in _VOTED.items():
        if kind is ReasonKind.FEEDBACK and term.startswith(beginning):
            return words(phrase, term=short(term.removeprefix(beginning)))
    return words(f"because_{kind.value}", term=short(term))
