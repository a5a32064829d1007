import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import make_dump
from digest.errors import ListingMalformed
from digest.paper import Announcement, AnnounceType, Listing, Paper
from digest.sources.arxiv.pages import ArxivHtml, has_more

DATA = Path(__file__).parents[2] / "data" / "arxiv-html"
DUMPS = [path.read_bytes() for path in sorted(DATA.glob("*.html"))]

DAY = date(2026, 1, 9)
SHOWING = "<h3>Showing new listings for Friday, 9 January 2026</h3>"
META = (
    "<div class='list-title mathjax'><span class='descriptor'>Title:</span>\n  Folds\n</div>\n"
    "<div class='list-authors'><a href=\"/a\">Ada Ebb</a></div>\n"
)


def entry(number: int = 90001, *, mark: str = "", meta: str = META) -> str:
    return (
        f"<dt>\n<a name='item{number - 90000}'>[1]</a>\n"
        f'<a href ="/abs/2601.{number}" title="Abstract" id="2601.{number}">\n'
        f'arXiv:2601.{number}\n</a>\n{mark}\n[<a href="/pdf/2601.{number}">pdf</a>]\n</dt>\n'
        f"<dd>\n<div class='meta'>\n{meta}</div>\n</dd>\n"
    )


def section(heading: str, *entries: str) -> str:
    return f"<dl id='articles'>\n<h3>{heading}</h3>\n{''.join(entries)}</dl>\n"


def page(*sections: str, heading: str = SHOWING) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN">'
        "\n<html>\n<head><title>Machine Learning</title></head>\n<body>\n"
        f"<h1>arXiv</h1>\n<div id='dlpage'>\n{heading}\n"
        f"{''.join(sections)}</div>\n</body>\n</html>\n"
    )


NEW = "New submissions (showing 1 of 1 entries)"


def read(text: str | bytes) -> Listing:
    return ArxivHtml().parse(make_dump(text))


def only(listing: Listing) -> Announcement:
    (announcement,) = listing.announcements
    return announcement


def ids(listing: Listing) -> list[str | None]:
    return [announcement.paper.arxiv_id for announcement in listing.announcements]


def days(listing: Listing) -> list[date | None]:
    return [announcement.announced for announcement in listing.announcements]


def whys(listing: Listing) -> list[str]:
    return [rejection.why for rejection in listing.rejections]


def test_an_entry_is_read_for_what_it_says() -> None:
    meta = (
        "<div class='list-title mathjax'><span class='descriptor'>Title:</span>\n"
        "  Folds where $a &lt; b$\n   and \\'e</div>\n<div class='list-authors'>"
        '<a href="/1">Ada van Ebb</a>,\n<a href="/2">Benno Földing</a></div>\n'
        "<div class='list-comments mathjax'><span class='descriptor'>Comments:</span>\n"
        '  At <a href="https://example.org/x?a&amp;b" class="link-https">this https URL</a></div>\n'
        "<div class='list-journal-ref'><span class='descriptor'>Journal-ref:</span> J. Seas 7</div>"
        "<div class='list-doi'><span class='descriptor'>DOI:</span>"
        ' <a href="https://doi.org/10.5555/Seas.7">10.5555/Seas.7</a></div>'
        "<div class='list-subjects'><span class='descriptor'>Subjects:</span>\n"
        '  <span class="primary-subject">High Energy Physics - Theory (hep-th)</span>; '
        "Machine Learning (cs.LG); Fluids (old) (physics.flu-dyn)</div>\n"
        "<p class='mathjax'>\n  We fold in $\\ell_2$, &amp; cite "
        '<a href="https://arxiv.org/abs/2309.06180">arXiv:2309.06180</a>.<br />Twice.\n</p>\n'
    )
    listing = read(page(section(NEW, entry(meta=meta))))
    assert only(listing) == Announcement(
        paper=Paper(
            title="Folds where $a < b$ and \\'e",
            abstract="We fold in $\\ell_2$, & cite arXiv:2309.06180. Twice.",
            authors=("Ada van Ebb", "Benno Földing"),
            author_count=2,
            categories=("hep-th", "cs.LG", "physics.flu-dyn"),
            arxiv_id="2601.90001",
            doi="10.5555/Seas.7",
            url="https://arxiv.org/abs/2601.90001",
            pdf_url="https://arxiv.org/pdf/2601.90001",
            comment="At https://example.org/x?a&b",
            journal_ref="J. Seas 7",
        ),
        format="arxiv-html",
        announce_type=AnnounceType.NEW,
        announced=DAY,
        line=11,
    )
    assert (listing.rejections, listing.day) == ((), DAY)


