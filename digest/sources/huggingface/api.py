"""hf-json: what Hugging Face's API answers about a day's papers, over its whole history.

From formats.md, hf: only `paper` with id, title, summary, authors, publishedAt and upvotes has
been there from the start. The outer `publishedAt` lies, so the paper's own is its day and
`submittedOnDailyAt` the day it was announced, both UTC, either with a time or as a day alone.
Outer and inner title differ at times; the paper's own is taken, which stands beside the abstract
and the id and is the only one on a single paper's page. `ai_summary` is nobody's abstract, and
`submitterOrganization` is the submitter's, not the paper's. Authors may be hidden: they count.
Stored copies are at times Python `repr` instead of JSON, which is refused.
"""

import re
from collections.abc import Iterator

from digest.paper import Announcement, Dump, Listing, Paper, PaperId, Rejection, collapse
from digest.sources.reading.json_text import (
    Document,
    Entry,
    Facts,
    Found,
    Unreadable,
    as_object,
    day_of,
    make_listing,
    no_days,
    number_of,
    read_documents,
    read_paper,
)
from digest.sources.reading.text import decode, malformed, shown

NAME = "hf-json"
_LIST = "dailyPapers"  # what the page itself calls it
_HEAD = 4096
_EMPTY = re.compile(r"\s*(?:\[\s*\]\s*)+")
_ENTRY = re.compile(
    rf'\[\s*\{{.*?"paper"\s*:\s*\{{|\{{\s*"(?:paper"\s*:\s*\{{|{_LIST}"\s*:\s*\[)', re.S
)
_PYTHON = re.compile(
    r"""(?:\{\s*["']\w+["']\s*:\s*)?\[?\s*["']?(?:\{\s*\\?'\w+\\?'\s*:|PaperInfo\()"""
)
_PAPER_ALONE = {"id", "title", "summary"}
_WEB_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


class HfJson:
    """The format as the table of formats knows it."""

    name = NAME

    def recognises(self, text: str) -> bool:
        """Whether it begins with an entry (in Python's writing too), or holds empty lists alone."""
        head = text[:_HEAD].lstrip()
        if _PYTHON.match(head):
            return "paper" in head.lower()
        return bool(_ENTRY.match(head)) or (head[:1] == "[" and bool(_EMPTY.fullmatch(text)))

    def parse(self, dump: Dump) -> Listing:
        """Read every entry in a dump; raises ListingMalformed where it holds no list of them."""
        if _PYTHON.match(decode(dump).lstrip()):
            raise malformed(dump, f"is Python repr, not JSON: {NAME} is what the API answers", 1)
        pages = [_read_page(document, dump) for document in read_documents(dump, NAME, _LIST)]
        return make_listing(dump, NAME, pages)


def _read_page(document: Document, dump: Dump) -> list[Found] | Rejection:
    entries = _entries(document)
    papers = [_paper_of(entry.value) for entry in entries or ()]
    if entries is None or (not any(papers) and (entries or document.damage)):
        return document.damage or Rejection(line=document.line, why=_why_none(document))
    found = [item for entry in entries for item in _read(entry, dump)]
    return [*found, document.damage] if document.damage else found


def _entries(document: Document) -> tuple[Entry, ...] | None:
    """The entries of a list or a page; an object that is one entry is a list of one."""
    if document.entries is None and _paper_of(document.members) and not document.damage:
        return (Entry(line=document.line, value=document.members),)
    return document.entries


def _paper_of(value: object) -> Facts:
    """The `paper` of an entry, or the paper alone; {} is neither."""
    entry = as_object(value)
    if entry.keys() >= _PAPER_ALONE and "paper" not in entry:
        return entry
    return as_object(entry.get("paper"))


def _why_none(document: Document) -> str:
    error = document.members.get("error")
    if error is not None:
        return f"the service answered with an error: {shown(str(error))}"
    return f"looks like JSON of another kind, not {NAME}"


def _read(entry: Entry, dump: Dump) -> Iterator[Found]:
    paper = _paper_of(entry.value)
    if not paper:
        yield Rejection(line=entry.line, why="an entry without a paper")
        return
    try:
        yield Announcement(
            paper=_paper(paper, as_object(entry.value)),
            format=NAME,
            announced=day_of(paper.get("submittedOnDailyAt")),
            source=dump.source,
            line=entry.line,
        )
    except Unreadable as error:
        yield Rejection(line=entry.line, why=str(error))
        return
    yield from no_days(paper, ("publishedAt", "submittedOnDailyAt"), entry.line)


def _paper(paper: Facts, entry: Facts) -> Paper:
    published = day_of(paper.get("publishedAt"))
    names, count = _authors(paper)
    return read_paper(
        {
            "title": paper.get("title") or entry.get("title"),
            "abstract": paper.get("summary") or entry.get("summary"),
            "authors": names,
            "author_count": count,
            "organization": _organization(paper) or _organization(entry),
            "arxiv_id": _arxiv_id(paper),
            "published": published.isoformat() if published else None,
            "upvotes": number_of(paper.get("upvotes"), "upvotes"),
            "num_comments": number_of(entry.get("numComments"), "numComments"),
            "code_url": _code_url(paper),
        }
    )


def _arxiv_id(paper: Facts) -> str | None:
    """The id, if it is arXiv's; another kind may come one day."""
    text = paper.get("id")
    paper_id = PaperId.parse(text) if isinstance(text, str) else None
    return paper_id.arxiv if paper_id else None


def _authors(paper: Facts) -> tuple[list[str], int | None]:
    """The names that are shown, and how many authors there are."""
    authors = paper.get("authors")
    if not isinstance(authors, list):
        return [], None
    entries = [as_object(author) for author in authors]
    names = [entry.get("name") for entry in entries if entry.get("hidden") is not True]
    return [collapse(name) for name in names if isinstance(name, str)], len(authors) or None


def _organization(facts: Facts) -> object:
    """The name as the page shows it; `name` is the one in addresses."""
    organization = as_object(facts.get("organization"))
    return organization.get("fullname") or organization.get("name")


def _code_url(paper: Facts) -> str | None:
    """A repository that is no web address is not worth a paper."""
    address = paper.get("githubRepo")
    return address if isinstance(address, str) and _WEB_ADDRESS.fullmatch(address) else None
