"""arXiv's search interface: what a query finds among recent submissions.

From formats.md, arxiv-api: a date filter knows only submission, which moderation and the lag of
the index set apart from announcement by days, so each pull looks back a week beyond the last one;
a paper held for longer than that is not found this way. Pages may be short, so the next one
begins after what was received; an empty one where results are due is asked for once more.

What arXiv's interface knows of papers and its listings leave out, asked for in batches.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote, urlencode

from digest.errors import SourceError, SourceUnavailable
from digest.net.client import Client, shown
from digest.paper import Announcement, Dump, Listing
from digest.sources.pull import (
    NOTHING,
    Harvest,
    Memory,
    Page,
    Pull,
    Verdict,
    begin,
    combine,
    judge_interval,
)

_OVERLAP = timedelta(days=7)
_SIZE = 200
_MOST = 30_000  # results of a query that arXiv gives
_END_OF_ENTRY = re.compile(rb"</(?:[\w.-]+:)?entry\s*>")  # an entry that is cut has none
_TOTAL = re.compile(rb"totalResults\b[^<>]*>\s*(\d{1,9})\s*<")
_ERROR = re.compile(rb"<id>\s*https?://(?:export\.)?arxiv\.org/api/errors")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArxivApiSource:
    """A query in arXiv's own language, such as `cat:cs.LG AND abs:pruning`."""

    name: str
    query: str
    client: Client
    backfill: timedelta = timedelta(days=7)
    base_url: str = "https://export.arxiv.org"
    format: str | None = "arxiv-api"

    def pull(self, *, now: datetime, memory: Memory = NOTHING) -> Pull:
        """Get what was submitted from a week before the last day got until today (UTC)."""
        harvest = Harvest(source=self.name, now=now.astimezone(UTC))
        first = begin(harvest.today, memory.days(), backfill=self.backfill, overlap=_OVERLAP)
        harvest.take_interval(self._pages(first, harvest.today))
        return harvest.pull()

    def judge(self, dump: Dump, listing: Listing) -> Verdict:
        """Whether an empty page is true was settled when it was got."""
        return judge_interval(dump, listing, why_quiet="the query finds nothing")

    def wants(self, announcement: Announcement) -> bool:
        """Whatever the query finds."""
        return True

    def _pages(self, first: date, last: date) -> Iterator[Page]:
        """Give the newest first: one that arrives meanwhile shifts the others to later pages."""
        start = total = 0
        for _ in range(_MOST // _SIZE):
            url = self._url(first, last, start)
            page = self._ask(url, start, total)
            yield url, page.content
            start, total = start + page.count, max(total, page.total or 0)
            if page.is_refusal:
                raise SourceError(f"{shown(url)}: arXiv answers with an error")
            if page.total is None:
                raise SourceUnavailable(f"{shown(url)}: no page of results")
            if start >= total:
                return
        raise SourceError(f"{shown(url)}: not at its end after {start:,} of {total:,} results")

    def _ask(self, url: str, start: int, total: int) -> "_Page":
        """Get a page that has something, or from which nothing is due."""
        for _ in range(2):
            page = _Page.read(self.client.get(url))
            due = max(total, page.total or 0) - start
            if page.count or (page.total is not None and due <= 0):
                return page
        if due > 0:
            raise SourceUnavailable(f"{shown(url)}: empty, although {due:,} results are due")
        return page

    def _url(self, first: date, last: date, start: int) -> str:
        dates = f"submittedDate:[{first:%Y%m%d}0000 TO {last:%Y%m%d}2359]"
        asked = {
            "search_query": f"({self.query}) AND {dates}",
            "start": start,
            "max_results": _SIZE,
            "sortBy": "submittedDate",
            "sortOrder": "descending",
        }
        return f"{self.base_url}/api/query?{urlencode(asked)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """How many whole entries a page has, and how many results it speaks of."""

    content: bytes
    count: int
    total: int | None
    is_refusal: bool

    @classmethod
    def read(cls, content: bytes) -> "_Page":
        total = _TOTAL.search(content)
        return cls(
            content=content,
            count=len(_END_OF_ENTRY.findall(content)),
            total=int(total[1]) if total else None,
            is_refusal=_ERROR.search(content) is not None,
        )


_BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Hydrator:
    """Asks for comment, DOI, journal reference and primary category, or for a whole record.

    The dumps are in the format `arxiv-api` (formats.md, arxiv-api); unknown ids are just absent.
    """

    client: Client
    api_url: str = "https://export.arxiv.org"

    def ask(self, ids: Sequence[str], *, now: datetime) -> Pull:
        """Get the records of some arXiv ids; once the interface is out of reach, no more of them.

        Never raises: what failed is in the Pull, beside what was got.
        """
        dumps: list[Dump] = []
        errors: list[SourceError] = []
        names = tuple(dict.fromkeys(ids))
        for start in range(0, len(names), _BATCH):
            try:
                dumps.append(self._dump(names[start : start + _BATCH], now))
            except SourceError as error:
                errors.append(error)
                if isinstance(error, SourceUnavailable):
                    break
        return Pull(dumps=tuple(dumps), error=combine(errors))

    def latest_by(self, author: str, *, most: int = 10) -> Dump:
        """Get the newest papers that name such an author; raises SourceError."""
        query = quote(f'au:"{author.replace(chr(34), "")}"')
        url = (
            f"{self.api_url.rstrip('/')}/api/query?search_query={query}&max_results={most}"
            "&sortBy=submittedDate&sortOrder=descending"
        )
        return Dump(content=self.client.get(url), name=shown(url))

    def _dump(self, ids: Sequence[str], now: datetime) -> Dump:
        # Without max_results only ten are answered, however many are named.
        asked = quote(",".join(ids), safe=",/")
        url = f"{self.api_url.rstrip('/')}/api/query?id_list={asked}&max_results={_BATCH}"
        content = self.client.get(url)
        return Dump(content=content, name=shown(url), pulled_at=now.astimezone(UTC))
