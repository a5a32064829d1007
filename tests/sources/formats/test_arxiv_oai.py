from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import make_dump
from digest.errors import ListingMalformed
from digest.paper import Announcement, Dump, Listing, Paper
from digest.sources.arxiv.oai import ArxivOai, resumption_token
from digest.sources.jsonl import dumps

DATA = Path(__file__).parents[2] / "data" / "arxiv-oai"
DUMPS = sorted(DATA.glob("*.xml"))
ROOT = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
TOKEN = "verb%3DListRecords%26metadataPrefix%3DarXivRaw%26from%3D2026-01-01%26skip%3D60"
VERSIONS = (
    '<version version="v1"><date>Mon, 5 Jan 2026 10:00:00 GMT</date></version>'
    '<version version="v2"><date>Fri, 9 Jan 2026 10:00:00 GMT</date></version>'
)


def make_record(inside: str, *, header: str = "<header/>") -> str:
    return f"<record>{header}<metadata>{inside}</metadata></record>"


def make_raw(number: int = 1, *, more: str = "", title: str = "On Folding") -> str:
    return make_record(
        f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>2601.9{number:04}</id>'
        f"<title>{title}</title>{more}<abstract>We fold.</abstract></arXivRaw>"
    )


def make_arxiv(more: str) -> str:
    return make_record(
        '<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2601.90001</id>'
        f"<title>On Folding</title>{more}</arXiv>"
    )


def make_dc(more: str, *, link: str = "http://arxiv.org/abs/2601.90001") -> str:
    return make_record(
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>On Folding</dc:title>'
        f"<dc:identifier>{link}</dc:identifier>{more}</oai_dc:dc>"
    )


def make_answer(*records: str, more: str = "") -> str:
    return f"{ROOT}<ListRecords>\n" + "\n".join(records) + f"{more}\n</ListRecords></OAI-PMH>"


def make_error(code: str, text: str) -> str:
    return f'<?xml version="1.0"?>\n{ROOT}<error code="{code}">{text}</error></OAI-PMH>\n'


def read(content: str | bytes) -> Listing:
    return ArxivOai().parse(make_dump(content))


def only(record: str) -> Paper:
    listing = read(make_answer(record))
    assert listing.rejections == ()
    (announcement,) = listing.announcements
    assert (announcement.announce_type, announcement.announced) == (None, None)
    return announcement.paper


def titles(listing: Listing) -> list[str | None]:
    return [announcement.paper.title for announcement in listing.announcements]


@pytest.mark.parametrize("path", DUMPS, ids=lambda path: path.stem)
def test_a_dump_reads_as_the_papers_beside_it(path: Path) -> None:
    listing = ArxivOai().parse(make_dump(path.read_bytes()))
    printed = "".join(f"{dumps(announcement)}\n" for announcement in listing.announcements)
    rejected = "".join(f"{each.line}: {each.why}\n" for each in listing.rejections)
    assert printed == path.with_suffix(".jsonl").read_text()
    assert rejected == path.with_suffix(".rejected").read_text()


def test_a_raw_record_has_the_first_versions_day_and_the_last_versions_number() -> None:
    more = (
        f"{VERSIONS}<authors>A. Stream and B. Brook</authors><categories>cs.LG stat.ML</categories>"
    )
    assert read(make_answer(make_raw(more=more))).announcements == (
        Announcement(
            paper=Paper(
                title="On Folding",
                abstract="We fold.",
                authors=("A. Stream", "B. Brook"),
                author_count=2,
                categories=("cs.LG", "stat.ML"),
                arxiv_id="2601.90001",
                version=2,
                url="https://arxiv.org/abs/2601.90001",
                pdf_url="https://arxiv.org/pdf/2601.90001",
                published=date(2026, 1, 5),
            ),
            format="arxiv-oai",
            line=2,
        ),
    )


@pytest.mark.parametrize(
    ("versions", "version", "published"),
    [
        pytest.param("", None, None, id="none"),
        pytest.param('<version version="v3"/>', 3, None, id="not the first"),
        pytest.param(
            '<version version="v10"/><version version="v9"/>', 10, None, id="by number, not text"
        ),
        pytest.param('<version version="vx"/>', None, None, id="no number"),
        pytest.param(
            '<version version="v1"><date>Thu, 1 Jan 2026 23:30:00 -0500</date></version>',
            1,
            date(2026, 1, 2),
            id="the day in UTC",
        ),
    ],
)
def test_versions_are_numbers_and_only_the_first_has_the_day(
    versions: str, version: int | None, published: date | None
) -> None:
    paper = only(make_raw(more=versions))
    assert (paper.version, paper.published) == (version, published)


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("<keyname>Stream</keyname><forenames>Ada</forenames>", "Ada Stream"),
        (
            "<keyname>Stream</keyname><forenames>Ada B.</forenames><suffix>Jr</suffix>",
            "Ada B. Stream Jr",
        ),
        ("<keyname>Sea Collaboration</keyname>", "Sea Collaboration"),
        ("<keyname>:</keyname>", None),
        ("<keyname> </keyname>", None),
    ],
)
def test_names_are_put_together_from_their_parts(author: str, name: str | None) -> None:
    paper = only(make_arxiv(f"<authors><author>{author}</author></authors>"))
    assert paper.authors == ((name,) if name else ())


