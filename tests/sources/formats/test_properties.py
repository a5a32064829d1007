"""Whatever happens to a dump, it is read, rejected line by line, or refused."""

from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from builders import make_dump
from digest.errors import ListingMalformed
from digest.sources.jsonl import dumps
from digest.sources.registry import FORMATS, parse

DUMPS = [path.read_bytes() for path in sorted((Path(__file__).parents[2] / "data").glob("*/*.txt"))]
PIECES = [
    *(
        b"\n",
        b"\r\n",
        b"\xef\xbb\xbf",
        b"\xff",
        b"\xc3",
        b"\0",
        b"new",
        "·\n".encode(),
        b"Jan 32\n",
    ),
    *("  • 3 authors\n".encode(), b"arXiv:", b"Created: ", b"Subscribe", b"{", b"\xe2\x80\xa8"),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    content = draw(st.sampled_from(DUMPS))
    for _ in range(draw(st.integers(0, 6))):
        here, there = sorted(draw(st.tuples(*[st.integers(0, len(content))] * 2)))
        replacement = draw(
            st.just(b"")
            | st.binary(max_size=8)
            | st.sampled_from(PIECES)
            | st.just(content[here:there] * 2)
            | st.sampled_from(DUMPS)
        )
        content = content[:here] + replacement + content[there:]
    return content[draw(st.integers(0, 40)) :]


@settings(deadline=None)  # time is no property of parsing
@given(mutated(), st.sampled_from([None, *FORMATS]))
def test_a_damaged_dump_is_read_rejected_or_refused(content: bytes, named: str | None) -> None:
    try:
        listing = parse(make_dump(content), named)
    except ListingMalformed:
        return
    last = content.count(b"\n") + content.count(b"\r") + 1
    for announcement in listing.announcements:
        assert 1 <= (announcement.line or 0) <= last
        dumps(announcement).encode()
    for rejection in listing.rejections:
        assert 1 <= rejection.line <= last
        rejection.why.encode()


WORDS = [
    *("Tide", "wind", "FOLD", "$k$-site", "α", "sea,", "<b>", "&", "3D:", "{x}", "new"),
    *("\\alpha", "naïve", "paper's", "(old)", "30\\%", "•", "·", "Subscribe", "Jan 5"),
]
TITLES = st.lists(st.sampled_from(WORDS), min_size=2, max_size=20).map(
    lambda words: f"On {' '.join(words)} Seas"
)
ABSTRACTS = st.lists(st.sampled_from(WORDS), min_size=12, max_size=250).map(
    lambda words: f"We study {' '.join(words)} by the sea, at every tide of a long year."
)
DAYS = st.dates(date(1990, 1, 1), date(2024, 12, 31))
FOOTERS = st.tuples(
    st.integers(1, 5000) | st.sampled_from(["Sea Lab", "Institute of Slow Waters", "MIT"]),
    DAYS,
    st.none() | st.integers(1, 10**6),
)
Entry = tuple[str, str, tuple[int | str, date, int | None] | None]
ENTRIES = st.lists(st.tuples(TITLES, ABSTRACTS, st.none() | FOOTERS), min_size=1, max_size=12)
INVITATION = "Get trending papers in your email inbox"
COMMUNITY = "byAK and the research community"
HEADERS = {
    "B": ["new", f"{INVITATION}!", "Subscribe", COMMUNITY, "Mar 27"],
    "C": [f"{INVITATION} once a day!", f"{INVITATION}!"],
    "D": ["new", f"{INVITATION}!", "Subscribe", "Daily Papers", COMMUNITY, "Dec 10"],
}


def footer_text(who: int | str, day: date, comments: int | None) -> str:
    authors = f"  • {who} author{'s' if who != 1 else ''}" if isinstance(who, int) else who
    number = "" if comments is None else f" {comments}"
    return f"{authors}\n·\n{day:%b} {day.day}, {day.year}{number}"


def rendered(entries: list[Entry], flavour: str) -> str:
    paragraphs = []
    for title, abstract, footer in entries:
        paragraphs += [title, abstract, *([footer_text(*footer)] if footer else [])]
    if flavour == "C":
        return "\n".join([*HEADERS["C"], "Subscribe" + paragraphs[0], *paragraphs[1:]]) + "\n"
    return "\n\n".join([*HEADERS[flavour], *paragraphs])


Read = tuple[str | None, str | None, int | None, str | None, date | None, int | None]


def expected(entry: Entry) -> Read:
    title, abstract, footer = entry
    if footer is None:
        return title, abstract, None, None, None, None
    who, day, comments = footer
    count, lab = (who, None) if isinstance(who, int) else (None, who)
    return title, abstract, count, lab, day, comments or 0


@settings(deadline=None)  # time is no property of parsing
@given(st.lists(st.tuples(ENTRIES, st.sampled_from("BCD")), min_size=1, max_size=3))
def test_entries_rendered_in_any_flavours_read_back(pages: list[tuple[list[Entry], str]]) -> None:
    listing = parse(make_dump("".join(rendered(*page) for page in pages)))
    found = [
        (
            announcement.paper.title,
            announcement.paper.abstract,
            announcement.paper.author_count,
            announcement.paper.organization,
            announcement.paper.published,
            announcement.paper.num_comments,
        )
        for announcement in listing.announcements
    ]
    assert found == [expected(entry) for entries, _ in pages for entry in entries]
    assert listing.rejections == ()