def test_every_section_is_read_and_says_the_announce_type() -> None:
    cross = "(cross-list from math.GR)"
    listing = read(
        page(
            section(NEW, entry(90001)),
            section("Cross submissions (showing 1 of 1 entries)", entry(90002, mark=cross)),
            section(
                "Replacement submissions (showing 2 of 2 entries)",
                entry(90003, mark="(replaced)"),
                entry(90004, mark=f"(replaced) {cross}"),
            ),
        )
    )
    assert [each.announce_type for each in listing.announcements] == [
        "new",
        "cross",
        "replace",
        "replace-cross",
    ]
    assert days(listing) == [DAY, DAY, None, None]
    assert listing.rejections == ()


def test_each_day_of_a_recent_page_announces_its_own() -> None:
    listing = read(
        page(
            section("Fri, 9 Jan 2026 (showing 1 of 1 entries )", entry(90001)),
            section("Thu, 8 Jan 2026 (showing 0 of 0 entries )", "<p>No updates</p>"),
            section("Wed, 7 Jan 2026 (showing 1 of 1 entries )", entry(90002, mark="(cross-list")),
            heading="<h2>Authors and titles for recent submissions</h2>\n<li>Tue, 6 Jan 2026</li>",
        )
    )
    assert days(listing) == [DAY, date(2026, 1, 7)]
    assert [each.announce_type for each in listing.announcements] == ["new", "cross"]
    assert (listing.day, listing.rejections) == (None, ())


@pytest.mark.parametrize(
    ("heading", "of_section", "day"),
    [
        pytest.param(SHOWING, NEW, DAY, id="new"),
        pytest.param("<h1>Catchup results for Biology on Fri, 09 Jan 2026</h1>", NEW, DAY, id="up"),
        pytest.param("", NEW, None, id="no heading"),
        pytest.param("<li>Fri, 9 Jan 2026</li>", NEW, None, id="a date elsewhere"),
        pytest.param(
            "",
            "New submissions for Friday, 9 January 2026 (showing 1 of 1 entries )",
            DAY,
            id="old",
        ),
        pytest.param(SHOWING.replace("9 Jan", "39 Jan"), NEW, None, id="no such day"),
    ],
)
def test_the_heading_says_the_day(heading: str, of_section: str, day: date | None) -> None:
    listing = read(page(section(of_section, entry()), heading=heading))
    assert (only(listing).announced, listing.day) == (day, day)
    assert (only(listing).announce_type, listing.rejections) == ("new", ())


def test_entries_under_an_unknown_heading_are_of_no_known_type() -> None:
    listing = read(page(section("Withdrawn submissions (showing 1 of 1 entries)", entry())))
    assert (only(listing).announce_type, only(listing).announced) == (None, None)


@pytest.mark.parametrize(
    ("body", "day"),
    [
        pytest.param(f"{SHOWING}<p>No updates today.</p>", DAY, id="new"),
        pytest.param("Total of 0 entries for Sat, 05 Feb 2011", date(2011, 2, 5), id="catchup"),
        pytest.param("<p>No updates for Fri, 09 Jan 2026</p>", DAY, id="catchup, June 2026"),
        pytest.param("<div>No further updates for Fri, 09 Jan 2026</div>", None, id="past the end"),
        pytest.param(section("", "<p>No updates for this time period.</p>"), None, id="month"),
    ],
)
def test_a_page_that_says_there_is_nothing_is_an_empty_listing(body: str, day: date | None) -> None:
    listing = read(page(heading=body))
    assert (listing.announcements, listing.rejections, listing.day) == ((), (), day)


