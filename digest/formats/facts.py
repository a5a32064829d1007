"""A paper's facts from a JSON object whose keys are ours but whose values are anybody's."""

import re
from collections.abc import Mapping
from datetime import date

from digest.formats.addresses import abs_url, pdf_url
from digest.formats.lines import is_damaged
from digest.paper import AnnounceType, Paper, PaperId, collapse

_LARGEST_NUMBER = 2**31 - 1  # what every database holds
_WEB_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DOI_PREFIX = re.compile(
    r"\s*(?:https?://(?:dx\.|www\.)?doi\.org/|doi:\s*)(?=10\.\d{4,9}/)", re.IGNORECASE
)

Facts = Mapping[str, object]


class Unreadable(ValueError):  # noqa: N818 (reads as what it says)
    """A value is not what its key promises, or no paper can be told from the facts."""


def read_paper(facts: Facts) -> Paper:
    """The paper that the facts describe; raises Unreadable."""
    arxiv_id, version = _arxiv_id(facts)
    authors = _texts(facts, "authors")
    paper = Paper(
        title=_collapsed(facts, "title"),
        abstract=_collapsed(facts, "abstract"),
        authors=authors,
        author_count=_either(_number(facts, "author_count"), len(authors) or None),
        organization=read_text(facts, "organization"),
        categories=_texts(facts, "categories"),
        arxiv_id=arxiv_id,
        version=version,
        doi=_doi(facts),
        url=_address(facts, "url") or (abs_url(arxiv_id) if arxiv_id else None),
        pdf_url=_address(facts, "pdf_url") or (pdf_url(arxiv_id) if arxiv_id else None),
        comment=read_text(facts, "comment"),
        journal_ref=read_text(facts, "journal_ref"),
        published=read_day(facts, "published"),
        upvotes=_number(facts, "upvotes"),
        num_comments=_number(facts, "num_comments"),
        code_url=_address(facts, "code_url"),
    )
    if not any((paper.title, paper.abstract, paper.arxiv_id, paper.doi, paper.url)):
        raise Unreadable("nothing to know a paper by: no title, abstract, arxiv_id, doi or url")
    return paper


def read_text(facts: Facts, key: str) -> str | None:
    """A text; blank is unknown."""
    value = facts.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Unreadable(f"{key} is not a string")
    if is_damaged(value):
        raise Unreadable(f"{key} holds characters that are not valid Unicode text")
    return value if value.strip() else None


def read_day(facts: Facts, key: str) -> date | None:
    """A day written YYYY-MM-DD."""
    text = read_text(facts, key)
    if text is None:
        return None
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise Unreadable(f"{key} is not a day (YYYY-MM-DD)") from None


def read_announce_type(facts: Facts) -> AnnounceType | None:
    """How the paper was announced."""
    text = read_text(facts, "announce_type")
    try:
        return AnnounceType(text) if text else None
    except ValueError:
        allowed = ", ".join(AnnounceType)
        raise Unreadable(f"announce_type is none of {allowed}") from None


def _arxiv_id(facts: Facts) -> tuple[str | None, int | None]:
    """The id without its version, and the version, which may stand in either place."""
    text, version = read_text(facts, "arxiv_id"), _number(facts, "version")
    if text is None:
        return None, version
    paper_id = PaperId.parse(text)
    if paper_id is None or paper_id.arxiv is None:
        raise Unreadable("arxiv_id is no arXiv id")
    return paper_id.arxiv, _either(version, paper_id.version)


def _doi(facts: Facts) -> str | None:
    """The bare DOI of one that is written as an address or with `doi:`."""
    text = read_text(facts, "doi")
    if text is None or (prefix := _DOI_PREFIX.match(text)) is None:
        return text
    return text[prefix.end() :].rstrip()


def _collapsed(facts: Facts, key: str) -> str | None:
    text = read_text(facts, key)
    return collapse(text) if text else None


def _texts(facts: Facts, key: str) -> tuple[str, ...]:
    values = facts.get(key)
    if values is None:
        return ()
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise Unreadable(f"{key} is not a list of strings")
    if any(is_damaged(value) for value in values):
        raise Unreadable(f"{key} holds characters that are not valid Unicode text")
    return tuple(value for value in values if value.strip())


def _number(facts: Facts, key: str) -> int | None:
    value = facts.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST_NUMBER:
        raise Unreadable(f"{key} is not a whole number, 0 or more")
    return value


def _address(facts: Facts, key: str) -> str | None:
    text = read_text(facts, key)
    if text is not None and not _WEB_ADDRESS.fullmatch(text):
        raise Unreadable(f"{key} is no web address")
    return text


def _either(first: int | None, second: int | None) -> int | None:
    return second if first is None else first
