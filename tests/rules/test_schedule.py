"""When an issue is due: ordinary days, days off, and the odd hours of the world's clocks."""

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.rules.schedule import (
    LOOK_AHEAD,
    WhyNot,
    day_in_question,
    due_at,
    local_day,
    may_have_an_issue,
    missed_days,
    next_due,
    why_not,
)
from digest.subscriber import Pause, Schedule

ALL_DAYS = frozenset(range(7))
MONDAY = date(2026, 3, 9)
ZONES = sorted(zoneinfo.available_timezones())
zones = st.sampled_from(ZONES)
days = st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31))
times = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def every_day(timezone: str, send_at: str) -> Schedule:
    return Schedule(timezone=timezone, send_at=time.fromisoformat(send_at), days=ALL_DAYS)


@pytest.mark.parametrize(
    ("timezone", "day"),
    [
        pytest.param("UTC", date(2026, 3, 10), id="utc"),
        pytest.param("Pacific/Auckland", date(2026, 3, 11), id="ahead"),
        pytest.param("America/Los_Angeles", date(2026, 3, 10), id="behind"),
    ],
)
def test_the_day_is_the_subscriber_s(timezone: str, day: date) -> None:
    assert local_day(utc("2026-03-10T12:00"), timezone) == day


PAUSE = Pause(start=date(2026, 3, 11), end=date(2026, 3, 13))


@pytest.mark.parametrize(
    ("schedule", "day", "reason"),
    [
        pytest.param(Schedule(), MONDAY, None, id="a-day"),
        pytest.param(Schedule(), date(2026, 3, 14), WhyNot.NOT_A_DAY, id="saturday"),
        pytest.param(Schedule(pauses=(PAUSE,)), date(2026, 3, 10), None, id="before-a-pause"),
        pytest.param(
            Schedule(pauses=(PAUSE,)), date(2026, 3, 11), WhyNot.PAUSED, id="first-of-a-pause"
        ),
        pytest.param(
            Schedule(pauses=(PAUSE,)), date(2026, 3, 12), WhyNot.PAUSED, id="last-of-a-pause"
        ),
        pytest.param(Schedule(pauses=(PAUSE,)), date(2026, 3, 13), None, id="first-day-again"),
        pytest.param(Schedule(until=MONDAY), MONDAY, None, id="the-last-day"),
        pytest.param(Schedule(until=MONDAY), date(2026, 3, 10), WhyNot.ENDED, id="after-the-end"),
        pytest.param(Schedule(closed=frozenset({MONDAY})), MONDAY, WhyNot.CLOSED, id="closed"),
        pytest.param(
            Schedule(days=frozenset(), pauses=(PAUSE,)),
            date(2026, 3, 11),
            WhyNot.PAUSED,
            id="a-pause-before-the-weekday",
        ),
        pytest.param(
            Schedule(days=frozenset(), closed=frozenset({MONDAY})),
            MONDAY,
            WhyNot.CLOSED,
            id="closed-before-the-weekday",
        ),
    ],
)
def test_a_day_off_has_a_reason(schedule: Schedule, day: date, reason: WhyNot | None) -> None:
    assert why_not(schedule, day) is reason


@pytest.mark.parametrize(
    ("timezone", "send_at", "day", "instant"),
    [
        pytest.param("UTC", "07:30", "2026-03-10", "2026-03-10T07:30", id="utc"),
        pytest.param("Europe/London", "07:30", "2026-07-01", "2026-07-01T06:30", id="summer"),
        pytest.param("Asia/Kolkata", "00:15", "2026-03-10", "2026-03-09T18:45", id="half-hours"),
        pytest.param("Europe/Berlin", "02:30", "2026-03-29", "2026-03-29T01:00", id="gap"),
        pytest.param("Europe/Berlin", "03:00", "2026-03-29", "2026-03-29T01:00", id="after-gap"),
        pytest.param("Europe/Berlin", "02:30", "2026-10-25", "2026-10-25T00:30", id="fold"),
        pytest.param("Africa/Cairo", "00:00", "2024-04-26", "2024-04-25T22:00", id="no-midnight"),
        pytest.param(
            "America/Santiago", "00:20", "2024-09-08", "2024-09-08T04:00", id="no-first-hour"
        ),
        pytest.param("America/Nuuk", "23:30", "2024-03-30", "2024-03-31T00:59", id="no-last-hour"),
        pytest.param(
            "Africa/Monrovia", "00:10", "1972-01-07", "1972-01-07T00:45", id="gap-of-odd-seconds"
        ),
        pytest.param("Pacific/Apia", "07:30", "2011-12-30", "2011-12-30T10:00", id="no-day"),
        pytest.param(
            "America/St_Johns", "00:00", "2010-11-07", "2010-11-07T02:30", id="midnight-twice"
        ),
    ],
)
def test_the_instant_follows_the_local_clock(
    timezone: str, send_at: str, day: str, instant: str
) -> None:
    at = due_at(every_day(timezone, send_at), date.fromisoformat(day))
    assert at == utc(instant)
    assert at.tzinfo is UTC


