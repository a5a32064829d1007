"""Issues to try templates with: one with whatever a paper can have, one that means harm.

All papers and people are invented.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from digest.issue import Issue, Outcome, Pick, Reason, ReasonKind, SourceReport
from digest.paper import AnnounceType, Paper, Sighting, StoredPaper
from digest.subscriber import Layout

_DAY = date(2026, 3, 10)
_NOW = datetime(2026, 3, 10, 7, 30, tzinfo=UTC)
_HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "x\r\nBcc: eve@example.org",
    "{{ 7*7 }} {% raw %} {# x #}",
    "</style><!-- --><title>x</title>",
    "javascript:alert(1)",
    "\x00\x1b[31m\x9b\u202e gnp.exe",
    "$\\frac{a}{b $5 100% \\href{x",
)


def sample_issue(
    papers: int = 5, *, language: str = "en", layout: Layout = Layout.CARDS, to: str = ""
) -> Issue:
    """Make an issue of so many picks with all there is: sections, an outside pick, trouble."""
    papers_of = [_paper(number) for number in range(papers + 3)]
    picks = tuple(_pick(number, paper) for number, paper in enumerate(papers_of[:papers]))
    return Issue(
        subscriber=to or "ada@example.org",
        name="Ada Beispiel",
        day=_DAY,
        made_at=_NOW,
        message_id="<sample@digest.invalid>",
        picks=picks,
        also=tuple(_pick(0, paper) for paper in papers_of[papers:]),
        searched=1234,
        sources=(
            SourceReport(source="ml", outcome=Outcome.NEW),
            SourceReport(source="hf", outcome=Outcome.FAILED, why="503 Service Unavailable"),
        ),
        layout=layout,
        language=language,
    )


def trial_issues(language: str = "en") -> Iterator[Issue]:
    """Give the issues that every template must be able to print."""
    for layout in Layout:
        issue = sample_issue(language=language, layout=layout)
        yield issue
        yield replace(issue, picks=(), also=(), name=None)
        yield replace(issue, picks=issue.picks[:1], also=(), sources=())
        for text in _HOSTILE:
            yield everywhere(issue, text)


def _pick(number: int, stored: StoredPaper) -> Pick:
    score = max(6.0, 78.0 - 9 * number)
    reasons: tuple[Reason, ...] = (
        Reason(kind=ReasonKind.KEYWORD, term="*clique*", weight=score - 20),
        Reason(kind=ReasonKind.AUTHOR, term="Grete Muster", weight=14.2),
        Reason(kind=ReasonKind.EXAMPLE, term="Counting triangles by hand", weight=9.0),
        Reason(kind=ReasonKind.AGE, term="3 days old", weight=-3.2),
    )
    if number == 3:
        note = "from outside your interests: 91 upvotes"
        reasons = (
            Reason(kind=ReasonKind.OTHER, term="everything else", weight=score),
            Reason(kind=ReasonKind.TRENDING, term=note, weight=0.0),
        )
    return Pick(
        stored=stored,
        score=score,
        interest=None if number == 3 else ("counting", "bounds")[number % 2],
        reasons=reasons if number % 2 == 0 or number == 3 else reasons[:2],
        summary="It counts near-cliques fast." if number == 1 else None,
    )


def _paper(number: int) -> StoredPaper:
    names = ("Ada Beispiel", "Ben Ejemplo", "Cy Esempio", "Dee Exemplo", "Eve Przykład")
    abstract = (
        "How often does a small pattern occur in a large graph? Exact counts are slow even for "
        "k-cliques, and samplers need many rounds before they settle. We show that near-cliques "
        "can be counted in $O(n^{2.5} \\log n)$ time with an error of at most $\\varepsilon$ "
        "and memory that grows with the number of vertices alone. Earlier methods kept every "
        "edge that they had seen. On twelve invented networks of up to $10^9$ edges the count "
        "was within 0.5% of the truth, at $3 an hour. Code is at https://example.org/cliques."
    )
    paper = Paper(
        title=f"Counting Near-Cliques in $O(n^{{2.5}})$ Time & Less: Part {number + 1}",
        abstract=abstract,
        authors=(*names, "Grete Muster", "Zoë Mintaszöveg"),
        author_count=7,
        organization="Institute of Samples",
        categories=("cs.DS", "math.CO", "stat.ML"),
        arxiv_id=f"2603.{90001 + number}",
        published=date(2026, 3, 6),
        upvotes=91,
        code_url="https://example.org/cliques",
    )
    if number == 2:
        paper = replace(paper, title=None, code_url=None, authors=(), author_count=3)
    return StoredPaper(
        id=number + 1,
        paper=paper,
        sightings=(
            Sighting(
                source="ml",
                format="arxiv-rss",
                seen_at=_NOW,
                announce_type=AnnounceType.CROSS,
                announced=date(2026, 3, 9),
            ),
            Sighting(source="hf", format="hf-json", seen_at=_NOW),
        ),
    )


def everywhere(issue: Issue, text: str) -> Issue:
    """Put a text wherever a text can stand."""
    paper = Paper(
        title=text,
        abstract=text,
        authors=(text, text),
        organization=text,
        categories=(text,),
        arxiv_id=text,
        doi=text,
        url=text,
        pdf_url=text,
        code_url=text,
    )
    reasons = tuple(Reason(kind=kind, term=text, weight=5.0) for kind in ReasonKind)
    sighting = Sighting(source=text, format="jsonl", seen_at=_NOW)
    stored = StoredPaper(id=1, paper=paper, sightings=(sighting,))
    picks = tuple(
        Pick(stored=stored, score=40.0, interest=interest, reasons=reasons, summary=text)
        for interest in (text, "another")
    )
    return replace(
        issue,
        subscriber=text,
        name=text,
        picks=picks,
        also=picks[:1],
        sources=(SourceReport(source=text, outcome=Outcome.FAILED, why=text),),
    )
