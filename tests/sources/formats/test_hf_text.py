from datetime import UTC, date, datetime

import pytest

from builders import make_dump
from digest.paper import Listing, Paper, Rejection
from digest.sources.registry import parse

HEADER = (
    "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\n"
    "byAK and the research community\n\nMar 27\n\n"
)
INVITATIONS = (
    "Get trending papers in your email inbox once a day!\n"
    "Get trending papers in your email inbox!\n"
)
LONG = " The wind undoes half of the folds, and the tide the others, as we show." * 8


def read(text: str, named: str | None = None, **facts: object) -> Listing:
    return parse(make_dump(text, **facts), named)


def titles(listing: Listing) -> list[str | None]:
    return [announcement.paper.title for announcement in listing.announcements]


def only(listing: Listing) -> Paper:
    (announcement,) = listing.announcements
    return announcement.paper


def entry(number: int, footer: str = "") -> str:
    below = f"\n\n{footer}" if footer else ""
    return f"On Folding, Part {number}\n\nPart {number} folds paper by the sea.{LONG}{below}\n\n"


def test_a_title_may_stand_on_the_line_of_the_button() -> None:
    listing = read(f"{INVITATIONS}SubscribepyFold: Paper\nWe fold.\n")
    assert titles(listing) == ["pyFold: Paper"]
    assert listing.announcements[0].line == 3


def test_an_announcement_knows_the_line_of_its_title_and_its_source() -> None:
    first, second = read(HEADER + entry(1) + entry(2), source="hf").announcements
    assert (first.line, second.line) == (11, 15)
    assert first.source == "hf"
    assert first.format == "hf-text"
    assert first.announced is first.announce_type is None


def test_the_day_of_viewing_is_no_papers() -> None:
    assert only(read(HEADER + entry(1))).published is None


def test_white_space_is_collapsed_and_nothing_else_changed() -> None:
    paper = only(read(f"{HEADER}On\t $\\ell_2$  <b>\u2028folds\n\nWe\x0bfold\x85 30\\% & more.\n"))
    assert paper.title == "On $\\ell_2$ <b> folds"
    assert paper.abstract == "We fold 30\\% & more."


@pytest.mark.parametrize(
    ("footer", "facts"),
    [
        pytest.param(
            "  • 8 authors\n·\nNov 28, 2024 7",
            Paper(author_count=8, published=date(2024, 11, 28), num_comments=7),
            id="all of it",
        ),
        pytest.param(
            "• 1 author\n·\nNov 8, 2024",
            Paper(author_count=1, published=date(2024, 11, 8), num_comments=0),
            id="no number means no comments",
        ),
        pytest.param(
            "Sea Lab\n·\nNov 8, 2024 12",
            Paper(organization="Sea Lab", published=date(2024, 11, 8), num_comments=12),
            id="an organisation is no number of authors",
        ),
        pytest.param(
            "Sea Lab\n\n·\n\nNov 8, 2024",
            Paper(organization="Sea Lab", published=date(2024, 11, 8), num_comments=0),
            id="an organisation amid blank lines",
        ),
        pytest.param(
            "·\nNov 8, 2024",
            Paper(published=date(2024, 11, 8), num_comments=0),
            id="neither authors nor organisation",
        ),
        pytest.param(
            "Sea Lab\nNov 8, 2024",
            Paper(organization="Sea Lab", published=date(2024, 11, 8), num_comments=0),
            id="the dot is lost",
        ),
        pytest.param("  • 16 authors\n·", Paper(author_count=16), id="cut before the date"),
        pytest.param("  • 16 au", Paper(author_count=16), id="cut within the word"),
    ],
)
@pytest.mark.parametrize("gap", ["\n\n", "\n"], ids=["apart", "below the abstract"])
def test_a_footer_is_read_for_what_it_says(footer: str, facts: Paper, gap: str) -> None:
    listing = read(f"{HEADER}On Folding\n\nWe fold.{LONG}{gap}{footer}")
    paper = only(listing)
    assert listing.rejections == ()
    assert (paper.author_count, paper.organization) == (facts.author_count, facts.organization)
    assert (paper.published, paper.num_comments) == (facts.published, facts.num_comments)
    assert paper.upvotes is None


