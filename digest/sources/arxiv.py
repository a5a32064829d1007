"""arXiv: today's feed of each category, and the catchup page of every day that was missed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from digest.errors import SourceError, SourceUnavailable
from digest.formats.arxiv_html import has_more
from digest.issue import Outcome
from digest.paper import Announcement, AnnounceType, Dump, Listing
from digest.sources.addresses import shown
from digest.sources.arxiv_answer import PATIENCE_WITH_NOTHING, has_entries, is_blank, judge
from digest.sources.arxiv_days import lost, missed
from digest.sources.client import Client
from digest.sources.pull import NOTHING, Memory, Pull, Verdict, combine
from digest.sources.route import Route
from digest.timetable import expected, listing_day, why_quiet

_CROSS = (AnnounceType.CROSS, AnnounceType.REPLACE_CROSS)
_SATURDAY = 5
_MOST_MISSED = 250
"""Missed listings of one pull: at arXiv's pace a quarter of an hour. The next pull goes on."""

_MOST_PAGES = 10
"""Of one category and day; each has 2,000 entries (formats.md, arxiv-html)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArxivSource:
    """The announcements of some single categories, each a part that is asked for and judged apart.

    `holidays` are more than arXiv published. A pull never raises: what failed is in its error.
    """

    name: str
    categories: tuple[str, ...]
    client: Client
    cross_lists: bool = True
    backfill: timedelta = timedelta(days=7)
    feed_url: str = "https://rss.arxiv.org"
    list_url: str = "https://arxiv.org"
    holidays: frozenset[date] = frozenset()

    @property
    def format(self) -> str | None:
        """Feeds and pages tell themselves apart."""
        return None

    def pull(self, *, now: datetime, memory: Memory = NOTHING) -> Pull:
        """Get today's feeds first, then what was missed, oldest first."""
        if not self.categories:
            why = "no category is asked for"
            return Pull(verdicts=(Verdict(outcome=Outcome.QUIET, why=why),))
        visit = _Visit(source=self, now=now.astimezone(UTC), memory=memory)
        for category in self.categories:
            visit.ask_today(category)
        visit.ask_missed()
        return visit.pull()

    def judge(self, dump: Dump, listing: Listing) -> Verdict:
        """Hold an answer against arXiv's timetable."""
        return judge(dump, listing, holidays=self.holidays)

    def wants(self, announcement: Announcement) -> bool:
        """Leave out cross-lists, where these are not wanted."""
        return self.cross_lists or announcement.announce_type not in _CROSS


@dataclass(slots=True, kw_only=True)
class _Visit:
    """One pull on its way: whom it still asks, and what it got so far."""

    source: ArxivSource
    now: datetime
    memory: Memory
    feeds: Route = field(init=False)
    pages: Route = field(init=False)
    dumps: list[tuple[date, Dump]] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    errors: dict[str, SourceError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.feeds = Route(client=self.source.client)
        self.pages = Route(client=self.source.client)

    @property
    def today(self) -> date:
        return listing_day(self.now)

    def ask_today(self, category: str) -> None:
        """Get today's feed, or if it fails today's page; on Saturday and Sunday there is none."""
        if self.today.weekday() >= _SATURDAY:
            self._say(Outcome.QUIET, category, self.today, why_quiet(self.today))
        elif self.today in self.memory.days(category):
            why = "today's listing was read before"
            self._say(Outcome.QUIET, category, self.today, why, is_done=True)
        else:
            self._keep(category, self.today, self._todays_dumps)

    def ask_missed(self) -> None:
        """Get the pages of the days that no pull got; what is too much waits for the next."""
        todo = sorted(self._missed(), key=lambda each: each[0])
        for day, category in todo[:_MOST_MISSED]:
            self._keep(category, day, self._pages)
        for day, category in todo[_MOST_MISSED:]:
            self._say(Outcome.LATE, category, day, "earlier days were asked for first")

    def pull(self) -> Pull:
        """Sum up."""
        blank = self._blank_beside_others()
        for part, day in sorted(blank):
            is_done = self.today - day >= PATIENCE_WITH_NOTHING
            self._say(Outcome.QUIET, part, day, "nothing in this category", is_done=is_done)
        return Pull(
            dumps=tuple(
                dump
                for day, dump in sorted(self.dumps, key=lambda each: each[0])
                if (dump.part, day) not in blank
            ),
            verdicts=tuple(self.verdicts),
            notes=tuple(dict.fromkeys(self.notes)),
            error=combine(tuple(self.errors.values())),
        )

    def _missed(self) -> Iterator[tuple[date, str]]:
        for category in self.source.categories:
            got = self.memory.days(category)
            for day in missed(got, now=self.now, backfill=self.source.backfill):
                yield day, category
            if gone := lost(got, now=self.now):
                self.notes.append(f"{category}: arXiv no longer shows {gone[0]} to {gone[-1]}")

    def _keep(self, category: str, day: date, get: Callable[[str, date], list[Dump]]) -> None:
        """Keep all dumps of a day, or none and why: a part that fails stops no other."""
        try:
            self.dumps += [(day, dump) for dump in get(category, day)]
        except SourceError as error:
            error.source = self.source.name
            self.errors[str(error)] = error
            self._say(Outcome.FAILED, category, day, str(error))

    def _todays_dumps(self, category: str, day: date) -> list[Dump]:
        url = f"{self.source.feed_url.rstrip('/')}/atom/{quote(category)}"
        try:
            return [self._dump(self.feeds, url, category, day)]
        except SourceError as error:
            self.notes.append(f"{error}; asking {shown(self.source.list_url)} instead")
            try:
                return self._pages(category, day)
            except SourceError as second:
                raise _both(error, second) from second

    def _pages(self, category: str, day: date) -> list[Dump]:
        url = f"{self.source.list_url.rstrip('/')}/catchup/{quote(category)}/{day}?abs=True"
        dumps = [self._dump(self.pages, url, category, day)]
        while has_more(dumps[-1].content):
            page = len(dumps) + 1
            if page > _MOST_PAGES:
                raise SourceError(f"{shown(url)}: more than {_MOST_PAGES} pages")
            dump = self._dump(self.pages, f"{url}&page={page}", category, day)
            if not has_entries(dump.content):
                raise SourceUnavailable(f"{dump.name}: a further page without its entries")
            dumps.append(dump)
        return dumps

    def _dump(self, route: Route, url: str, category: str, day: date) -> Dump:
        return Dump(
            content=route.get(url),
            name=shown(url),
            source=self.source.name,
            pulled_at=self.now,
            part=category,
            day=day,
        )

    def _blank_beside_others(self) -> set[tuple[str, date]]:
        """Find parts without papers on days that arXiv did announce: small categories."""
        announced = {day for day, dump in self.dumps if has_entries(dump.content)}
        announced.update(*(self.memory.days(category) for category in self.source.categories))
        return {
            (dump.part, day)
            for day, dump in self.dumps
            if day in announced and expected(day, self.source.holidays) and is_blank(dump.content)
        }

    def _say(
        self, outcome: Outcome, part: str, day: date, why: str | None, is_done: bool = False
    ) -> None:
        self.verdicts.append(Verdict(outcome=outcome, part=part, day=day, why=why, is_done=is_done))


def _both(first: SourceError, second: SourceError) -> SourceError:
    """Make one error of two ways that failed: if either may pass, trying again is worth it."""
    waits = [error for error in (first, second) if isinstance(error, SourceUnavailable)]
    message = f"{first}; {second}"
    if not waits:
        return SourceError(message)
    return SourceUnavailable(message, retry_after=waits[0].retry_after)
