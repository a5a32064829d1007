from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import make_dump
from digest.errors import ListingMalformed
from digest.paper import Listing, Paper
from digest.sources.arxiv.api import ArxivApi
from digest.sources.jsonl import dumps
from digest.sources.reading.text import decode

DATA = Path(__file__).parents[2] / "data"
OLD = (DATA / "arxiv-api" / "old.xml").read_text()
NEW = (DATA / "arxiv-api" / "new.xml").read_text()
HEAD, END = NEW[: NEW.index("  <entry>")], "</feed>\n"
ERROR = """  <entry>
    <id>{id}#incorrect_id_format_for_x</id>
    <title>Error</title>
    <summary>incorrect id format for x</summary>
    <updated>2026-01-13T00:00:00Z</updated>
  </entry>
"""


def read(content: str | bytes) -> Listing:
    return ArxivApi().parse(make_dump(content))


def page(*, total: str, start: str = "0", size: str = "50", entries: str = "") -> str:
    head = HEAD.replace("totalResults>2<", f"totalResults>{total}<")
    head = head.replace("startIndex>0<", f"startIndex>{start}<")
    return head.replace("itemsPerPage>50<", f"itemsPerPage>{size}<") + entries + END


def reasons(listing: Listing) -> str:
    return "; ".join(f"{each.line}: {each.why}" for each in listing.rejections)


ENTRIES = NEW[NEW.index("  <entry>") : NEW.index(END)]


def test_an_entry_of_the_old_generation_is_read_for_what_it_says() -> None:
    listing = read(OLD)
    first, second = listing.announcements
    assert first.paper == Paper(
        title="On Tides that are Wrapped at Sea",
        abstract="We wrap $\\gamma$ lines and indent them.",
        authors=("Claus Lämmerwelle", "Ada Stream"),
        author_count=2,
        categories=("physics.ao-ph", "cs.LG"),
        arxiv_id="2201.90011",
        version=2,
        doi="10.5555/WAVE.11",
        url="https://arxiv.org/abs/2201.90011",
        pdf_url="https://arxiv.org/pdf/2201.90011",
        comment="12 pages, 3 figures",
        journal_ref="J. Inv. Seas 44 (2022) 11",
        published=date(2022, 1, 5),
    )
    assert (first.announce_type, first.announced) == (None, None)
    assert (first.line, first.format) == (10, "arxiv-api")
    assert (second.paper.title, second.paper.arxiv_id) == ("0", "hep-th/9901990")
    assert (listing.rejections, listing.day) == ((), None)


def test_an_entry_of_the_new_generation_is_read_for_what_it_says() -> None:
    first, second = read(NEW).announcements
    assert first.paper.title == "Tides that Learn: 90\\% Fewer Waves at $\\mathcal{O}(n \\log n)$"
    assert first.paper.abstract == "We fold $x < y$ waves & count the folds, twice."
    assert first.paper.comment == "8 pages. Code:  https://example.org/tides"
    assert first.paper.authors == ("Ada Stream", "The Lighthouse Collaboration")
    assert first.paper.published == date(2026, 1, 8)
    assert (second.paper.arxiv_id, second.paper.version) == ("2601.90002", 3)
    assert (second.paper.doi, second.paper.published) == ("10.5555/sea.7", date(2026, 1, 2))
    assert second.paper.categories == ("math.ST", "cs.LG")


def test_the_primary_category_comes_first_wherever_it_stands() -> None:
    text = NEW.replace('primary_category term="math.ST"', 'primary_category term="cs.LG"')
    assert read(text).announcements[1].paper.categories == ("cs.LG", "math.ST")


@pytest.mark.parametrize(
    ("category", "is_kept"),
    [
        *((name, True) for name in ("hep-th", "astro-ph.HE", "physics.acc-ph", "q-bio.QM")),
        *((name, True) for name in ("cond-mat.mes-hall", "physics.optics", "cmp-lg", "math-ph")),
        *((name, False) for name in ("68T05", "I.2.6", "68T05; 62H30", "62H30 (Primary)", "F.2")),
    ],
)
def test_classes_of_other_schemes_are_no_categories(category: str, is_kept: bool) -> None:
    text = NEW.replace('<category term="math.OC"', f'<category term="{category}"')
    kept = (category,) if is_kept else ()
    assert read(text).announcements[0].paper.categories == ("cs.LG", *kept)


