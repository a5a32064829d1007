"""When two papers are one, and how what is known of them is merged.

Two records are one paper when they share an arXiv id (whatever the version; arXiv's own DOI
of a paper is its arXiv id), a DOI, or an abstract; a shared title counts only beside a shared
author or abstract, because there are many papers called "Editorial". Two different arXiv ids
never merge, nor do two different DOIs.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from digest.paper import Paper, PaperId

TRUST = (
    "arxiv-api",
    "arxiv-oai",
    "arxiv-rss",
    "arxiv-html",
    "arxiv-mail",
    "biorxiv-json",
    "hf-json",
    "arxiv-text",
    "feed",
    "jsonl",
    "hf-text",
)
"""Whose word counts where listings disagree, most trusted first: arXiv's own records before
its pages, a service's interface before a copy of its page, Hugging Face's text last (it drops
TeX and shows days in a zone west of UTC)."""

_SIGNS = re.compile(r"[\W_]+")

_SHORT_ABSTRACT = 80
"""Below so many letters an abstract says nothing of its own ("This paper is withdrawn")."""

_LONG = 200
"""Letters of a title or a DOI that are enough to find it by; an index has a limit."""


class KeyKind(StrEnum):
    """What a key compares."""

    ARXIV = "arxiv"
    EXACT = "exact"
    DOI = "doi"
    ABSTRACT = "abstract"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Key:
    """A value that two records of one paper may share."""

    kind: KeyKind
    value: str


def fold(text: str) -> str:
    """Keep letters and digits alone, without case and accents."""
    decomposed = text if text.isascii() else unicodedata.normalize("NFKD", text)
    return _SIGNS.sub("", decomposed.casefold())


def keys(paper: Paper) -> tuple[Key, ...]:
    """Give every key by which another record of this paper may be found, the surest first.

    Abstracts are keyed by their beginning, so that one that a dump cut short is still found.
    Without an arXiv id the facts as a whole are a key: the same line read twice is one paper,
    even where its record has learnt other facts in between.
    """
    found = []
    if arxiv := _arxiv(paper):
        found.append(Key(KeyKind.ARXIV, arxiv))
    else:
        found.append(Key(KeyKind.EXACT, _fingerprint(paper)))
    if doi := _doi(paper):
        found.append(Key(KeyKind.DOI, doi[:_LONG]))
    if paper.abstract and len(folded := fold(paper.abstract)) >= _SHORT_ABSTRACT:
        found.append(Key(KeyKind.ABSTRACT, folded[:_SHORT_ABSTRACT]))
    if paper.title and (folded := fold(paper.title)):
        found.append(Key(KeyKind.TITLE, folded[:_LONG]))
    return tuple(found)


def is_same(one: Paper, other: Paper) -> bool:
    """Decide whether two records are of one paper."""
    one_arxiv, other_arxiv = _arxiv(one), _arxiv(other)
    if one_arxiv and other_arxiv:
        return one_arxiv == other_arxiv
    one_doi, other_doi = _doi(one), _doi(other)
    if one_doi and other_doi:
        return one_doi == other_doi
    if _share_abstract(one, other):
        return True
    if not _share(one.title, other.title):
        return False
    return _share(one.abstract, other.abstract) or not _names(one.authors).isdisjoint(
        _names(other.authors)
    )


def merge(held: Paper, held_format: str, seen: Paper, seen_format: str) -> tuple[Paper, str]:
    """Unite two records of one paper; no fact is lost, and merging twice changes nothing.

    Where both know a fact, the more trusted format (TRUST) is believed; among equals the later
    version, else what is held. Counts of votes and comments are the latest seen. Returns the
    paper and the format whose trust it now has.
    """
    seen_first = _order(seen, seen_format) < _order(held, held_format)
    first, second = (seen, held) if seen_first else (held, seen)
    facts = {
        name: getattr(first, name) if _known(getattr(first, name)) else getattr(second, name)
        for name in Paper.__dataclass_fields__
    }
    united = replace(
        Paper(**facts),
        abstract=_longer_if_cut(first.abstract, second.abstract),
        doi=next((p.doi for p in (first, second) if _doi(p)), first.doi or second.doi),
        categories=_union(first.categories, second.categories),
        version=max((v for v in (held.version, seen.version) if v is not None), default=None),
        upvotes=held.upvotes if seen.upvotes is None else seen.upvotes,
        num_comments=held.num_comments if seen.num_comments is None else seen.num_comments,
    )
    if not _arxiv(united):  # arXiv's own DOI has made room for another
        united = replace(united, arxiv_id=_arxiv(first) or _arxiv(second))
    if len(second.authors) > len(first.authors):
        count = first.author_count if second.author_count is None else second.author_count
        united = replace(united, authors=second.authors, author_count=count)
    if second.arxiv_id and not first.arxiv_id:
        url, pdf_url = second.url or first.url, second.pdf_url or first.pdf_url
        united = replace(united, url=url, pdf_url=pdf_url)
    return united, (seen_format if seen_first else held_format)


def _order(paper: Paper, format_name: str) -> tuple[int, int]:
    trust = TRUST.index(format_name) if format_name in TRUST else len(TRUST)
    return trust, -(paper.version or 0)


def _fingerprint(paper: Paper) -> str:
    votes = ("upvotes", "num_comments")
    facts = [(name, getattr(paper, name)) for name in Paper.__dataclass_fields__]
    # Only what is known, so that a fact that a later version can hold changes no fingerprint.
    known = [(name, value) for name, value in facts if _known(value) and name not in votes]
    return hashlib.sha256(repr(known).encode("utf-8", "replace")).hexdigest()


def _known(value: object) -> bool:
    return value is not None and value != ()


def _arxiv(paper: Paper) -> str | None:
    """Give the arXiv id, which may be known by arXiv's own DOI alone."""
    if paper.arxiv_id or not paper.doi:
        return paper.arxiv_id
    known = PaperId.parse(paper.doi)
    return known.arxiv if known else None


def _doi(paper: Paper) -> str | None:
    """Give the DOI for comparing, unless it is arXiv's own."""
    known = PaperId.parse(paper.doi) if paper.doi else None
    return known.doi if known else None


def _share(one: str | None, other: str | None) -> bool:
    """Decide whether two texts are known and the same, letter for letter."""
    if not (one and other):
        return False
    folded = fold(one)
    return bool(folded) and folded == fold(other)


def _share_abstract(one: Paper, other: Paper) -> bool:
    """Decide whether the abstracts agree as far as the shorter one goes."""
    if not (one.abstract and other.abstract):
        return False
    short, long = sorted((fold(one.abstract), fold(other.abstract)), key=len)
    return len(short) >= _SHORT_ABSTRACT and long.startswith(short)


def _names(authors: Iterable[str]) -> set[tuple[str, str]]:
    """Give family names and first initials, of `Given Family` and of `Family, Given`."""
    names = set()
    for author in authors:
        family, _, given = author.partition(",")
        if not given.strip():
            given, _, family = family.strip().rpartition(" ")
        if folded := fold(family):
            names.add((folded, fold(given)[:1]))
    return names


def _longer_if_cut(first: str | None, second: str | None) -> str | None:
    """Believe the first, or the second where it goes on after the first is cut short."""
    if not (first and second):
        return first or second
    goes_on = len(second) > len(first) and second.startswith(first.rstrip(" .…"))
    return second if goes_on else first


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
