"""Hugging Face Daily Papers: the list of every weekday, as it grows.

From formats.md, hf: the list of a day grows during it and the next, there is none at weekends,
and where a day has no papers that of another may be shown instead. So a day is asked for at each
pull until two days have passed; one of which not all could be read, or in whose place another is
shown, until three have.
"""

import json
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from digest.errors import SourceError
from digest.issue import Outcome
from digest.net.client import Client, shown
from digest.paper import Announcement, Dump, Listing
from digest.sources.arxiv import timetable
from digest.sources.pull import NOTHING, PATIENCE, REACH, Harvest, Memory, Page, Pull, Verdict

_SETTLED = timedelta(days=2)
_LEAST = timedelta(days=4)  # any so many hold a weekday that is settled, where memory begins
_LIMIT = 100
_FULL = 50  # what a page holds by default: a service that passes over `limit` loses nothing
_MOST_PAGES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class HuggingFaceSource:
    """Every weekday (UTC) that no pull got, back to `backfill` (at least 4 days) before the first.

    A day that cannot be read at all is asked for again for REACH, or `backfill` if that is more.
    """

    name: str
    client: Client
    backfill: timedelta = timedelta(days=7)
    base_url: str = "https://huggingface.co"
    format: str | None = "hf-json"

    def pull(self, *, now: datetime, memory: Memory = NOTHING) -> Pull:
        """Get the days that are not done, newest first: one that stays broken hides none."""
        harvest = Harvest(source=self.name, now=now.astimezone(UTC))
        for day in self._days(harvest.today, memory.days()):
            if harvest.is_down:
                break
            harvest.take_day(self._pages(day), day)
        if harvest.today.weekday() > 4:
            harvest.say(Verdict(outcome=Outcome.QUIET, day=harvest.today, why="weekend"))
        return harvest.pull()

    def judge(self, dump: Dump, listing: Listing) -> Verdict:
        """Say whether these are papers of the day asked for, and whether more may come."""
        age = _age(dump)
        outcome, why = _meaning(dump.day, listing, is_today=age < timedelta(days=1))
        is_own = not listing.announcements or outcome is Outcome.NEW
        patience = _SETTLED if is_own and not listing.rejections else PATIENCE
        return Verdict(outcome=outcome, day=dump.day, why=why, is_done=age >= patience)

    def wants(self, announcement: Announcement) -> bool:
        """Whatever is listed: a paper of another day carries its own."""
        return True

    def _days(self, today: date, got: AbstractSet[date]) -> list[date]:
        gaps_from = max(min(got, default=today), today - REACH)
        first = min(today - max(self.backfill, _LEAST), gaps_from)
        return [day for day in timetable.weekdays(first, today) if day not in got][::-1]

    def _pages(self, day: date) -> Iterator[Page]:
        address = f"{self.base_url}/api/daily_papers?date={day}&limit={_LIMIT}"
        before: bytes | None = None
        for number in range(_MOST_PAGES):
            url = f"{address}&p={number}" if number else address
            content = self.client.get(url)
            count = _count(content)
            if number and (count == 0 or content == before):
                return
            yield url, content
            if count is None or count < _FULL:
                return
            before = content
        raise SourceError(f"{shown(address)}: more than {_MOST_PAGES} pages")


def _age(dump: Dump) -> timedelta:
    """How old the day was when it was asked for."""
    if dump.day is None or dump.pulled_at is None:
        return timedelta(0)
    return dump.pulled_at.date() - dump.day


def _meaning(asked: date | None, listing: Listing, *, is_today: bool) -> tuple[Outcome, str | None]:
    days = {each.announced for each in listing.announcements}
    if asked in days or (None in days and days == {None}):  # days are given since March 2025
        return Outcome.NEW, None
    if days:
        why = f"the list of another day stands in place of {asked}"
        return (Outcome.STALE if is_today else Outcome.QUIET), why
    if listing.rejections:
        return Outcome.FAILED, f"nothing of {asked} could be read"
    if is_today:
        return Outcome.LATE, f"the list of {asked} is not there yet"
    return Outcome.QUIET, f"no papers on {asked}"


def _count(content: bytes) -> int | None:
    """How many entries a page has; None is one that is no list."""
    try:
        entries = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return len(entries) if isinstance(entries, list) else None