def test_a_page_that_is_silently_empty_is_rejected() -> None:
    assert whys(read(page())) == ["a page without entries that says not why"]


@pytest.mark.parametrize(
    ("showing", "why"),
    [
        pytest.param("showing 1 of 1", [], id="all"),
        pytest.param("showing first 1 of 9", [], id="the first of more"),
        pytest.param("continued, showing last 1 of 9", [], id="the last of more"),
        pytest.param(
            "showing 3 of 3", ["a section of 3 entries of which 1 are there"], id="fewer than all"
        ),
        pytest.param(
            "showing first 3 of 9", ["a section of 3 entries of which 1 are there"], id="too few"
        ),
    ],
)
def test_a_section_shorter_than_it_says_is_rejected(showing: str, why: list[str]) -> None:
    listing = read(page(section(f"New submissions ({showing} entries)", entry())))
    assert ids(listing) == ["2601.90001"]
    assert whys(listing) == why


@pytest.mark.parametrize(
    ("authors", "count"),
    [
        pytest.param("(author list is unavailable)", None, id="unavailable"),
        pytest.param("<a>Ada Ebb</a>", 1, id="one"),
        pytest.param("<a>Ada Ebb</a> et al. (41 additional authors not shown)", 42, id="hidden"),
        pytest.param("<a>Ada Ebb</a>, " * 99, 99, id="as many as are shown, nearly"),
        pytest.param("<a>Ada Ebb</a>, " * 100, None, id="as many as are shown"),
    ],
)
def test_authors_are_counted_where_the_list_is_whole(authors: str, count: int | None) -> None:
    meta = META.replace('<a href="/a">Ada Ebb</a>', authors)
    paper = only(read(page(section(NEW, entry(meta=meta))))).paper
    assert paper.author_count == count
    assert set(paper.authors) <= {"Ada Ebb"}


@pytest.mark.parametrize(
    ("written", "arxiv_id", "version"),
    [
        pytest.param("/abs/math.CO/0511905", "math/0511905", None, id="an old id"),
        pytest.param("https://arxiv.org/abs/2601.90001v2", "2601.90001", 2, id="a saved page"),
    ],
)
def test_ids_of_every_form_are_read(written: str, arxiv_id: str, version: int | None) -> None:
    text = page(section(NEW, entry().replace("/abs/2601.90001", written)))
    paper = only(read(text)).paper
    assert (paper.arxiv_id, paper.version) == (arxiv_id, version)


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        pytest.param(entry().replace("Folds", "F\udcff"), "not valid UTF-8", id="bytes"),
        pytest.param(entry(meta="<div></div>"), "without a title", id="no title"),
        pytest.param(entry().replace("/abs/2601.", "/abs/x"), "no arXiv id", id="no id"),
        pytest.param(entry().replace("/abs/", "/abx/"), "cut short", id="no link"),
        pytest.param(entry().split("<dd>")[0], "cut short", id="no second half"),
    ],
)
def test_an_entry_that_cannot_be_read_is_rejected_and_the_next_is_read(
    spoilt: str, why: str
) -> None:
    text = page(section("New submissions (showing 2 of 2 entries)", spoilt, entry(90002)))
    listing = read(text.encode("utf-8", "surrogateescape"))
    assert ids(listing) == ["2601.90002"]
    (rejection,) = listing.rejections
    assert why in rejection.why
    assert rejection.line == 11


def test_pages_put_together_read_as_each_alone() -> None:
    second = SHOWING.replace("Friday, 9", "Saturday, 10")
    first = page(section(NEW, entry(90001)))
    text = first + page(section(NEW, entry(90002)), heading=second) + "<!-- kept -->\n"
    listing = read(text)
    assert days(listing) == [DAY, date(2026, 1, 10)]
    assert [each.line for each in listing.announcements] == [11, 11 + first.count("\n")]
    assert (listing.day, listing.rejections) == (None, ())


