"""One paper as an issue shows it: every value the templates print, decided here."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from digest.issue import Pick
from digest.paper import Paper, StoredPaper
from digest.ranking.matching import Pattern
from digest.rendering.bylines import byline, first_author
from digest.rendering.facts import facts, first_day
from digest.rendering.language import Words
from digest.rendering.links import Link, paper_links, search_link
from digest.rendering.mathtext import plain
from digest.rendering.reasons import (
    followed_names,
    is_from_earlier,
    is_from_outside,
    main_reasons,
    marked_terms,
    patterns_of,
    short,
    twin_of,
)
from digest.rendering.rich import Rich, rich
from digest.rendering.telling import most_telling_sentence
from digest.rendering.words import cut, cut_at_sentence, one_line
from digest.subscriber import Abstract

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
