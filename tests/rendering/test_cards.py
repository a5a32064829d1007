from datetime import UTC, date, datetime

import pytest

from builders import make_pick, make_sighting, make_stored
from digest.issue import Reason, ReasonKind
from digest.paper import AnnounceType
from digest.rendering.paper_view import brief_heading, paper_view, with_abstract_within
from digest.rendering.renderer import Renderer
from digest.rendering.rich import Piece
from digest.subscriber import Abstract

WORDS = Renderer().words("en")


def shown(pick, *, several=False, abstract=Abstract.SHORT):
    day = date(2026, 3, 10)
    return paper_view(pick, number=1, today=day, several=several, abstract=abstract, words=WORDS)


def view(*, sightings=None, reasons=None, interest=None, summary=None, several=False, **facts):
    pick = make_pick(make_stored(sightings=sightings, **facts), interest=interest, summary=summary)
    if reasons is not None:
        pick = make_pick(pick.stored, reasons=reasons, summary=summary)
    return shown(pick, several=several)


def because(kind, term, weight=5.0):
    return Reason(kind=ReasonKind(kind), term=term, weight=weight)


def marked(text):
    return [piece.text for piece in text.pieces if piece.marked]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param({"authors": ("A B", "C D")}, "A B, C D", id="all of a few"),
        pytest.param({"authors": tuple("ABCDE")}, "A, B, C, D, E", id="all of five"),
        pytest.param({"authors": tuple("ABCDEFG")}, "A, B, …, G and 4 more", id="many"),
        pytest.param({"authors": ("A",), "author_count": 9}, "A and 8 more", id="an unknown last"),
        pytest.param({"author_count": 8}, "8 authors", id="only a count"),
        pytest.param({"author_count": 1}, "1 author", id="only a count of one"),
        pytest.param({"author_count": 3, "organization": "ACME"}, "3 authors · ACME", id="of one"),
        pytest.param({"organization": "ACME"}, "ACME", id="organisation alone"),
        pytest.param({}, "", id="unknown"),
    ],
)
def test_authors_are_named_as_far_as_they_are_known(facts, expected):
    assert view(**facts).byline.plain == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param({"title": "Trees"}, "Trees", id="title"),
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
    assert paper.title.plain == expected
    assert paper.untitled == (facts["title"] != "Trees")


def test_a_subject_names_an_untitled_paper_by_its_opening_words():
    stored = make_stored(title=None, abstract="We go.", arxiv_id="2603.90001")
    assert brief_heading(stored.paper, WORDS) == "We go."


def test_a_paper_without_address_is_not_linked_but_can_be_searched():
    paper = view(title="Graphs & trees", code_url="https://example.org/code")
    assert paper.address is None
    assert paper.search is not None
    assert paper.search.url.endswith("?q=Graphs%20%26%20trees")
    assert view(arxiv_id="2603.90001").search is None


def test_where_a_paper_was_before_today_is_named_once_a_source():
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
        "c.0, c.1, c.2, c.3 and 4 more",
        "first submitted 30 December 2025",
        "announced in ml (cross-listed) on 9 March",
    )


def test_an_interest_is_named_only_where_there_are_several():
    assert view(interest="cells", several=True).interest == "cells"
    assert view(interest="cells").interest is None


def test_followed_authors_are_named_and_marked_wherever_they_stand():
    names = ("A A", "B B", "C C", "Song Han", "E E", "F F", "Z Z")
    line = view(authors=names, author_count=7, reasons=(because("author", "Han, Song"),)).byline
    assert line.plain == "A A, B B, …, *Song Han*, …, Z Z and 3 more"
    assert marked(line) == ["Song Han"]


def test_a_followed_author_listed_by_initials_is_marked():
    reason = because("author", "Song Han (listed as S. Han)")
    assert marked(view(authors=("S. Han",), reasons=(reason,)).byline) == ["S. Han"]


def test_terms_are_marked_in_title_and_abstract_but_not_in_addresses():
    paper = view(
        title="Fast KV-caches",
        abstract="A KV cache is small. See https://example.org/KV-cache for the cache.",
        reasons=(because("keyword", "KV cache"), because("text", "small"), because("age", "small")),
    )
    assert marked(paper.title) == ["KV-caches"]
    assert marked(paper.abstract) == ["KV cache", "small"]
    assert paper.title.plain == "Fast *KV-caches*"
    assert "https://example.org/KV-cache for" in paper.abstract.plain


def test_what_speaks_against_a_paper_is_not_marked():
    assert marked(view(title="Graphs", reasons=(because("keyword", "graph", -5.0),)).title) == []


def test_a_short_acronym_is_marked_in_its_own_case():
    paper = view(title="MET and met", reasons=(because("keyword", "MET"),))
    assert marked(paper.title) == ["MET"]


