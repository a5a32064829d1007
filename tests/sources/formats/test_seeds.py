"""The real dumps, where they are found: they are not part of the project."""

import itertools
from collections.abc import Callable

import pytest

from builders import SEEDS, make_dump
from digest.errors import ListingMalformed
from digest.paper import Listing, Paper
from digest.sources.registry import parse

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason=f"no dumps in {SEEDS}")

COUNTS = {"000": 10, "001": 65, "002": 61, "003": 38, "004": 59}
CHANGES: list[object] = [
    pytest.param(lambda content: content, id="as it is"),
    pytest.param(lambda content: content.replace(b"\n", b"\r\n"), id="CRLF"),
    pytest.param(lambda content: content.replace(b"\n", b"\r"), id="CR"),
    pytest.param(lambda content: content.replace(b"\n", b"\r\r\n"), id="CRLF made twice"),
    pytest.param(lambda content: b"\xef\xbb\xbf" + content, id="BOM"),
    pytest.param(lambda content: content + b"\n", id="line end"),
]
Change = Callable[[bytes], bytes]


def seed(name: str) -> bytes:
    (path,) = SEEDS.glob(f"{name}_*.txt")
    return path.read_bytes()


def papers(listing: Listing) -> list[Paper]:
    assert listing.rejections == ()
    return [announcement.paper for announcement in listing.announcements]


def read(content: bytes) -> list[Paper]:
    return papers(parse(make_dump(content)))


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("change", CHANGES)
def test_each_dump_holds_its_papers_however_it_was_saved(name: str, change: Change) -> None:
    assert len(read(seed(name))) == COUNTS[name]
    assert read(change(seed(name))) == read(seed(name))


@pytest.mark.parametrize("change", CHANGES)
def test_the_order_in_which_files_are_put_together_changes_nothing(change: Change) -> None:
    alone = {name: read(seed(name)) for name in COUNTS if name != "000"}
    for order in itertools.permutations(alone):
        joined = b"".join(change(seed(name)) for name in order)
        assert read(joined) == [paper for name in order for paper in alone[name]]
    assert len(read(change(seed("000")) * 3)) == 30


def test_dumps_of_two_formats_in_one_file_are_refused() -> None:
    for names in itertools.permutations(COUNTS, 2):
        if "000" in names:
            with pytest.raises(ListingMalformed, match="holds hf-text and arxiv-text"):
                read(b"".join(map(seed, names)))
    with pytest.raises(ListingMalformed, match="holds hf-text and arxiv-text"):
        read(b"".join(map(seed, COUNTS)))


def test_nothing_is_said_that_the_dumps_do_not_say() -> None:
    assert all(paper.title is None for paper in read(seed("000")))
    assert sum(paper.doi is not None for paper in read(seed("000"))) == 1
    assert sum(paper.comment is not None for paper in read(seed("000"))) == 5
    for name in ("001", "002", "004"):
        assert all(paper.published is paper.num_comments is None for paper in read(seed(name)))
    footers = read(seed("003"))
    assert sum(paper.author_count is not None for paper in footers) == 34
    assert [paper.organization for paper in footers if paper.organization] == ["HKUSTGZ"]
    assert sum(bool(paper.num_comments) for paper in footers) == 13
    years = [paper.published.year for paper in footers if paper.published]
    assert (len(years), years.count(2025), max(years)) == (35, 11, 2025)
    assert all(paper.upvotes is paper.arxiv_id is None for paper in footers)


def test_a_dump_without_its_header_is_read_when_the_format_is_named() -> None:
    for name, header in (("001", 10), ("002", 2), ("003", 12), ("004", 10)):
        body = b"".join(seed(name).splitlines(keepends=True)[header:])
        assert papers(parse(make_dump(body), "hf-text")) == read(seed(name))
