"""bioRxiv and medRxiv: what was posted since the last good pull, page by page.

From formats.md, biorxiv: the page size has changed before, so the cursor steps by what a page
holds; `total` can promise more than there is, so an empty page is the end; an empty body is a
failure. Every version is a record of its own. The interval begins two days before the last day
got, for records come late and a page may have been short.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from digest.errors import SourceError, SourceUnavailable
from digest.net.client import Client, shown
from digest.paper import Announcement, Dump, Listing
from digest.sources.pull import NOTHING, Harvest, Memory, Page, Pull, Verdict, begin, judge_interval

_OVERLAP = timedelta(days=2)
_MOST_PAGES = 1_000  # 30 records each: a month of everything is about 200
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_BETWEEN_WORDS = re.compile(r"[\s_‐‑‒–—−-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class BiorxivSource:
    """All of a server ("biorxiv", "medrxiv"), or some categories in any spelling."""

    name: str
    server: str
    client: Client
    categories: tuple[str, ...] = ()
    backfill: timedelta = timedelta(days=7)
    base_url: str = "https://api.biorxiv.org"
    format: str | None = "biorxiv-json"

    def pull(self, *, now: datetime, memory: Memory = NOTHING) -> Pull:
        """Get the interval up to today (UTC) of each category."""
        harvest = Harvest(source=self.name, now=now.astimezone(UTC))
        for part in self._parts():
            if harvest.is_down:
                break
            first = begin(
                harvest.today, memory.days(part), backfill=self.backfill, overlap=_OVERLAP
            )
            harvest.take_interval(self._pages(part, first, harvest.today), part)
        return harvest.pull()

    def judge(self, dump: Dump, listing: Listing) -> Verdict:
        """A page without records says that there are none."""
        return judge_interval(dump, listing, why_quiet="no posts")

    def wants(self, announcement: Announcement) -> bool:
        """The categories asked for, should the service give others too."""
        theirs = {_folded(category) for category in announcement.paper.categories}
        return not (self.categories and theirs) or not theirs.isdisjoint(self._parts())

    def _parts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(_folded, self.categories))) or ("",)

    def _pages(self, category: str, first: date, last: date) -> Iterator[Page]:
        only = f"?category={quote(category, safe='')}" if category else ""
        address = f"{self.base_url}/details/{self.server}/{first}/{last}"
        cursor = 0
        for _ in range(_MOST_PAGES):
            url = f"{address}/{cursor}/json{only}"
            content = self.client.get(url)
            page = _Page.read(content)
            if page is None:
                yield url, content
                raise SourceUnavailable(f"{shown(url)}: no whole page, so nothing after it is got")
            if page.count or cursor == 0:
                yield url, content
            cursor += page.count
            if page.count == 0 or (page.total is not None and cursor >= page.total):
                return
        raise SourceError(f"{shown(address)}: not at its end after {_MOST_PAGES} pages")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """How many records a page holds, and how many there are in all."""

    count: int
    total: int | None

    @classmethod
    def read(cls, content: bytes) -> "_Page | None":
        """Give None where there is no page, or where it is an answer of another kind."""
        try:
            document = json.loads(content)
            message, records = document["messages"][0], document.get("collection")
            status, total = str(message["status"]).strip().lower(), str(message.get("total"))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None
        if records is None and status.startswith("no"):  # "no posts found"
            records = []
        if not isinstance(records, list) or not (records or status.startswith(("ok", "no"))):
            return None
        return cls(count=len(records), total=int(total) if _NUMBER.fullmatch(total) else None)


def _folded(category: str) -> str:
    """Write a category as addresses have it, whatever its case and dashes."""
    return _BETWEEN_WORDS.sub("_", category.strip().casefold())
