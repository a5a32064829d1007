"""Whether a profile can bring anything at all: what can be said of it before any paper comes."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from digest import taxonomy
from digest.ranking.matching import plain_category
from digest.rules.schedule import local_day, next_due
from digest.subscriber import (
    Criteria,
    FollowedAuthor,
    FollowedCategory,
    Interest,
    Keyword,
    Schedule,
)

IsPulled = Callable[[str], bool]
"""Whether papers of a category come from any source that is read."""

_BETWEEN_WORDS = re.compile(r"[\s‐‑‒–—-]+")


def why_no_day(schedule: Schedule, now: datetime) -> str | None:
    """Return why no issue will ever be due again; None if one will."""
    if next_due(schedule, now) is not None:
        return None
    if schedule.until and schedule.until <= local_day(now, schedule.timezone):
        return f"until = {schedule.until} is over: no issue comes any more"
    return "no day is left on which an issue could come: see days, pauses, closed and until"


def why_nothing(interest: Interest, excluded: Criteria, is_pulled: IsPulled) -> str | None:
    """Return why no paper can ever match an interest; None if one could.

    `excluded` is what the subscriber excludes from all interests.
    """
    barred = Criteria(
        keywords=interest.exclude.keywords + excluded.keywords,
        authors=interest.exclude.authors + excluded.authors,
        categories=interest.exclude.categories + excluded.categories,
    )
    for group in interest.require:
        if why := _why_none(group, barred, is_pulled):
            return f"requires what cannot come: {why}"
    if interest.require or interest.examples or interest.libraries or interest.about:
        return None
    looked_for = Criteria(
        keywords=interest.keywords, authors=interest.authors, categories=interest.categories
    )
    if not looked_for:
        return "is empty: what it names as examples holds no paper"
    return _why_none(looked_for, barred, is_pulled)


def _why_none(wanted: Criteria, barred: Criteria, is_pulled: IsPulled) -> str | None:
    left = [*_allowed(wanted, barred)]
    if not left:
        return "whatever it looks for is excluded"
    missing = [each.term for each in left if isinstance(each, FollowedCategory)]
    if len(missing) < len(left) or any(map(is_pulled, missing)):
        return None
    return f"no source brings {', '.join(missing)}"


def _allowed(
    wanted: Criteria, barred: Criteria
) -> Iterator[Keyword | FollowedAuthor | FollowedCategory]:
    """Return the terms whose every match is not excluded at once."""
    for keyword in wanted.keywords:
        if not any(_holds(keyword, each) for each in barred.keywords):
            yield keyword
    for author in wanted.authors:
        if not any(_is_whole(author, each) for each in barred.authors):
            yield author
    for category in wanted.categories:
        if not any(_means(category.term) <= _means(each.term) for each in barred.categories):
            yield category


def _holds(wanted: Keyword, excluded: Keyword) -> bool:
    """Whether every text with the one has the other: whole words, one after another."""
    if excluded.case and not wanted.case:
        return False
    words, parts = _words(wanted, excluded), _words(excluded, excluded)
    starts = range(len(words) - len(parts) + 1)
    return any(words[start : start + len(parts)] == parts for start in starts)


def _words(keyword: Keyword, compared: Keyword) -> list[str]:
    term = keyword.term if compared.case else keyword.term.casefold()
    return _BETWEEN_WORDS.split(term.strip())


def _is_whole(wanted: FollowedAuthor, excluded: FollowedAuthor) -> bool:
    is_anywhere = excluded.position in (None, wanted.position)
    return is_anywhere and wanted.name.casefold() == excluded.name.casefold()


def _means(term: str) -> frozenset[str]:
    """Return the single categories that a term means."""
    return frozenset(taxonomy.expand(term)) or frozenset({plain_category(term)})
