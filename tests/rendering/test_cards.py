from datetime import UTC, date, datetime

import pytest

from builders import make_pick, make_sighting, make_stored
from digest.issue import Reason, ReasonKind
from digest.paper import AnnounceType
from digest.rendering.cards import brief_heading, paper_view


def view(*, sightings=None, reasons=None, interest=None, shows_interest=False, **facts):
    pick = make_pick(make_stored(sightings=sightings, **facts), interest=interest)
    if reasons is not None:
        pick = make_pick(pick.stored, reasons=reasons)
    return paper_view(pick, number=1, today=date(2026, 3, 10), shows_interest=shows_interest)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param({"authors": ("A B", "C D")}, "A B, C D", id="all of a few"),
        pytest.param({"authors": tuple("ABCDEF")}, "A, B, C, D, E, F", id="all of six"),
        pytest.param({"authors": tuple("ABCDEFG")}, "A, B, C, D, …, G and 2 more", id="many"),
        pytest.param({"authors": ("A",), "author_count": 9}, "A and 8 more", id="an unknown last"),
        pytest.param({"author_count": 8}, "8 authors", id="only a count"),
        pytest.param({"author_count": 1}, "1 author", id="only a count of one"),
        pytest.param({"author_count": 3, "organization": "ACME"}, "3 authors · ACME", id="of one"),
        pytest.param({"organization": "ACME"}, "ACME", id="organisation alone"),
        pytest.param({}, "", id="unknown"),
    ],
)
def test_authors_are_named_as_far_as_they_are_known(facts, expected):
    assert view(**facts).byline == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param({"title": "Graphs"}, "Graphs", id="title"),
        pytest.param(
            {"title": None, "abstract": "We go.", "arxiv_id": "2603.90001"},
            "arXiv:2603.90001: We go.",
            id="id and opening words",
        ),
        pytest.param({"title": None, "abstract": "We go."}, "We go.", id="opening words"),
        pytest.param({"title": "\x00", "abstract": None, "doi": "10.5555/x"}, "doi:10.5555/x",
            id="id alone"),
        pytest.param({"title": None, "abstract": None}, "An entry without title and abstract",
            id="nothing"),
    ],
)  # fmt: skip
def test_a_paper_is_called_by_what_it_has(facts, expected):
    paper = view(**facts)
    assert paper.title == expected
    assert paper.untitled == (facts["title"] != "Graphs")


def test_a_subject_names_an_untitled_paper_by_its_opening_words():
    stored = make_stored(title=None, abstract="We go.", arxiv_id="2603.90001")
    assert brief_heading(stored.paper) == "We go."


def test_a_paper_without_address_is_not_linked_but_can_be_searched():
    paper = view(title="Graphs & trees", code_url="https://example.org/code")
    assert paper.address is None
    assert paper.search is not None
    assert paper.search.url.endswith("?q=Graphs%20%26%20trees")
    assert view(arxiv_id="2603.90001").search is None


def test_each_source_is_named_once_as_it_first_announced_the_paper():
    paper = view(
        published=date(2025, 12, 30),
        categories=tuple(f"c.{number}" for number in range(8)),
        sightings=(
            make_sighting(announce_type=AnnounceType.CROSS, announced=date(2026, 3, 9)),
            make_sighting(announce_type=AnnounceType.REPLACE, announced=date(2026, 3, 10)),
            make_sighting(source="hf", seen_at=datetime(2026, 3, 10, tzinfo=UTC)),
            make_sighting(source=None, seen_at=datetime(2026, 3, 10, tzinfo=UTC)),
        ),
    )
    assert paper.facts == (
        "c.0, c.1, c.2, c.3, c.4, c.5 and 2 more",
        "first submitted 30 December 2025",
        "announced in ml (cross-listed) on 9 March",
        "seen in hf on 10 March",
        "seen in a file on 10 March",
    )


@pytest.mark.parametrize(
    ("kind", "term", "weight", "expected"),
    [
        pytest.param("keyword", "KV cache", 30.4, ("keyword “KV cache”", "+30"), id="keyword"),
        pytest.param("author", "Song Han", 12, ("author Song Han", "+12"), id="author"),
        pytest.param("category", "cs.LG", 0.72, ("category cs.LG", "+0.7"), id="below one"),
        pytest.param("age", "", -4, ("age", "−4"), id="negative"),
        pytest.param("text", "{0}", 3, ("your description: “{0}”", "+3"), id="braces"),
        pytest.param("other", "", 3, ("everything else", "+3"), id="only other"),
    ],
)
def test_a_reason_is_told_in_words(kind, term, weight, expected):
    (reason,) = view(reasons=(Reason(kind=ReasonKind(kind), term=term, weight=weight),)).reasons
    assert (reason.words, reason.points) == expected


def test_only_the_main_reasons_are_told():
    reasons = [Reason(kind=ReasonKind.OTHER, term="", weight=50)]
    reasons += [Reason(kind=ReasonKind.TEXT, term=f"w{n}", weight=9 - n) for n in range(6)]
    shown = view(reasons=tuple(reasons)).reasons
    assert [reason.points for reason in shown] == ["+9", "+8", "+7", "+6"]


def test_an_interest_is_named_only_where_there_are_several():
    assert view(interest="cells", shows_interest=True).interest == "cells"
    assert view(interest="cells").interest is None
