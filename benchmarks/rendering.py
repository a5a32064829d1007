"""What one more issue costs to render, in calls of premailer."""

import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from statistics import median

from premailer import Premailer

from digest.bundled import bundled
from digest.issue import Issue, Pick
from digest.rendering.issue_view import Footer
from digest.rendering.renderer import Renderer
from digest.rendering.samples import sample_issue

PAPERS = 12
ROUNDS = 7
ISSUES = 50
FOOTER = Footer(
    unsubscribe=("mailto:papers+unsubscribe@example.org?subject=stop",),
    contact="admin@example.org",
    sender_name="Daily Papers",
)


def run() -> None:
    """Print the median ratios of rounds that take turns; the goal is 20 for the first."""
    renderer = Renderer()
    issue = sample_issue(PAPERS)
    page = _with_its_styles_apart(renderer.render(issue, FOOTER).html)
    css = (bundled("templates") / "style.css").read_text(encoding="utf-8")
    numbers = count()
    shared, own = [], []
    for _ in range(ROUNDS):
        alike = [_for_another(issue, next(numbers)) for _ in range(ISSUES)]
        unlike = [_for_their_own_reasons(each, next(numbers)) for each in alike]
        inlining = _seconds(lambda: Premailer(page, css_text=css).transform())
        shared.append(inlining / _each(renderer, alike))
        own.append(inlining / _each(renderer, unlike))
    sys.stdout.write(
        f"rendering: one more issue of {PAPERS} papers, HTML and text, in calls of premailer: "
        f"1/{median(shared):.0f} for another reader of the same cards, "
        f"1/{median(own):.0f} where every card has reasons of its own\n"
    )


def _for_another(issue: Issue, number: int) -> Issue:
    return replace(issue, subscriber=f"reader{number}@example.org", name=f"Reader {number}")


def _for_their_own_reasons(issue: Issue, number: int) -> Issue:
    """Give every reason points that nobody else's has."""

    def moved(pick: Pick) -> Pick:
        reasons = (replace(r, weight=r.weight + number / 10) for r in pick.reasons)
        return replace(pick, reasons=tuple(reasons))

    return replace(issue, picks=tuple(map(moved, issue.picks)))


def _each(renderer: Renderer, issues: Sequence[Issue]) -> float:
    return _seconds(lambda: [renderer.render(each, FOOTER) for each in issues]) / len(issues)


def _with_its_styles_apart(page: str) -> str:
    """Undo the inlining, so that premailer gets what a template looks like to it elsewhere."""
    return re.sub(r' style="[^"]*"', "", page)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
