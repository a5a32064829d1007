"""What arXiv's answer for one category and day means, and whether to ask for that day again.

From formats.md, arxiv-feed, arxiv-html and failures: a feed is empty on days without
announcement, may still show an earlier batch, and ends at 2,000 entries; a list page names its
day in its heading, but for a while in 2024 did not.

How long a day is asked for again: with entries that cannot be read, until three days after it;
while its page is empty, until two days after it; out of reach, cut, no listing at all or another
day's, for as long as the catchup pages have it. An empty feed is never the last word: the page
of that day is asked for when it is over.
"""

import re
from datetime import date, timedelta

from digest import timetable
from digest.issue import Outcome
from digest.paper import Dump, Listing
from digest.sources.pull import Verdict

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
