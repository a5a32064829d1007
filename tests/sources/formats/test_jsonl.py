import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import make_announcement, make_dump, make_paper
from digest.paper import Announcement, AnnounceType, Listing, Paper
from digest.sources.jsonl import dumps, to_json
from digest.sources.registry import parse

KEYS = [
    "title",
    "abstract",
    "authors",
    "author_count",
    "organization",
    "categories",
    "arxiv_id",
    "version",
    "doi",
    "url",
    "pdf_url",
    "comment",
    "journal_ref",
    "announce_type",
    "announced",
    "published",
    "upvotes",
    "num_comments",
    "code_url",
    "format",
    "source",
]


def read(*lines: Any) -> Listing:
    text = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    return parse(make_dump(text), "jsonl")


def test_a_paper_is_printed_with_these_keys_in_this_order_on_one_line() -> None:
    announcement = make_announcement(make_paper(title="Möbius\nfolds", published=date(2024, 1, 2)))
    line = dumps(announcement)
    assert list(json.loads(line)) == KEYS
    assert list(to_json(announcement)) == KEYS
    assert "\n" not in line
    assert "Möbius" in line
    assert '"published": "2024-01-02"' in line
    assert '"authors": []' in line
    assert '"doi": null' in line


words = st.text(st.characters(exclude_categories=["Cs", "Z", "Cc"]), min_size=1, max_size=20)
texts = st.lists(words, min_size=1, max_size=5).map(" ".join)
numbers = st.integers(0, 2**31 - 1)
days = st.dates()


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    """Papers as parsing gives them: what follows from other facts is there."""
    arxiv_id = draw(st.none() | st.sampled_from(["2401.00001", "math/0309136"]))
    authors = draw(st.lists(texts, max_size=3))
    address = st.builds("https://example.org/{}".format, st.integers(0))
    return Paper(
        title=draw(texts),
        abstract=draw(st.none() | texts),
        authors=tuple(authors),
        author_count=len(authors) if authors else draw(st.none() | numbers),
        organization=draw(st.none() | texts),
        categories=tuple(draw(st.lists(texts, max_size=3))),
        arxiv_id=arxiv_id,
        version=draw(st.none() | numbers),
        doi=draw(st.none() | texts),
        url=f"https://arxiv.org/abs/{arxiv_id}" if arxiv_id else draw(st.none() | address),
        pdf_url=f"https://arxiv.org/pdf/{arxiv_id}" if arxiv_id else None,
        comment=draw(st.none() | texts),
        journal_ref=draw(st.none() | texts),
        published=draw(st.none() | days),
        upvotes=draw(st.none() | numbers),
        num_comments=draw(st.none() | numbers),
        code_url=draw(st.none() | address),
    )


announcements = st.builds(
    Announcement,
    paper=papers(),
    format=texts,
    announce_type=st.none() | st.sampled_from(AnnounceType),
    announced=st.none() | days,
    source=st.none() | texts,
)


@settings(deadline=None)  # time is no property of parsing
@given(st.lists(announcements, max_size=4))
def test_parsing_what_was_printed_gives_it_back(printed: list[Announcement]) -> None:
    listing = read(*(dumps(announcement) for announcement in printed))
    assert [replace(each, line=None) for each in listing.announcements] == printed
    assert listing.rejections == ()


def test_missing_keys_are_unknown_and_unknown_keys_are_ignored() -> None:
    (announcement,) = read({"title": "On  Folding", "mood": ["calm"]}).announcements
    assert announcement == Announcement(
        paper=Paper(title="On Folding"), format="jsonl", source=None, line=1
    )


def test_what_follows_from_other_facts_is_filled_in() -> None:
    facts = {"arxiv_id": "arXiv:2401.00001v2", "authors": ["Ada Stream", "Bo Brook"]}
    (announcement,) = read(facts).announcements
    paper = announcement.paper
    assert (paper.arxiv_id, paper.version, paper.author_count) == ("2401.00001", 2, 2)
    assert paper.url == "https://arxiv.org/abs/2401.00001"
    assert paper.pdf_url == "https://arxiv.org/pdf/2401.00001"