def _day_exists(timezone: str, day: date) -> bool:
    start = datetime.combine(day, time(), UTC) - timedelta(hours=26)
    return any(local_day(start + timedelta(hours=n), timezone) == day for n in range(78))


@given(timezone=zones, day=days, send_at=times)
def test_every_day_that_exists_has_its_own_instant(timezone: str, day: date, send_at: time) -> None:
    schedule = Schedule(timezone=timezone, send_at=send_at, days=ALL_DAYS)
    instant = due_at(schedule, day)
    assert (local_day(instant, timezone) == day) is _day_exists(timezone, day)
    assert due_at(schedule, day - timedelta(days=1)) < instant or not _day_exists(
        timezone, day - timedelta(days=1)
    )


@given(timezone=zones, day=days, send_at=times)
def test_a_time_that_exists_is_kept(timezone: str, day: date, send_at: time) -> None:
    zone = zoneinfo.ZoneInfo(timezone)
    wanted = datetime.combine(day, send_at)
    local = due_at(every_day(timezone, send_at.isoformat()), day).astimezone(zone)
    seen = datetime.combine(day, send_at, zone).astimezone(UTC).astimezone(zone)
    assert (local.replace(tzinfo=None, fold=0) == wanted) is (seen.replace(tzinfo=None) == wanted)
    assert local.fold == 0


@given(timezone=zones, day=days, send_at=times, minutes=st.integers(0, 1439))
def test_the_next_instant_leaves_out_no_day(
    timezone: str, day: date, send_at: time, minutes: int
) -> None:
    schedule = Schedule(timezone=timezone, send_at=send_at, days=ALL_DAYS)
    after = datetime.combine(day, time(), UTC) + timedelta(minutes=minutes)
    around = (due_at(schedule, day + timedelta(days=n)) for n in range(-2, 5))
    existing = {
        at
        for n, at in enumerate(around, start=-2)
        if local_day(at, timezone) == day + timedelta(days=n)
    }
    assert next_due(schedule, after) == min(at for at in existing if at > after)


def test_a_year_of_instants_is_one_a_day() -> None:
    schedule = every_day("Pacific/Apia", "00:30")
    at, seen = utc("2011-06-30T20:00"), []
    while (at := next_due(schedule, at) or at) < utc("2012-06-30T00:00"):
        seen.append(local_day(at, "Pacific/Apia"))
    first = seen[0]
    expected = [first + timedelta(days=n) for n in range((seen[-1] - first).days + 1)]
    assert seen == [day for day in expected if day != date(2011, 12, 30)]


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        pytest.param(Schedule(), "2026-03-09T07:29", "2026-03-09T07:30", id="today"),
        pytest.param(Schedule(), "2026-03-09T07:30", "2026-03-10T07:30", id="strictly-after"),
        pytest.param(Schedule(), "2026-03-13T08:00", "2026-03-16T07:30", id="over-the-weekend"),
        pytest.param(
            Schedule(pauses=(PAUSE,)), "2026-03-10T08:00", "2026-03-13T07:30", id="over-a-pause"
        ),
        pytest.param(Schedule(until=MONDAY), "2026-03-09T07:00", "2026-03-09T07:30", id="the-last"),
        pytest.param(Schedule(until=MONDAY), "2026-03-09T07:30", None, id="ended"),
        pytest.param(Schedule(days=frozenset()), "2026-03-09T07:30", None, id="never"),
        pytest.param(
            Schedule(pauses=(Pause(start=MONDAY, end=MONDAY + LOOK_AHEAD),)),
            "2026-03-09T07:00",
            None,
            id="beyond-the-horizon",
        ),
    ],
)
def test_the_next_issue_is_on_the_next_day_that_is_on(
    schedule: Schedule, after: str, expected: str | None
) -> None:
    assert next_due(schedule, utc(after)) == (None if expected is None else utc(expected))


