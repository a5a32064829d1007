"""Why a paper is here, in the mail's own words, and what of its text that marks."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from digest.issue import Reason, ReasonKind
from digest.ranking.matching import Pattern, parse_pattern
from digest.rendering.language import Words
from digest.rendering.mathtext import plain
from digest.rendering.text import cut, one_line
from digest.subscriber import Keyword

SHOWN = 3
"""Reasons a reader takes in at a glance; `digest why` has the whole sum."""

NAME_LIMIT = 80
_LEAST = 0.05
"""Of what speaks for a paper: a reason below that share is not worth a word."""

_TERMS = 3
"""Keywords, authors or categories named in one reason."""

_LONGEST_ACRONYM = 5
_NEAR = "near "
_SENSE = "the sense of your words"
_TWIN = "much the same as "
_OUTSIDE = "from outside your interests"
_NUMBER = re.compile(r"(\d+) (?:upvotes?|days? old)")
_VOTED = {"you liked ": "because_liked", "you did not want ": "because_unwanted"}
_GROUPED = {
    ReasonKind.KEYWORD: "because_keywords",
    ReasonKind.AUTHOR: "because_authors",
    ReasonKind.CATEGORY: "because_categories",
}
"""Kinds whose terms are told together."""


def main_reasons(reasons: Iterable[Reason], words: Words) -> tuple[str, ...]:
    """Tell what speaks most for a paper, in three phrases at most, without points.

    What speaks against it, and what is too little to matter, is left to the whole sum: a part of
    a sum would not add up.
    """
    speaking = [reason for reason in reasons if reason.weight > 0]
    keywords = {reason.term for reason in speaking if reason.kind is ReasonKind.KEYWORD}
    groups: dict[str, list[Reason]] = {}
    for reason in sorted(speaking, key=lambda each: -each.weight):
        if reason.term.removeprefix(_NEAR) in keywords and reason.kind is ReasonKind.TEXT:
            continue  # near in sense to what it mentions anyway
        if name := _group(reason):
            groups.setdefault(name, []).append(reason)
    weights = {name: sum(each.weight for each in group) for name, group in groups.items()}
    least = _LEAST * sum(weights.values())
    ordered = sorted(groups, key=lambda name: -weights[name])
    shown = [name for name in ordered if weights[name] >= least][:SHOWN]
    if speaking and not shown:
        return (words("because_whole"),)
    return tuple(_told(groups[name], words) for name in shown)


def reason_words(reason: Reason, words: Words) -> str:
    """Tell one term of a score, as the whole sum lists them."""
    return _words(reason.kind, reason.term, words)


def _group(reason: Reason) -> str | None:
    """Return what a reason is told together with; None for what has no name of its own."""
    kind, term = reason.kind, reason.term
    if kind in (ReasonKind.OTHER, ReasonKind.AGE):
        return None
    if kind in _GROUPED:
        return kind.value
    if kind is ReasonKind.TRENDING:
        return None if term.startswith(_OUTSIDE) else kind.value
    if kind is ReasonKind.TEXT:
        return _SENSE if term == _SENSE or term.startswith(_NEAR) else kind.value
    return f"{kind.value} {term}"


def _told(group: list[Reason], words: Words) -> str:
    """Tell a group, largest first, in one phrase."""
    first = group[0]
    if first.kind in _GROUPED:
        named = list(dict.fromkeys(short(reason.term) for reason in group))[:_TERMS]
        if first.kind is ReasonKind.KEYWORD:
            begin, end = words("quote_begins"), words("quote_ends")
            named = [f"{begin}{term.strip('*')}{end}" for term in named]
        return words(_GROUPED[first.kind], terms=words.listed(named))
    if first.kind is ReasonKind.TEXT:
        near = (r.term.removeprefix(_NEAR) for r in group if r.term.startswith(_NEAR))
        own = [short(term.strip("*")) for term in near] or [
            short(r.term) for r in group if r.term != _SENSE
        ]
        if not own:
            return words("because_sense")
        phrase = "because_near" if _group(first) == _SENSE else "because_text"
        return words(phrase, term=own[0])
    return reason_words(first, words)


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


def topics(reasons: Iterable[Reason]) -> Iterator[tuple[str, str]]:
    """Give the keyword and the author that speak most for a paper: kind and term."""
    for kind in (ReasonKind.KEYWORD, ReasonKind.AUTHOR):
        found = [each for each in reasons if each.kind is kind and each.weight > 0]
        if found:
            term = max(found, key=lambda each: each.weight).term
            yield kind.value, short(term.partition(" (listed as ")[0].strip("*"))


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
