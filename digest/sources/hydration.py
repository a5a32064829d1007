"""What arXiv's interface knows of papers and its listings leave out, asked for in batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from digest.errors import SourceError, SourceUnavailable
from digest.paper import Dump
from digest.sources.addresses import shown
from digest.sources.client import Client
from digest.sources.pull import Pull, combine

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
