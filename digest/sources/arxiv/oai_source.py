"""arXiv's OAI-PMH service: records of some categories that changed since the last good pull.

From formats.md, arxiv-oai: a record's datestamp is its last change, so a harvest also brings old
papers that were touched; only papers first submitted at most a week before the interval are
wanted. Answers were incomplete for a day before, so it begins two days before the last day got.
A token must be encoded once more, and expires at midnight UTC: then the harvest begins again at
the last datestamp that came, for the service goes by datestamp.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from digest import taxonomy
from digest.errors import SourceError, SourceUnavailable
from digest.net.client import Client, shown
from digest.paper import Announcement, Dump, Listing
from digest.sources.arxiv.oai import resumption_token
from digest.sources.pull import NOTHING, Harvest, Memory, Page, Pull, Verdict, begin, judge_interval

_OVERLAP = timedelta(days=2)
_HELD = timedelta(days=7)
_MOST_PAGES = 100  # 2,000 records each
_MOST_RESTARTS = 2
_END = re.compile(rb"</(?:[\w.-]+:)?OAI-PMH\s*>\s*\Z")
_ERROR = re.compile(rb"<(?:[\w.-]+:)?error\s[^<>]*?\bcode\s*=\s*[\"'](\w+)")
_DATESTAMP = re.compile(rb"<(?:[\w.-]+:)?datestamp>\s*(\d{4}-\d\d-\d\d)")
_EXPIRED, _NOTHING = "badResumptionToken", "noRecordsMatch"


@dataclass(slots=True, kw_only=True)
class ArxivOaiSource:
    """The sets of some categories, in `arXivRaw`, which alone has the versions."""

    name: str
    categories: tuple[str, ...]
    client: Client
    backfill: timedelta = timedelta(days=7)
    base_url: str = "https://oaipmh.arxiv.org"
    format: str | None = "arxiv-oai"
    _oldest: date | None = field(default=None, init=False)  # of the pull under way

    def pull(self, *, now: datetime, memory: Memory = NOTHING) -> Pull:
        """Get the records of each category that changed."""
        harvest = Harvest(source=self.name, now=now.astimezone(UTC))
        starts = {
            category: begin(
                harvest.today, memory.days(category), backfill=self.backfill, overlap=_OVERLAP
            )
            for category in self.categories
        }
        self._oldest = min(starts.values(), default=harvest.today) - _HELD
        for category, first in starts.items():
            if harvest.is_down:
                break
            harvest.take_interval(self._pages(category, first), category)
        return harvest.pull()

    def judge(self, dump: Dump, listing: Listing) -> Verdict:
        """That no records match is the normal answer of a quiet day."""
        return judge_interval(dump, listing, why_quiet="no record changed")

    def wants(self, announcement: Announcement) -> bool:
        """Papers submitted not long before what the last pull asked for, not old ones touched."""
        published = announcement.paper.published
        return published is None or self._oldest is None or published >= self._oldest

    def _pages(self, category: str, first: date) -> Iterator[Page]:
        latest, restarts = first.isoformat(), 0
        url = self._begin(category, latest)
        for _ in range(_MOST_PAGES):
            content = self.client.get(url)
            error = _error_in(content)
            if error == _EXPIRED and restarts < _MOST_RESTARTS:
                restarts += 1
                url = self._begin(category, latest)
                continue
            yield url, content
            if error not in (None, _NOTHING):
                raise SourceError(f"{shown(url)}: the service answers {error}")
            if not _END.search(content):
                raise SourceUnavailable(f"{shown(url)}: no whole answer; what follows is not got")
            latest = max(latest, *(found.decode() for found in _DATESTAMP.findall(content)))
            token = resumption_token(content)
            if token is None:
                return
            url = self._url(verb="ListRecords", resumptionToken=token)
        raise SourceError(f"{shown(url)}: not at its end after {_MOST_PAGES} pages")

    def _begin(self, category: str, first: str) -> str:
        return self._url(
            verb="ListRecords",
            metadataPrefix="arXivRaw",
            set=oai_set(category),
            **{"from": first},
        )

    def _url(self, **asked: str) -> str:
        return f"{self.base_url}/oai?{urlencode(asked)}"


def oai_set(category: str) -> str:
    """Give the name of a category's set: `cs.LG` is `cs:cs:LG`, `hep-lat` is `physics:hep-lat`."""
    name = taxonomy.canonical(category)
    return ":".join((taxonomy.group(name), *name.split(".")))


def _error_in(content: bytes) -> str | None:
    match = _ERROR.search(content)
    return match[1].decode() if match else None