def test_bytes_without_a_declared_charset_are_utf8() -> None:
    bare = OLD.replace(' encoding="UTF-8"', "").encode()
    assert read(bare).announcements[0].paper.authors[0] == "Claus Lämmerwelle"


def test_a_name_in_another_encoding_is_rejected_and_not_guessed() -> None:
    listing = read(OLD.encode().replace("ä".encode(), b"\xe4"))
    assert [each.paper.title for each in listing.announcements] == ["0"]
    assert reasons(listing) == "10: an entry whose text is not valid UTF-8"


def test_a_lone_colon_is_no_author() -> None:
    text = NEW.replace("<name>Ada Stream</name>", "<name>:</name>")
    assert read(text).announcements[0].paper.authors == ("The Lighthouse Collaboration",)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        pytest.param(
            "<title>Folding Paper by the Sea</title>", "", "without a title", id="no title"
        ),
        pytest.param("abs/2601.90002v3</id>", "abs/tide</id>", "without an arXiv id", id="no id"),
        pytest.param(
            "<summary>We fold paper.",
            "<summary>A</summary><summary>B",
            "more than one summary",
            id="two",
        ),
        pytest.param("We fold paper.", "We fold & paper.", "not well-formed", id="an ampersand"),
        pytest.param("2026-01-02T00:00:01Z", "soon", "'soon' is no day", id="no day"),
    ],
)
def test_what_cannot_be_read_is_rejected_with_its_line(old: str, new: str, why: str) -> None:
    listing = read(NEW.replace(old, new))
    assert listing.announcements[0].paper.arxiv_id == "2601.90001"
    assert [rejection.line for rejection in listing.rejections] == [29]
    assert why in reasons(listing)


def test_a_paper_with_no_readable_day_is_a_paper_all_the_same() -> None:
    assert read(NEW.replace("2026-01-02T", "2026-13-02T")).announcements[1].paper.published is None


@pytest.mark.parametrize(
    "where",
    ["http://arxiv.org/api/errors", "https://arxiv.org/api/errors"],
)
def test_an_error_is_refused_with_what_it_says(where: str) -> None:
    text = page(total="1", entries=ERROR.format(id=where))
    with pytest.raises(ListingMalformed, match="incorrect id format for x"):
        read(text)


def test_an_error_among_papers_is_rejected() -> None:
    text = page(total="3", entries=ENTRIES + ERROR.format(id="http://arxiv.org/api/errors"))
    listing = read(text)
    assert len(listing.announcements) == 2
    assert "incorrect id format for x" in reasons(listing)


def test_no_results_are_a_listing_of_nothing() -> None:
    listing = read(page(total="0"))
    assert (listing.announcements, listing.rejections) == ((), ())


def test_results_that_are_not_given_are_damage() -> None:
    with pytest.raises(ListingMalformed, match="says 217 results and gives none"):
        read(page(total="217", start="100"))


@pytest.mark.parametrize(
    ("total", "start", "size", "is_short"),
    [
        pytest.param("2", "0", "50", False, id="all"),
        pytest.param("217", "0", "2", False, id="as many as were asked for"),
        pytest.param("217", "215", "50", False, id="the last page"),
        pytest.param("217", "0", "50", True, id="fewer than asked for"),
        pytest.param("3", "0", "50", True, id="one less than there are"),
        pytest.param("many", "0", "50", False, id="no number"),
    ],
)
def test_a_page_shorter_than_it_should_be_says_so(
    total: str, start: str, size: str, is_short: bool
) -> None:
    listing = read(page(total=total, start=start, size=size, entries=ENTRIES))
    assert len(listing.announcements) == 2
    assert reasons(listing) == (f"1: says {total} results and gives 2" if is_short else "")


def test_a_short_page_whose_source_goes_on_to_the_next_is_no_damage() -> None:
    short = make_dump(page(total="217", entries=ENTRIES), source="api", day=date(2026, 1, 13))
    listing = ArxivApi().parse(short)
    assert (len(listing.announcements), listing.rejections) == (2, ())


@pytest.mark.parametrize(
    ("start", "size"),
    [pytest.param("217", "50", id="past the end"), pytest.param("0", "0", id="none asked for")],
)
def test_a_page_that_rightly_holds_nothing_is_no_damage(start: str, size: str) -> None:
    assert read(page(total="217", start=start, size=size)).announcements == ()