def test_a_page_that_is_none_among_others_is_rejected() -> None:
    error = "<html><head><title>403 Forbidden</title></head></html>\n"
    listing = read(page(section(NEW, entry())) + error)
    assert ids(listing) == ["2601.90001"]
    assert whys(listing) == [
        "looks like HTML with the title '403 Forbidden', which is no arXiv listing"
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param("<html><title>403  Forbidden</title></html>", "'403 Forbidden'", id="403"),
        pytest.param("<!doctype html><title>Just a moment</title>", "Just a moment", id="captcha"),
        pytest.param(
            "<html><title>[2601.90001] Folds</title><div id='abs'>", "Folds", id="an abs page"
        ),
        pytest.param('{"html": "<div id=dlpage>"}', "JSON", id="JSON"),
        pytest.param("Rate exceeded.", "plain text", id="text"),
        pytest.param("", "plain text", id="empty"),
    ],
)
def test_what_is_no_list_page_is_refused_by_its_title(content: str, why: str) -> None:
    assert not ArxivHtml().recognises(content)
    with pytest.raises(ListingMalformed, match=why):
        read(content)


@pytest.mark.parametrize(
    ("items", "total", "more"),
    [
        pytest.param([1, 2], "Total of 4 entries", True, id="a first page"),
        pytest.param([3, 4], "Total of 4 entries", False, id="the last page"),
        pytest.param([], "Total of 4 entries", False, id="past the end"),
        pytest.param([1, 2], "[ total of 4 entries", True, id="the older form"),
        pytest.param([1], "", False, id="no total"),
    ],
)
def test_there_is_more_while_the_last_number_is_below_the_total(
    items: list[int], total: str, more: bool
) -> None:
    text = page(section(NEW, *(entry(90000 + item) for item in items)), heading=total)
    assert has_more(text.encode()) is more


def test_lxml_is_imported_only_to_read_a_page() -> None:
    code = "import sys, digest.sources.arxiv.pages; print('lxml' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "False"


@given(st.sampled_from(DUMPS), st.data())
def test_a_cut_yields_whole_papers_and_says_so(content: bytes, data: st.DataObject) -> None:
    whole = read(content)
    cut = content[: data.draw(st.integers(0, len(content) - 1))]
    try:
        listing = read(cut)
    except ListingMalformed:
        return
    count = len(listing.announcements)
    assert listing.announcements == whole.announcements[:count]
    assert listing.rejections or count == len(whole.announcements)


PIECES = [
    *(b"\n", b"\xff", b"\0", b"<dl>", b"<dt>", b"</dd>", b"<h3>Fri, 99 Jan 2026</h3>", b"<!--"),
    *(b"</html>", b"<!doctype html>", b"showing 3 of 4 entries", b"&#55555;", b"<p class=mathjax>"),
    *(b"<div><b>" * 300, b"<a href='/abs/2601.90001v99'>", b"<![CDATA[", b"<?xml ?>"),
]


@given(st.data())
def test_a_damaged_page_is_read_rejected_or_refused(data: st.DataObject) -> None:
    content = data.draw(st.sampled_from(DUMPS))
    for _ in range(data.draw(st.integers(1, 5))):
        here, there = sorted(data.draw(st.tuples(*[st.integers(0, len(content))] * 2)))
        piece = data.draw(st.just(b"") | st.binary(max_size=6) | st.sampled_from(PIECES))
        content = content[:here] + piece + content[there:]
    has_more(content)
    try:
        listing = read(content)
    except ListingMalformed:
        return
    last = content.count(b"\n") + content.count(b"\r") + 1
    for item in (*listing.announcements, *listing.rejections):
        assert 1 <= (item.line or 0) <= last
        repr(item).encode()


def test_what_an_abstract_says_of_totals_makes_no_further_page() -> None:
    page = (DATA / "new.html").read_bytes()
    said = page.replace(b"</dd>", b"<p class='mathjax'>A total of 12000 entries.</p></dd>", 1)
    assert said != page
    assert has_more(said) is has_more(page) is False
