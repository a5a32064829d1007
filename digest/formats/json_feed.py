"""Entries of a JSON Feed 1.x: https://jsonfeed.org/version/1.1."""

import re
from collections.abc import Iterator, Mapping

from digest.formats.facts import Facts, Unreadable, read_text
from digest.formats.feed_facts import Entry, read_paper
from digest.formats.html_text import to_text
from digest.formats.json_text import Document, Found, as_object, day_of
from digest.formats.json_text import Entry as Item
from digest.paper import Announcement, Dump, Rejection

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
    found = [_read(item, document.members, dump, name) for item in document.entries or ()]
    if document.entries is None and document.damage is None:
        found.append(Rejection(line=document.line, why=f"a feed without {LIST}"))
    return [*found, document.damage] if document.damage else found


def _read(item: Item, feed: Facts, dump: Dump, name: str) -> Found:
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
