from datetime import date

import pytest

from builders import make_dump
from digest.paper import Listing, Paper
from digest.sources.registry import parse

ABSTRACT = "We fold paper by the sea, and cite arXiv:2309.06180 on wind."
LONG = ("We count the folds that the wind undoes. " * 15).strip()


def read(text: str) -> Listing:
    return parse(make_dump(text), "arxiv-text")


def lines(listing: Listing) -> list[int]:
    return [rejection.line for rejection in listing.rejections]


def only(listing: Listing) -> Paper:
    (announcement,) = listing.announcements
    return announcement.paper


def test_a_record_is_read_for_what_it_says() -> None:
    listing = read(
        f"{ABSTRACT}\n\n33 pages;  'Sea & Wind'\n\n"
        "arXiv:2406.15818v2 - doi: 10.1234/Sea.7\nCreated: 2024-06-22\n"
    )
    (announcement,) = listing.announcements
    assert announcement.paper == Paper(
        abstract=ABSTRACT,
        comment="33 pages;  'Sea & Wind'",
        arxiv_id="2406.15818",
        version=2,
        doi="10.1234/Sea.7",
        url="https://arxiv.org/abs/2406.15818",
        pdf_url="https://arxiv.org/pdf/2406.15818",
        published=date(2024, 6, 22),
    )
    assert (announcement.announced, announcement.announce_type) == (None, None)
    assert (announcement.line, announcement.format) == (1, "arxiv-text")
    assert listing.rejections == ()


def test_an_abstract_may_be_wrapped_even_at_an_id() -> None:
    paper = only(read("We cite\narXiv:2309.06180\n  on wind.\n\narXiv:2406.15818\n"))
    assert paper.abstract == "We cite arXiv:2309.06180 on wind."
    assert paper.arxiv_id == "2406.15818"


def test_records_need_no_blank_lines() -> None:
    record = f"{ABSTRACT}\narXiv:2406.1581%d\nCreated: 2024-06-22\n"
    listing = read(record % 1 + record % 2)
    assert [each.paper.arxiv_id for each in listing.announcements] == ["2406.15811", "2406.15812"]
    assert {each.paper.published for each in listing.announcements} == {date(2024, 6, 22)}


def test_a_long_paragraph_is_no_comment_and_what_precedes_it_no_papers() -> None:
    listing = read(f"{ABSTRACT}\n\n{LONG}\n\narXiv:2406.15818\n")
    assert only(listing) == only(read(f"{LONG}\n\narXiv:2406.15818\n"))
    assert lines(listing) == [1]


@pytest.mark.parametrize(
    ("end", "ids", "rejected"),
    [
        pytest.param("", ["2406.00001"], [6], id="after the abstract"),
        pytest.param("arXi", ["2406.00001"], [6, 8], id="within the word arXiv"),
        pytest.param("arXiv:2406.00", ["2406.00001"], [8], id="within the id"),
        pytest.param("arXiv:2406.0000", ["2406.00001"], [8], id="one digit short"),
        pytest.param("arXiv:2406.00002", ["2406.00001", "2406.00002"], [], id="after the id"),
        pytest.param("arXiv:2406.00002 - do", ["2406.00001", "2406.00002"], [], id="before a DOI"),
        pytest.param(
            "arXiv:2406.00002\nCreated: 2024-0",
            ["2406.00001", "2406.00002"],
            [9],
            id="within the day",
        ),
        pytest.param(
            "arXiv:2406.00002\nCreated: 2024-02-30",
            ["2406.00001", "2406.00002"],
            [9],
            id="a day that does not exist",
        ),
    ],
)
def test_a_record_cut_at_its_end_is_read_or_rejected_by_line(
    end: str, ids: list[str], rejected: list[int]
) -> None:
    whole = f"{ABSTRACT}\n\narXiv:2406.00001\nCreated: 2024-06-22\n\n"
    listing = read(f"{whole}{ABSTRACT}\n\n{end}")
    assert [each.paper.arxiv_id for each in listing.announcements] == ids
    assert lines(listing) == rejected


@pytest.mark.parametrize(
    ("text", "rejected"),
    [
        pytest.param("arXiv:2406.00002\nCreated: 2024-06-22", 1, id="no abstract"),
        pytest.param("Created: 2024-06-22", 1, id="a date alone"),
        pytest.param(f"{ABSTRACT}\n\nCreated: 2024-06-22", 1, id="no id"),
        pytest.param(f"{ABSTRACT}\n\narXiv:2413.00002", 3, id="no such month"),
        pytest.param(f"{ABSTRACT}\n\narXiv:folds", 3, id="no id at all"),
        pytest.param(f"{ABSTRACT}\n\narXiv:0704.00046", 3, id="a digit too many for its year"),
    ],
)
def test_what_is_no_record_is_rejected_and_the_next_is_read(text: str, rejected: int) -> None:
    listing = read(f"{text}\n\n{ABSTRACT}\n\narXiv:2406.00001\nCreated: 2024-06-22\n")
    assert only(listing).arxiv_id == "2406.00001"
    assert lines(listing) == [rejected]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        pytest.param("0704.0046v3", ("0704.0046", 3), id="four digits before 2015"),
        pytest.param("math.GT/0309136", ("math/0309136", None), id="an old id"),
    ],
)
def test_ids_of_every_age_are_read(written: str, read_as: tuple[str, int | None]) -> None:
    paper = only(read(f"{ABSTRACT}\n\narXiv:{written}\n"))
    assert (paper.arxiv_id, paper.version) == read_as


@pytest.mark.parametrize("glue", ["", "\n", "\n\n", "\ufeff"], ids=["glued", "LF", "blank", "BOM"])
def test_files_put_together_read_as_each_alone(glue: str) -> None:
    record = f"{ABSTRACT}\n\narXiv:2406.00001\nCreated: 2024-06-22"
    listing = read(record + glue + f"3D {record}")
    first, second = (announcement.paper for announcement in listing.announcements)
    assert (first.published, second.published) == (date(2024, 6, 22), date(2024, 6, 22))
    assert (first.abstract, second.abstract) == (ABSTRACT, f"3D {ABSTRACT}")
    assert listing.rejections == ()


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param(b"W\xff fold.\n\n5 pages\n\narXiv:2406.00002\n", id="in an abstract"),
        pytest.param(b"We fold.\n\n5 p\xffges\n\narXiv:2406.00002\n", id="in a comment"),
        pytest.param(b"We fold.\n\n5 pages\n\narXiv:2406.0\xff002\n", id="in an id"),
    ],
)
def test_bytes_that_are_no_utf8_cost_only_their_record(spoilt: bytes) -> None:
    good = f"{ABSTRACT}\n\narXiv:2406.00001\nCreated: 2024-06-22\n\n".encode()
    listing = parse(make_dump(good + spoilt + b"\n" + good))
    assert len(listing.announcements) == 2
    assert len(listing.rejections) == 1
    assert listing.rejections[0].why.isascii()