LATE = Schedule(send_at=time(23, 30), days=ALL_DAYS, wait_for=timedelta(hours=2))
TUESDAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("schedule", "now", "done", "expected"),
    [
        pytest.param(LATE, "2026-03-10T00:40", date(2026, 3, 8), MONDAY, id="past-midnight"),
        pytest.param(LATE, "2026-03-10T00:40", MONDAY, TUESDAY, id="settled"),
        pytest.param(LATE, "2026-03-10T05:30", date(2026, 3, 8), MONDAY, id="six-hours-later"),
        pytest.param(LATE, "2026-03-10T05:31", date(2026, 3, 8), TUESDAY, id="long-overdue"),
        pytest.param(LATE, "2026-03-10T00:40", None, TUESDAY, id="new-here"),
        pytest.param(
            every_day("UTC", "07:30"), "2026-03-10T00:40", date(2026, 3, 8), TUESDAY, id="morning"
        ),
        pytest.param(
            Schedule(send_at=time(23, 30)), "2026-03-16T00:40", date(2026, 3, 13),
            date(2026, 3, 16), id="yesterday-was-none-of-theirs",
        ),
        pytest.param(
            Schedule(send_at=time(20), days=ALL_DAYS, wait_for=timedelta(hours=9)),
            "2026-03-10T04:50", date(2026, 3, 8), MONDAY, id="waited-for-all-night",
        ),
        pytest.param(
            every_day("Pacific/Apia", "23:30"), "2011-12-30T10:40", date(2011, 12, 29),
            date(2011, 12, 31), id="yesterday-was-no-day",
        ),
    ],
)  # fmt: skip
def test_yesterdays_issue_may_come_past_midnight(
    schedule: Schedule, now: str, done: date | None, expected: date
) -> None:
    assert day_in_question(schedule, utc(now), done=done) == expected


@pytest.mark.parametrize(
    ("known_since", "now", "is_first", "expected"),
    [
        pytest.param("2026-03-08T20:00", "2026-03-09T07:30", True, True, id="the next hour"),
        pytest.param("2026-03-09T07:30:59", "2026-03-09T07:30:59", True, True, id="that minute"),
        pytest.param("2026-03-09T07:31", "2026-03-09T07:31", True, False, id="a minute late"),
        pytest.param("2026-03-09T22:36", "2026-03-09T22:36", True, False, id="in the evening"),
        pytest.param("2026-03-09T22:36", "2026-03-10T07:29", True, False, id="before their hour"),
        pytest.param("2026-03-01T09:00", "2026-03-09T22:36", True, False, id="the clock is new"),
        pytest.param("2026-03-01T09:00", "2026-03-09T10:30", True, True, id="still waited for"),
        pytest.param("2026-03-01T09:00", "2026-03-09T10:31", True, False, id="waited for no more"),
        pytest.param("2026-03-01T09:00", "2026-03-09T22:36", False, True, id="after an outage"),
        pytest.param("2026-03-09T22:36", "2026-03-09T22:36", False, False, id="back again"),
    ],
)
def test_who_is_new_has_a_first_issue_at_their_next_hour(
    known_since: str, now: str, is_first: bool, expected: bool
) -> None:
    schedule = every_day("UTC", "07:30")
    may = may_have_an_issue(
        schedule, MONDAY, known_since=utc(known_since), is_first=is_first, now=utc(now)
    )
    assert may is expected


@given(zones, days, times, times)
def test_nobody_who_is_new_misses_their_next_hour(
    timezone: str, known_on: date, known_at: time, send_at: time
) -> None:
    schedule = every_day(timezone, send_at.isoformat())
    since = datetime.combine(known_on, known_at, UTC)
    at = next_due(schedule, since)
    assert at is not None
    day = local_day(at, timezone)
    assert may_have_an_issue(schedule, day, known_since=since, is_first=True, now=at)


def test_days_missed_are_those_that_would_have_had_mail() -> None:
    schedule = Schedule(pauses=(PAUSE,))  # from Monday to Friday; a pause is missed too
    assert missed_days(schedule, date(2026, 3, 6), MONDAY) == 0
    assert missed_days(schedule, MONDAY, date(2026, 3, 16)) == 4
    assert missed_days(schedule, MONDAY, MONDAY) == 0
