"""One listing at one address, or at an address a day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from digest.errors import SourceError, SourceUnavailable
from digest.paper import Dump
from digest.sources.client import Client, EmptyReply, NotThere, shown
from digest.sources.pull import Pull, combine

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

    def pull(self, *, now: datetime, pulled_days: frozenset[date] = frozenset()) -> Pull:
        """Get the one listing, or that of every day which no earlier pull got."""
        now = now.astimezone(UTC)
        if PLACE not in self.url:
            return Pull(dumps=(self._dump(self.url, now),))
        return self._pull_days(now, pulled_days)

    def _pull_days(self, now: datetime, pulled_days: frozenset[date]) -> Pull:
        dumps: dict[date, Dump] = {}
        absent: set[date] = set()
        errors: list[SourceError] = []
        for day in self._days(now):
            if day in pulled_days:
                continue
            try:
                dumps[day] = self._dump(self.url.replace(PLACE, day.isoformat()), now)
            except NotThere:
                absent.add(day)
            except SourceError as error:
                errors.append(error)
                if _is_down(error):
                    break
        failure = combine(errors)
        if failure is not None and not dumps:
            raise failure
        days = tuple(sorted(dumps))
        return Pull(
            dumps=tuple(dumps[day] for day in days),
            days=days,
            missing=tuple(sorted(absent - {now.date()})),
            late=now.date() in absent,
            error=failure,
        )

    def _days(self, now: datetime) -> list[date]:
        """Return the days within `backfill`, newest first: a day that stays broken hides none."""
        today, first = now.date(), (now - self.backfill).date()
        return [today - timedelta(days=age) for age in range((today - first).days + 1)]

    def _dump(self, url: str, now: datetime) -> Dump:
        try:
            content = self.client.get(url)
        except SourceError as error:
            error.source = self.name
            raise
        return Dump(content=content, name=shown(url), source=self.name, pulled_at=now)


def _is_down(error: SourceError) -> bool:
    """Tell whether the service is out of reach for every day, not only for this one."""
    return isinstance(error, SourceUnavailable) and not isinstance(error, EmptyReply)
