"""An issue as the templates see it: every sentence and number of a message, decided here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from digest.issue import Issue, Outcome, Pick, SourceReport
from digest.rendering.cards import (
    NAME_LIMIT,
    PaperView,
    brief_heading,
    paper_view,
    with_abstract_within,
)
from digest.rendering.links import Link, contact_link, unsubscribe_link
from digest.rendering.words import counted, cut, listed, one_line, weekday_words
from digest.subscriber import Layout

SUBJECT_LIMIT = 72
PREHEADER_LIMIT = 160
ERROR_LIMIT = 160
SOURCES_NAMED = 12
ABSTRACT_LIMITS = (1500, 1000, 700, 450, 250)
FULL_CARDS = 10

_OUTCOME_WORDS = {
    Outcome.NEW: "new papers",
    Outcome.QUIET: "nothing new",
    Outcome.LATE: "late, its listing was not out yet",
    Outcome.STALE: "still the listing of an earlier day",
    Outcome.FAILED: "failed",
}
_PROBLEM_WORDS = {
    Outcome.LATE: "was late",
    Outcome.STALE: "still showed an earlier day",
    Outcome.FAILED: "could not be read",
}


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
    """How much of an issue is shown: so many papers, the first of them as cards."""

    abstract_limit: int | None
    cards: int
    papers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueView:
    """What is printed of an issue: picks as `cards`, picks as `titles`, then `also`."""

    language: str
    sender: str
    subject: str
    preheader: str
    day: str
    greeting: str
    problem: str | None
    empty: str | None
    cards: tuple[PaperView, ...]
    titles: tuple[PaperView, ...]
    also: tuple[PaperView, ...]
    left_out: str | None
    recipient: str
    searched: str
    sources: tuple[str, ...]
    stop: tuple[Link, ...]
    contact: Link | None


def fits(issue: Issue) -> Iterator[Fit]:
    """Step from a whole issue to shorter abstracts, then fewer cards, then fewer papers."""
    papers = len(issue.picks) + len(issue.also)
    cards = 0 if issue.layout is Layout.TITLES else len(issue.picks)
    for limit in (None, *ABSTRACT_LIMITS):
        yield Fit(abstract_limit=limit, cards=cards, papers=papers)
    while cards > FULL_CARDS:
        cards = max(FULL_CARDS, cards * 3 // 4)
        yield Fit(abstract_limit=ABSTRACT_LIMITS[-1], cards=cards, papers=papers)
    while papers:
        papers = papers * 3 // 4
        cards = min(cards, papers)
        yield Fit(abstract_limit=ABSTRACT_LIMITS[-1], cards=cards, papers=papers)


def issue_view(issue: Issue, footer: Footer, papers: tuple[PaperView, ...], fit: Fit) -> IssueView:
    """Decide what is printed of an issue, of whose papers so much fits."""
    picks = len(issue.picks)
    papers = _fitted(papers, fit)
    sender = one_line(footer.sender_name)
    return IssueView(
        language=one_line(issue.language),
        sender=sender,
        subject=_subject(issue),
        preheader=_preheader(issue),
        day=weekday_words(issue.day),
        greeting=_greeting(issue),
        problem=_problem(issue.sources),
        empty=None if issue.picks else _empty(issue),
        cards=papers[: fit.cards],
        titles=papers[fit.cards : picks],
        also=papers[picks:],
        left_out=_left_out(issue, fit),
        recipient=one_line(issue.subscriber),
        searched=f"{counted(issue.searched, 'new paper')} searched, {picks:,} chosen",
        sources=_sources(issue.sources),
        stop=tuple(filter(None, map(unsubscribe_link, footer.unsubscribe))),
        contact=contact_link(footer.contact) if footer.contact else None,
    )


def paper_views(issue: Issue) -> tuple[PaperView, ...]:
    """Decide what is printed of each paper, picks first, were there room for everything."""
    picks = (*issue.picks, *issue.also)
    several = len({pick.interest for pick in picks if pick.interest}) > 1
    return tuple(
        paper_view(pick, number=number, today=issue.day, shows_interest=several)
        for number, pick in enumerate(picks, start=1)
    )


def _fitted(papers: tuple[PaperView, ...], fit: Fit) -> tuple[PaperView, ...]:
    shown = papers[: fit.papers]
    if fit.abstract_limit is None:
        return shown
    return tuple(with_abstract_within(paper, fit.abstract_limit) for paper in shown)


def _subject(issue: Issue) -> str:
    """Name the top pick and how many more there are."""
    if not issue.picks:
        why = "not every source could be read" if _problem(issue.sources) else "nothing matched"
        return f"No papers today: {why}"
    more = len(issue.picks) - 1
    ending = f" (and {more} more)" if more else ""
    return cut(brief_heading(issue.picks[0].stored.paper), SUBJECT_LIMIT) + ending


def _preheader(issue: Issue) -> str:
    """Go on where the subject ends."""
    if not issue.picks:
        return _empty(issue)
    others = [_brief(pick) for pick in issue.picks[1:4]]
    chosen = f"{len(issue.picks)} of {counted(issue.searched, 'new paper')}"
    return cut(" · ".join([*others, chosen]), PREHEADER_LIMIT)


def _brief(pick: Pick) -> str:
    return cut(brief_heading(pick.stored.paper), SUBJECT_LIMIT)


def _greeting(issue: Issue) -> str:
    name = cut(one_line(issue.name or ""), NAME_LIMIT)
    hello = f"Hello {name}" if name else "Hello"
    if not issue.picks:
        return f"{hello}, there is no paper for you today."
    what = "here is one paper" if len(issue.picks) == 1 else f"here are {len(issue.picks)} papers"
    return f"{hello}, {what} out of {issue.searched:,} new ones."


def _problem(sources: Iterable[SourceReport]) -> str | None:
    """Say in one sentence what was not searched, if anything was not."""
    troubled = [report for report in sources if report.outcome in _PROBLEM_WORDS]
    if not troubled:
        return None
    named = [f"{_source(report)} {_PROBLEM_WORDS[report.outcome]}" for report in troubled]
    if len(named) > SOURCES_NAMED:
        named[SOURCES_NAMED:] = [f"{len(named) - SOURCES_NAMED} more had trouble"]
    return (
        f"Not everything was searched: {listed(named)}. What is missing can come in a later issue."
    )


def _empty(issue: Issue) -> str:
    """Tell apart: nothing was announced, nothing matched, something failed."""
    troubled = _problem(issue.sources) is not None
    if issue.searched:
        papers = "The one new paper" if issue.searched == 1 else f"{issue.searched:,} new papers"
        verb = "was" if issue.searched == 1 else "were"
        found = f"{papers} {verb} searched and none matched your interests well enough"
    elif troubled:
        found = "There were no new papers to search"
    else:
        found = "No new papers were announced"
    return f"{found}, and not every source could be read." if troubled else f"{found}."


def _left_out(issue: Issue, fit: Fit) -> str | None:
    """Own up to what a message has no room for."""
    picks = min(len(issue.picks), fit.papers)
    as_titles = 0 if issue.layout is Layout.TITLES else picks - fit.cards
    missing = len(issue.picks) + len(issue.also) - fit.papers
    parts = []
    if as_titles:
        parts.append(f"{counted(as_titles, 'lower pick')} shown as titles only")
    if missing:
        parts.append(f"{counted(missing, 'paper')} left out")
    return f"To keep this message small: {listed(parts)}." if parts else None


def _source(report: SourceReport) -> str:
    return cut(one_line(report.source), NAME_LIMIT)


def _sources(sources: tuple[SourceReport, ...]) -> tuple[str, ...]:
    """One line a source: how it ended, and why if that wants saying."""
    lines = tuple(_source_line(report) for report in sources[:SOURCES_NAMED])
    more = len(sources) - SOURCES_NAMED
    return (*lines, f"and {counted(more, 'more source')}") if more > 0 else lines


def _source_line(report: SourceReport) -> str:
    why = cut(one_line(report.why or ""), ERROR_LIMIT)
    return f"{_source(report)}: {_OUTCOME_WORDS[report.outcome]}{f' ({why})' if why else ''}"
