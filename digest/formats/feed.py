"""feed: any RSS, Atom or JSON Feed that somebody puts papers in.

From formats.md, generic, biorxiv and failures. feedparser reads one entry at a time, wrapped in
its feed's root: so an entry knows its line, one that is ill-formed is read leniently without
touching its neighbours, and the half-read one of a feed that is cut is never shown. The feeds of
arXiv and its API have formats of their own. The day of an entry is when it was published; no feed
says that a day is an announcement's.
"""

import html
import io
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from digest.formats.facts import Unreadable
from digest.formats.feed_facts import Entry, read_paper
from digest.formats.feed_shape import DeclaresEntities, Element, feeds
from digest.formats.feed_shape import Feed as Shape
from digest.formats.json_feed import LIST, read_json_feed, states_version
from digest.formats.json_text import Found, day_of, make_listing, read_documents
from digest.formats.kinds import looks_like
from digest.formats.lines import decode, is_damaged, malformed
from digest.formats.markup import is_markup, to_text
from digest.paper import Announcement, Dump, Listing, Rejection

NAME = "feed"
_HEAD = 65_536
_ROOT = re.compile(
    r"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*(?:\[.*?\]\s*)?>)*+"
    r"<(?:[\w.-]+:)?(?:(?P<rss>rss)|(?:rdf|feed)(?=\s))(?P<attributes>[^<>]*)>",
    re.IGNORECASE | re.DOTALL,
)
_NAMESPACES = (
    "http://purl.org/rss/1.0/",
    "netscape.com/rdf/simple/0.9/",
    "http://www.w3.org/2005/atom",
    "http://purl.org/atom/ns#",
)
_ARXIV = re.compile(
    r"rss\.arxiv\.org|<arxiv:announce_type\b|oai:arxiv\.org:|https?://arxiv\.org/api/",
    re.IGNORECASE,
)
_DECLARED = re.compile(r"\s*<\?xml[^<>]*?\bencoding\s*=\s*[\"'](?P<name>[\w.-]+)", re.IGNORECASE)
_IDENTIFIER = re.compile(
    r"<[\w.-]+:(?:doi|identifier)(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[)?(?P<text>[^<\]]*)", re.IGNORECASE
)
_WITH_DAY = re.compile(r".*\d{4}-\d\d-\d\d|.*[a-z]{3}|\d{8}", re.IGNORECASE)


class Feed:
    """The format as the table of formats knows it."""

    name = NAME

    def recognises(self, text: str) -> bool:
        """Whether a text begins as a feed, and not as one of arXiv's own."""
        head = text[:_HEAD]
        return states_version(head) or (_is_feed(head) and _ARXIV.search(head) is None)

    def parse(self, dump: Dump) -> Listing:
        """Read every entry of every feed; raises ListingMalformed where there is no feed."""
        text = _decode(dump)
        if text.lstrip().startswith("{"):
            documents = read_documents(dump, NAME, LIST)
            pages = [read_json_feed(document, dump, NAME) for document in documents]
            return make_listing(dump, NAME, pages)
        if not _is_feed(text[:_HEAD]):
            raise malformed(dump, _refusal(text))
        try:
            found = [list(_read_feed(feed, dump)) for feed in feeds(text)]
        except DeclaresEntities as error:
            raise malformed(dump, str(error), error.line) from None
        return make_listing(dump, NAME, found)
