"""One paper as an issue shows it: every value the templates print, decided here.

The small print of a paper: its categories by name, its dates, where it was seen.

Who wrote a paper, in one line: the first, whoever is followed, the last, and how many more.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from digest.issue import Pick
from digest.paper import AnnounceType, Paper, Sighting, StoredPaper
from digest.ranking.matching import Pattern
from digest.ranking.names import agree, parse_name
from digest.rendering.extract import most_telling_sentence
from digest.rendering.language import Words
from digest.rendering.mathtext import plain
from digest.rendering.paper_links import Link, paper_links, search_link
from digest.rendering.reasons import (
    NAME_LIMIT,
    followed_names,
    is_from_earlier,
    is_from_outside,
    main_reasons,
    marked_terms,
    patterns_of,
    short,
    twin_of,
)
from digest.rendering.rich import Rich, joined, marked, rich, unmarked
from digest.rendering.text import cut, cut_at_sentence, one_line
from digest.subscriber import Abstract
from digest.taxonomy import NAMES, canonical

SOURCES_SHOWN = 3
CATEGORIES_SHOWN = 4
_TOLD_APART = (AnnounceType.CROSS, AnnounceType.REPLACE, AnnounceType.REPLACE_CROSS)


def facts(stored: StoredPaper, today: date, words: Words) -> tuple[str, ...]:
    """List what there is to know beside authors and text."""
    published = stored.paper.published
    found = (
        _categories(stored.paper, words),
        words("submitted", day=words.day(published, today)) if published else "",
        *_places(stored.sightings, today, words),
    )
    return tuple(filter(None, found))


def first_day(sightings: Iterable[Sighting]) -> date | None:
    """Give the day on which a paper was first announced, or else seen."""
    days = [each.announced or each.seen_at.date() for each in sightings]
    return min(days, default=None)


def _categories(paper: Paper, words: Words) -> str:
    names = list(dict.fromkeys(_named(name) for name in paper.categories))
    shown = ", ".join(names[:CATEGORIES_SHOWN])
    more = len(names) - CATEGORIES_SHOWN
    return f"{shown} {words('more_categories', n=more)}" if more > 0 else shown


def _named(category: str) -> str:
    """Write a category of arXiv with its full name."""
    name = cut(one_line(category), NAME_LIMIT)
    full = NAMES.get(canonical(name))
    return f"{full} ({name})" if full else name


def _places(sightings: Iterable[Sighting], today: date, words: Words) -> Iterator[str]:
    """Say where a paper was seen before, or as what else than new, each source once."""
    firsts: dict[str | None, Sighting] = {}
    for sighting in sightings:
        firsts.setdefault(sighting.source, sighting)
    for sighting in list(firsts.values())[:SOURCES_SHOWN]:
        day = sighting.announced or sighting.seen_at.date()
        if day != today or sighting.announce_type in _TOLD_APART:  # that it is new goes unsaid
            yield _place(sighting, today, words)


def _place(sighting: Sighting, today: date, words: Words) -> str:
    source = cut(one_line(sighting.source or ""), NAME_LIMIT) or words("a_file")
    verb, day = "seen", sighting.seen_at.date()
    if sighting.announced:
        verb, day = "announced", sighting.announced
    kind = sighting.announce_type
    ending = f"_{kind.value.replace('-', '_')}" if kind in _TOLD_APART and kind else ""
    return words(f"{verb}{ending}", source=source, day=words.day(day, today))


ALL_OF = 5
"""So many authors are all named."""

BEGINNING = 2
"""Of more than that so many are named first."""


def byline(paper: Paper, followed: Sequence[str], words: Words) -> Rich:
    """Name the authors as far as they are known, `followed` ones marked, and where they work."""
    parts = [_authors(paper, followed, words), unmarked(short(paper.organization or ""))]
    return joined([part for part in parts if part], " · ")


def first_author(paper: Paper, words: Words) -> str:
    """Name the first author, and say that there are others."""
    names = _names(paper)
    if len(names) <= 1 and (paper.author_count or 0) <= 1:
        return "".join(names)
    return words("et_al", name=names[0]) if names else _authors(paper, (), words).plain


def _authors(paper: Paper, followed: Sequence[str], words: Words) -> Rich:
    names = _names(paper)
    count = max(paper.author_count or 0, len(names))
    if not names:
        return unmarked(words("authors", n=count)) if count else Rich()
    stars = {i for i, name in enumerate(names) if _is_followed(name, followed)}
    shown = _shown(len(names), count, stars)
    parts = list(_in_a_row(names, shown, stars))
    if more := count - len(shown):
        parts.append(unmarked(f" {words('more_authors', n=more)}"))
    return joined(parts, "")


def _shown(named: int, count: int, stars: set[int]) -> list[int]:
    """Choose whom to name; of a list that was cut nobody is the last."""
    if count <= ALL_OF:
        return list(range(named))
    chosen = {*range(min(BEGINNING, named)), *sorted(stars)[:ALL_OF]}
    if named == count:
        chosen.add(named - 1)
    return sorted(chosen)


def _in_a_row(names: Sequence[str], shown: Sequence[int], stars: set[int]) -> Iterator[Rich]:
    """Give the names with what stands between them: an ellipsis where somebody is left out."""
    for n, i in enumerate(shown):
        if n:
            yield unmarked(", " if i == shown[n - 1] + 1 else ", …, ")
        yield marked(names[i]) if i in stars else unmarked(names[i])


def _is_followed(listed: str, followed: Sequence[str]) -> bool:
    return any(agree(parse_name(name), parse_name(listed)) is not None for name in followed)


def _names(paper: Paper) -> tuple[str, ...]:
    return tuple(filter(None, map(short, paper.authors)))


TITLE_LIMIT = 300
OPENING_LIMIT = 80
SUMMARY_LIMIT = 400
ABSTRACT_LIMIT = 420
"""Characters of an abstract in short: what the eye takes in before it goes on."""
_BRIEFLY = ("pdf", "code")
_OF_HUGGING_FACE = "hf-"
_KEPT = 4_096  # of what many readers share


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Content:
    """What is printed of a paper for all who asked for the same of it; for them one and the same.

    `address` None means that the title is no link, and `search` is there instead. `summary` is a
    sentence of the abstract if it is `quoted`, else one that was written; `abstract` holds a quoted
    one already.
    """

    title: Rich
    untitled: bool
    address: str | None
    search: Link | None
    byline: Rich
    first_author: str
    facts: tuple[str, ...]
    summary: Rich
    quoted: bool
    abstract: Rich
    shortened: bool
    links: tuple[Link, ...]

    @property
    def brief_links(self) -> tuple[Link, ...]:
        """The few that a brief pick has room for, beside its title's own."""
        return tuple(link for link in self.links if link.kind in _BRIEFLY)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperView:
    """A paper with what is one reader's own: its place, and why it is there.

    `notes` say what sets a pick apart (from outside, from an earlier day, a twin); `interest` is
    there only where an issue answers several.
    """

    number: int
    notes: tuple[str, ...]
    reasons: tuple[str, ...]
    interest: str | None
    content: Content

    def __getattr__(self, name: str) -> Any:
        """Offer what the content has, so that a template need not know of the two."""
        return getattr(self.content, name)


