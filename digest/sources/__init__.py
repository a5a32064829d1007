"""Where listings come from: bytes as they are, and what each answer means."""

from datetime import datetime
from typing import Protocol

from digest.paper import Announcement, Dump, Listing
from digest.sources.file import FileSource
from digest.sources.pull import Memory, Pull, Verdict
from digest.sources.url import UrlSource

__all__ = ["FileSource", "Memory", "Pull", "Source", "UrlSource", "Verdict"]


class Source(Protocol):
    """A place that announces papers; `format` None is recognised from the bytes."""

    @property
    def name(self) -> str: ...

    @property
    def format(self) -> str | None: ...

    def pull(self, *, now: datetime, memory: Memory) -> Pull:
        """Get what there is that earlier pulls did not get.

        Raises SourceUnavailable (out of reach, 429, 5xx, an empty answer) or SourceError (for
        good) when nothing was got; beside dumps that were got, the error is in the Pull.
        """

    def judge(self, dump: Dump, listing: Listing) -> Verdict:
        """Say what a dump of this source means, now that it was read (pure)."""

    def wants(self, announcement: Announcement) -> bool:
        """Say whether this source is asked for such announcements (pure)."""
