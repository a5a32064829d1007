"""Which paper an entry of somebody's library is: an arXiv id and a DOI, wherever they stand."""

import re
from collections.abc import Iterable

from digest.paper import PaperId

_MENTION = re.compile(
    r"(?:arXiv\s*:\s*|arxiv\.org/(?:abs|pdf)/|\babs/|10\.48550/arXiv\.)"
    r"(?P<id>\d{4}\.\d{4,5}|[a-z]+(?:-[a-z]+)?(?:\.[a-z]{2})?/\d{7})(?!\d)",
    re.IGNORECASE,
)
_DOI_MENTION = re.compile(
    r"(?:https?://(?:dx\.)?doi\.org/|\bDOI:\s*)(?P<doi>10\.\d{4,9}/\S+)", re.IGNORECASE
)


def identify(named: Iterable[str], mentions: Iterable[str]) -> PaperId:
    """Find both names of a paper, either of which may be None.

    `named` are texts that are an id as a whole, `mentions` such as may have one in them: a
    journal like `arXiv preprint arXiv:2309.06180`, an address, a note.
    """
    arxiv = doi = None
    for text in (*named, *_mentioned(mentions)):
        known = PaperId.parse(text)
        arxiv = arxiv or (known.arxiv if known else None)
        doi = doi or (known.doi if known else None)
    return PaperId(arxiv=arxiv, doi=doi)


def normal(name: str) -> str | None:
    """Write an id as it is compared: an arXiv id without its version, or a DOI in lower case."""
    known = PaperId.parse(name)
    return (known.arxiv or known.doi) if known else None


def _mentioned(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        yield from (match["id"] for match in _MENTION.finditer(text))
        yield from (match["doi"] for match in _DOI_MENTION.finditer(text))
