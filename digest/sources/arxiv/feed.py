"""arxiv-rss: the daily feeds of rss.arxiv.org, RSS 2.0 and Atom.

From formats.md, arxiv-feed: the day of an item is that of its announcement, at midnight US
Eastern, and never that of its submission; a description is an id, an announce type and an
abstract; authors are one string; the first category is the primary one. At weekends and on
holidays a feed is empty. An error is a feed too, with HTTP 400, that says so in its title.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from email.utils import parsedate
from functools import lru_cache
from zoneinfo import ZoneInfo

from digest.paper import Announcement, AnnounceType, Dump, Listing, Paper, PaperId, Rejection
from digest.sources.arxiv.addresses import abs_url, pdf_url
from digest.sources.reading.json_text import Found, Unreadable, make_listing
from digest.sources.reading.markup import (
    Document,
    Element,
    Entry,
    Fields,
    fields_of,
    one_line,
    only,
    quoted,
    read_documents,
    text_of,
    unwrapped,
)
from digest.sources.reading.text import decode, looks_like, malformed, shown, split_names

NAME = "arxiv-rss"
_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_ENTRIES = ("item", f"{_ATOM}entry")
_FEEDS = ("XML (RSS)", "XML (Atom)")
_HEAD = 65_536
_ENTRY = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s>]")
_OF_FEED = re.compile(
    r"<(?:[\w.-]+:)?(?:id|link)\b(?:[^<>]*\bhref\s*=\s*[\"']|[^<>]*>\s*)https?://rss\.arxiv\.org"
    r"|Feed error for query: https?://rss\.arxiv\.org"
)
_OF_ENTRY = re.compile(r"<arxiv:announce_type\b|<(?:\w+:)?(?:guid|id)\b[^<>]*>\s*oai:arXiv\.org:")
_DESCRIPTION = re.compile(
    r"arXiv:(?P<id>\S+)\s+Announce Type:\s*(?P<type>\S+)(?:\s+Abstract:)?\s*(?P<text>.*)",
    re.DOTALL,
)
_ERROR = "Feed error"
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d(?=T|\Z)", re.ASCII)
_NAMES = {
    "title": "title",
    "description": "description",
    "guid": "id",
    "link": "link",
    "category": "category",
    "pubDate": "day",
    f"{_ATOM}title": "title",
    f"{_ATOM}summary": "description",
    f"{_ATOM}id": "id",
    f"{_ATOM}link": "link",
    f"{_ATOM}category": "category",
    f"{_ATOM}published": "day",
    f"{_ARXIV}announce_type": "announce type",
    f"{_ARXIV}DOI": "DOI",
    f"{_ARXIV}journal_reference": "journal reference",
    "{http://purl.org/dc/elements/1.1/}creator": "creator",
}
_TYPES = {each.value: each for each in AnnounceType}
_FIRST_TIME = (AnnounceType.NEW, AnnounceType.CROSS)

Match = re.Match[str]


class ArxivRss:
    """The format as the table of formats knows it."""

    name = NAME

    def recognises(self, text: str) -> bool:
        """Whether a feed says where it is from, or its entries how arXiv announced them."""
        if looks_like(text) not in _FEEDS:
            return False
        head, *entries = _ENTRY.split(text[:_HEAD], maxsplit=1)
        return bool(_OF_FEED.search(head) or (entries and _OF_ENTRY.search(text[:_HEAD])))

    def parse(self, dump: Dump) -> Listing:
        """Read every feed of a dump; raises ListingMalformed for an error feed too."""
        feeds = read_documents(dump, _ENTRIES)
        listing = make_listing(dump, NAME, [_read_feed(feed, dump) for feed in feeds])
        if not listing.announcements and not self.recognises(decode(dump)):
            raise malformed(dump, f"is {looks_like(decode(dump))}, but no feed of arXiv's")
        days = {_day_of_feed(feed) for feed in feeds}
        return replace(listing, day=days.pop() if len(days) == 1 else None)


def _read_feed(feed: Document, dump: Dump) -> list[Found] | Rejection:
    channel = _channel(feed.root)
    if channel is None:
        return Rejection(line=feed.line, why=f"looks like {shown(feed.root.tag)}, not {NAME}")
    if (_first(channel, "title", f"{_ATOM}title") or "").startswith(_ERROR):
        why = _first(channel, "description", f"{_ATOM}subtitle") or "no reason"
        return Rejection(line=feed.line, why=f"arXiv answered with an error: {quoted(why)}")
    day = _day_of_feed(feed)
    found = [each for entry in feed.entries for each in _read(entry, day, dump)]
    return [*found, *feed.rejections]


def _channel(root: Element) -> Element | None:
    """What holds the facts of a feed: in Atom the root itself."""
    if root.tag == f"{_ATOM}feed":
        return root
    return root.find("channel") if root.tag == "rss" else None


def _first(element: Element, *tags: str) -> str | None:
    return text_of(next(element.iterchildren(*tags), None))


def _day_of_feed(feed: Document) -> date | None:
    """The day that a feed says it is for, else that of its items, else that it was built on."""
    channel = _channel(feed.root)
    if channel is None:
        return None
    if day := _day(_first(channel, "pubDate")):
        return day
    stated = (_first(entry.element, "pubDate", f"{_ATOM}published") for entry in feed.entries)
    days = [day for day in map(_day, stated) if day]
    return max(days) if days else _eastern_day(_first(channel, f"{_ATOM}updated"))


@lru_cache(maxsize=16)  # all items of a feed have one day
def _day(written: str | None) -> date | None:
    """The day as it is written, in whatever zone: arXiv writes midnight in US Eastern."""
    text = (written or "").strip()
    try:
        if match := _ISO_DAY.match(text):
            return date.fromisoformat(match[0])
        parts = parsedate(text)
        return date(*parts[:3]) if parts else None
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def _eastern_day(written: str | None) -> date | None:
    try:
        moment = datetime.fromisoformat(written or "")
        return moment.astimezone(ZoneInfo("America/New_York")).date() if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _read(entry: Entry, day_of_feed: date | None, dump: Dump) -> Iterator[Found]:
    try:
        fields = fields_of(entry.element, _NAMES)
        description = (only(fields, "description") or "").strip()
        about = _DESCRIPTION.fullmatch(description)
        announce_type = _announce_type(fields, about)
        paper = _paper(fields, about, about["text"] if about else description)
        written = only(fields, "day")
    except Unreadable as error:
        yield Rejection(line=entry.line, why=str(error))
        return
    day = _day(written)
    yield Announcement(
        paper=paper,
        format=NAME,
        announce_type=announce_type,
        announced=(day or day_of_feed) if announce_type in _FIRST_TIME else None,
        source=dump.source,
        line=entry.line,
    )
    if written and day is None:
        yield Rejection(line=entry.line, why=f"{shown(written)} is no day")


def _announce_type(fields: Fields, about: Match | None) -> AnnounceType | None:
    """How the entry says that it was announced, in its two places."""
    said = (only(fields, "announce type") or "").strip()
    told = about["type"] if about else said
    if said and said != told:
        raise Unreadable(f"an entry of two announce types: {shown(f'{said} {told}')}")
    if told and told not in _TYPES:
        raise Unreadable(f"an announce type that is none of {', '.join(_TYPES)}: {shown(told)}")
    return _TYPES[told] if told else None


def _paper(fields: Fields, about: Match | None, abstract: str) -> Paper:
    """What an entry says; `facts.read_paper` does this too, at several times the cost."""
    title = one_line(only(fields, "title"))
    if title is None:
        raise Unreadable("an entry without a title")
    paper_id = _paper_id(fields, about)
    authors, doi = _authors(fields), only(fields, "DOI")
    return Paper(
        title=title,
        abstract=one_line(abstract),
        authors=authors,
        author_count=len(authors) or None,
        categories=_categories(fields),
        arxiv_id=paper_id.arxiv,
        version=paper_id.version,
        doi=doi.split()[0] if doi else None,
        url=abs_url(paper_id.arxiv or ""),
        pdf_url=pdf_url(paper_id.arxiv or ""),
        journal_ref=unwrapped(only(fields, "journal reference")),
    )


def _paper_id(fields: Fields, about: Match | None) -> PaperId:
    """The id of an entry; its identifier and its description name the same paper."""
    guid = (only(fields, "id") or "").strip().removeprefix("oai:arXiv.org:")
    texts = {guid, about["id"] if about else ""} - {""}
    texts = texts or set(fields.get("link", ()))
    known = [paper_id for text in texts if (paper_id := PaperId.parse(text)) and paper_id.arxiv]
    if not known:
        raise Unreadable(f"an entry without an arXiv id: {shown(' '.join(sorted(texts)))}")
    if len({paper_id.arxiv for paper_id in known}) > 1:
        raise Unreadable(f"an entry of two papers: {shown(' '.join(sorted(texts)))}")
    return max(known, key=lambda paper_id: paper_id.version or 0)


def _authors(fields: Fields) -> tuple[str, ...]:
    """The names; an address is the feed's, which once stood where the authors should."""
    text = only(fields, "creator")
    names = split_names(text) if text else ()
    return tuple(name for name in names if "@" not in name) if text and "@" in text else names


def _categories(fields: Fields) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term.strip() for term in fields.get("category", ())))