def test_created_is_the_day_of_an_arxiv_record() -> None:
    paper = only(make_arxiv("<created>2026-01-02</created><updated>2026-01-12</updated>"))
    assert (paper.published, paper.version) == (date(2026, 1, 2), None)


def test_dublin_core_names_no_categories_but_where_they_are_codes() -> None:
    subjects = ("Mathematics - Logic", "03C64", "I.2.6", "math.LO", "hep-th", "cond-mat.dis-nn")
    more = "".join(f"<dc:subject>{subject}</dc:subject>" for subject in subjects)
    assert only(make_dc(more)).categories == ("math.LO", "hep-th", "cond-mat.dis-nn")


def test_dublin_core_has_comment_reference_and_doi_among_others() -> None:
    paper = only(
        make_dc(
            "<dc:description>Comment: 9 pages</dc:description>"
            "<dc:description>We fold.</dc:description>"
            "<dc:identifier>Waves 3 (2026) 4</dc:identifier>"
            "<dc:identifier>doi:10.5555/waves.3</dc:identifier>"
            "<dc:date>2025-12-30</dc:date><dc:date>2026-01-11</dc:date>"
            "<dc:creator>Delta, Dora</dc:creator>"
        )
    )
    assert (paper.abstract, paper.comment) == ("We fold.", "9 pages")
    assert (paper.journal_ref, paper.doi) == ("Waves 3 (2026) 4", "10.5555/waves.3")
    assert (paper.published, paper.authors) == (date(2025, 12, 30), ("Delta, Dora",))


def test_no_records_match_is_a_day_without_papers() -> None:
    nothing = make_error("noRecordsMatch", "The combination of values is empty")
    assert read(nothing) == Listing(format="arxiv-oai", announcements=())


def test_deleted_records_are_no_papers() -> None:
    deleted = '<record><header status="deleted"/></record>'
    assert read(make_answer(deleted)) == Listing(format="arxiv-oai", announcements=())


BOMB = (
    '<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>\n'
    + make_answer(make_raw(title="&b;"))
)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param("", "is empty", id="an empty body"),
        pytest.param("<!DOCTYPE html><html><p>503</p></html>", "looks like HTML", id="HTML"),
        pytest.param("<rss><channel/></rss>", "RSS", id="another XML"),
        pytest.param('{"a": 1}', "looks like JSON", id="JSON"),
        pytest.param(
            make_error("badResumptionToken", "It is\n too old"),
            "2: the service answered 'badResumptionToken': 'It is too old'",
            id="an expired token",
        ),
        pytest.param(make_error("badArgument", "until"), "'badArgument': 'until'", id="argument"),
        pytest.param(f"{ROOT}<error/></OAI-PMH>", "'an error'", id="an error without a code"),
        pytest.param(f"{ROOT}<Identify/></OAI-PMH>", "neither records", id="another verb"),
        pytest.param(f"{ROOT}</OAI-PMH>", "neither records", id="nothing in it"),
        pytest.param(f"{ROOT}<ListRecords><record>", "cut here", id="cut in the first record"),
        pytest.param(BOMB, "2: declares entities", id="an entity bomb"),
        pytest.param(
            '<!DOCTYPE OAI-PMH [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + make_answer(),
            "declares entities",
            id="an external entity",
        ),
    ],
)
def test_what_holds_no_records_is_refused(content: str, why: str) -> None:
    with pytest.raises(ListingMalformed, match=why):
        read(content)


@pytest.mark.parametrize(
    ("record", "why"),
    [
        pytest.param(make_raw(title="Ill <b>formed"), "not well-formed", id="ill-formed"),
        pytest.param(make_raw(title="&nbsp;"), "not well-formed", id="an unknown entity"),
        pytest.param("<record><header/></record>", "without metadata", id="no metadata"),
        pytest.param(make_record("<marc/>"), "metadata in 'marc'", id="other metadata"),
        pytest.param(make_record("<arXivRaw/>"), "without an arXiv id", id="no id"),
        pytest.param(make_record("<arXiv><id>x7</id></arXiv>"), "no arXiv id", id="another id"),
        pytest.param(make_dc("", link="Waves 7"), "without an arXiv id", id="no link"),
        pytest.param("<record><header/>", "record without its end", id="no end"),
    ],
)
def test_a_record_that_cannot_be_read_is_rejected_alone(record: str, why: str) -> None:
    listing = read(make_answer(make_raw(1), record, make_raw(3)))
    ids = [announcement.paper.arxiv_id for announcement in listing.announcements]
    assert ids == ["2601.90001", "2601.90003"]
    (rejection,) = listing.rejections
    assert rejection.line == 3
    assert why in rejection.why


