"""One listing at one address, or at an address a day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from digest.errors import SourceError, SourceUnavailable
from digest.issue import Outcome
from digest.paper import Announcement, Dump, Listing, Validators
from digest.sources.client import Client, EmptyReply, NotThere, shown
from digest.sources.pull import NOTHING, Memory, Pull, Verdict, combine
from digest.sources.reply import Reply

PLACE = "{date}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlSource:
    """An address; `{date}` in it stands for each day (UTC) since the last good pull.

    A day that is not there is asked for again while it is within `backfill`.
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
        """A day that is over is not asked for again; today's listing may still grow."""
        is_over = bool(dump.day and dump.pulled_at and dump.day < dump.pulled_at.date())
        outcome = Outcome.NEW if listing.announcements else Outcome.QUIET
        return Verdict(outcome=outcome, day=dump.day, is_done=is_over)

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

    def _pull_days(self, now: datetime, pulled_days: frozenset[date]) -> Pull:
        dumps: dict[date, Dump] = {}
        absent: set[date] = set()
        errors: list[SourceError] = []
        for day in self._days(now):
            if day in pulled_days:
                continue
            try:
                dumps[day] = self._day(day, now)
            except NotThere:
                absent.add(day)
            except SourceError as error:
                errors.append(error)
                if _is_down(error):
                    break
        failure = combine(errors)
        if failure is not None and not dumps:
            raise failure
        today = now.date()
        late = Verdict(outcome=Outcome.LATE, day=today, why=f"{today} is not there yet")
        return Pull(
            dumps=tuple(dumps[day] for day in sorted(dumps)),
            verdicts=(late,) if today in absent else (),
            missing=tuple(sorted(absent - {today})),
            error=failure,
        )

    def _days(self, now: datetime) -> list[date]:
        """Return the days within `backfill`, newest first: a day that stays broken hides none."""
        today, first = now.date(), (now - self.backfill).date()
        return [today - timedelta(days=age) for age in range((today - first).days + 1)]

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


def _is_down(error: SourceError) -> bool:
    """Tell whether the service is out of reach for every day, not only for this one."""
    return isinstance(error, SourceUnavailable) and not isinstance(error, EmptyReply)
