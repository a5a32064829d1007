"""feed: any RSS, Atom or JSON Feed that somebody puts papers in.

From formats.md, generic, biorxiv and failures: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed
1.x; the feeds of arXiv and of its API have formats of their own. `published` is the day that an
entry states; no feed says that a day is an announcement's. Declared encodings are often wrong.

Entries of a JSON Feed 1.x: https://jsonfeed.org/version/1.1.
"""

import re
from collections.abc import Iterator, Mapping

from digest.paper import Announcement, Dump, Listing, Rejection
from digest.sources.arxiv.api import ArxivApi
from digest.sources.arxiv.feed import ArxivRss
from digest.sources.feed.entry import Entry, base_of, read_entry, read_paper
from digest.sources.reading.json_text import (
    Document,
    Facts,
    Found,
    Unreadable,
    as_object,
    day_of,
    make_listing,
    read_documents,
    read_text,
)
from digest.sources.reading.json_text import Entry as Item
from digest.sources.reading.salvage import DeclaresEntities, FeedElement, feeds
from digest.sources.reading.salvage import Feed as Shape
from digest.sources.reading.text import decode, is_damaged, looks_like, malformed, to_text

LIST = "items"
_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/1")
_STATED = re.compile(r'"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org\\?/')


def states_version(head: str) -> bool:
    """Whether the beginning of a text is a JSON object that says it is a JSON Feed."""
    return head.lstrip().startswith("{") and _STATED.search(head) is not None


def read_json_feed(document: Document, dump: Dump, name: str) -> list[Found] | Rejection:
    """The papers of one feed; a Rejection where the document is none."""
    version = document.members.get("version")
    is_feed = isinstance(version, str) and _VERSION.match(version)
    if not is_feed and not (document.damage and document.entries):
        return Rejection(line=document.line, why="looks like JSON, but is no JSON Feed")
    found = [_read_json(item, document.members, dump, name) for item in document.entries or ()]
    if document.entries is None and document.damage is None:
        found.append(Rejection(line=document.line, why=f"a feed without {LIST}"))
    return [*found, document.damage] if document.damage else found


def _read_json(item: Item, feed: Facts, dump: Dump, name: str) -> Found:
    base = feed.get("home_page_url") or feed.get("feed_url")
    try:
        if not isinstance(item.value, Mapping):
            raise Unreadable("an entry that is no JSON object")
        paper = read_paper(_entry(item.value), base if isinstance(base, str) else "")
    except Unreadable as error:
        return Rejection(line=item.line, why=str(error))
    return Announcement(paper=paper, format=name, source=dump.source, line=item.line)


def _entry(facts: Facts) -> Entry:
    own, other = _text(facts, "url"), _text(facts, "external_url")
    texts = (to_text(_text(facts, "content_html")), _text(facts, "content_text"))
    return Entry(
        title=to_text(_text(facts, "title")),
        texts=[*filter(None, texts), _text(facts, "summary")],
        creators=tuple(_creators(facts)),
        address=own or other,
        names=(other, _text(facts, "doi"), str(facts.get("id", ""))),
        pdf=_pdf(facts),
        categories=[tag for tag in _list(facts, "tags") if isinstance(tag, str)],
        published=day_of(facts.get("date_published")),
    )


def _text(facts: Facts, key: str) -> str:
    return read_text(facts, key) or ""


def _list(facts: Facts, key: str) -> list[object]:
    values = facts.get(key)
    return values if isinstance(values, list) else []


def _creators(facts: Facts) -> Iterator[str]:
    """Names of `authors`, or of the `author` that version 1.0 had."""
    for author in _list(facts, "authors") or [facts.get("author")]:
        if name := _text(as_object(author), "name"):
            yield name


def _pdf(facts: Facts) -> str:
    files = map(as_object, _list(facts, "attachments"))
    pdfs = (file for file in files if file.get("mime_type") == "application/pdf")
    return next((_text(file, "url") for file in pdfs), "")


NAME = "feed"
_HEAD = 65_536
_ROOT = re.compile(
    r"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*(?:\[.*?\]\s*)?>)*+"
    r"<(?:[\w.-]+:)?(?:(?P<rss>rss)|rdf|feed)(?=[\s/>])(?P<attributes>[^<>]*)>",
    re.IGNORECASE | re.DOTALL,
)
_NAMESPACES = (
    "http://purl.org/rss/1.0/",
    "netscape.com/rdf/simple/0.9/",
    "http://www.w3.org/2005/atom",
    "http://purl.org/atom/ns#",
)
_ARXIVS = (ArxivApi(), ArxivRss())
_DECLARED = re.compile(r"\s*<\?xml[^<>]*?\bencoding\s*=\s*[\"'](?P<name>[\w.-]+)", re.IGNORECASE)
_PYTHON = re.compile(r"\s*[\[{]\s*(?:\{\s*)?'")


class Feed:
    """The format as the table of formats knows it."""

    name = NAME

    def recognises(self, text: str) -> bool:
        """Whether a text begins as a feed, and not as one of arXiv's own."""
        if states_version(text[:_HEAD]):
            return True
        return _is_feed(text[:_HEAD]) and not any(each.recognises(text) for each in _ARXIVS)

    def parse(self, dump: Dump) -> Listing:
        """Read every entry of every feed; raises ListingMalformed where there is no feed."""
        text = _decode(dump)
        if _PYTHON.match(text):
            raise malformed(dump, "looks like the repr of a Python object, not JSON")
        if text.lstrip().startswith("{"):
            documents = read_documents(dump, NAME, LIST)
            pages = [read_json_feed(document, dump, NAME) for document in documents]
            return make_listing(dump, NAME, pages)
        if not text.strip():
            raise malformed(dump, "is empty")
        if not _is_feed(text[:_HEAD]):
            raise malformed(dump, f"looks like {looks_like(text) or 'plain text'}, not {NAME}")
        pages = [_read_feed(shape, dump) for shape in _shapes(text, dump)]
        return make_listing(dump, NAME, pages)


def _decode(dump: Dump) -> str:
    """The text of a dump: UTF-8 if it is that, whatever it says; else what it says."""
    text = decode(dump)
    declared = _DECLARED.match(text)
    if declared is None or not is_damaged(text):
        return text
    try:
        decoded = dump.content.decode(declared["name"])
    except (LookupError, UnicodeError):
        return text
    return decoded if _DECLARED.match(decoded) else text


def _is_feed(head: str) -> bool:
    root = _ROOT.match(head)
    if root is None:
        return False
    attributes = root["attributes"].lower()
    return bool(root["rss"]) or any(namespace in attributes for namespace in _NAMESPACES)


def _shapes(text: str, dump: Dump) -> tuple[Shape, ...]:
    try:
        shapes = feeds(text)
    except DeclaresEntities as error:
        raise malformed(dump, str(error), error.line) from None
    if not shapes:
        raise malformed(dump, f"begins like a {NAME}, but its root is no valid XML")
    return shapes


def _read_feed(shape: Shape, dump: Dump) -> list[Found]:
    base = base_of(shape) if shape.entries else ""
    found = [_read(element, shape, base, dump) for element in shape.entries]
    return [*found, *shape.rejections]


def _read(element: FeedElement, shape: Shape, base: str, dump: Dump) -> Found:
    try:
        paper = read_paper(read_entry(element, shape), base)
    except Unreadable as error:
        return Rejection(line=element.line, why=str(error))
    return Announcement(paper=paper, format=NAME, source=dump.source, line=element.line)