def test_bytes_that_are_no_utf8_reject_their_record_and_no_other() -> None:
    answer = make_answer(make_raw(1, title="Étude"), make_raw(2, title="QQ")).encode()
    listing = read(answer.replace(b"QQ", b"\xc9tude"))
    assert titles(listing) == ["Étude"]
    assert listing.rejections[0].line == 3
    assert "not valid UTF-8" in listing.rejections[0].why


def test_a_day_that_is_none_is_reported_and_the_paper_kept() -> None:
    listing = read(make_answer(make_arxiv("<created>soon</created>")))
    assert titles(listing) == ["On Folding"]
    assert "'soon' is no day" in listing.rejections[0].why


@pytest.mark.parametrize("cut", ["</OAI-PMH>", "</record>", "We fold.", "<header/>"])
def test_a_cut_answer_keeps_its_whole_records_and_says_so(cut: str) -> None:
    answer = make_answer(make_raw(1, title="Whole"), make_raw(2, title="Last"))
    listing = read(answer[: answer.rindex(cut) + 1])
    assert titles(listing) == (["Whole", "Last"] if cut == "</OAI-PMH>" else ["Whole"])
    (rejection,) = listing.rejections
    assert "cut here" in rejection.why
    assert rejection.line == (4 if cut == "</OAI-PMH>" else 3)


def test_what_stands_in_comments_and_cdata_is_no_tag() -> None:
    title = "<![CDATA[On </record> Folding]]><!-- <record> -->"
    assert only(make_raw(title=title)).title == "On </record> Folding"


def test_answers_put_together_are_all_read() -> None:
    answer = make_answer(make_raw())
    listing = read(f"{answer}{make_error('badArgument', 'no')}{answer[:90]}\n{answer}")
    assert titles(listing) == ["On Folding", "On Folding"]
    assert [rejection.line for rejection in listing.rejections] == [4, 6]


def test_the_source_is_the_dumps() -> None:
    dump = Dump(content=make_answer(make_raw()).encode(), name="oai", source="ml")
    assert ArxivOai().parse(dump).announcements[0].source == "ml"


@pytest.mark.parametrize(
    ("more", "token"),
    [
        pytest.param(
            f'<resumptionToken expires="2026-01-15T00:00:00Z">{TOKEN}</resumptionToken>',
            TOKEN,
            id="of today",
        ),
        pytest.param(
            "<resumptionToken completeListSize='907096' cursor='46000'>496549|47001"
            "</resumptionToken>",
            "496549|47001",
            id="of old",
        ),
        pytest.param("<oai:resumptionToken> a&amp;b </oai:resumptionToken>", "a&b", id="escaped"),
        pytest.param("<resumptionToken></resumptionToken>", None, id="empty"),
        pytest.param("<resumptionToken cursor='9'/>", None, id="without content"),
        pytest.param("", None, id="absent"),
    ],
)
def test_the_token_asks_for_the_next_page(more: str, token: str | None) -> None:
    assert resumption_token(make_answer(make_raw(), more=more).encode()) == token


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (make_answer(), True),
        (make_error("noRecordsMatch", ""), True),
        ("<rss version='2.0'/>", False),
        ('{"a": 1}', False),
        ("", False),
    ],
)
def test_the_format_is_recognised_by_its_root(text: str, is_one: bool) -> None:
    assert ArxivOai().recognises(text) is is_one


PIECES = [
    *(b"\n", b"\xff", b"\0", b"<", b">", b"<record>", b"</record>", b"<!--", b"<![CDATA["),
    *(b"&", b"&x;", b"\x0b", b"<!ENTITY", b"</OAI-PMH>", b"<error/>", b'"', "\ufffe".encode()),
]


@given(st.data())
def test_a_damaged_dump_is_read_rejected_or_refused(data: st.DataObject) -> None:
    content = data.draw(st.sampled_from(DUMPS)).read_bytes()
    for _ in range(data.draw(st.integers(0, 5))):
        here, there = sorted(data.draw(st.tuples(*[st.integers(0, len(content))] * 2)))
        there = data.draw(st.sampled_from([here, here + 1, here + 30, there]))
        piece = data.draw(st.sampled_from(PIECES) | st.just(content[here:there] * 2))
        content = content[:here] + piece + content[there:]
    resumption_token(content)
    try:
        listing = ArxivOai().parse(make_dump(content))
    except ListingMalformed:
        return
    last = content.count(b"\n") + 1
    for each in (*listing.announcements, *listing.rejections):
        assert 1 <= (each.line or 0) <= last
    for announcement in listing.announcements:
        dumps(announcement).encode()