@lru_cache(maxsize=_KEPT)
def paper_view(
    pick: Pick, *, number: int, today: date, several: bool, abstract: Abstract, words: Words
) -> PaperView:
    """Decide what is printed of a pick; `several`: the issue answers more than one interest."""
    return PaperView(
        number=number,
        notes=tuple(_notes(pick, today, words)),
        reasons=main_reasons(pick.reasons, words),
        interest=(short(pick.interest or "") or None) if several else None,
        content=_content(
            pick.stored,
            pick.summary,
            marked_terms(pick.reasons),
            followed_names(pick.reasons),
            today,
            abstract,
            words,
        ),
    )


@lru_cache(maxsize=_KEPT)
def _content(
    stored: StoredPaper,
    written: str | None,
    terms: tuple[str, ...],
    followed: tuple[str, ...],
    today: date,
    abstract: Abstract,
    words: Words,
) -> Content:
    content, texts = _unmarked(stored, written, today, abstract, words)
    if not terms and not followed:
        return content
    patterns = patterns_of(terms)
    title, summary, shown = _rich(texts, patterns)
    names = byline(stored.paper, followed, words) if followed else content.byline
    return replace(content, title=title, summary=summary, abstract=shown, byline=names)


def _rich(texts: tuple[str, str, str], patterns: tuple[Pattern, ...] = ()) -> tuple[Rich, ...]:
    """Show title, summary and abstract; a title is a link already."""
    title, *others = texts
    return rich(title, patterns), *(rich(text, patterns, linked=True) for text in others)


