import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import make_dump
from digest.errors import ListingMalformed
from digest.paper import Announcement, AnnounceType, Listing, Paper
from digest.sources.biorxiv.api import BiorxivJson
from digest.sources.jsonl import dumps

DATA = Path(__file__).parents[2] / "data" / "biorxiv-json"
DUMPS = sorted(DATA.glob("*.json"))


def make_record(**facts: Any) -> dict[str, Any]:
    return {
        "title": "Herons Listen",
        "authors": "Stream, A.; Brook, B. C.",
        "author_corresponding_institution": "Institute of Slow Waters",
        "doi": "10.5555/2026.01.11.900001",
        "date": "2026-01-13",
        "version": "1",
        "type": "new results",
        "category": "ecology",
        "jatsxml": "https://example.org/source.xml",
        "abstract": "O_LIWe listen C_LI to herons.",
        "published": "NA",
        "server": "bioRxiv",
        **facts,
    }


def make_page(*records: Any, **message: Any) -> dict[str, Any]:
    told = {"status": "ok", "cursor": 0, "count": len(records), "total": "99", **message}
    return {"messages": [told], "collection": list(records)}


def read(content: Any) -> Listing:
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    return BiorxivJson().parse(make_dump(text))


def only(**facts: Any) -> Announcement:
    listing = read(make_page(make_record(**facts)))
    assert listing.rejections == ()
    (announcement,) = listing.announcements
    return announcement


@pytest.mark.parametrize("path", DUMPS, ids=lambda path: path.stem)
def test_a_dump_reads_as_the_papers_beside_it(path: Path) -> None:
    listing = BiorxivJson().parse(make_dump(path.read_bytes()))
    printed = "".join(f"{dumps(announcement)}\n" for announcement in listing.announcements)
    rejected = "".join(f"{each.line}: {each.why}\n" for each in listing.rejections)
    assert printed == path.with_suffix(".jsonl").read_text()
    assert rejected == path.with_suffix(".rejected").read_text()


def test_a_first_version_is_announced_as_new() -> None:
    assert only() == Announcement(
        paper=Paper(
            title="Herons Listen",
            abstract="O_LIWe listen C_LI to herons.",
            authors=("Stream, A.", "Brook, B. C."),
            author_count=2,
            categories=("ecology",),
            version=1,
            doi="10.5555/2026.01.11.900001",
            url="https://www.biorxiv.org/content/10.5555/2026.01.11.900001v1",
            pdf_url="https://www.biorxiv.org/content/10.5555/2026.01.11.900001v1.full.pdf",
            published=date(2026, 1, 13),
        ),
        format="biorxiv-json",
        announce_type=AnnounceType.NEW,
        announced=date(2026, 1, 13),
        line=1,
    )


@pytest.mark.parametrize("version", [2, "2", " 12 "])
def test_a_later_version_replaces_and_its_day_is_nobodys(version: Any) -> None:
    announcement = only(version=version, published="10.5555/journal.7")
    assert announcement.announce_type is AnnounceType.REPLACE
    assert (announcement.announced, announcement.paper.published) == (None, None)
    assert announcement.paper.version == int(version)
    assert announcement.paper.journal_ref is None
    assert announcement.paper.doi == "10.5555/2026.01.11.900001"


def test_without_a_version_nobody_knows_whether_it_is_new() -> None:
    announcement = only(version=None)
    assert (announcement.announce_type, announcement.announced) == (None, None)
    assert announcement.paper.url == "https://doi.org/10.5555/2026.01.11.900001"
    assert announcement.paper.pdf_url is None


@pytest.mark.parametrize(
    ("server", "beginning"),
    [
        ("medRxiv", "https://www.medrxiv.org/content/10.5555/"),
        ("biorxiv", "https://www.biorxiv.org/content/10.5555/"),
        ("seaRxiv", "https://doi.org/10.5555/"),
        (None, "https://doi.org/10.5555/"),
    ],
)
def test_the_server_decides_where_the_paper_is(server: Any, beginning: str) -> None:
    assert (only(server=server).paper.url or "").startswith(beginning)


@pytest.mark.parametrize(
    ("written", "authors"),
    [
        ("Stream, A.", ("Stream, A.",)),
        ("Stream, A.; O'Brook, B. C.; Sea Group;", ("Stream, A.", "O'Brook, B. C.", "Sea Group")),
        ("O&#x2019;Brook, B.; Ebb, E.", ("O&#x2019;Brook, B.", "Ebb, E.")),
        ("NA", ()),
        ("", ()),
        (None, ()),
    ],
)
def test_the_authors_are_kept_as_written(written: Any, authors: tuple[str, ...]) -> None:
    paper = only(authors=written).paper
    assert paper.authors == authors
    assert paper.author_count == (len(authors) or None)


def test_na_is_how_the_service_writes_nothing() -> None:
    paper = only(abstract="NA", category="NA").paper
    assert (paper.abstract, paper.categories) == (None, ())


