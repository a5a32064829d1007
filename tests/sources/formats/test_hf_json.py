import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import make_dump
from digest.errors import ListingMalformed
from digest.paper import Announcement, Dump, Listing, Paper
from digest.sources.huggingface.api import HfJson
from digest.sources.jsonl import dumps

DATA = Path(__file__).parents[2] / "data" / "hf-json"
DUMPS = sorted(DATA.glob("*.json"))


def make_entry(paper: Any = None, **outer: Any) -> dict[str, Any]:
    facts = {
        "id": "2601.90001",
        "authors": [{"name": "Ada Stream", "hidden": False}],
        "publishedAt": "2026-01-08T23:59:59.000Z",
        "title": "On Folding",
        "summary": "We fold.",
        "upvotes": 3,
    }
    return {
        "paper": {**facts, **(paper or {})},
        "publishedAt": "2026-01-11T00:00:00.000Z",
        "title": "On Folding, Outside",
        "numComments": 1,
        **outer,
    }


def read(content: Any) -> Listing:
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    return HfJson().parse(make_dump(text))


def only(content: Any) -> Announcement:
    listing = read(content)
    assert listing.rejections == ()
    (announcement,) = listing.announcements
    return announcement


def titles(listing: Listing) -> list[str | None]:
    return [announcement.paper.title for announcement in listing.announcements]


@pytest.mark.parametrize("path", DUMPS, ids=lambda path: path.stem)
def test_a_dump_reads_as_the_papers_beside_it(path: Path) -> None:
    listing = HfJson().parse(make_dump(path.read_bytes()))
    printed = "".join(f"{dumps(announcement)}\n" for announcement in listing.announcements)
    rejected = "".join(f"{each.line}: {each.why}\n" for each in listing.rejections)
    assert printed == path.with_suffix(".jsonl").read_text()
    assert rejected == path.with_suffix(".rejected").read_text()


def test_an_entry_of_the_first_generation_is_read() -> None:
    assert only([make_entry()]) == Announcement(
        paper=Paper(
            title="On Folding",
            abstract="We fold.",
            authors=("Ada Stream",),
            author_count=1,
            arxiv_id="2601.90001",
            url="https://arxiv.org/abs/2601.90001",
            pdf_url="https://arxiv.org/pdf/2601.90001",
            published=date(2026, 1, 8),
            upvotes=3,
            num_comments=1,
        ),
        format="hf-json",
        line=1,
    )


@pytest.mark.parametrize(
    ("written", "day"),
    [
        pytest.param("2026-01-08T23:59:59.000Z", date(2026, 1, 8), id="a moment"),
        pytest.param("2026-01-08T00:00:00.000Z", date(2026, 1, 8), id="a midnight"),
        pytest.param("2026-01-08", date(2026, 1, 8), id="a day"),
        pytest.param("2026-01-08T20:30:00-05:00", date(2026, 1, 9), id="another zone"),
        pytest.param(None, None, id="none"),
    ],
)
def test_both_days_are_of_utc(written: str | None, day: date | None) -> None:
    announcement = only([make_entry({"publishedAt": written, "submittedOnDailyAt": written})])
    assert announcement.paper.published == day
    assert announcement.announced == day


@pytest.mark.parametrize("written", ["lately", "2026-02-30", 1767830400, "0001-01-01T00:00+09:00"])
def test_a_day_that_is_none_is_reported_and_the_paper_kept(written: Any) -> None:
    listing = read([make_entry({"publishedAt": written})])
    assert listing.announcements[0].paper.published is None
    assert "publishedAt is no day" in listing.rejections[0].why


def test_the_outer_day_is_never_believed() -> None:
    announcement = only([make_entry({"publishedAt": None})])
    assert (announcement.announced, announcement.paper.published) == (None, None)


def test_hidden_authors_count_but_are_not_named() -> None:
    authors = [{"name": "Ada"}, {"name": "Bo", "hidden": True}, {"hidden": True}, {"name": "Cy"}]
    paper = only([make_entry({"authors": authors})]).paper
    assert (paper.authors, paper.author_count) == (("Ada", "Cy"), 4)


