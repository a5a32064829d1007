"""What a message says of the sources: which was searched, which failed, why there is nothing."""

from collections.abc import Iterable

from digest.issue import Issue, Outcome, SourceReport
from digest.rendering.language import Words
from digest.rendering.reasons import NAME_LIMIT
from digest.rendering.words import cut, one_line

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