@pytest.mark.parametrize(
    ("footer", "line", "why"),
    [
        pytest.param("• 8 authors\n·\nFeb 30, 2024", 17, "does not exist", id="an impossible date"),
        pytest.param("• 8 authors\n·\nFeb 30", 17, "does not exist", id="impossible in any year"),
        pytest.param("• 8 authors\n·\nNov 28, 20", 17, "cut short", id="a year cut short"),
        pytest.param("• 8 authors\n·\nJan 1, 0000", 17, "does not exist", id="no such year"),
        pytest.param("• 1", 15, "cut short", id="a number that may go on"),
    ],
)
def test_a_footer_line_that_cannot_be_read_is_told_and_the_paper_kept(
    footer: str, line: int, why: str
) -> None:
    listing = read(f"{HEADER}On Folding\n\nWe fold.{LONG}\n\n{footer}")
    assert only(listing).published is None
    (rejection,) = listing.rejections
    assert rejection.line == line
    assert why in rejection.why


def dated(*days: str) -> str:
    return HEADER + "".join(entry(n, f"• 2 authors\n·\n{day}") for n, day in enumerate(days))


def published(listing: Listing) -> list[str]:
    return [str(announcement.paper.published) for announcement in listing.announcements]


def test_a_date_without_year_is_of_the_year_after_the_largest_on_its_page() -> None:
    listing = read(dated("Jan 5", "Dec 25, 2024 3", "May 1, 2019", "Oct 8 1"))
    assert published(listing) == ["2025-01-05", "2024-12-25", "2019-05-01", "2025-10-08"]


def test_each_page_of_a_file_has_its_own_year() -> None:
    listing = read(dated("Jan 5", "May 1, 2019") + dated("Jan 6", "May 1, 2022") + dated("Jan 7"))
    assert published(listing)[::2] == ["2020-01-05", "2023-01-06", "None"]


def test_where_no_year_is_written_the_pull_of_a_source_gives_it() -> None:
    pulled_at = datetime(2026, 3, 10, tzinfo=UTC)
    assert published(read(dated("Jan 5"), source="hf", pulled_at=pulled_at)) == ["2026-01-05"]
    assert published(read(dated("Jan 5"), pulled_at=pulled_at)) == ["None"]


def test_leap_day_of_a_year_without_one_does_not_exist() -> None:
    listing = read(dated("Feb 29", "May 1, 2024"))
    assert published(listing) == ["None", "2024-05-01"]
    assert [rejection.line for rejection in listing.rejections] == [17]


def test_a_title_directly_above_a_footer_is_a_paper_without_abstract() -> None:
    listing = read(HEADER + entry(1) + "On Wind\n\n• 2 authors\n·\nMay 1, 2019\n\n" + entry(2))
    assert titles(listing) == ["On Folding, Part 1", "On Wind", "On Folding, Part 2"]
    assert listing.announcements[1].paper.abstract is None
    assert listing.rejections == ()


@pytest.mark.parametrize(
    ("text", "expected", "lines"),
    [
        pytest.param(HEADER + entry(1) + "On Wi", [1], [15], id="ends within a title"),
        pytest.param(HEADER + entry(1) + entry(2)[:40], [1, 2], [], id="ends within an abstract"),
        pytest.param(LONG + "\n\n" + entry(1) + entry(2), [1, 2], [1], id="begins in an abstract"),
        pytest.param("olds.\n\n" + entry(1) + entry(2), [1, 2], [1], id="begins at its very end"),
        pytest.param(entry(0)[20:] + entry(1) + entry(2), [1, 2], [1], id="begins after a title"),
        pytest.param("y!\n\nSubscribe\n\n" + entry(1), [1], [], id="begins within the header"),
        pytest.param("Mar 27\n\n" + entry(1), [1], [], id="begins with the day of viewing"),
        pytest.param("authors\n·\nMay 1, 2019\n\n" + entry(1), [1], [1], id="begins in a footer"),
        pytest.param("4, 2019 2\n\n" + entry(1), [1], [1], id="begins within a date"),
        pytest.param(
            HEADER + entry(1) + "On Wind\n\n" + entry(2) + entry(3),
            [1, 2, 3],
            [15],
            id="no abstract",
        ),
        pytest.param(HEADER + entry(1) + f"We{LONG}\n\n" + entry(2), [1, 2], [15], id="no title"),
        pytest.param(
            f"We end here.{LONG}\n\n• 2 authors\n·\nMay 1, 2019\n\n" + entry(1),
            [1],
            [1],
            id="begins in an abstract with a footer",
        ),
        pytest.param(
            "• 2 authors\n·\nMay 1, 2019\n\n" + entry(1), [1], [1], id="begins with a footer"
        ),
    ],
)
def test_what_is_cut_or_missing_costs_only_its_own_entry(
    text: str, expected: list[int], lines: list[int]
) -> None:
    listing = read(text, "hf-text")
    assert titles(listing) == [f"On Folding, Part {number}" for number in expected]
    assert [rejection.line for rejection in listing.rejections] == lines


