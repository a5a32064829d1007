"""The small print of a paper: its categories by name, its dates, where it was seen."""

from collections.abc import Iterable, Iterator
from datetime import date

from digest.paper import AnnounceType, Paper, Sighting, StoredPaper
from digest.rendering.language import Words
from digest.rendering.reasons import NAME_LIMIT
from digest.rendering.words import cut, one_line
from digest.taxonomy import NAMES, canonical

SOURCES_SHOWN = 3
CATEGORIES_SHOWN = 4
_TOLD_APART = (AnnounceType.CROSS, AnnounceType.REPLACE, AnnounceType.REPLACE_CROSS)


def facts(stored: StoredPaper, today: date, words: Words) -> tuple[str, ...]:
    """List what there is to know beside authors and text."""
    published = stored.paper.published
    found = (
        _categories(stored.paper, words),
        words("submitted", day=words.day(published, today)) if published else "",
        *_places(stored.sightings, today, words),
    )
    return tuple(filter(None, found))


def first_day(sightings: Iterable[Sighting]) -> date | None:
    """Give the day on which a paper was first announced, or else seen."""
    days = [each.announced or each.seen_at.date() for each in sightings]
    return min(days, default=None)


def _categories(paper: Paper, words: Words) -> str:
    names = list(dict.fromkeys(_named(name) for name in paper.categories))
    shown = ", ".join(names[:CATEGORIES_SHOWN])
    more = len(names) - CATEGORIES_SHOWN
    return f"{shown} {words('more_categories', n=more)}" if more > 0 else shown


def _named(category: str) -> str:
    """Write a category of arXiv with its full name."""
    name = cut(one_line(category), NAME_LIMIT)
    full = NAMES.get(canonical(name))
    return f"{full} ({name})" if full else name


def _places(sightings: Iterable[Sighting], today: date, words: Words) -> Iterator[str]:
    """Say where a paper was seen before, or as what else than new, each source once."""
    firsts: dict[str | None, Sighting] = {}
    for sighting in sightings:
        firsts.setdefault(sighting.source, sighting)
    for sighting in list(firsts.values())[:SOURCES_SHOWN]:
        day = sighting.announced or sighting.seen_at.date()
        if day != today or sighting.announce_type in _TOLD_APART:  # that it is new goes unsaid
            yield _place(sighting, today, words)


def _place(sighting: Sighting, today: date, words: Words) -> str:
    source = cut(one_line(sighting.source or ""), NAME_LIMIT) or words("a_file")
    verb, day = "seen", sighting.seen_at.date()
    if sighting.announced:
        verb, day = "announced", sighting.announced
    kind = sighting.announce_type
    ending = f"_{kind.value.replace('-', '_')}" if kind in _TOLD_APART and kind else ""
    return words(f"{verb}{ending}", source=source, day=words.day(day, today))
