"""When arXiv announces, and what an answer on a given day means.

From formats.md, arxiv-feed and etiquette: announcements are made Sunday to Thursday at 20:00 US
Eastern, but for the holidays that arXiv publishes each January. A listing is dated the day after
and is in the feed from that day's midnight on, Eastern time; the feed shows that one day alone,
and is empty on others. Whether a holiday without announcement empties the listing of that date
or of the next is not written down, so neither is called late.

Which days of arXiv's listings an earlier pull did not get.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from digest.issue import Outcome

EASTERN = ZoneInfo("America/New_York")
_DAY = timedelta(days=1)
_MONDAY, _THURSDAY, _SATURDAY = 0, 3, 5

HOLIDAYS: dict[int, frozenset[date]] = {
    2026: frozenset(
        {
            date(2026, 1, 1),
            date(2026, 1, 19),
            date(2026, 6, 19),
            date(2026, 7, 3),
            date(2026, 9, 7),
            date(2026, 11, 26),
            date(2026, 12, 25),
            date(2026, 12, 29),
            date(2026, 12, 31),
        }
    )
}
"""As published by arXiv, by year."""


def listing_day(now: datetime) -> date:
    """Give the day whose listing the feed shows now: the date in US Eastern time."""
    return now.astimezone(EASTERN).date()


def why_quiet(day: date, more_holidays: frozenset[date] = frozenset()) -> str | None:
    """Say why no listing need be there for a day; None if one is expected."""
    if day.weekday() >= _SATURDAY:
        return "weekend"
    free = _holidays(day.year) | _holidays((day - _DAY).year) | more_holidays
    holiday = next((each for each in (day - _DAY, day) if each in free), None)
    return f"arXiv holiday of {holiday:%-d %B}" if holiday else None


def expected(day: date, more_holidays: frozenset[date] = frozenset()) -> bool:
    """Say whether arXiv has a listing of that day."""
    return why_quiet(day, more_holidays) is None


def weekdays(first: date, last: date) -> Iterator[date]:
    """Give the days from first to last on which there may be a listing, in order."""
    days = (first + number * _DAY for number in range((last - first).days + 1))
    return (day for day in days if day.weekday() < _SATURDAY)


def judge(
    asked: date,
    *,
    shown: date | None,
    entries: int,
    more_holidays: frozenset[date] = frozenset(),
) -> tuple[Outcome, str | None]:
    """Say what an answer for a listing day means, and in a few words why.

    `shown` is the newest day that the answer itself names, `entries` how many papers it has.
    """
    quiet = why_quiet(asked, more_holidays)
    if entries and (shown is None or shown >= asked):
        return Outcome.NEW, None
    if quiet:
        return Outcome.QUIET, quiet
    if entries:
        return Outcome.STALE, f"still shows the listing of {shown}"
    return Outcome.LATE, f"the listing of {asked} is not there yet"


def _holidays(year: int) -> frozenset[date]:
    return HOLIDAYS.get(year) or _usual_holidays(year)


def _usual_holidays(year: int) -> frozenset[date]:
    """Give the holidays that arXiv keeps every year, for years not published yet."""
    independence = date(year, 7, 4)
    observed = {5: -_DAY, 6: _DAY}.get(independence.weekday(), timedelta())
    return frozenset(
        {
            date(year, 1, 1),
            _nth(year, 1, _MONDAY, 3),
            date(year, 6, 19),
            independence + observed,
            _nth(year, 9, _MONDAY, 1),
            _nth(year, 11, _THURSDAY, 4),
            date(year, 12, 25),
        }
    )


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


REACH = timedelta(days=90)
"""How far back the catchup pages go (formats.md, arxiv-html)."""

_ONE_DAY = timedelta(days=1)


def missed(got: frozenset[date], *, now: datetime, backfill: timedelta) -> tuple[date, ...]:
    """Give the weekdays before today that were not got, oldest first.

    The first pull reaches back by `backfill`, later ones to the first day ever got: a day that
    failed while later ones were got is not forgotten while arXiv has it.
    """
    today = listing_day(now)
    since = listing_day(now - min(backfill, REACH))
    first = max(min({*got, since}), today - REACH)
    return tuple(day for day in weekdays(first, today - _ONE_DAY) if day not in got)


def lost(got: frozenset[date], *, now: datetime) -> tuple[date, ...]:
    """Give the weekdays since the last one got that arXiv does not show any more."""
    if not got:
        return ()
    return tuple(weekdays(max(got) + _ONE_DAY, listing_day(now) - REACH - _ONE_DAY))