@pytest.mark.parametrize("authors", [[], None, "Ada"], ids=str)
def test_without_a_list_of_authors_their_number_is_unknown(authors: Any) -> None:
    paper = only([make_entry({"authors": authors})]).paper
    assert (paper.authors, paper.author_count) == ((), None)


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        pytest.param(
            make_entry({"organization": {"name": "sea-lab", "fullname": "Sea Lab"}}), "Sea Lab",
            id="the name in full",
        ),
        pytest.param(make_entry({"organization": {"name": "sea-lab"}}), "sea-lab", id="the short"),
        pytest.param(make_entry(organization={"name": "sea-lab"}), "sea-lab", id="outside"),
        pytest.param(make_entry(submitterOrganization={"name": "other"}), None, id="submitter's"),
    ],
)  # fmt: skip
def test_the_organization_is_the_papers(entry: Any, name: str | None) -> None:
    assert only([entry]).paper.organization == name


def test_no_machine_writes_the_abstract() -> None:
    assert only([make_entry({"summary": "", "ai_summary": "Bees!"})]).paper.abstract is None


@pytest.mark.parametrize(
    ("repository", "code_url"),
    [("https://github.com/a/b", "https://github.com/a/b"), ("javascript:x", None), (7, None)],
)
def test_code_is_at_a_web_address(repository: Any, code_url: str | None) -> None:
    assert only([make_entry({"githubRepo": repository})]).paper.code_url == code_url


def test_an_id_that_is_not_arxivs_is_no_arxiv_id() -> None:
    paper = only([make_entry({"id": "sea-2026"})]).paper
    assert (paper.arxiv_id, paper.url) == (None, None)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(make_entry(), id="one entry"),
        pytest.param(make_entry()["paper"], id="a single paper's page"),
        pytest.param({"date": "2026-01-08", "dailyPapers": [make_entry()]}, id="the page's data"),
    ],
)
def test_an_object_is_read_where_it_is_plain_what_it_is(content: Any) -> None:
    assert only(content).paper.arxiv_id == "2601.90001"


@pytest.mark.parametrize("content", ["[]", " [ ]\n", '{"dailyPapers": []}'])
def test_an_empty_list_is_a_day_without_papers(content: str) -> None:
    assert read(content) == Listing(format="hf-json", announcements=())


NO_LISTING = [
    pytest.param("", "is empty", id="nothing"),
    pytest.param("<!DOCTYPE html><p>Hi</p>", "looks like HTML, not hf-json", id="HTML"),
    pytest.param("Dear reader", "looks like plain text", id="a letter"),
    pytest.param('{"error": "Invalid date"}', "'Invalid date'", id="an error"),
    pytest.param("[1, 2]", "JSON of another kind", id="numbers"),
    pytest.param('[{"name": "sea"}]', "JSON of another kind", id="other objects"),
    pytest.param('{"papers": "many"}', "JSON of another kind", id="another object"),
    pytest.param("{}", "JSON of another kind", id="an empty object"),
    pytest.param('[{"paper": {"id": "26', "cut short", id="cut in the first entry"),
    pytest.param("[\n" * 9999, "nested without end", id="nested without end"),
    pytest.param(str([make_entry()]), "is Python repr, not JSON", id="Python"),
    pytest.param(json.dumps([str(make_entry())]), "is Python repr", id="strings of Python"),
    pytest.param(
        json.dumps({"data": [str(make_entry())]}), "is Python repr", id="the same in an object"
    ),
    pytest.param("[\"PaperInfo(id='2601.90001')\"]", "is Python repr", id="the library's objects"),
]


@pytest.mark.parametrize(("content", "why"), NO_LISTING)
def test_what_is_no_listing_is_refused_by_name(content: str, why: str) -> None:
    with pytest.raises(ListingMalformed, match=why):
        read(content)


