"""feed: any RSS, Atom or JSON Feed that somebody puts papers in.

From formats.md, generic, biorxiv and failures: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed
1.x; the feeds of arXiv and of its API have formats of their own. `published` is the day that an
entry states; no feed says that a day is an announcement's. Declared encodings are often wrong.
"""

import re

from digest.formats.arxiv_api import ArxivApi
from digest.formats.arxiv_rss import ArxivRss
from digest.formats.facts import Unreadable
from digest.formats.feed_entry import base_of, read_entry
from digest.formats.feed_facts import read_paper
from digest.formats.feed_shape import DeclaresEntities, Element, feeds
from digest.formats.feed_shape import Feed as Shape
from digest.formats.json_feed import LIST, read_json_feed, states_version
from digest.formats.json_text import Found, make_listing, read_documents
from digest.formats.kinds import looks_like
from digest.formats.lines import decode, is_damaged, malformed
from digest.paper import Announcement, Dump, Listing, Rejection

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


def _read(element: Element, shape: Shape, base: str, dump: Dump) -> Found:
    try:
        paper = read_paper(read_entry(element, shape), base)
    except Unreadable as error:
        return Rejection(line=element.line, why=str(error))
    return Announcement(paper=paper, format=NAME, source=dump.source, line=element.line)
