"""Which days of arXiv's listings an earlier pull did not get."""

from datetime import date, datetime, timedelta

from digest.timetable import listing_day, weekdays

REACH = timedelta(days=90)
"""How far back the catchup pages go (formats.md, arxiv-html)."""

_DAY = timedelta(days=1)


def missed(got: frozenset[date], *, now: datetime, backfill: timedelta) -> tuple[date, ...]:
    """Give the weekdays before today that were not got, oldest first.

    The first pull reaches back by `backfill`, later ones to the first day ever got: a day that
    failed while later ones were got is not forgotten while arXiv has it.
    """
    today = listing_day(now)
    since = listing_day(now - min(backfill, REACH))
    first = max(min({*got, since}), today - REACH)
    return tuple(day for day in weekdays(first, today - _DAY) if day not in got)


def lost(got: frozenset[date], *, now: datetime) -> tuple[date, ...]:
    """Give the weekdays since the last one got that arXiv does not show any more."""
    if not got:
        return ()
    return tuple(weekdays(max(got) + _DAY, listing_day(now) - REACH - _DAY))