def test_a_cut_at_both_ends_does_not_shift_short_entries_between() -> None:
    entries = "".join(f"On Folding, Part {n}\nWe fold part {n} of it all.\n" for n in range(6))
    listing = read(f"folds by the sea.\n{entries}On Wi", "hf-text")
    assert titles(listing) == [f"On Folding, Part {n}" for n in range(6)]
    assert [rejection.line for rejection in listing.rejections] == [1, 14]


def test_a_file_that_lost_its_invitations_still_has_its_first_title() -> None:
    listing = read("Subscribe" + entry(1) + entry(2), "hf-text")
    assert titles(listing) == ["On Folding, Part 1", "On Folding, Part 2"]
    assert titles(read(entry(1).replace("On Folding", "Subscribers"), "hf-text")) == [
        "Subscribers, Part 1"
    ]


FLAVOURS = {
    "blank lines": HEADER + entry(1).rstrip(),
    "no blank lines": (INVITATIONS + "Subscribe" + entry(2).replace("\n\n", "\n")).rstrip(),
    "footers": HEADER + entry(3, "• 2 authors\n·\nMay 1, 2019 4").rstrip(),
    "footers without a number": HEADER + entry(4, "• 2 authors\n·\nMay 1, 2019").rstrip(),
}


@pytest.mark.parametrize("second", FLAVOURS)
@pytest.mark.parametrize("first", FLAVOURS)
@pytest.mark.parametrize("glue", ["", "\n", "\n\n", "\ufeff"], ids=["glued", "LF", "blank", "BOM"])
def test_files_put_together_read_as_each_alone(first: str, second: str, glue: str) -> None:
    listing = read(FLAVOURS[first] + glue + FLAVOURS[second])
    alone = [read(FLAVOURS[name]).announcements[0].paper for name in (first, second)]
    assert [announcement.paper for announcement in listing.announcements] == alone
    assert listing.rejections == ()


def test_a_word_new_at_the_end_of_an_abstract_stays() -> None:
    text = f"{INVITATIONS}SubscribeOn Folding\nWe fold it anew\n{HEADER}{entry(1)}"
    assert read(text).announcements[0].paper.abstract == "We fold it anew"


@pytest.mark.parametrize(
    ("old", "new", "line", "papers"),
    [
        pytest.param(b"Part 2\n", b"Part \xff\n", 15, [1, 3], id="in a title"),
        pytest.param(b"Part 2 folds", b"Part \xe2\x80 folds", 15, [1, 3], id="in an abstract"),
        pytest.param(b"Sea Lab", b"Sea \xc3 Lab", 19, [1, 2, 3], id="in an organisation"),
    ],
)
def test_bytes_that_are_no_utf8_cost_only_what_they_stand_in(
    old: bytes, new: bytes, line: int, papers: list[int]
) -> None:
    text = HEADER + entry(1) + entry(2, "Sea Lab\n·\nMay 1, 2019") + entry(3)
    listing = parse(make_dump(text.encode().replace(old, new, 1)))
    assert titles(listing) == [f"On Folding, Part {number}" for number in papers]
    assert [rejection.line for rejection in listing.rejections] == [line]
    assert "UTF-8" in listing.rejections[0].why


def test_a_page_without_papers_is_a_listing_of_none() -> None:
    listing = read(HEADER)
    assert (listing.announcements, listing.rejections) == ((), ())


def test_a_footer_between_footers_has_no_paper() -> None:
    listing = read(HEADER + entry(1, "• 2 authors\n·\nMay 1, 2019\n\n• 3 authors\n·\nMay 2, 2019"))
    assert listing.announcements[0].paper.author_count == 2
    assert listing.rejections == (Rejection(line=19, why="a footer without a paper"),)
