"""When two papers are one, and how what is known of them is merged.

Two records are one paper when they share an arXiv id (whatever the version), a DOI, or an
abstract; a shared title counts only beside a shared author or abstract, because there are many
papers called "Editorial". Two different arXiv ids never merge, nor do two different DOIs.
"""

import hashlib
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

_SHORT_ABSTRACT = 80
"""Below so many letters an abstract says nothing of its own ("This paper is withdrawn")."""


_LONG_TITLE = 200
"""Letters of a title that are enough to find it by."""


class KeyKind(StrEnum):
    """What a key compares."""

    ARXIV = "arxiv"
    DOI = "doi"
    ABSTRACT = "abstract"
    TITLE = "title"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Key:
    """A value that two records of one paper may share."""

    kind: KeyKind
    value: str


def fold(text: str) -> str:
    """Keep letters and digits alone, without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in decomposed if char.isalnum())


def keys(paper: Paper) -> tuple[Key, ...]:
    """Give every key by which another record of this paper may be found.

    Abstracts are keyed by their beginning, so that one that a dump cut short is still found.
    Where nothing surer is known, the facts as a whole are a key: the same line read twice is
    one paper.
    """
    found = []
    if paper.arxiv_id:
        found.append(Key(KeyKind.ARXIV, paper.arxiv_id))
    if doi := _doi(paper):
        found.append(Key(KeyKind.DOI, doi))
    if paper.abstract and len(folded := fold(paper.abstract)) >= _SHORT_ABSTRACT:
        found.append(Key(KeyKind.ABSTRACT, folded[:_SHORT_ABSTRACT]))
    if not found:
        found.append(Key(KeyKind.EXACT, _fingerprint(paper)))
    if paper.title and (folded := fold(paper.title)):
        found.append(Key(KeyKind.TITLE, folded[:_LONG_TITLE]))
    return tuple(found)


def is_same(one: Paper, other: Paper) -> bool:
    """Decide whether two records are of one paper."""
    if one.arxiv_id and other.arxiv_id:
        return one.arxiv_id == other.arxiv_id
    one_doi, other_doi = _doi(one), _doi(other)
    if one_doi and other_doi:
        return one_doi == other_doi
    if _share_abstract(one, other):
        return True
    if not (one.title and other.title and fold(one.title) == fold(other.title)):
        return False
    same_abstract = one.abstract and other.abstract and fold(one.abstract) == fold(other.abstract)
    return bool(same_abstract or _families(one.authors) & _families(other.authors))


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
        categories=_union(first.categories, second.categories),
        version=max((v for v in (held.version, seen.version) if v is not None), default=None),
        upvotes=held.upvotes if seen.upvotes is None else seen.upvotes,
        num_comments=held.num_comments if seen.num_comments is None else seen.num_comments,
    )
    if len(second.authors) > len(first.authors):
        united = replace(united, authors=second.authors, author_count=second.author_count)
    if united.arxiv_id and not first.arxiv_id:
        united = replace(united, url=second.url, pdf_url=second.pdf_url)
    return united, (seen_format if seen_first else held_format)


def _order(paper: Paper, format_name: str) -> tuple[int, int]:
    trust = TRUST.index(format_name) if format_name in TRUST else len(TRUST)
    return trust, -(paper.version or 0)


def _fingerprint(paper: Paper) -> str:
    facts = replace(paper, upvotes=None, num_comments=None)
    return hashlib.sha256(repr(facts).encode("utf-8", "replace")).hexdigest()


def _known(value: object) -> bool:
    return value is not None and value != ()


def _doi(paper: Paper) -> str | None:
    """Give the DOI for comparing; arXiv's own DOI of a paper is its arXiv id."""
    known = PaperId.parse(paper.doi) if paper.doi else None
    return known.doi if known else None


def _share_abstract(one: Paper, other: Paper) -> bool:
    """Decide whether the abstracts agree as far as the shorter one goes."""
    if not (one.abstract and other.abstract):
        return False
    short, long = sorted((fold(one.abstract), fold(other.abstract)), key=len)
    return len(short) >= _SHORT_ABSTRACT and long.startswith(short)


def _families(authors: Iterable[str]) -> set[str]:
    """Give the folded family names, of `Given Family` and of `Family, Given`."""
    parts = (name.split(",")[0] if "," in name else name.split()[-1:] for name in authors)
    return {folded for part in parts if (folded := fold("".join(part)))}


def _longer_if_cut(first: str | None, second: str | None) -> str | None:
    if first and second and second.startswith(first):
        return second
    return first or second


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
