"""What an entry of RSS or Atom says, as feedparser understands it.

It gets one entry at a time, wrapped in the root of its feed: so an entry knows its line, one that
is ill-formed is read leniently without touching its neighbours, and no half-read one is shown.
feedparser 6.0.14 gives the last only of several identifiers, and any prefix that it does not know
becomes part of a key: identifiers are therefore read here.

A paper from what an entry of any feed says, whatever the feed is written in.

From formats.md, generic and identity: DOIs and arXiv ids stand in links and identifiers; an
abstract may come behind `Authors: … Upvotes: …` of somebody else's feed; addresses count visits.
"""

import html
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html.entities import html5
from typing import Any
from urllib.parse import unquote, urljoin

from digest.paper import Paper, PaperId, collapse
from digest.sources.arxiv.addresses import abs_url, pdf_url
from digest.sources.reading.json_text import Unreadable, day_of
from digest.sources.reading.salvage import Feed, FeedElement
from digest.sources.reading.text import is_damaged, is_markup, split_creators, to_text

_LABEL = re.compile(
    r"(?:\A|\n)[^\S\n]*abstract[^\S\n]*(?::|\n)"
    r"|\A\s*(?:arxiv:|authors?:|upvotes:|title:|published)[^\n]*?\babstract:",
    re.IGNORECASE,
)
_KNOWN_HOSTS = ("arxiv", "huggingface.co/papers/")  # a bare number may be anybody's
_TRACKING = re.compile(r"rss=1|utm_\w+=.*", re.IGNORECASE)
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127], " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What an entry says, as it says it; `texts` are what may be the abstract, as text.

    `address` is where it can be read; `names` are its other links, its id and identifiers.
    """

    title: str = ""
    texts: Sequence[str] = ()
    creators: Sequence[str] = ()
    address: str = ""
    names: Sequence[str] = ()
    pdf: str = ""
    categories: Sequence[str] = ()
    published: date | None = None


def read_paper(entry: Entry, base: str) -> Paper:
    """The paper that an entry tells of; raises Unreadable."""
    address = _web_address(entry.address, base)
    names = [address or "", *(_without_tracking(name) for name in entry.names)]
    arxiv_id, version = _arxiv_id(names)
    authors, is_whole = split_creators(map(_clean, entry.creators))
    paper = Paper(
        title=_clean(entry.title) or None,
        abstract=_abstract(entry.texts),
        authors=authors,
        author_count=len(authors) if authors and is_whole else None,
        categories=tuple(dict.fromkeys(filter(None, map(_clean, entry.categories)))),
        arxiv_id=arxiv_id,
        version=version,
        doi=_doi(names),
        url=abs_url(arxiv_id) if arxiv_id else address,
        pdf_url=pdf_url(arxiv_id) if arxiv_id else _web_address(entry.pdf, base),
        published=entry.published,
    )
    if not (paper.title or paper.abstract or paper.url):
        raise Unreadable("an entry without title, text or link")
    if any(is_damaged(text) for text in _fact_texts(paper)):
        raise Unreadable("an entry that holds characters that are not valid Unicode text")
    return paper


def _fact_texts(paper: Paper) -> Iterable[str]:
    facts = (paper.title, paper.abstract, paper.doi, paper.url, paper.pdf_url)
    return [*filter(None, facts), *paper.authors, *paper.categories]


def _clean(text: str) -> str:
    return collapse(text.translate(_CONTROL))


def _abstract(texts: Sequence[str]) -> str | None:
    """What stands behind a label `Abstract:`, else the longest text."""
    for text in texts:
        if label := _LABEL.search(text):
            return _clean(text[label.end() :]) or None
    return max(map(_clean, texts), key=len, default="") or None


def _web_address(text: str, base: str) -> str | None:
    """An address without what counts visits; None if it is no web address."""
    text = "".join(text.split())
    try:
        whole = urljoin(base, text) if text else ""
    except ValueError:
        return None
    return _without_tracking(whole) if _WEB_ADDRESS.fullmatch(whole) else None


def _without_tracking(address: str) -> str:
    """Drop `rss=1` and `utm_…` from the query; the rest stays as it is written."""
    address, hash_sign, fragment = address.strip().partition("#")
    path, _, query = address.partition("?")
    kept = "&".join(part for part in query.split("&") if not _TRACKING.fullmatch(part))
    return path + (f"?{kept}" if kept else "") + hash_sign + fragment


def _arxiv_id(names: Sequence[str]) -> tuple[str | None, int | None]:
    """The first arXiv id; its version may stand in another of the names."""
    known = [name for name in names if any(host in name.lower() for host in _KNOWN_HOSTS)]
    ids = [paper_id for name in known if (paper_id := PaperId.parse(name)) and paper_id.arxiv]
    if not ids:
        return None, None
    same = [paper_id for paper_id in ids if paper_id.arxiv == ids[0].arxiv]
    return ids[0].arxiv, next((each.version for each in same if each.version), None)


def _doi(names: Sequence[str]) -> str | None:
    """The first DOI, in the letters that it is written in."""
    for name in map(unquote, names):
        paper_id = PaperId.parse(name)
        if paper_id and paper_id.doi:
            return name.strip()[-len(paper_id.doi) :]
    return None


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


def read_entry(element: FeedElement, feed: Feed) -> Entry:
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


def _is_link(guid: str, element: FeedElement) -> bool:
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
