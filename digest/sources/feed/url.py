"""One listing at one address, or at an address a day."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import httpx

from digest.errors import SourceError, SourceUnavailable
from digest.issue import Outcome
from digest.net.client import Client, EmptyReply, NotThere, Reply, shown
from digest.paper import Announcement, Dump, Listing, Validators
from digest.sources.pull import NOTHING, PATIENCE, Memory, Pull, Verdict, combine

PLACE = "{date}"

REACH = timedelta(days=366)
"""How far back days are asked for that no pull got, however long ago the last good one was."""

_DOWN = 3  # days in a row: a service that is out of reach for so many is left alone


@dataclass(slots=True, kw_only=True)
class _Visit:
    """What the days gave so far; `is_down`: asking for more of them makes no sense."""

    today: date
    dumps: dict[date, Dump] = field(default_factory=dict)
    absent: set[date] = field(default_factory=set)
    errors: dict[date, SourceError] = field(default_factory=dict)
    is_down: bool = False
    _out_of_reach: int = 0

    def take(self, day: date, get: Callable[[], Dump]) -> None:
        """Take a day's dump, or what there is instead."""
        in_a_row, self._out_of_reach = self._out_of_reach, 0
        try:
            self.dumps[day] = get()
        except NotThere:
            self.absent.add(day)
        except SourceUnavailable as error:
            self.errors[day] = error
            if not isinstance(error, EmptyReply):
                self._out_of_reach = in_a_row + 1
                self.is_down = self._out_of_reach >= _DOWN or _is_of_service(error)
        except SourceError as error:
            self.errors[day] = error


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlSource:
    """An address; `{date}` in it stands for each day (UTC) since the last good pull.

    The first pull reaches back by `backfill`. A day that failed is asked for again, once more
    after one that is later by more than `backfill` was got.
    """

    name: str
    url: str
    client: Client
    format: str | None = None
    backfill: timedelta = timedelta(days=7)

    def pull(self, *, now: datetime, memory: Memory = NOTHING) -> Pull:
        """Get the one listing, or that of every day which no earlier pull got."""
        now = now.astimezone(UTC)
        if PLACE not in self.url:
            return self._pull_one(now, memory)
        return self._pull_days(now, memory.days())

    def judge(self, dump: Dump, listing: Listing) -> Verdict:
        """Today's listing may still grow; one that is damaged is asked for PATIENCE longer."""
        age = dump.pulled_at.date() - dump.day if dump.day and dump.pulled_at else timedelta(0)
        settled = PATIENCE if listing.rejections else timedelta(0)
        outcome = Outcome.FAILED if listing.rejections else Outcome.QUIET
        if listing.announcements:
            outcome = Outcome.NEW
        return Verdict(outcome=outcome, day=dump.day, is_done=age > settled)

    def wants(self, announcement: Announcement) -> bool:
        """Whatever stands there."""
        return True

    def _pull_one(self, now: datetime, memory: Memory) -> Pull:
        """Get the listing, unless it is the one that was read last."""
        reply = self._fetch(self.url, memory.validators.get(self.url))
        if reply.content is None:
            why = "unchanged since the last pull"
            return Pull(verdicts=(Verdict(outcome=Outcome.QUIET, why=why),))
        dump = Dump(
            content=reply.content,
            name=shown(self.url),
            source=self.name,
            pulled_at=now,
            validators=reply.validators,
        )
        return Pull(dumps=(dump,))

    def _pull_days(self, now: datetime, got: frozenset[date]) -> Pull:
        visit = _Visit(today=now.date())
        for day in self._days(visit.today, got):
            visit.take(day, partial(self._day, day, now))
            if visit.is_down:
                break
        failure = combine(tuple(visit.errors.values()))
        if failure is not None and not visit.dumps:
            raise failure
        last_chance = self._last_chance(visit.today, got)
        return Pull(
            dumps=tuple(
                # Without a day, one that cannot be read does not keep its day open for a year.
                dump if day >= last_chance else replace(dump, day=None)
                for day, dump in sorted(visit.dumps.items())
            ),
            verdicts=tuple(self._verdicts(visit, got, last_chance)),
            missing=tuple(sorted(visit.absent - {visit.today})),
            error=failure,
        )

    def _days(self, today: date, got: frozenset[date]) -> Iterator[date]:
        """Give the days no pull got since the first one that any did, newest first.

        Without any they reach back by `backfill`. Newest first, so that old ones hide no new one.
        """
        first = max(min({*got, today - self.backfill}), today - max(REACH, self.backfill))
        for age in range((today - first).days + 1):
            if (day := today - timedelta(days=age)) not in got:
                yield day

    def _last_chance(self, today: date, got: frozenset[date]) -> date:
        """Give the day before which none is asked for twice: one much later was got already."""
        return min(today, max(got)) - self.backfill if got else date.min

    def _verdicts(
        self, visit: _Visit, got: frozenset[date], last_chance: date
    ) -> Iterator[Verdict]:
        """Say that today is late, and which days are not asked for again, whatever they gave.

        None of those that failed is given up while the service is down.
        """
        if visit.today in visit.absent:
            late = f"{visit.today} is not there yet"
            yield Verdict(outcome=Outcome.LATE, day=visit.today, why=late)
        if not got:
            before = visit.today - self.backfill - timedelta(days=1)
            yield Verdict(outcome=Outcome.QUIET, day=before, is_done=True)  # where the first began
        failed = set() if visit.is_down else visit.errors.keys()
        for day in sorted(visit.dumps.keys() | visit.absent | failed):
            if day < last_chance:
                outcome = Outcome.FAILED if day in failed else Outcome.QUIET
                why = None if day in visit.dumps else f"{day} is not asked for again"
                yield Verdict(outcome=outcome, day=day, why=why, is_done=True)

    def _day(self, day: date, now: datetime) -> Dump:
        url = self.url.replace(PLACE, day.isoformat())
        content = self._fetch(url).content
        if content is None:
            raise AssertionError  # a day is asked for without validators
        return Dump(content=content, name=shown(url), source=self.name, pulled_at=now, day=day)

    def _fetch(self, url: str, validators: Validators | None = None) -> Reply:
        try:
            return self.client.fetch(url, validators)
        except SourceError as error:
            error.source = self.name
            raise


def _is_of_service(error: SourceUnavailable) -> bool:
    """Tell whether it is the service that is out of reach or asks to be left alone."""
    is_connection = isinstance(error.__cause__, httpx.TransportError)
    return is_connection or error.retry_after is not None or " answered 429" in str(error)
