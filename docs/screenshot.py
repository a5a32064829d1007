"""Takes the pictures of an issue in this folder: python docs/screenshot.py (needs Chromium)."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path

from digest.issue import Issue, Outcome, Pick, Reason, ReasonKind, SourceReport
from digest.paper import AnnounceType, Paper, Sighting, StoredPaper
from digest.rendering.issue_view import Footer
from digest.rendering.renderer import Renderer
from digest.subscriber import Layout

HERE = Path(__file__).parent
SEEN = datetime(2026, 3, 10, 5, 20, tzinfo=UTC)
FOOTER = Footer(
    unsubscribe=("mailto:papers+unsubscribe@example.org?subject=stop",),
    contact="admin@example.org",
    sender_name="Daily Papers",
)
DARK = "--blink-settings=preferredColorScheme=0"
LIGHT = "--blink-settings=preferredColorScheme=1"
# What a program does that turns every page dark by itself, whatever its styles say.
INVERTED = "--enable-features=WebContentsForceDark"
PICTURES = {
    "issue.png": ("cards", 760, 1250, (LIGHT,)),
    "issue-dark.png": ("cards", 760, 1250, (DARK,)),
    "issue-inverted.png": ("cards", 760, 1250, (LIGHT, INVERTED)),
    "issue-brief.png": ("brief", 760, 1250, (LIGHT,)),
    "issue-titles.png": ("titles", 760, 900, (LIGHT,)),
    "issue-phone.png": ("phone", 375, 860, (LIGHT,)),
    "issue-phone-dark.png": ("phone-dark", 375, 860, (DARK,)),
    "issue-text.png": ("text", 700, 1250, (LIGHT,)),
}
# Chromium's own window is never narrower than 500 pixels; a frame may be.
PHONE = """<!DOCTYPE html><title>phone</title><style>
html, body {{ margin: 0; color-scheme: {scheme} }}
iframe {{ border: 0; width: 375px; height: 860px }}
</style><iframe src="cards.html"></iframe>"""
TERMINAL = """<!DOCTYPE html><meta charset="utf-8"><title>text</title><style>
body {{ margin: 0; background: #101418; color: #d6dbe0 }}
pre {{ margin: 16px; font: 14px/1.25 "DejaVu Sans Mono", monospace }}
</style><pre>{text}</pre>"""


def sighted(
    number: int, paper: Paper, *, source: str = "ml", kind: AnnounceType = AnnounceType.NEW
) -> StoredPaper:
    """Give a paper the sighting that made it new this morning."""
    sighting = Sighting(
        source=source,
        format="arxiv-rss",
        seen_at=SEEN,
        announce_type=kind,
        announced=date(2026, 3, 10),
    )
    return StoredPaper(id=number, paper=paper, sightings=(sighting,))


def because(*reasons: tuple[str, str, float]) -> tuple[Reason, ...]:
    """Write reasons as kind, term and weight."""
    return tuple(
        Reason(kind=ReasonKind(kind), term=term, weight=weight) for kind, term, weight in reasons
    )


DRAFTING = Paper(
    title="Draft Trees That Grow Back: Speculative Decoding without a Second Model",
    abstract=(
        "Speculative decoding needs a draft that is cheap and often right. We let the model draft "
        "for itself: the upper third of its layers is skipped for tokens whose entropy was low one "
        "step before, and rejected branches are kept as seeds of the next tree. On three open "
        "models of 7 to 70 billion parameters this gives 2.6 to 3.1 times the throughput of plain "
        "sampling at equal output distribution, with 4% more memory. The gain holds at batch size "
        "16, where separate draft models stop paying."
    ),
    authors=("Ines Fallmann", "Tomasz Wierzba", "Rukmini Deshkar", "Odd Brattvær"),
    author_count=4,
    organization="Institute for Small Machines",
    categories=("cs.LG", "cs.CL"),
    arxiv_id="2603.90117",
    published=date(2026, 3, 8),
    code_url="https://example.org/code/draft-trees",
)
CACHE = Paper(
    title="Half a KV Cache Is Enough, If You Know Which Half",
    abstract=(
        "We show that attention heads fall into two groups: those that look back a fixed distance, "
        "and those that look up. Only the second need an unbounded cache. A probe of 200 prompts "
        "tells them apart, no training follows, and the cache shrinks by 48 to 57% on contexts of "
        "128k tokens. Perplexity changes by less than 0.02."
    ),
    authors=(
        "Mirela Castaño",
        "Jun-ho Paik",
        "Adaeze Nwokeji",
        "Leif Sandmo",
        "Priya Venkat",
        "Samuel Okoro-Lind",
        "Beatriz Quiroga",
        "Emil Hartvig",
    ),
    author_count=8,
    categories=("cs.CL",),
    arxiv_id="2603.90342",
    published=date(2026, 3, 9),
)
BOUND = Paper(
    title=None,
    abstract=(
        "We give a lower bound of $\\Omega(n \\log n)$ on the bits that any one-pass quantizer "
        "must keep to answer inner products within $\\varepsilon$, and a scheme that meets it up "
        "to a factor of two. The proof is short and uses only a packing argument."
    ),
    author_count=2,
    categories=("stat.ML", "cs.IT"),
    arxiv_id="2603.90508",
)
ATLAS = Paper(
    title="An Atlas of Quiet Cells: Dropout-Aware Embeddings for Sparse Single-Cell Data",
    abstract=(
        "Genes that are measured as zero are not all silent. We fit the chance of a dropout "
        "together with the embedding and find 31 cell states in the adult retina, nine of them "
        "seen in no earlier atlas and confirmed in situ."
    ),
    authors=("Nadia Ferchichi", "Oskar Lindqvist", "Mei-Ling Tsao"),
    author_count=3,
    categories=("q-bio.GN", "stat.AP"),
    arxiv_id="2603.90231",
    published=date(2026, 3, 9),
)
PRUNING = Paper(
    title="Prune Twice, Measure Once: What Latency Owes to Sparsity",
    abstract=(
        "Sparse weights promise speed that few machines deliver. Reports differ by a factor of "
        "four, and most leave out the time to load. Kernels, caches and batch sizes change "
        "together, so that nobody knows which of them helped. We propose a protocol that measures "
        "each of the three alone, on hardware that costs less than a thousand euros. Of eleven "
        "published methods three keep their promise. Code: https://github.com/example/prune-twice."
    ),
    authors=("Wanda Kessel", "Ignacio Prado"),
    author_count=2,
    categories=("cs.LG",),
    arxiv_id="2603.90611",
)
MIXING = Paper(
    title="Mixing Cell Atlases without Mixing Batches",
    abstract=(
        "Atlases of one organ from two laboratories rarely agree. Corrections that align them "
        "also erase what is rare. It is hard to tell a batch from a biology when both are new. "
        "We introduce a test that tells, for every cluster, whether a correction has moved it "
        "further than noise would. Nine of forty published alignments do not pass."
    ),
    authors=("Salome Achterberg", "Tunde Bakare", "Yuki Hanamori"),
    author_count=3,
    categories=("q-bio.GN",),
    arxiv_id="2603.90702",
)
ALSO = (
    ("Rounding in the Dark: Post-Training Quantization without Calibration Data", "2603.90077"),
    ("How Long Is a Token? Measuring Latency Where Users Feel It", "2603.90415"),
    ("Gardens of Experts: Pruning Mixtures after Deployment", "2603.90290"),
)


def sample_issue() -> Issue:
    """Make the issue of a Tuesday on which one source was late."""
    picks = (
        Pick(
            stored=sighted(1, DRAFTING),
            score=87,
            interest="fast inference",
            reasons=because(
                ("keyword", "speculative decoding", 41),
                ("text", "throughput", 18),
                ("author", "Ines Fallmann", 12),
                ("other", "", 16),
            ),
        ),
        Pick(
            stored=sighted(2, CACHE, kind=AnnounceType.CROSS),
            score=64,
            interest="fast inference",
            reasons=because(
                ("keyword", "KV cache", 42), ("text", "attention", 17), ("category", "cs.CL", 5)
            ),
        ),
        Pick(
            stored=sighted(3, ATLAS, source="bio"),
            score=58,
            interest="cell atlases",
            reasons=because(("keyword", "single-cell", 46), ("text", "embedding", 12)),
        ),
        Pick(
            stored=sighted(4, BOUND),
            score=31,
            interest="fast inference",
            reasons=because(("keyword", "quantiz*", 25), ("text", "bits", 6)),
        ),
    )
    picks += (
        Pick(
            stored=sighted(5, PRUNING),
            score=28,
            interest="fast inference",
            reasons=because(("text", "latency", 19), ("category", "cs.LG", 9)),
        ),
        Pick(
            stored=sighted(6, MIXING, source="bio"),
            score=22,
            interest="cell atlases",
            reasons=because(("text", "near single-cell", 16), ("category", "q-bio.GN", 6)),
        ),
    )
    also = tuple(
        Pick(stored=sighted(number, Paper(title=title, arxiv_id=arxiv_id)), score=4)
        for number, (title, arxiv_id) in enumerate(ALSO, start=10)
    )
    return Issue(
        subscriber="ada@example.org",
        name="Ada",
        day=date(2026, 3, 10),
        made_at=datetime(2026, 3, 10, 7, 30, tzinfo=UTC),
        message_id="<sample@digest.example.org>",
        picks=picks,
        also=also,
        searched=412,
        sources=(
            SourceReport(source="ml", outcome=Outcome.NEW),
            SourceReport(source="bio", outcome=Outcome.NEW),
            SourceReport(source="hf", outcome=Outcome.LATE),
        ),
    )


def photograph(page: Path, picture: Path, width: int, height: int, flags: Sequence[str]) -> None:
    """Show a page to Chromium, with a fresh profile and no network, and keep what it sees."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is not installed.")
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(  # noqa: S603 (our own arguments)
            [
                chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
                "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--hide-scrollbars", f"--user-data-dir={profile}", *flags,
                f"--window-size={width},{height}", f"--screenshot={picture}", page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )  # fmt: skip


def write_pages(folder: Path) -> None:
    """Write what is photographed: an issue as cards, briefly, as titles, on a phone and as text."""
    renderer, issue = Renderer(), sample_issue()
    cards = renderer.render(issue, FOOTER)
    pages = {
        "cards": cards.html,
        "brief": renderer.render(replace(issue, layout=Layout.BRIEF), FOOTER).html,
        "titles": renderer.render(replace(issue, layout=Layout.TITLES), FOOTER).html,
        "phone": PHONE.format(scheme="light"),
        "phone-dark": PHONE.format(scheme="dark"),
        "text": TERMINAL.format(text=escape(cards.text)),
    }
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_pages(Path(folder))
        for name, (page, width, height, flags) in PICTURES.items():
            photograph(Path(folder) / f"{page}.html", HERE / name, width, height, flags)


if __name__ == "__main__":
    main()
