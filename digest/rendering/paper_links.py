"""Which addresses of a paper become links: http and https alone, whatever a listing says."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from digest.paper import Paper
from digest.rendering.language import Words
from digest.rendering.mathtext import plain
from digest.rendering.text import addresses, one_line

_LONGEST = 1000
_UNSAFE = re.compile(r"[\s\"'<>\\^`{|}]")
_MONTH = re.compile(r"\d{4}(?=\.)")
_FIRST_HTML = "2312"  # the month from which arXiv shows new papers in HTML
_PAGES = ("abstract_page", "pdf", "html", "hugging_face")
_CODE = re.compile(
    r"https?://(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|zenodo\.org|osf\.io"
    r"|huggingface\.co/(?!papers\b)|doi\.org/10\.5281/zenodo)[/.]?\S",
    re.IGNORECASE,
)
_BARE_ADDRESS = re.compile(r"[^\s@:/]+@[^\s@:/]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A label and where it leads: what `kind` of place of a paper, if it is one."""

    label: str
    url: str
    kind: str = ""

    @property
    def is_page(self) -> bool:
        """Whether one can read the paper there."""
        return self.kind in _PAGES


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


def paper_links(paper: Paper, words: Words, *, at_hugging_face: bool = False) -> tuple[Link, ...]:
    """List where a paper can be read, best first: its page, PDF and HTML, its code, its BibTeX."""
    candidates = (
        ("abstract_page", safe_url(paper.url) or _page(paper)),
        ("pdf", safe_url(paper.pdf_url) or _at_arxiv("pdf", paper)),
        ("html", _at_arxiv("html", paper) if _has_html(paper) else None),
        ("hugging_face", _hugging_face(paper) if at_hugging_face else None),
        ("code", safe_url(paper.code_url) or _code_named_in(paper)),
        ("bibtex", _at_arxiv("bibtex", paper) or _of_doi(paper)),
    )
    links = (Link(label=words(name), url=url, kind=name) for name, url in candidates if url)
    return tuple({link.url: link for link in links}.values())


def web_address(text: str) -> str | None:
    """Return the address that a text is, as a link has it; None if it is none of the web."""
    return safe_url(f"https://{text}" if text.lower().startswith("www.") else text)


def _code_named_in(paper: Paper) -> str | None:
    """Find where a paper says that its code is: in the authors' comment or the abstract."""
    for text in (paper.comment, paper.abstract):
        told = plain(one_line(text or "")) if text and "://" in text else ""
        for begin, end in addresses(told):
            url = safe_url(told[begin:end])
            if url and _CODE.match(url):
                return url
    return None


def _page(paper: Paper) -> str | None:
    if paper.arxiv_id:
        return _at_arxiv("abs", paper)
    if paper.doi:
        return safe_url(f"https://doi.org/{_in_path(paper.doi)}")
    return None


def _at_arxiv(form: str, paper: Paper) -> str | None:
    if not paper.arxiv_id:
        return None
    return safe_url(f"https://arxiv.org/{form}/{_in_path(paper.arxiv_id)}")


def _has_html(paper: Paper) -> bool:
    """Say whether arXiv makes HTML of papers as new as this one."""
    number = _MONTH.match(paper.arxiv_id or "")
    return number is not None and number[0] >= _FIRST_HTML


def _hugging_face(paper: Paper) -> str | None:
    if not paper.arxiv_id:
        return None
    return safe_url(f"https://huggingface.co/papers/{_in_path(paper.arxiv_id)}")


def _of_doi(paper: Paper) -> str | None:
    """Ask the registry of journals' DOIs for a BibTeX entry."""
    if not paper.doi:
        return None
    name = quote(one_line(paper.doi), safe="")
    return safe_url(f"https://api.crossref.org/works/{name}/transform/application/x-bibtex")


def _in_path(name: str) -> str:
    return quote(one_line(name), safe="/:;()")


def search_link(title: str, words: Words) -> Link | None:
    """Make a search for a paper that has no address of its own."""
    if not title:
        return None
    query = quote(title[:200], safe="")
    return Link(label=words("search"), url=f"https://scholar.google.com/scholar?q={query}")


def contact_link(contact: str) -> Link | None:
    """Link an address of either kind, shown as it is."""
    label = one_line(contact)
    url = f"mailto:{label}" if _BARE_ADDRESS.fullmatch(label) else label
    safe = safe_url(url, ("http", "https", "mailto"))
    return Link(label=label, url=safe) if safe else None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopLink(Link):
    """A way to stop; `told`: its label where no link can carry it."""

    told: str


def unsubscribe_link(address: str, words: Words) -> StopLink | None:
    """Link one way to stop, labelled by what it does."""
    url = safe_url(address, ("http", "https", "mailto"))
    if url is None:
        return None
    way = "by_mail" if url.startswith("mailto:") else "on_the_web"
    return StopLink(label=words(way), url=url, told=words(f"stop_{way}"))
