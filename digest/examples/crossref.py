"""Crossref's record of a DOI (`/works/{doi}`) → a paper; abstracts are JATS."""

import re

from digest.examples.records import list_of, name_of, read_json, record_of, text_of
from digest.paper import Paper

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
