"""arXiv: today's feed of each category, and the catchup page of every day that was missed.

What arXiv's answer for one category and day means, and whether to ask for that day again.

From formats.md, arxiv-feed, arxiv-html and failures: a feed is empty on days without
announcement, may still show an earlier batch, and ends at 2,000 entries; a list page names its
day in its heading, but for a while in 2024 did not.

How long a day is asked for again: with entries that cannot be read, until three days after it;
while its page is empty, until two days after it; out of reach, cut, no listing at all or another
day's, for as long as the catchup pages have it. An empty feed is never the last word: the page
of that day is asked for when it is over.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from digest.errors import SourceError, SourceUnavailable
from digest.issue import Outcome
from digest.net.client import Client, Route, shown
from digest.paper import Announcement, AnnounceType, Dump, Listing
from digest.sources.arxiv import timetable
from digest.sources.arxiv.pages import has_more
from digest.sources.arxiv.timetable import expected, listing_day, lost, missed, why_quiet
from digest.sources.pull import NOTHING, Memory, Pull, Verdict, combine

_FEED = "arxiv-rss"
_FEED_LIMIT = 2_000
_PATIENCE_WITH_DAMAGE = timedelta(days=3)
PATIENCE_WITH_NOTHING = timedelta(days=2)
_ENTRY = re.compile(rb"<(?:entry|item|dt)[\s>]", re.IGNORECASE)
_END = re.compile(rb"</(?:feed|rss|html)\s*>", re.IGNORECASE)
_NOTHING = re.compile(rb"no (?:further )?updates (?:today|for)\b|total of 0 entries", re.IGNORECASE)
_FEED_ROOT = re.compile(rb"<(?:feed|rss)[\s>]", re.IGNORECASE)
_FEED_ERROR = b"Feed error"


def has_entries(content: bytes) -> bool:
    """Whether a feed or a list page shows any paper."""
    return _ENTRY.search(content) is not None


def is_blank(content: bytes) -> bool:
    """Whether these bytes certainly are a whole feed or list page that shows no paper."""
    if has_entries(content) or not _END.search(content) or _FEED_ERROR in content:
        return False
    return bool(_NOTHING.search(content) or _FEED_ROOT.search(content))


def judge(dump: Dump, listing: Listing, *, holidays: frozenset[date]) -> Verdict:
    """Say what a feed or a list page means; `holidays` are more than arXiv published."""
    if dump.day is None or dump.pulled_at is None:
        raise ValueError("a dump of this source has a day and an instant")
    age = timetable.listing_day(dump.pulled_at) - dump.day
    outcome, why = _meaning(dump.day, listing, holidays)
    if outcome is Outcome.LATE and age >= PATIENCE_WITH_NOTHING:
        outcome, why = Outcome.QUIET, f"arXiv shows no papers of {dump.day}"
    is_done = outcome is Outcome.QUIET and age > timedelta(0)
    if outcome is Outcome.NEW:
        why = _flaw(dump, listing, age)
        is_done = why is None
    return Verdict(outcome=outcome, part=dump.part, day=dump.day, why=why, is_done=is_done)


def _meaning(
    asked: date, listing: Listing, holidays: frozenset[date]
) -> tuple[Outcome, str | None]:
    entries, days = len(listing.announcements), _days_shown(listing)
    if listing.rejections and not entries:
        return Outcome.FAILED, f"nothing in it can be read: {listing.rejections[0].why}"
    if listing.format != _FEED and days - {asked}:
        return Outcome.FAILED, f"shows the listing of {max(days)}, not that of {asked}"
    shown = max(days, default=None)
    return timetable.judge(asked, shown=shown, entries=entries, more_holidays=holidays)


def _flaw(dump: Dump, listing: Listing, age: timedelta) -> str | None:
    """Say why a listing that is there is not yet the whole one of its day."""
    is_feed, shown = listing.format == _FEED, max(_days_shown(listing), default=None)
    is_cut = not _END.search(dump.content)
    if shown != dump.day and (is_feed or shown):
        return f"shows the listing of {shown or 'no certain day'}, not that of {dump.day}"
    if is_feed and len(listing.announcements) + len(listing.rejections) >= _FEED_LIMIT:
        return f"the feed ends at {_FEED_LIMIT:,} entries"
    if listing.rejections and (is_cut or age <= _PATIENCE_WITH_DAMAGE):
        return "not all of it can be read"
    return None


def _days_shown(listing: Listing) -> frozenset[date]:
    """Give the days of its papers, which a stale feed cannot hide, else that of the whole."""
    days = frozenset(each.announced for each in listing.announcements if each.announced)
    return days or (frozenset({listing.day}) if listing.day else frozenset())


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
