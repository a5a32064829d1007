"""Which addresses of a paper become links: http and https alone, whatever a listing says."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from digest.paper import Paper
from digest.rendering.words import one_line

_LONGEST = 1000
_UNSAFE = re.compile(r"[\s\"'<>\\^`{|}]")
_BARE_ADDRESS = re.compile(r"[^\s@:/]+@[^\s@:/]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A label and where it leads."""

    label: str
    url: str


def safe_url(url: str | None, schemes: tuple[str, ...] = ("http", "https")) -> str | None:
    """Return the address with blanks and quotes encoded, or None if it must not be a link."""
    text = _UNSAFE.sub(lambda match: quote(match[0], safe=""), one_line(url or ""))
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme not in schemes or len(text) > _LONGEST:
        return None
    return text if parts.netloc or parts.scheme == "mailto" else None


def paper_links(paper: Paper) -> tuple[Link, ...]:
    """List where a paper can be read, best first: its page, its PDF, its code."""
    candidates = (
        ("Abstract page", safe_url(paper.url) or _page(paper)),
        ("PDF", safe_url(paper.pdf_url) or _pdf(paper)),
        ("Code", safe_url(paper.code_url)),
    )
    return tuple(Link(label=label, url=url) for label, url in candidates if url)


def _page(paper: Paper) -> str | None:
    if paper.arxiv_id:
        return safe_url(f"https://arxiv.org/abs/{_in_path(paper.arxiv_id)}")
    if paper.doi:
        return safe_url(f"https://doi.org/{_in_path(paper.doi)}")
    return None


def _pdf(paper: Paper) -> str | None:
    return safe_url(f"https://arxiv.org/pdf/{_in_path(paper.arxiv_id)}") if paper.arxiv_id else None


def _in_path(name: str) -> str:
    return quote(one_line(name), safe="/:;()")


def search_link(words: str) -> Link | None:
    """Make a search for a paper that has no address of its own."""
    if not words:
        return None
    query = quote(words[:200], safe="")
    return Link(label="Search for this title", url=f"https://scholar.google.com/scholar?q={query}")


def contact_link(contact: str) -> Link | None:
    """Link an address of either kind, shown as it is."""
    label = one_line(contact)
    url = f"mailto:{label}" if _BARE_ADDRESS.fullmatch(label) else label
    safe = safe_url(url, ("http", "https", "mailto"))
    return Link(label=label, url=safe) if safe else None


def unsubscribe_link(address: str) -> Link | None:
    """Link one way to stop, labelled by what it does."""
    url = safe_url(address, ("http", "https", "mailto"))
    if url is None:
        return None
    return Link(label="by e-mail" if url.startswith("mailto:") else "on the web", url=url)