@pytest.mark.parametrize(
    "page",
    [
        pytest.param({"messages": [{"status": "no posts found"}]}, id="no collection"),
        pytest.param({"messages": [{"status": "No posts found"}], "collection": []}, id="empty"),
        pytest.param(make_page(count="0"), id="past the last page"),
    ],
)
def test_nothing_found_is_a_listing_without_papers(page: Any) -> None:
    assert read(page) == Listing(format="biorxiv-json", announcements=())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param("", "is empty", id="an empty body"),
        pytest.param("<html><body>error code: 1015</body></html>", "HTML", id="HTML"),
        pytest.param("{}", "another kind", id="neither messages nor collection"),
        pytest.param({"collection": []}, "another kind", id="no messages"),
        pytest.param({"messages": []}, "another kind", id="empty messages"),
        pytest.param({"messages": [{"status": "ok"}]}, "without a collection", id="no collection"),
        pytest.param({"messages": [{"status": "Error: timeout"}]}, "'Error: timeout'", id="error"),
        pytest.param({"collection": [{"name": "sea"}]}, "another kind", id="other records"),
        pytest.param([{"doi": "10.5555/7"}], "another kind", id="a list of others"),
        pytest.param('{"messages": [{"status": "ok"}], "coll', "cut short", id="cut before it"),
        pytest.param(
            '{"messages": [{"status": "ok"}], "collection": [{"doi', "cut short", id="cut in it"
        ),
    ],
)
def test_what_is_no_page_is_refused(content: Any, why: str) -> None:
    with pytest.raises(ListingMalformed, match=why):
        read(content)


@pytest.mark.parametrize("count", [5, "5"])
def test_a_page_that_is_shorter_than_it_says_is_reported(count: Any) -> None:
    listing = read(make_page(make_record(), make_record(), count=count))
    assert len(listing.announcements) == 2
    (rejection,) = listing.rejections
    assert rejection.why == "the page says that it holds 5 papers, but 2 are there"


def test_a_count_that_is_no_number_is_reported() -> None:
    listing = read(make_page(make_record(), count="many"))
    assert len(listing.announcements) == len(listing.rejections) == 1


def test_a_cut_page_keeps_its_whole_records_and_says_so_once() -> None:
    text = json.dumps(make_page(make_record(), make_record(title="Second")), indent=1)
    listing = read(text[: text.index("Second")])
    assert [each.paper.title for each in listing.announcements] == ["Herons Listen"]
    (rejection,) = listing.rejections
    assert "cut short" in rejection.why
    assert rejection.line == text[: text.index("Second")].count("\n")


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        pytest.param({"doi": "unknown"}, "doi is no DOI: 'unknown'", id="no DOI"),
        pytest.param({"doi": 7}, "doi is no DOI", id="a number"),
        pytest.param({"version": "first"}, "version is not a whole number", id="no version"),
        pytest.param({"version": -1}, "version is not a whole number", id="below 0"),
        pytest.param({"version": True}, "version is not a whole number", id="a truth"),
        pytest.param({"version": 10**30}, "version is not a whole number", id="too large"),
        pytest.param({"title": ["On"]}, "title is not a string", id="a list"),
        pytest.param({"authors": ["Ada"]}, "authors is not a string", id="a list of authors"),
        pytest.param({"abstract": "\ud800"}, "abstract holds characters", id="half a character"),
    ],
)
def test_a_record_that_cannot_be_read_is_rejected_alone(facts: Any, why: str) -> None:
    listing = read(make_page(make_record(), make_record(**facts), 7, make_record()))
    assert len(listing.announcements) == 2
    assert why in listing.rejections[0].why
    assert len(listing.rejections) == 2


def test_a_day_that_is_none_is_reported_and_the_paper_kept() -> None:
    listing = read(make_page(make_record(date="13 January")))
    assert listing.announcements[0].announced is None
    assert listing.rejections[0].why == "date is no day: '13 January'"


@pytest.mark.parametrize("page", [[make_record()], {"collection": [make_record()]}])
def test_records_speak_for_themselves(page: Any) -> None:
    assert len(read(page).announcements) == 1


def test_pages_put_together_are_all_read() -> None:
    page = json.dumps(make_page(make_record()))
    nothing = json.dumps({"messages": [{"status": "no posts found"}]})
    listing = read(f"{page}{page}\n{nothing}\n{{}}")
    assert len(listing.announcements) == 2
    assert [rejection.line for rejection in listing.rejections] == [3]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (json.dumps(make_page(make_record())), True),
        (json.dumps(make_page(), indent=2), True),
        (json.dumps(make_page(), sort_keys=True), True),
        ('{"title": "On Folding", "collection": []}', False),
        ("[]", False),
        ("", False),
    ],
)
def test_the_format_is_recognised_by_its_beginning(text: str, is_one: bool) -> None:
    assert BiorxivJson().recognises(text) is is_one


PIECES = [b"\n", b"\xff", b"\0", b"[", b"]", b"{", b"}", b'"', b",", b"null", b'\\ud800"', b"1e9"]


@given(st.data())
def test_a_damaged_dump_is_read_rejected_or_refused(data: st.DataObject) -> None:
    content = data.draw(st.sampled_from(DUMPS)).read_bytes()
    for _ in range(data.draw(st.integers(0, 5))):
        here, there = sorted(data.draw(st.tuples(*[st.integers(0, len(content))] * 2)))
        there = data.draw(st.sampled_from([here, here + 1, here + 30, there]))
        piece = data.draw(st.sampled_from(PIECES) | st.just(content[here:there] * 2))
        content = content[:here] + piece + content[there:]
    try:
        listing = BiorxivJson().parse(make_dump(content))
    except ListingMalformed:
        return
    last = content.count(b"\n") + 1
    for each in (*listing.announcements, *listing.rejections):
        assert 1 <= (each.line or 0) <= last
    for announcement in listing.announcements:
        dumps(announcement).encode()
