"""An issue as the templates see it: every sentence and number of a message, decided here.

What a message says of the sources: which was searched, which failed, why there is nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, takewhile

from digest.issue import Issue, Outcome, Pick, SourceReport
from digest.rendering.language import Words
from digest.rendering.paper_links import Link, StopLink, contact_link, unsubscribe_link
from digest.rendering.paper_view import PaperView, brief_heading, paper_view, with_abstract_within
from digest.rendering.reasons import NAME_LIMIT, short, topics
from digest.rendering.text import cut, one_line
from digest.subscriber import Layout

ERROR_LIMIT = 160
SOURCES_NAMED = 12
_TROUBLE = {
    Outcome.LATE: "source_late",
    Outcome.STALE: "source_stale",
    Outcome.FAILED: "source_failed",
}


def trouble(sources: Iterable[SourceReport]) -> list[SourceReport]:
    """Give the sources that were not wholly searched."""
    return [each for each in sources if each.outcome in _TROUBLE and not each.is_library]


def problem(sources: Iterable[SourceReport], words: Words) -> str | None:
    """Say in one sentence what was not searched, if anything was not."""
    troubled = trouble(sources)
    if not troubled:
        return None
    named = [words(_TROUBLE[report.outcome], source=_name(report)) for report in troubled]
    if (more := len(named) - SOURCES_NAMED) > 0:
        named[SOURCES_NAMED:] = [words("more_trouble", n=more)]
    return words("problem", sources=words.listed(named))


def empty(issue: Issue, words: Words) -> str:
    """Tell apart: nothing was announced, nothing matched, something failed."""
    failed = "_failed" if trouble(issue.sources) else ""
    if issue.searched:
        return words(f"unmatched{failed}", n=issue.searched)
    return words(f"empty{failed}")


def sources(reports: tuple[SourceReport, ...], words: Words) -> tuple[str, ...]:
    """Give one line a source: how it ended, and why if that wants saying."""
    lines = tuple(_line(report, words) for report in reports[:SOURCES_NAMED])
    more = len(reports) - SOURCES_NAMED
    return (*lines, words("more_sources", n=more)) if more > 0 else lines


def _line(report: SourceReport, words: Words) -> str:
    why = cut(one_line(report.why or ""), ERROR_LIMIT)
    outcome = words(f"outcome_{report.outcome.value}")
    return f"{_name(report)}: {outcome}{f' ({why})' if why else ''}"


def _name(report: SourceReport) -> str:
    return cut(one_line(report.source), NAME_LIMIT)


SUBJECT_LIMIT = 72
PREHEADER_LIMIT = 160
ABSTRACT_LIMITS = (1500, 1000, 700, 450, 250)
FULLY_TOLD = 10
"""Picks that become titles last, where a message would be too large."""

FEWEST_TO_COUNT, NAMED_TOPICS = 4, 2
"""Picks from which on a day's sentence says what they are about, and in so many words."""

STRONG, MOST_CARDS = 0.5, 4
"""A card is for what has this share of the best score; so many read as one screen each."""

CONTENTS_FROM = 6
"""Picks from which on an issue begins with a list of their titles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """What a message says about who sends it and how to stop it.

    `unsubscribe` are mailto: and https: addresses that already carry the subscriber's token.
    """

    unsubscribe: tuple[str, ...] = ()
    contact: str | None = None
    sender_name: str = "digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How much of an issue is shown: so many papers, the first of them as cards, the next briefly.

    `told` counts both; picks beyond it are titles.
    """

    abstract_limit: int | None
    cards: int
    told: int
    papers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """The picks of one interest: the strong ones as `cards`, then `brief` ones, then `titles`."""

    heading: str | None
    cards: tuple[PaperView, ...]
    brief: tuple[PaperView, ...]
    titles: tuple[PaperView, ...]

    @property
    def papers(self) -> tuple[PaperView, ...]:
        """The picks from top to bottom."""
        return (*self.cards, *self.brief, *self.titles)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueView:
    """What is printed of an issue: picks in sections, then further titles (`also`).

    `contents` are the picks once more, for a list of titles at the top of a long issue.
    """

    language: str
    sender: str
    subject: str
    preheader: str
    day: str
    greeting: str
    problem: str | None
    empty: str | None
    contents: tuple[PaperView, ...]
    sections: tuple[SectionView, ...]
    also: tuple[PaperView, ...]
    left_out: str | None
    recipient: str
    searched: str
    sources: tuple[str, ...]
    stop: tuple[StopLink, ...]
    contact: Link | None

    @property
    def picks(self) -> int:
        """Count the picks that are shown."""
        return sum(len(section.papers) for section in self.sections)


