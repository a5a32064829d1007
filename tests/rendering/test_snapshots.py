"""Whole issues byte for byte; `DIGEST_SNAPSHOTS=refresh make test` writes them anew."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from builders import make_issue, make_paper, make_pick, make_sighting, make_stored
from digest.issue import Outcome, Reason, ReasonKind, SourceReport
from digest.paper import AnnounceType
from digest.rendering.issue_view import Footer
from digest.rendering.renderer import Renderer
from digest.subscriber import Abstract, Layout

SNAPSHOTS = Path(__file__).parents[1] / "snapshots"
FOOTER = Footer(
    unsubscribe=("mailto:papers+unsubscribe@example.org?subject=t0k", "https://example.org/t0k"),
    contact="admin@example.org",
    sender_name="Daily Papers",
)
ANNOUNCED = make_sighting(announce_type=AnnounceType.CROSS, announced=date(2026, 3, 10))
FULL = make_stored(
    make_paper(
        title="Counting $k$-Cliques & Friends in $O(n^2)$",
        abstract="We count cliques. “Friends” are near-cliques; we count them too.",
        authors=("Ada Ünal", "Ben Okafor", "Cy Li", "Dee Ray", "Eve O'Neil", "Flo Vi", "Gus Wu"),
        author_count=7,
        organization="Graph Lab",
        categories=("cs.DS", "math.CO"),
        arxiv_id="2603.90001",
        published=date(2026, 3, 8),
        code_url="https://example.org/cliques?lang=c&v=2",
    ),
    sightings=(
        ANNOUNCED,
        make_sighting(source="hf", seen_at=datetime(2026, 3, 10, 6, tzinfo=UTC)),
    ),
)
UNTITLED = make_stored(
    make_paper(title=None, abstract="We bound the rank of a sum. It is tight.", author_count=2,
               arxiv_id="2603.90002"),
)  # fmt: skip
UNLINKED = make_stored(make_paper(title="Trees without addresses", abstract=None))
REASONS = (
    Reason(kind=ReasonKind.KEYWORD, term="k-cliques", weight=41.0),
    Reason(kind=ReasonKind.AUTHOR, term="Ada Ünal", weight=12.4),
    Reason(kind=ReasonKind.AGE, term="", weight=-3.4),
)
PICKS = (
    make_pick(FULL, interest="counting", reasons=REASONS),
    make_pick(UNTITLED, interest="bounds", score=31.0),
    make_pick(UNLINKED, interest="counting", score=12.0),
)
ALSO = (make_pick(UNLINKED, score=3.0), make_pick(FULL, score=2.0))
REPORTS = (
    SourceReport(source="ml", outcome=Outcome.NEW),
    SourceReport(source="hf", outcome=Outcome.FAILED, why="503 Service Unavailable"),
)
ISSUES = {
    "cards": make_issue(*PICKS, also=ALSO, sources=REPORTS),
    "brief": make_issue(*PICKS, sources=REPORTS[:1], layout=Layout.BRIEF),
    "long": make_issue(*PICKS, *PICKS, also=ALSO, abstract=Abstract.FULL),
    "titles": make_issue(*PICKS, also=ALSO, sources=REPORTS[:1], layout=Layout.TITLES),
    "empty": make_issue(sources=REPORTS[:1], name=None),
    "failed": make_issue(sources=REPORTS[1:], searched=0),
}


@pytest.mark.parametrize("kind", ["html", "txt"])
@pytest.mark.parametrize("name", ISSUES)
def test_a_whole_issue_looks_as_it_did(name, kind):
    message = Renderer().render(ISSUES[name], FOOTER)
    shown = message.html if kind == "html" else f"Subject: {message.subject}\n\n{message.text}"
    snapshot = SNAPSHOTS / f"{name}.{kind}"
    if os.environ.get("DIGEST_SNAPSHOTS") == "refresh":
        snapshot.write_bytes(shown.encode())
    assert shown.encode() == snapshot.read_bytes()
