"""Durations, dates, hours, weekdays and time zones of a configuration."""

import difflib
import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from digest.config.values import Reader, show
from digest.subscriber import WEEKDAYS

_DURATION = re.compile(r"([0-9]{1,6}) ?([smhdwy])")
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "y": timedelta(days=365),
}
_LONGEST = 100 * _UNITS["y"]  # any instant minus this is still an instant


def duration(shortest: timedelta = timedelta(0)) -> Reader:
    def read(value: Any) -> timedelta:
        match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
        length = int(match[1]) * _UNITS[match[2]] if match else None
        if length is None or length > _LONGEST:
            raise ValueError(
                f'{show(value)} is no duration: a whole number and s, m, h, d, w or y, as in "2h"'
            )
        if length < shortest:
            raise ValueError(f"{show(value)} is too short: at least {shortest.seconds} s")
        return length

    return read


def day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{show(value)} is no date: write it as 2026-12-24") from error


def hour(value: Any) -> time:
    if isinstance(value, time):
        return value
    try:
        return datetime.strptime(value, "%H:%M").time()  # noqa: DTZ007 (an hour has no zone yet)
    except (TypeError, ValueError) as error:
        raise ValueError(f'{show(value)} is no time of the day: write it as "07:30"') from error


def weekday(value: Any) -> int:
    if not isinstance(value, str) or value.casefold() not in WEEKDAYS:
        raise ValueError(f"{show(value)} is no day of the week: {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(value.casefold())


def zone(value: Any) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, TypeError, AttributeError, OSError) as error:
        raise ValueError(f"{show(value)} is no time zone{_nearest_zone(value)}") from error


def _nearest_zone(value: Any) -> str:
    zones = sorted(available_timezones())
    cities = {name.rpartition("/")[2].casefold(): name for name in zones}
    folded = str(value).strip().replace(" ", "_").casefold()
    known = {**cities, **{name.casefold(): name for name in zones}}
    near = difflib.get_close_matches(folded, known, n=1, cutoff=0.75)
    if near:
        return f"; did you mean {show(known[near[0]])}?"
    return ': use a name of the IANA list, as in "Europe/London"'
