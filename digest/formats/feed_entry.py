"""What an entry of RSS or Atom says, as feedparser understands it.

It gets one entry at a time, wrapped in the root of its feed: so an entry knows its line, one that
is ill-formed is read leniently without touching its neighbours, and no half-read one is shown.
feedparser 6.0.14 gives the last only of several identifiers, and any prefix that it does not know
becomes part of a key: identifiers are therefore read here.
"""

import html
import io
import re
from collections.abc import Iterator, Sequence
from datetime import date
from html.entities import html5
from typing import Any

from digest.formats.facts import Unreadable
from digest.formats.feed_facts import Entry
from digest.formats.feed_shape import Element, Feed
from digest.formats.html_text import is_markup, to_text
from digest.formats.json_text import day_of

_IDENTIFIER = re.compile(
    r"<(?:[\w.-]+:)(?:doi|identifier)(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[)?(?P<text>[^<\]]*)",
    re.IGNORECASE,
)
_AMPERSAND = re.compile(
    r"<!\[CDATA\[.*?\]\]>|&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)(?P<name>[a-z]\w*;)?",
    re.IGNORECASE | re.DOTALL,
)
_NO_LINK = re.compile(r"<guid\b[^<>]*\bispermalink\s*=\s*[\"']false", re.IGNORECASE)
_ENDLESS_WORD = re.compile(r"(?<![\w.+-])[\w.+-]{2000}")
_WITHOUT_DAY = re.compile(r"\s*\d{4}(?:-?\d\d)?\s*", re.ASCII)
_HTML = {"text/html", "application/xhtml+xml"}

Understood = dict[str, Any]


def read_entry(element: Element, feed: Feed) -> Entry:
    """The facts of one entry; raises Unreadable."""
    channel = ("<channel>", "</channel>") if _is_rss(feed) else ("", "")
    understood = _understand(element.markup.join(channel).join((feed.root, f"</{feed.tag}>")))
    entry = _only(_members(understood, "entries"))
    guid = _text(entry, "id")
    return Entry(
        title=_plain(_member(entry, "title_detail")),
        texts=tuple(_texts(entry)),
        creators=[to_text(_text(author, "name")) for author in _members(entry, "authors")],
        address=_link(entry) or (guid if _is_link(guid, element) else ""),
        names=(*_identifiers(element.markup), *_dois(entry), guid),
        pdf=next(_hrefs(entry, "alternate enclosure related", {"application/pdf"}), ""),
        categories=[_text(tag, "term") for tag in _members(entry, "tags")],
        published=_published(entry, is_rss=not _text(understood, "version").startswith("atom")),
    )


def base_of(feed: Feed) -> str:
    """The address that relative links start from: that of the feed's site, else its own."""
    end = "</channel>" if _is_rss(feed) else ""
    try:
        about = _member(_understand(f"{feed.root}{feed.head}{end}</{feed.tag}>"), "feed")
    except Unreadable:
        return ""
    return next(_hrefs(about, "alternate", _HTML), "") or next(_hrefs(about, "self"), "")


def _is_rss(feed: Feed) -> bool:
    return feed.tag.lower().endswith("rss")


def _understand(markup: str) -> Understood:
    # Lazily: it takes a while to import, and most dumps are no feeds.
    import feedparser

    if _ENDLESS_WORD.search(markup):
        # feedparser looks for mail addresses in time that grows with a word's square.
        raise Unreadable("an entry with a word of more than 2000 letters")
    whole = f'<?xml version="1.0" encoding="utf-8"?>{_AMPERSAND.sub(_escaped, markup)}'
    try:
        # Neither cleaned nor resolved: what is HTML becomes text anyway.
        understood: Understood = feedparser.parse(
            io.BytesIO(whole.encode("utf-8", "replace")),
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # its lenient parser meets damage with whatever comes
        raise Unreadable("an entry that is no valid XML") from error
    return understood


def _escaped(match: re.Match[str]) -> str:
    """Make XML of HTML's entities and of a lone `&`, the commonest mistakes in feeds."""
    if not match.group().startswith("&"):
        return match.group()
    character = html5.get(match["name"] or "")
    return html.escape(character) if character else f"&amp;{match['name'] or ''}"


def _only(entries: list[Understood]) -> Understood:
    if len(entries) != 1:
        raise Unreadable("an entry that is no valid XML")
    return entries[0]


def _texts(entry: Understood) -> Iterator[str]:
    for detail in (*_members(entry, "content"), _member(entry, "summary_detail")):
        if _text(detail, "type").startswith("text/") or _text(detail, "type") in _HTML:
            yield _plain(detail)


def _plain(detail: Understood) -> str:
    text = _text(detail, "value")
    return to_text(text) if _text(detail, "type") in _HTML or is_markup(text) else text


def _link(entry: Understood) -> str:
    """Where a person can read it, rather than a machine."""
    pages = _hrefs(entry, "alternate", _HTML)
    return next(pages, "") or next(_hrefs(entry, "alternate"), "")


def _is_link(guid: str, element: Element) -> bool:
    return guid.startswith(("http://", "https://")) and not _NO_LINK.search(element.markup)


def _dois(entry: Understood) -> Iterator[str]:
    """Links to doi.org of any kind; of other papers' pages an entry may have many."""
    return (href for href in _hrefs(entry, "alternate related via") if "doi.org/" in href.lower())


def _hrefs(entry: Understood, kinds: str, types: set[str] | None = None) -> Iterator[str]:
    for link in _members(entry, "links"):
        href = _text(link, "href").strip()
        if _text(link, "rel") in kinds.split() and (not types or _text(link, "type") in types):
            yield from filter(None, (href,))


def _identifiers(markup: str) -> Iterator[str]:
    return (html.unescape(match["text"]).strip() for match in _IDENTIFIER.finditer(markup))


def _published(entry: Understood, *, is_rss: bool) -> date | None:
    """The UTC day of publication; in RSS `dc:date`, which feedparser calls `updated`, is one."""
    for key in ("published", "updated") if is_rss else ("published",):
        moment = dict.get(entry, f"{key}_parsed")
        if moment and not _WITHOUT_DAY.fullmatch(_text(entry, key)):
            return _day(moment)
    stated = (_text(entry, key) for key in entry if key.endswith("publicationdate"))
    return next(filter(None, map(day_of, stated)), None)


def _day(moment: Sequence[int]) -> date | None:
    try:
        return date(*moment[:3])
    except ValueError:
        return None


def _text(members: Understood, key: str) -> str:
    # Not members.get: feedparser's takes one key for another, and warns of it.
    value = dict.get(members, key)
    return value if isinstance(value, str) else ""


def _member(members: Understood, key: str) -> Understood:
    value = dict.get(members, key)
    return value if isinstance(value, dict) else {}


def _members(members: Understood, key: str) -> list[Understood]:
    values = dict.get(members, key)
    return [each for each in values if isinstance(each, dict)] if isinstance(values, list) else []
