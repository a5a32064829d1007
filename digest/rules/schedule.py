"""When an issue is due: the subscriber's clock, days, pauses and end.

Local time has holes and folds. A time of day that does not exist becomes the next minute of that
day that does (or, where the hole reaches midnight, the last one before it); of a time that comes
twice the first counts. So every local day has exactly one instant, however it begins.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import chain, count, takewhile
from zoneinfo import ZoneInfo

from digest.subscriber import Schedule

LOOK_AHEAD = timedelta(days=3653)
STILL_DUE = timedelta(hours=6)
"""How long after its instant a day's issue may still be made, past midnight too."""
FIRST_STILL_DUE = timedelta(hours=1)
"""The same of somebody's first issue, beyond what they wait for late sources."""
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


class WhyNot(StrEnum):
    """Why a day has no issue."""

    ENDED = "ended"
    PAUSED = "paused"
    CLOSED = "closed"
    NOT_A_DAY = "not-a-day"


def local_day(now: datetime, timezone: str) -> date:
    """Return the subscriber's date."""
    return now.astimezone(ZoneInfo(timezone)).date()


def why_not(schedule: Schedule, day: date) -> WhyNot | None:
    """Return why there is no issue on `day`, or None; the weekday is asked last."""
    if schedule.until is not None and day > schedule.until:
        return WhyNot.ENDED
    if any(pause.start <= day < pause.end for pause in schedule.pauses):
        return WhyNot.PAUSED
    if day in schedule.closed:
        return WhyNot.CLOSED
    if day.weekday() not in schedule.days:
        return WhyNot.NOT_A_DAY
    return None


def due_at(schedule: Schedule, day: date) -> datetime:
    """Return the instant (UTC) of `send_at` on that local day.

    A day that does not exist at all (Apia, 2011-12-30) gives the first minute after it.
    """
    wanted = datetime.combine(day, schedule.send_at, ZoneInfo(schedule.timezone))
    later = takewhile(lambda local: local.date() == day, _minutes(wanted, _MINUTE))
    earlier = takewhile(lambda local: local.date() == day, _minutes(wanted, -_MINUTE))
    candidates = chain(later, earlier, _minutes(wanted, _MINUTE))
    return next(local for local in candidates if _exists(local)).astimezone(UTC)


def day_in_question(schedule: Schedule, now: datetime, *, done: date | None) -> date:
    """Return the local day whose issue is to be made now, or is next.

    That is today; and yesterday as long as its issue is not long overdue, when a late hour, a wait
    for sources or a time switched off has brought it past midnight. `done` is the last day that is
    settled: nobody gets yesterday's issue before their first.
    """
    today = local_day(now, schedule.timezone)
    yesterday = today - _DAY
    if done is None or done >= yesterday or why_not(schedule, yesterday):
        return today
    at = due_at(schedule, yesterday)
    is_overdue = now - at > max(STILL_DUE, schedule.wait_for + _MINUTE)
    return today if is_overdue or not _is_on(at, schedule, yesterday) else yesterday


def may_have_an_issue(
    schedule: Schedule, day: date, *, known_since: datetime, is_first: bool, now: datetime
) -> bool:
    """Say whether somebody who is new, or was new lately, may have a day's issue now.

    They have a first one at their next hour: not one of an hour before they were known (to the
    minute), nor one of an hour long past, when whatever calls at the hour begins later than that.
    """
    at = due_at(schedule, day)
    if at < known_since.replace(second=0, microsecond=0):
        return False
    return not is_first or now - at <= schedule.wait_for + FIRST_STILL_DUE


def missed_days(schedule: Schedule, after: date, before: date) -> int:
    """Count the days of the week between two days on which mail would have come otherwise."""
    days = (after + number * _DAY for number in range(1, (before - after).days))
    return sum(day.weekday() in schedule.days for day in days)


def next_due(schedule: Schedule, after: datetime) -> datetime | None:
    """Return the first instant after `after` at which an issue is due.

    None when there is none any more, or none within LOOK_AHEAD.
    """
    first = local_day(after, schedule.timezone)
    for age in range(LOOK_AHEAD.days):
        day = first + age * _DAY
        reason = why_not(schedule, day)
        if reason is WhyNot.ENDED:
            return None
        if reason is None and (at := due_at(schedule, day)) > after and _is_on(at, schedule, day):
            return at
    return None


def _minutes(start: datetime, step: timedelta) -> Iterator[datetime]:
    """Walk along the wall clock: within one zone Python adds without looking at offsets."""
    return (start + number * step for number in count())


def _exists(local: datetime) -> bool:
    return local.astimezone(UTC).astimezone(local.tzinfo) == local


def _is_on(at: datetime, schedule: Schedule, day: date) -> bool:
    return local_day(at, schedule.timezone) == day