def test_an_entry_that_cannot_be_read_is_rejected_alone() -> None:
    entries: list[Any] = [make_entry(), make_entry({"title": 7}), {}, make_entry()]
    listing = read("[\n" + ",\n".join(json.dumps(entry) for entry in entries) + "\n]")
    assert [announcement.line for announcement in listing.announcements] == [2, 5]
    assert [rejection.line for rejection in listing.rejections] == [3, 4]


def test_bytes_that_are_no_utf8_reject_their_entry() -> None:
    text = json.dumps([make_entry(), make_entry({"title": "X" * 99})]).encode()
    listing = read(text.replace(b"X" * 99, b"X" * 98 + b"\xff"))
    assert titles(listing) == ["On Folding"]
    assert "title holds characters" in listing.rejections[0].why


@pytest.mark.parametrize("kept", range(3))
def test_a_cut_file_keeps_its_whole_entries(kept: int) -> None:
    entries = [make_entry({"title": f"Fold {number}"}) for number in range(3)]
    lines = ["[", *(f"{json.dumps(entry)}," for entry in entries)]
    for characters in (1, 40, 90, len(lines[kept + 1]) - 2):
        text = "\n".join([*lines[: kept + 1], lines[kept + 1][:characters]])
        if kept == 0:
            with pytest.raises(ListingMalformed, match="cut short"):
                read(text)
            continue
        listing = read(text)
        assert titles(listing) == [f"Fold {number}" for number in range(kept)]
        (rejection,) = listing.rejections
        assert rejection.line == kept + 2
        assert "cut short" in rejection.why


def test_a_list_that_lacks_only_its_end_is_cut() -> None:
    listing = read(json.dumps([make_entry()]).removesuffix("]"))
    assert len(listing.announcements) == len(listing.rejections) == 1


def test_files_put_together_are_all_read_also_after_one_that_is_cut() -> None:
    pages = [json.dumps([make_entry({"title": title})]) for title in "ABC"]
    text = f"{pages[0]}\ufeff{pages[1]}\n{pages[2][:90]}\n{pages[1]}\n[]"
    listing = read(text)
    assert titles(listing) == ["A", "B", "B"]
    assert [rejection.line for rejection in listing.rejections] == [2]


def test_an_error_among_pages_is_reported() -> None:
    listing = read(json.dumps([make_entry()]) + '\n{"error": "Rate limit"}')
    assert titles(listing) == ["On Folding"]
    assert listing.rejections[0].line == 2
    assert "Rate limit" in listing.rejections[0].why


def test_the_source_is_the_dumps() -> None:
    dump = Dump(content=json.dumps([make_entry()]).encode(), name="hf", source="daily")
    assert HfJson().parse(dump).announcements[0].source == "daily"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        pytest.param(json.dumps([make_entry()]), True, id="a list"),
        pytest.param(json.dumps([make_entry()], sort_keys=True, indent=1), True, id="sorted"),
        pytest.param(json.dumps({"dailyPapers": []}), True, id="the page's data"),
        pytest.param(json.dumps(make_entry()), True, id="an entry"),
        pytest.param("[]", True, id="an empty list"),
        pytest.param(str([make_entry()]), True, id="Python, to be refused by name"),
        pytest.param('[{"title": "On Folding"}]', False, id="another list"),
        pytest.param("[['a'], {'b': 1}]", False, id="other Python"),
        pytest.param('{"title": "The \\"paper\\": {"}', False, id="a title that quotes it"),
        pytest.param("", False, id="nothing"),
        pytest.param("[1] On Folding\n", False, id="a footnote"),
    ],
)
def test_the_format_is_recognised_by_its_beginning(text: str, is_one: bool) -> None:
    assert HfJson().recognises(text) is is_one


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
        listing = HfJson().parse(make_dump(content))
    except ListingMalformed:
        return
    last = content.count(b"\n") + 1
    for each in (*listing.announcements, *listing.rejections):
        assert 1 <= (each.line or 0) <= last
    for announcement in listing.announcements:
        dumps(announcement).encode()