@pytest.mark.parametrize(
    ("written", "doi"),
    [
        pytest.param("10.1000/ABC", "10.1000/ABC", id="bare"),
        pytest.param("https://doi.org/10.1000/ABC", "10.1000/ABC", id="an address"),
        pytest.param("http://dx.doi.org/10.1000/ABC ", "10.1000/ABC", id="an old address"),
        pytest.param("HTTPS://DOI.ORG/10.1000/ABC", "10.1000/ABC", id="in capitals"),
        pytest.param("doi:10.1000/x", "10.1000/x", id="with its name"),
        pytest.param("DOI: 10.1000/x", "10.1000/x", id="with its name and a blank"),
        pytest.param(
            "https://doi.org/10.48550/arXiv.2401.00001", "10.48550/arXiv.2401.00001", id="arXiv's"
        ),
        pytest.param("10.1000/doi:10.1000/x", "10.1000/doi:10.1000/x", id="within it"),
        pytest.param("https://doi.org/", "https://doi.org/", id="none"),
    ],
)
def test_a_doi_is_kept_without_what_is_written_before_it(written: str, doi: str) -> None:
    (announcement,) = read({"title": "On", "doi": written}).announcements
    assert announcement.paper.doi == doi


def test_what_a_line_says_is_not_replaced() -> None:
    facts = {"arxiv_id": "2401.00001", "url": "https://example.org", "version": 1}
    (announcement,) = read({**facts, "authors": ["Ada"], "author_count": 9}).announcements
    paper = announcement.paper
    assert (paper.url, paper.version, paper.author_count) == ("https://example.org", 1, 9)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        pytest.param("{", "not valid JSON", id="cut short"),
        pytest.param('{"title": "On"} tail', "not valid JSON", id="more after it"),
        pytest.param("[1]", "not a JSON object", id="a list"),
        pytest.param("[" * 9999, "not valid JSON", id="nested without end"),
        pytest.param({}, "nothing to know a paper by", id="nothing"),
        pytest.param({"title": " ", "authors": ["Ada"]}, "nothing to know", id="a blank title"),
        pytest.param({"title": 7}, "title is not a string", id="a number for a title"),
        pytest.param({"title": "On\0"}, "title holds", id="a NUL"),
        pytest.param(r'{"title": "\ud800"}', "title holds", id="half a character"),
        pytest.param({"title": "On", "authors": "Ada"}, "authors is not a list", id="no list"),
        pytest.param({"title": "On", "categories": [1]}, "categories is not a list", id="numbers"),
        pytest.param({"title": "On", "authors": ["\ud800"]}, "authors holds", id="half a name"),
        pytest.param({"title": "On", "upvotes": "3"}, "upvotes is not a whole", id="a string"),
        pytest.param({"title": "On", "upvotes": True}, "upvotes is not a whole", id="a truth"),
        pytest.param({"title": "On", "upvotes": 2.5}, "upvotes is not a whole", id="a fraction"),
        pytest.param({"title": "On", "version": -1}, "version is not a whole", id="below 0"),
        pytest.param({"title": "On", "version": 10**40}, "version is not a whole", id="too large"),
        pytest.param({"arxiv_id": "10.1234/x"}, "arxiv_id is no arXiv id", id="a DOI for an id"),
        pytest.param({"url": "javascript:alert(1)"}, "url is no web address", id="a script"),
        pytest.param({"title": "On", "published": "2024-02-30"}, "published is not", id="no day"),
        pytest.param({"title": "On", "announced": "20240203"}, "announced is not", id="no dashes"),
        pytest.param({"title": "On", "announce_type": "old"}, "announce_type is none", id="type"),
    ],
)
def test_a_line_that_is_no_paper_is_rejected_and_the_others_read(line: Any, why: str) -> None:
    listing = read({"title": "First"}, line, {"title": "Last"})
    titles = [announcement.paper.title for announcement in listing.announcements]
    assert [titles[0], titles[-1]] == ["First", "Last"]
    (rejection,) = listing.rejections
    assert rejection.line == 2
    assert why in rejection.why


def test_objects_on_one_line_are_all_read() -> None:
    listing = read('{"title": "A"}{"title": "B"}\ufeff{"title": 7} {"title": "C"}{"ti')
    assert [announcement.paper.title for announcement in listing.announcements] == ["A", "B", "C"]
    assert [rejection.line for rejection in listing.rejections] == [1, 1]


def test_a_line_that_is_no_utf8_is_rejected_alone() -> None:
    listing = parse(make_dump(b'{"title": "A"}\n{"title": "\xff"}\n{"title": "B"}\n'))
    assert [announcement.paper.title for announcement in listing.announcements] == ["A", "B"]
    assert [rejection.line for rejection in listing.rejections] == [2]


def test_the_lines_own_source_comes_before_the_dumps() -> None:
    dump = make_dump('{"title": "A", "source": "ml"}\n{"title": "B"}\n', source="saved")
    assert [announcement.source for announcement in parse(dump).announcements] == ["ml", "saved"]


def test_nothing_printed_is_a_listing_of_nothing() -> None:
    assert read().announcements == ()
