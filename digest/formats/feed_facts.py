"""A paper from what an entry of any feed says, whatever the feed is written in.

From formats.md, generic and identity: DOIs and arXiv ids stand in links and identifiers; an
abstract may come behind `Authors: … Upvotes: …` of somebody else's feed; addresses count visits.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import unquote, urljoin

from digest.formats.addresses import abs_url, pdf_url
from digest.formats.creators import split_creators
from digest.formats.facts import Unreadable
from digest.formats.lines import is_damaged
from digest.paper import Paper, PaperId, collapse

_LABEL = re.compile(
    r"(?:\A|\n)[^\S\n]*abstract[^\S\n]*(?::|\n)"
    r"|\A\s*(?:arxiv:|authors?:|upvotes:|title:|published)[^\n]*?\babstract:",
    re.IGNORECASE,
)
_KNOWN_HOSTS = ("arxiv", "huggingface.co/papers/")  # a bare number may be anybody's
_TRACKING = re.compile(r"rss=1|utm_\w+=.*", re.IGNORECASE)
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127], " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What an entry says, as it says it; `texts` are what may be the abstract, as text.

    `address` is where it can be read; `names` are its other links, its id and identifiers.
    """

    title: str = ""
    texts: Sequence[str] = ()
    creators: Sequence[str] = ()
    address: str = ""
    names: Sequence[str] = ()
    pdf: str = ""
    categories: Sequence[str] = ()
    published: date | None = None


def read_paper(entry: Entry, base: str) -> Paper:
    """The paper that an entry tells of; raises Unreadable."""
    address = _web_address(entry.address, base)
    names = [address or "", *(_without_tracking(name) for name in entry.names)]
    arxiv_id, version = _arxiv_id(names)
    authors, is_whole = split_creators(map(_clean, entry.creators))
    paper = Paper(
        title=_clean(entry.title) or None,
        abstract=_abstract(entry.texts),
        authors=authors,
        author_count=len(authors) if authors and is_whole else None,
        categories=tuple(dict.fromkeys(filter(None, map(_clean, entry.categories)))),
        arxiv_id=arxiv_id,
        version=version,
        doi=_doi(names),
        url=abs_url(arxiv_id) if arxiv_id else address,
        pdf_url=pdf_url(arxiv_id) if arxiv_id else _web_address(entry.pdf, base),
        published=entry.published,
    )
    if not (paper.title or paper.abstract or paper.url):
        raise Unreadable("an entry without title, text or link")
    if any(is_damaged(text) for text in _texts(paper)):
        raise Unreadable("an entry that holds characters that are not valid Unicode text")
    return paper


def _texts(paper: Paper) -> Iterable[str]:
    facts = (paper.title, paper.abstract, paper.doi, paper.url, paper.pdf_url)
    return [*filter(None, facts), *paper.authors, *paper.categories]


def _clean(text: str) -> str:
    return collapse(text.translate(_CONTROL))


def _abstract(texts: Sequence[str]) -> str | None:
    """What stands behind a label `Abstract:`, else the longest text."""
    for text in texts:
        if label := _LABEL.search(text):
            return _clean(text[label.end() :]) or None
    return max(map(_clean, texts), key=len, default="") or None


def _web_address(text: str, base: str) -> str | None:
    """An address without what counts visits; None if it is no web address."""
    text = "".join(text.split())
    try:
        whole = urljoin(base, text) if text else ""
    except ValueError:
        return None
    return _without_tracking(whole) if _WEB_ADDRESS.fullmatch(whole) else None


def _without_tracking(address: str) -> str:
    """Drop `rss=1` and `utm_…` from the query; the rest stays as it is written."""
    address, hash_sign, fragment = address.strip().partition("#")
    path, _, query = address.partition("?")
    kept = "&".join(part for part in query.split("&") if not _TRACKING.fullmatch(part))
    return path + (f"?{kept}" if kept else "") + hash_sign + fragment


def _arxiv_id(names: Sequence[str]) -> tuple[str | None, int | None]:
    """The first arXiv id; its version may stand in another of the names."""
    known = [name for name in names if any(host in name.lower() for host in _KNOWN_HOSTS)]
    ids = [paper_id for name in known if (paper_id := PaperId.parse(name)) and paper_id.arxiv]
    if not ids:
        return None, None
    same = [paper_id for paper_id in ids if paper_id.arxiv == ids[0].arxiv]
    return ids[0].arxiv, next((each.version for each in same if each.version), None)


def _doi(names: Sequence[str]) -> str | None:
    """The first DOI, in the letters that it is written in."""
    for name in map(unquote, names):
        paper_id = PaperId.parse(name)
        if paper_id and paper_id.doi:
            return name.strip()[-len(paper_id.doi) :]
    return None
