"""Writes the pages that check.mjs looks at: sample issues of every shape, and the demo's."""

import sys
from dataclasses import replace
from pathlib import Path

from digest.demo import tour
from digest.rendering.issue_view import Footer
from digest.rendering.renderer import Renderer
from digest.rendering.samples import sample_issue
from digest.subscriber import Abstract, Layout

FOOTER = Footer(
    unsubscribe=("mailto:papers+unsubscribe@example.org?subject=stop", "https://example.org/stop"),
    contact="admin@example.org",
    sender_name="Daily Papers",
)
ISSUES = {
    "cards": sample_issue(),
    "brief": sample_issue(8, layout=Layout.BRIEF),
    "full": replace(sample_issue(8), abstract=Abstract.FULL),
    "titles": sample_issue(language="de", layout=Layout.TITLES),
    "empty": replace(sample_issue(0), also=()),
    "forty": sample_issue(40),
}


def main(folder: Path) -> None:
    tour.take(folder)
    renderer = Renderer()
    for name, issue in ISSUES.items():
        page = renderer.render(issue, FOOTER).html
        (folder / f"{name}.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
