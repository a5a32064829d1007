"""One paper as an issue shows it: every value the templates print, decided here."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from digest.issue import Pick, Reason, ReasonKind
from digest.paper import AnnounceType, Paper, Sighting, StoredPaper
from digest.rendering.links import Link, paper_links, search_link
from digest.rendering.words import counted, cut, cut_at_sentence, date_words, one_line

TITLE_LIMIT = 300
OPENING_LIMIT = 80
NAME_LIMIT = 80
REASONS_SHOWN = 4
SOURCES_SHOWN = 3
CATEGORIES_SHOWN = 6
AUTHORS_SHOWN = 6

_REASON_WORDS = {
    ReasonKind.KEYWORD: "keyword “{}”",
    ReasonKind.AUTHOR: "author {}",
    ReasonKind.CATEGORY: "category {}",
    ReasonKind.EXAMPLE: "like your example {}",
    ReasonKind.TEXT: "your description: “{}”",
    ReasonKind.TRENDING: "popularity",
    ReasonKind.FEEDBACK: "your votes",
    ReasonKind.AGE: "age",
    ReasonKind.OTHER: "everything else",
}
_TYPE_WORDS = {
    AnnounceType.CROSS: " (cross-listed)",
    AnnounceType.REPLACE: " (a new version)",
    AnnounceType.REPLACE_CROSS: " (a new version, cross-listed)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonView:
    """A reason in words, and its points with their sign."""

    words: str
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperView:
    """What is printed of one paper; `address` None means that its title is no link.

    `rest` is where to read on if the abstract was shortened; `search` is there for a paper
    without an address; `interest` only where an issue answers several.
    """

    number: int
    title: str
    untitled: bool
    address: str | None
    search: Link | None
    byline: str
    first_author: str
    facts: tuple[str, ...]
    abstract: str
    shortened: bool
    links: tuple[Link, ...]
    reasons: tuple[ReasonView, ...]
    score: str
    interest: str | None


def paper_view(pick: Pick, *, number: int, today: date, shows_interest: bool) -> PaperView:
    """Decide what is printed of a pick."""
    paper = pick.stored.paper
    links = paper_links(paper)
    address = next((link.url for link in links if link.label != "Code"), None)
    return PaperView(
        number=number,
        title=heading(paper),
        untitled=not one_line(paper.title or ""),
        address=address,
        search=None if address else search_link(one_line(paper.title or "") or _opening(paper)),
        byline=_byline(paper),
        first_author=_first_author(paper),
        facts=_facts(pick.stored, today),
        abstract=one_line(paper.abstract or ""),
        shortened=False,
        links=links,
        reasons=_main_reasons(pick.reasons),
        score=f"{pick.score:.0f}",
        interest=cut(one_line(pick.interest), NAME_LIMIT)
        if shows_interest and pick.interest
        else None,
    )


def with_abstract_within(view: PaperView, limit: int) -> PaperView:
    """Shorten the abstract of a paper that is too long."""
    if len(view.abstract) <= limit:
        return view
    return replace(view, abstract=cut_at_sentence(view.abstract, limit), shortened=True)


def heading(paper: Paper) -> str:
    """Name a paper by its title, or by its id and its opening words."""
    if title := one_line(paper.title or ""):
        return cut(title, TITLE_LIMIT)
    return (
        ": ".join(filter(None, (_name(paper), _opening(paper))))
        or "An entry without title and abstract"
    )


def brief_heading(paper: Paper) -> str:
    """Name a paper by its title or its opening words, as the subject of a message does."""
    return one_line(paper.title or "") or _opening(paper) or heading(paper)


def _name(paper: Paper) -> str:
    if paper.arxiv_id:
        return f"arXiv:{cut(one_line(paper.arxiv_id), NAME_LIMIT)}"
    return f"doi:{cut(one_line(paper.doi), NAME_LIMIT)}" if paper.doi else ""


def _opening(paper: Paper) -> str:
    return cut(one_line(paper.abstract or ""), OPENING_LIMIT)


def _names(paper: Paper) -> tuple[str, ...]:
    return tuple(filter(None, (cut(one_line(name), NAME_LIMIT) for name in paper.authors)))


def _authors(paper: Paper) -> str:
    """List the first few and the last, unless the listing left out who comes last."""
    names = _names(paper)
    count = max(paper.author_count or 0, len(names))
    if not names:
        return counted(count, "author") if count else ""
    if count <= AUTHORS_SHOWN and count == len(names):
        return ", ".join(names)
    if count > len(names):
        shown = names[: AUTHORS_SHOWN - 1]
        return f"{', '.join(shown)} and {count - len(shown)} more"
    shown = names[: AUTHORS_SHOWN - 2]
    return f"{', '.join(shown)}, …, {names[-1]} and {count - len(shown) - 1} more"


def _byline(paper: Paper) -> str:
    organization = cut(one_line(paper.organization or ""), NAME_LIMIT)
    return " · ".join(filter(None, (_authors(paper), organization)))


def _first_author(paper: Paper) -> str:
    names = _names(paper)
    if len(names) <= 1 and (paper.author_count or 0) <= 1:
        return "".join(names)
    return f"{names[0]} et al." if names else _authors(paper)


def _facts(stored: StoredPaper, today: date) -> tuple[str, ...]:
    published = stored.paper.published
    facts = (
        _categories(stored.paper),
        f"first submitted {date_words(published, today)}" if published else "",
        *_places(stored.sightings, today),
    )
    return tuple(filter(None, facts))


def _categories(paper: Paper) -> str:
    names = [cut(one_line(name), NAME_LIMIT) for name in paper.categories]
    more = len(names) - CATEGORIES_SHOWN
    return ", ".join(names[:CATEGORIES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _places(sightings: Iterable[Sighting], today: date) -> list[str]:
    """Say where a paper was seen, each source once, as it first announced it."""
    firsts: dict[str | None, Sighting] = {}
    for sighting in sightings:
        firsts.setdefault(sighting.source, sighting)
    return [_place(sighting, today) for sighting in list(firsts.values())[:SOURCES_SHOWN]]


def _place(sighting: Sighting, today: date) -> str:
    source = cut(one_line(sighting.source or ""), NAME_LIMIT) or "a file"
    verb, day = "seen", sighting.seen_at.date()
    if sighting.announced:
        verb, day = "announced", sighting.announced
    kind = _TYPE_WORDS.get(sighting.announce_type, "") if sighting.announce_type else ""
    return f"{verb} in {source}{kind} on {date_words(day, today)}"


def _main_reasons(reasons: Iterable[Reason]) -> tuple[ReasonView, ...]:
    """Take the largest that have a name; what is left of a score only if nothing else is."""
    counting = [reason for reason in reasons if abs(reason.weight) >= 0.05]
    named = [reason for reason in counting if reason.kind is not ReasonKind.OTHER]
    return tuple(_reason_view(reason) for reason in (named or counting)[:REASONS_SHOWN])


def _reason_view(reason: Reason) -> ReasonView:
    precision = 0 if abs(reason.weight) >= 0.95 else 1
    points = f"{reason.weight:+.{precision}f}".replace("-", "−")
    term = cut(one_line(reason.term), NAME_LIMIT)
    return ReasonView(words=_REASON_WORDS[reason.kind].format(term), points=points)
