"""Where listings come from: bytes as they are, read by nobody here."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Protocol

from digest.sources.file import FileSource
from digest.sources.pull import Pull
from digest.sources.url import UrlSource

__all__ = ["KINDS", "NOT_YET", "FileSource", "Pull", "Source", "UrlSource"]


class Source(Protocol):
    """A place that announces papers; `format` None is recognised from the bytes."""

    @property
    def name(self) -> str: ...

    @property
    def format(self) -> str | None: ...

    def pull(self, *, now: datetime, pulled_days: frozenset[date]) -> Pull:
        """Get what there is; `pulled_days` are the days that earlier pulls got.

        Raises SourceUnavailable (out of reach, 429, 5xx, an empty answer) or SourceError (for
        good) when nothing was got; beside dumps that were got, the error is in the Pull.
        """


KINDS: Mapping[str, Callable[..., Source]] = {
    "file": FileSource,
    "url": UrlSource,
}
NOT_YET = frozenset({"arxiv", "arxiv-api", "arxiv-oai", "biorxiv", "huggingface", "medrxiv"})
