"""Crossref: the records of DOIs, one at a time, for papers that no listing showed.

Their interface asks for a way to reach us, which is in the User-Agent, and for no crowd.

Crossref's record of a DOI (`/works/{doi}`) → a paper; abstracts are JATS.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from digest.errors import SourceError, SourceUnavailable
from digest.libraries.bibtex import list_of, name_of, read_json, record_of, text_of
from digest.net.client import Client, NotThere
from digest.paper import Paper
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


_HEADING = re.compile(
    r"<((?:jats:)?title)\b[^<>]*>\s*(?:abstract|summary)[\s.:]*</\1>", re.IGNORECASE
)


def parse(content: bytes, doi: str) -> Paper | None:
    """Read the answer for a DOI; None where it names no title, ValueError where it is no answer."""
    record = record_of(record_of(read_json(content)).get("message"))
    if not record:
        raise ValueError("no answer of Crossref")
    titles = filter(None, map(text_of, list_of(record.get("title"))))
    title = next(titles, None)
    if title is None:
        return None
    abstract = record.get("abstract")
    if isinstance(abstract, str):
        abstract = _HEADING.sub(" ", abstract)
    names = (name_of(author, "given", "family") for author in list_of(record.get("author")))
    return Paper(
        title=title,
        abstract=text_of(abstract) or None,
        authors=tuple(filter(None, names)),
        doi=doi,
    )
