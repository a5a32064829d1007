"""What one more issue costs to render, in calls of premailer."""

import re
import sys
import time
from collections.abc import Callable
from statistics import median

from premailer import Premailer

from digest.bundled import bundled
from digest.rendering import Footer, Renderer
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
    """Print the median ratio of rounds that take turns; the goal is 20."""
    renderer = Renderer()
    issue = sample_issue(PAPERS)
    page = _with_its_styles_apart(renderer.render(issue, FOOTER).html)
    css = (bundled("templates") / "style.css").read_text(encoding="utf-8")
    ratios = []
    for _ in range(ROUNDS):
        inlining = _seconds(lambda: Premailer(page, css_text=css).transform())
        rendering = _seconds(lambda: [renderer.render(issue, FOOTER) for _ in range(ISSUES)])
        ratios.append(inlining / (rendering / ISSUES))
    sys.stdout.write(
        f"rendering: one more issue of {PAPERS} papers, HTML and text: 1/{median(ratios):.0f} "
        f"of a call of premailer (1/{min(ratios):.0f} to 1/{max(ratios):.0f})\n"
    )


def _with_its_styles_apart(page: str) -> str:
    """Undo the inlining, so that premailer gets what a template looks like to it elsewhere."""
    return re.sub(r' style="[^"]*"', "", page)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