@lru_cache(maxsize=_KEPT)
def _unmarked(
    stored: StoredPaper, written: str | None, today: date, abstract: Abstract, words: Words
) -> tuple[Content, tuple[str, str, str]]:
    """Decide what is the same for all readers; give the texts that they have marked, too."""
    paper = stored.paper
    is_known_there = any(each.format.startswith(_OF_HUGGING_FACE) for each in stored.sightings)
    links = paper_links(paper, words, at_hugging_face=is_known_there)
    address = next((link.url for link in links if link.is_page), None)
    title = one_line(paper.title or "")
    whole = one_line(paper.abstract or "")
    quotation = _quotation(title, whole) or ""
    summary = one_line(written or "") or quotation
    kept = whole if abstract is Abstract.FULL else _beginning_with(quotation, whole)
    texts = heading(paper, words), _cut_whole(summary, SUMMARY_LIMIT), kept
    shown = _rich(texts)
    content = Content(
        title=shown[0],
        untitled=not title,
        address=address,
        search=None if address else search_link(plain(title) or _opening(paper), words),
        byline=byline(paper, (), words),
        first_author=first_author(paper, words),
        facts=facts(stored, today, words),
        summary=shown[1],
        quoted=not written,
        abstract=shown[2],
        shortened=len(kept) < len(whole),
        links=links,
    )
    return content, texts


def with_abstract_within(view: PaperView, pick: Pick, limit: int) -> PaperView:
    """Shorten the abstract of a paper that is too long."""
    abstract = one_line(pick.stored.paper.abstract or "")
    if len(abstract) <= limit or (view.shortened and len(view.abstract.plain) <= limit):
        return view
    kept = _shortened(abstract, limit, patterns_of(marked_terms(pick.reasons)))
    return replace(view, content=replace(view.content, abstract=kept, shortened=True))


def heading(paper: Paper, words: Words) -> str:
    """Name a paper by its title, or by its id and its opening words; TeX is left as it is."""
    if title := one_line(paper.title or ""):
        return _cut_whole(title, TITLE_LIMIT)
    named = ": ".join(filter(None, (_name(paper), _opening(paper))))
    return named or words("nameless")


@lru_cache(maxsize=_KEPT)
def brief_heading(paper: Paper, words: Words) -> str:
    """Name a paper by its title or its opening words, as the subject of a message does."""
    title = one_line(paper.title or "") or _opening(paper)
    return plain(title or heading(paper, words))


def _beginning_with(sentence: str, abstract: str) -> str:
    """Leave a few sentences of an abstract, from the one that sums the paper up."""
    begin = max(abstract.find(sentence), 0) if sentence else 0
    if begin and len(abstract) <= ABSTRACT_LIMIT:
        begin = 0
    rest = _cut_sentences(abstract[begin:], ABSTRACT_LIMIT)
    return f"… {rest}" if begin else rest


def _notes(pick: Pick, today: date, words: Words) -> Iterator[str]:
    if is_from_outside(pick.reasons):
        yield words("outside")
    if is_from_earlier(pick.reasons):
        day = first_day(pick.stored.sightings)
        if day and day < today:
            yield words("earlier", day=words.day(day, today))
    if twin := twin_of(pick.reasons):
        yield words("because_twin", term=twin)


def _quotation(title: str, abstract: str) -> str | None:
    sentence = most_telling_sentence(title, abstract)
    return sentence if sentence and len(sentence) <= SUMMARY_LIMIT else None


@lru_cache(maxsize=_KEPT)
def _shortened(abstract: str, limit: int, patterns: tuple[Pattern, ...]) -> Rich:
    return rich(_cut_sentences(abstract, limit), patterns, linked=True)


def _cut_sentences(text: str, limit: int) -> str:
    """Shorten a text at a sentence, but not within a formula."""
    at_sentence = cut_at_sentence(text, limit)
    return _cut_whole(text, limit) if _splits_a_formula(at_sentence, text) else at_sentence


def _cut_whole(text: str, limit: int) -> str:
    """Shorten a text, but not within a formula."""
    shortened = cut(text, limit)
    if _splits_a_formula(shortened, text):
        return cut(text, max(2, shortened.rfind("$")))
    return shortened


def _splits_a_formula(shortened: str, text: str) -> bool:
    return _dollars(shortened) % 2 == 1 and _dollars(text) % 2 == 0


def _dollars(text: str) -> int:
    return text.replace("\\$", "").count("$")


def _name(paper: Paper) -> str:
    if paper.arxiv_id:
        return f"arXiv:{short(paper.arxiv_id)}"
    return f"doi:{short(paper.doi)}" if paper.doi else ""


def _opening(paper: Paper) -> str:
    return cut(plain(one_line(paper.abstract or "")), OPENING_LIMIT)