def test_a_mark_goes_on_through_a_raised_sign():
    paper = view(title="An $O(n^2)$ bound", reasons=(because("keyword", "O(n^2)"),))
    assert "".join(piece.text for piece in paper.title.pieces) == "An O(n2) bound"
    assert [p for p in paper.title.pieces if p.script == "sup"] == [Piece("2", "sup", False)] or (
        marked(paper.title)
    )


def test_a_pick_from_outside_or_from_an_earlier_day_says_so():
    outside = because("trending", "from outside your interests: 9 upvotes", 0.0)
    assert view(reasons=(outside,)).notes == ("From outside your interests",)
    earlier = make_sighting(announced=date(2026, 3, 6))
    aged = view(sightings=(earlier,), reasons=(because("age", "4 days old", -4.0),))
    assert aged.notes == ("From 6 March",)
    assert view(sightings=(earlier,)).notes == ()
    twin = because("other", "much the same as Trees", 0.0)
    assert view(reasons=(twin,)).notes == ("much the same as “Trees”",)


ABSTRACT = (
    "Large graphs are everywhere, and small patterns in them are slow to count. Samplers need "
    "many rounds before they settle, and nobody knows when to stop. We propose a sampler for "
    "large graphs that counts cliques in linear time and knows its own error. Twelve networks "
    "were tried. The error was below one percent in all of them."
)


def test_a_paper_is_summed_up_by_a_sentence_of_its_own_or_by_a_written_one():
    quoted = view(title="A sampler that counts cliques", abstract=ABSTRACT)
    assert quoted.summary.plain.startswith("We propose a sampler")
    assert quoted.quoted
    written = view(abstract=ABSTRACT, summary="It counts\r\ncliques.")
    assert (written.summary.plain, written.quoted) == ("It counts cliques.", False)
    assert not view(abstract="Too short.").summary


def test_an_abstract_is_not_cut_within_a_formula():
    text = "It takes $a + b + c + d + e + f$ steps and more. " * 3
    pick = make_pick(make_stored(abstract=text))
    paper = shown(pick, abstract=Abstract.FULL)
    for limit in range(20, 60):
        cut = with_abstract_within(paper, pick, limit)
        assert cut.shortened
        assert "$" not in cut.abstract.plain


def test_a_short_abstract_begins_with_the_sentence_and_says_nothing_twice():
    stored = make_stored(title="A sampler that counts cliques", abstract=ABSTRACT * 2)
    pick = make_pick(stored, reasons=())
    card = shown(pick)
    assert card.abstract.plain.startswith("… We propose a sampler")
    assert card.abstract.plain.count("We propose a sampler") == 1
    assert card.abstract.plain.endswith(".")
    assert len(card.abstract.plain) <= 430
    assert card.shortened
    whole = shown(pick, abstract=Abstract.FULL)
    assert (whole.abstract.plain, whole.shortened) == (ABSTRACT * 2, False)


def test_an_abstract_that_is_short_anyway_stays_whole():
    card = view(title="A sampler that counts cliques", abstract=ABSTRACT[:400], reasons=())
    assert (card.abstract.plain, card.shortened) == (ABSTRACT[:400], False)


@pytest.mark.parametrize(
    ("text", "url", "rest"),
    [
        pytest.param("See https://example.org/a_b.", "https://example.org/a_b", ".", id="stop"),
        pytest.param("(www.example.org/x)", "https://www.example.org/x", ")", id="in brackets"),
        pytest.param(
            "at https://en.example.org/wiki/Graph_(maths), too",
            "https://en.example.org/wiki/Graph_(maths)",
            ", too",
            id="brackets of its own",
        ),
        pytest.param("https://example.org/?a=1&b=“2”", "https://example.org/?a=1&b=%E2%80%9C2", "”",
            id="quotes"),
    ],
)  # fmt: skip
def test_an_address_in_an_abstract_leads_where_it_says(text, url, rest):
    pieces = view(abstract=text).abstract.pieces
    (at,) = (i for i, piece in enumerate(pieces) if piece.url)
    assert pieces[at].url == url or pieces[at].url == url.replace("%E2%80%9C", "“")
    assert "".join(piece.text for piece in pieces[at + 1 :]) == rest


@pytest.mark.parametrize(
    "text",
    ["mailto:ada@example.org", "ada@example.org", "javascript://x", "https://[", "ftp://a.b"],
)
def test_no_other_address_becomes_a_link(text):
    assert [
        piece.url for piece in view(abstract=f"Ask {text} now").abstract.pieces if piece.url
    ] == []
    assert [
        piece.url for piece in view(title="https://example.org").title.pieces if piece.url
    ] == []
