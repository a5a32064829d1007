"""Crossref: the records of DOIs, one at a time, for papers that no listing showed.

Their interface asks for a way to reach us, which is in the User-Agent, and for no crowd.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from digest.errors import SourceError, SourceUnavailable
from digest.sources.client import Client, NotThere
from digest.sources.pull import combine


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Records by DOI, the DOIs that are not there, and why others have neither."""

    records: Mapping[str, bytes] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    error: SourceError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossref:
    """Asks for records; once it is out of reach, for no more of them."""

    client: Client
    base_url: str = "https://api.crossref.org"

    def ask(self, dois: Sequence[str]) -> Answers:
        """Get the records of some DOIs; never raises."""
        records: dict[str, bytes] = {}
        absent: list[str] = []
        errors: list[SourceError] = []
        for doi in dict.fromkeys(dois):
            try:
                records[doi] = self.client.get(f"{self.base_url}/works/{quote(doi, safe='/')}")
            except NotThere:
                absent.append(doi)
            except SourceError as error:
                errors.append(error)
                if isinstance(error, SourceUnavailable):
                    break
        return Answers(records=records, absent=tuple(absent), error=combine(errors))