def fits(issue: Issue) -> Iterator[Fit]:
    """Step from a whole issue to shorter abstracts, then to more titles, then to fewer papers."""
    papers = len(issue.picks) + len(issue.also)
    cards = strong(issue) if issue.layout is Layout.CARDS else 0
    told = 0 if issue.layout is Layout.TITLES else len(issue.picks)
    for limit in (None, *ABSTRACT_LIMITS):
        yield Fit(abstract_limit=limit, cards=cards, told=told, papers=papers)
    least = ABSTRACT_LIMITS[-1]
    while told > FULLY_TOLD:
        told = max(FULLY_TOLD, told * 3 // 4)
        yield Fit(abstract_limit=least, cards=cards, told=told, papers=papers)
    while papers:
        papers = papers * 3 // 4
        told, cards = min(told, papers), min(cards, papers)
        yield Fit(abstract_limit=least, cards=cards, told=told, papers=papers)


def strong(issue: Issue) -> int:
    """Count the picks that are shown as cards: as good as half the best, four at most.

    In the issue's order they are the first, so a weak one ends the row.
    """
    best = max((pick.score for pick in issue.picks), default=0)
    good = takewhile(lambda pick: pick.score >= STRONG * best, issue.picks)
    return len(list(islice(good, MOST_CARDS)))


def issue_view(
    issue: Issue, footer: Footer, papers: tuple[PaperView, ...], fit: Fit, words: Words
) -> IssueView:
    """Decide what is printed of an issue, of whose papers so much fits."""
    picks = len(issue.picks)
    shown = _fitted(issue, papers, fit)
    sections = _sections(shown[:picks], fit, words)
    order = [paper for section in sections for paper in section.papers]
    numbers = {paper.number: n for n, paper in enumerate(order, start=1)}
    sections = [_renumbered(section, numbers) for section in sections]
    # Where room is scarce it goes to papers, not to their titles once more.
    has_contents = fit.cards and CONTENTS_FROM <= len(order) <= fit.told
    return IssueView(
        language=one_line(issue.language),
        sender=one_line(footer.sender_name),
        subject=_subject(issue, words),
        preheader=_preheader(issue, words),
        day=words.long_day(issue.day),
        greeting=_greeting(issue, words),
        problem=problem(issue.sources, words),
        empty=None if issue.picks else empty(issue, words),
        contents=tuple(p for s in sections for p in s.papers) if has_contents else (),
        sections=tuple(sections),
        also=shown[picks:],
        left_out=_left_out(issue, fit, words),
        recipient=words(
            "recipient", address=one_line(issue.subscriber), sender=one_line(footer.sender_name)
        ),
        searched=words("searched", n=issue.searched, chosen=words.number(picks)),
        sources=sources(issue.sources, words),
        stop=tuple(filter(None, (unsubscribe_link(each, words) for each in footer.unsubscribe))),
        contact=contact_link(footer.contact) if footer.contact else None,
    )


def paper_views(issue: Issue, words: Words) -> tuple[PaperView, ...]:
    """Decide what is printed of each paper, picks first, were there room for everything."""
    picks = (*issue.picks, *issue.also)
    several = len({pick.interest for pick in picks if pick.interest}) > 1
    return tuple(
        paper_view(
            pick,
            number=number,
            today=issue.day,
            several=several,
            abstract=issue.abstract,
            words=words,
        )
        for number, pick in enumerate(picks, start=1)
    )


def _fitted(issue: Issue, papers: tuple[PaperView, ...], fit: Fit) -> tuple[PaperView, ...]:
    shown = papers[: fit.papers]
    if fit.abstract_limit is None:
        return shown
    picks = (*issue.picks, *issue.also)[: fit.papers]
    return tuple(
        with_abstract_within(paper, pick, fit.abstract_limit)
        for paper, pick in zip(shown, picks, strict=True)
    )


def _sections(picks: tuple[PaperView, ...], fit: Fit, words: Words) -> list[SectionView]:
    """Part the picks by interest, in the order in which the interests first come.

    What answers none (from outside) stands last, under a heading of its own.
    """
    names = dict.fromkeys(paper.interest for paper in picks if paper.interest)
    parts: dict[str | None, list[PaperView]] = {name: [] for name in (*names, None)}
    for paper in picks:
        parts[paper.interest].append(paper)
    rank = {paper.number: n for n, paper in enumerate(picks)}
    return [
        SectionView(
            heading=(name or words("elsewhere")) if names else None,
            cards=tuple(p for p in papers if rank[p.number] < fit.cards),
            brief=tuple(p for p in papers if fit.cards <= rank[p.number] < fit.told),
            titles=tuple(p for p in papers if rank[p.number] >= fit.told),
        )
        for name, papers in parts.items()
        if papers
    ]


def _renumbered(section: SectionView, numbers: dict[int, int]) -> SectionView:
    """Number papers as they stand, from top to bottom."""
    if all(number == new for number, new in numbers.items()):
        return section

    def moved(papers: tuple[PaperView, ...]) -> tuple[PaperView, ...]:
        return tuple(replace(paper, number=numbers[paper.number]) for paper in papers)

    return replace(
        section,
        cards=moved(section.cards),
        brief=moved(section.brief),
        titles=moved(section.titles),
    )


def _subject(issue: Issue, words: Words) -> str:
    """Name the top pick and how many more there are."""
    if not issue.picks:
        if trouble(issue.sources):
            return words("subject_failed")
        if not issue.searched:
            return words("subject_none")
        return words("subject_nothing", n=issue.searched)
    more = len(issue.picks) - 1
    return _brief(issue.picks[0], words) + (words("subject_more", n=more) if more else "")


def _preheader(issue: Issue, words: Words) -> str:
    """Go on where the subject ends."""
    if not issue.picks:
        return empty(issue, words)
    others = [_brief(pick, words) for pick in issue.picks[1:4]]
    papers = words("new_papers", n=issue.searched)
    chosen = words("chosen_of", n=len(issue.picks), papers=papers)
    return cut(" · ".join([*others, chosen]), PREHEADER_LIMIT)


def _brief(pick: Pick, words: Words) -> str:
    return cut(brief_heading(pick.stored.paper, words), SUBJECT_LIMIT)


def _greeting(issue: Issue, words: Words) -> str:
    """Say the day in a sentence: how many of how many, and on what."""
    name = short(issue.name or "")
    hello = words("hello_name", name=name) if name else words("hello")
    searched = words.number(issue.searched)
    if not issue.picks:
        return words("here_is_none", hello=hello, searched=searched)
    here = words("here_are", n=len(issue.picks), hello=hello, searched=searched)
    about = list(_about(issue, words))
    return words("here_on", here=here, about=words.listed(about)) if about else f"{here}."


def _about(issue: Issue, words: Words) -> Iterator[str]:
    """Name what the picks of a day have in common: the most frequent keywords and authors."""
    if len(issue.picks) < FEWEST_TO_COUNT:
        return
    counted = Counter(each for pick in issue.picks for each in topics(pick.reasons))
    often = [(each, n) for each, n in counted.most_common() if n > 1][:NAMED_TOPICS]
    for (kind, term), n in often:
        yield words(f"day_{kind}", n=n, term=term)


def _left_out(issue: Issue, fit: Fit, words: Words) -> str | None:
    """Own up to what a message has no room for."""
    picks = min(len(issue.picks), fit.papers)
    as_titles = 0 if issue.layout is Layout.TITLES else picks - fit.told
    missing = len(issue.picks) + len(issue.also) - fit.papers
    parts: Iterable[str] = (
        words(name, n=count)
        for name, count in (("as_titles", as_titles), ("papers_left_out", missing))
        if count
    )
    what = list(parts)
    return words("left_out", what=words.listed(what)) if what else None
