"""When a paper came into somebody's library, or else when it appeared: as programs write it."""

import re
from collections.abc import Mapping
from datetime import date
from email.utils import parsedate_to_datetime

_ADDED = ("date-added", "dateadded", "creationdate", "timestamp", "date")
_DAY = re.compile(r"(?P<year>\d{4})(?:[-./](?P<month>\d{1,2})(?:[-./](?P<day>\d{1,2}))?)?(?!\d)")
_NUMBER = re.compile(r"\d{1,2}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def day_added(fields: Mapping[str, str]) -> date | None:
    """Find the day of an entry: when it was added, else its date, else its year and month."""
    for key in _ADDED:
        day = read_day(fields.get(key, ""))
        if day:
            return day
    year = read_day(fields.get("year", ""))
    return year and year.replace(month=_month(fields.get("month", "")) or year.month)


def read_day(text: str) -> date | None:
    """Read a day, a month (its first day) or a year (likewise), as ISO 8601 or by RFC 5322."""
    text = text.strip(' {}"')
    match = _DAY.match(text)
    try:
        if match:
            return date(int(match["year"]), int(match["month"] or 1), int(match["day"] or 1))
        return parsedate_to_datetime(text).date()
    except (ValueError, OverflowError):
        return None


def _month(text: str) -> int | None:
    """Read a month's number or English name, of which three letters are enough."""
    text = text.strip(' {}"').lower()
    if text[:3] in _MONTHS:
        return _MONTHS.index(text[:3]) + 1
    number = int(text) if _NUMBER.fullmatch(text) else 0
    return number if 1 <= number <= 12 else None