@pytest.mark.parametrize("text", [OLD, NEW], ids=["old", "new"])
def test_a_page_cut_anywhere_has_its_whole_entries_and_says_that_it_is_cut(text: str) -> None:
    whole = [dumps(announcement) for announcement in read(text).announcements]
    ends = [at + len("</entry>") for at in range(len(text)) if text.startswith("</entry>", at)]
    for at in range(ends[0], len(text) - len(END) + 1, 7):
        listing = read(text[:at])
        assert [dumps(each) for each in listing.announcements] == whole[
            : sum(e <= at for e in ends)
        ]
        assert "cut off here" in reasons(listing)


def test_a_file_may_hold_several_pages() -> None:
    listing = read(NEW + OLD.rstrip() + NEW)
    papers = [each.paper for text in (NEW, OLD, NEW) for each in read(text).announcements]
    assert [each.paper for each in listing.announcements] == papers
    assert listing.rejections == ()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param("", "is empty", id="nothing"),
        pytest.param("Rate exceeded.", "plain text", id="over the limit"),
        pytest.param("<html><body>Rate exceeded.</body></html>", "HTML", id="HTML"),
        pytest.param("<rss version='2.0'><channel/></rss>", "rss", id="RSS"),
        pytest.param(HEAD, "not well-formed", id="cut before the first entry"),
        pytest.param(
            "<feed xmlns='http://www.w3.org/2005/Atom'/>", "nothing of arXiv's API", id="a feed"
        ),
        pytest.param(
            NEW.replace("<feed", "<!DOCTYPE feed [<!ENTITY a 'b'>]><feed"), "DTD", id="entities"
        ),
    ],
)
def test_what_is_no_answer_is_refused(content: str, why: str) -> None:
    with pytest.raises(ListingMalformed, match=why):
        read(content)


@pytest.mark.parametrize(
    ("content", "is_ours"),
    [
        pytest.param(OLD, True, id="old"),
        pytest.param(NEW, True, id="new"),
        pytest.param(HEAD, True, id="cut"),
        pytest.param((DATA / "arxiv-rss" / "atom.xml").read_text(), False, id="the daily feed"),
        pytest.param(
            "<feed xmlns='http://www.w3.org/2005/Atom'><title>Ada's</title><entry><title>On "
            "http://arxiv.org/api/query</title></entry></feed>",
            False,
            id="a feed that speaks of it",
        ),
        pytest.param("http://arxiv.org/api/query", False, id="text"),
    ],
)
def test_an_answer_of_the_api_is_told_from_other_feeds(content: str, is_ours: bool) -> None:
    assert ArxivApi().recognises(decode(make_dump(content))) is is_ours


LOST = [
    "<entry>",
    "</entry>",
    "<title>",
    "</title>",
    "<id>",
    "</id>",
    "</feed>",
    "</summary>",
    "?>",
]
ADDED = ["<entry>", "<title>", "</title>", "<id>", "&", "<", "]]>", "<!--", "-->", "<?xml "]
KNOWN = {
    each.paper.arxiv_id: each.paper for text in (OLD, NEW) for each in read(text).announcements
}


@given(
    st.sampled_from([OLD, NEW, NEW + OLD]),
    st.lists(st.tuples(st.sampled_from(LOST), st.floats(0, 1)), max_size=3),
    st.lists(st.tuples(st.sampled_from(ADDED), st.floats(0, 1)), max_size=2),
    st.floats(0, 1),
)
def test_a_damaged_page_is_read_rejected_or_refused_and_never_invents_a_paper(
    text: str, lost: list[tuple[str, float]], added: list[tuple[str, float]], cut: float
) -> None:
    changes = [(tag, "", where) for tag, where in lost]
    changes += [("\n", f"{tag}\n", where) for tag, where in added]
    for old, new, where in changes:
        at = int(where * len(text))
        text = text[:at] + text[at:].replace(old, new, 1)
    text = text[: len(text) - int(cut * len(text))]
    try:
        listing = read(text)
    except ListingMalformed:
        return
    for each in (*listing.announcements, *listing.rejections):
        assert 1 <= (each.line or 0) <= text.count("\n") + 1
    for announcement in listing.announcements:
        paper, whole = announcement.paper, KNOWN[announcement.paper.arxiv_id]
        assert (paper.title, paper.version) == (whole.title, whole.version)
