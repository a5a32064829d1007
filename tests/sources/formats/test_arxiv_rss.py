from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import make_dump
from digest.errors import ListingMalformed
from digest.paper import AnnounceType, Listing, Paper
from digest.sources.arxiv.api import ArxivApi
from digest.sources.arxiv.feed import ArxivRss
from digest.sources.jsonl import dumps
from digest.sources.reading.text import decode

DATA = Path(__file__).parents[2] / "data"
RSS = (DATA / "arxiv-rss" / "four-types.xml").read_text()
ATOM = (DATA / "arxiv-rss" / "atom.xml").read_text()
WEEKEND = (DATA / "arxiv-rss" / "weekend.xml").read_text()
FIRST, LAST = "2601.90001", "math/0309990"
ERROR = (
    WEEKEND.replace("q-bio updates on arXiv.org", "")
    .replace(
        "<title>cs.LG updates on arXiv.org",
        "<title>Feed error for query: https://rss.arxiv.org/rss/cs.XX",
    )
    .replace("cs.LG updates on the arXiv.org e-print archive.", "Invalid archive 'cs.XX'.")
)
BOMB = """<?xml version="1.0"?>
<!DOCTYPE rss [<!ENTITY a "tide"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss version="2.0"><channel><title>rss.arxiv.org</title>
<item><title>&b;</title></item></channel></rss>
"""


def read(content: str | bytes) -> Listing:
    return ArxivRss().parse(make_dump(content))


def ids(listing: Listing) -> list[str | None]:
    return [announcement.paper.arxiv_id for announcement in listing.announcements]


def reasons(listing: Listing) -> str:
    return "; ".join(f"{each.line}: {each.why}" for each in listing.rejections)


def item(number: int) -> str:
    """One entry of the feed, from its start tag to the next one's."""
    starts = [at for at in range(len(RSS)) if RSS.startswith("    <item>", at)]
    begin, end = list(pairwise([*starts, RSS.index("  </channel>")]))[number]
    return RSS[begin:end]


def test_an_item_is_read_for_what_it_says() -> None:
    listing = read(RSS)
    first = listing.announcements[0]
    assert first.paper == Paper(
        title="Tides that Learn: 90\\% Fewer Waves at $\\mathcal{O}(n \\log n)$",
        abstract="We fold $x < y$ waves & count the folds, twice.",
        authors=("Ada Stream", "Paulo Andr\\'e Tide", "The Lighthouse Collaboration"),
        author_count=3,
        categories=("cs.LG", "math.OC", "stat.ML"),
        arxiv_id=FIRST,
        version=1,
        url=f"https://arxiv.org/abs/{FIRST}",
        pdf_url=f"https://arxiv.org/pdf/{FIRST}",
    )
    assert (first.line, first.format) == (17, "arxiv-rss")
    assert listing.rejections == ()


def test_only_what_is_new_or_cross_listed_is_announced_on_the_day() -> None:
    day = date(2026, 1, 12)
    found = [(each.announce_type, each.announced) for each in read(RSS).announcements]
    assert found == [
        (AnnounceType.NEW, day),
        (AnnounceType.CROSS, day),
        (AnnounceType.REPLACE, None),
        (AnnounceType.REPLACE_CROSS, None),
    ]


def test_atom_says_the_same_as_rss() -> None:
    listing = read(ATOM)
    first, second = listing.announcements
    assert (first.announce_type, first.announced) == (AnnounceType.NEW, date(2026, 7, 7))
    assert first.paper.authors == ("F. Eel", "G. Ray", "The Reef Collaboration")
    assert first.paper.abstract == "Eels wait for $\\alpha$-tides."
    assert first.paper.categories == ("q-bio.PE", "physics.bio-ph")
    assert (second.paper.doi, second.paper.version) == ("10.5555/ray.1", 2)
    assert (second.announce_type, second.announced) == (AnnounceType.REPLACE, None)
    assert listing.day == date(2026, 7, 7)


def test_an_empty_feed_is_a_listing_of_nothing_that_knows_its_day() -> None:
    listing = read(WEEKEND)
    assert (listing.announcements, listing.rejections) == ((), ())
    assert listing.day == date(2026, 1, 10)


def test_an_empty_atom_feed_is_of_the_eastern_day_it_was_built_on() -> None:
    empty = ATOM[: ATOM.index("  <entry>")] + "</feed>\n"
    assert read(empty.replace("T04:00:02", "T03:59:59")).day == date(2026, 7, 6)
    assert read(empty).day == date(2026, 7, 7)


def test_the_day_is_the_one_written_whatever_its_offset() -> None:
    summer = RSS.replace("12 Jan 2026 00:00:00 -0500", "07 Jul 2026 00:00:00 -0400")
    listing = read(summer)
    assert listing.day == listing.announcements[0].announced == date(2026, 7, 7)


def test_feeds_of_two_days_have_none_in_common() -> None:
    assert read(RSS + ATOM).day is None
    assert read(RSS + RSS).day == date(2026, 1, 12)


@pytest.mark.parametrize(
    "blank", [pytest.param(" \n", id="as sent"), "\n", " ", pytest.param("\r\n  ", id="copied")]
)
def test_any_white_space_stands_before_the_abstract(blank: str) -> None:
    (first, *_) = read(RSS.replace(" \nAbstract:", f"{blank}Abstract:")).announcements
    assert (first.paper.abstract or "").startswith("We fold")
    assert first.announce_type is AnnounceType.NEW


def test_an_abstract_without_arxivs_prefix_is_the_whole_description() -> None:
    text = RSS.replace(f"arXiv:{FIRST}v1 Announce Type: new \nAbstract: ", "")
    (first, *_) = read(text).announcements
    assert (first.paper.abstract or "").startswith("We fold")
    assert (first.announce_type, first.paper.version) == (AnnounceType.NEW, 1)


def test_the_announce_type_of_the_description_is_enough() -> None:
    text = RSS.replace("      <arxiv:announce_type>cross</arxiv:announce_type>\n", "")
    assert read(text).announcements[1].announce_type is AnnounceType.CROSS


def test_the_feeds_own_address_is_no_author() -> None:
    (first, *_) = read(RSS.replace("Bo Shore, Jr.", "rss-help@arxiv.org")).announcements[1:]
    assert (first.paper.authors, first.paper.author_count) == ((), None)


BROKEN = [
    pytest.param(">0<", "><", "without a title", id="no title"),
    pytest.param(
        "<title>0</title>",
        "<title>0</title><title>1</title>",
        "more than one title",
        id="two titles",
    ),
    pytest.param("<title>0</title>", "<title>0<b>1</b></title>", "in its title", id="elements"),
    pytest.param(">cross<", ">fresh<", "two announce types", id="two types"),
    pytest.param("Type: cross", "Type: new", "two announce types", id="a type in doubt"),
    pytest.param("arXiv:2601.90002v1 A", "arXiv:2601.90009v1 A", "two papers", id="two ids"),
    pytest.param(
        "<title>0</title>", "<title>0 & 1</title>", "not well-formed", id="a bare ampersand"
    ),
    pytest.param("<title>0</title>", "<title>0", "not well-formed", id="no end tag"),
    pytest.param(
        "<title>0</title>", "<title>0&tide;</title>", "not well-formed", id="an unknown entity"
    ),
    pytest.param(
        "<title>0</title>", "<title>\udcff</title>", "not valid UTF-8", id="another encoding"
    ),
]


@pytest.mark.parametrize(("old", "new", "why"), BROKEN)
def test_an_item_that_cannot_be_read_is_rejected_and_the_others_are_read(
    old: str, new: str, why: str
) -> None:
    assert RSS.count(old) == 1
    listing = read(RSS.replace(old, new).encode(errors="surrogateescape"))
    assert ids(listing) == [FIRST, "2412.90003", LAST]
    assert [rejection.line for rejection in listing.rejections] == [34]
    assert why in reasons(listing)


def test_an_item_without_any_id_is_rejected() -> None:
    text = RSS.replace("arXiv:2601.90002v1 Announce Type: cross \n", "").replace("2601.90002", "x")
    assert "34: an entry without an arXiv id" in reasons(read(text))


def test_a_paper_with_an_unreadable_day_has_the_feeds() -> None:
    text = RSS.replace(
        "<pubDate>Mon, 12 Jan 2026 00:00:00 -0500</pubDate>\n      <arxiv",
        "<pubDate>Mon, 32 Jan 2026 00:00:00 -0500</pubDate>\n      <arxiv",
    )
    listing = read(text)
    assert listing.announcements[0].announced == date(2026, 1, 12)
    assert [rejection.line for rejection in listing.rejections] == [17, 34, 48, 62]


def test_control_characters_that_xml_forbids_cost_no_paper() -> None:
    listing = read(RSS.replace("<title>0<", "<title>0\x02\x0c1<"))
    assert listing.announcements[1].paper.title == "0 1"
    assert listing.rejections == ()


@pytest.mark.parametrize(
    ("declared", "charset"),
    [("ISO-8859-1", "utf-8"), ("ISO-8859-1", "latin-1"), ("windows-1252", "cp1252")],
)
def test_a_wrong_or_right_declaration_makes_no_mojibake(declared: str, charset: str) -> None:
    text = RSS.replace("UTF-8", declared).replace("E. Gull", "É. Gull")
    assert read(text.encode(charset)).announcements[-1].paper.authors == ("É. Gull",)


def test_a_feed_cut_anywhere_has_its_whole_items_and_says_that_it_is_cut() -> None:
    whole = [dumps(announcement) for announcement in read(RSS).announcements]
    ends = [at + len("</item>") for at in range(len(RSS)) if RSS.startswith("</item>", at)]
    for at in range(ends[0], len(RSS) - len("</rss>\n") + 1, 7):
        listing = read(RSS[:at])
        count = sum(end <= at for end in ends)
        assert [dumps(each) for each in listing.announcements] == whole[:count]
        assert "cut off here" in reasons(listing)
        assert listing.rejections[-1].line == RSS[:at].rstrip().count("\n") + 1


def test_an_item_that_lost_its_end_takes_no_other_with_it() -> None:
    listing = read(RSS.replace(item(1), item(1)[:300]))
    assert ids(listing) == [FIRST, "2412.90003", LAST]
    assert reasons(listing) == "34: an entry that is cut off"


def test_an_item_that_lost_its_beginning_is_reported() -> None:
    listing = read(RSS.replace(item(1), item(1)[300:]))
    assert ids(listing) == [FIRST, "2412.90003", LAST]
    assert "the end of an entry whose beginning is missing" in reasons(listing)


@pytest.mark.parametrize("between", ["", "\n", "\n\n  ", "\ufeff"])
@pytest.mark.parametrize("declaration", [True, False])
def test_a_file_may_hold_several_feeds(between: str, declaration: bool) -> None:
    second = ATOM if declaration else ATOM.split("\n", 1)[1]
    first = RSS.rstrip()
    listing = read(first + between + second)
    assert ids(listing) == [*ids(read(RSS)), *ids(read(ATOM))]
    assert listing.rejections == ()
    above = (first + between).count("\n") - (0 if declaration else 1)
    assert listing.announcements[-1].line == above + (read(ATOM).announcements[-1].line or 0)


def test_a_feed_after_one_that_is_cut_is_read_whole() -> None:
    listing = read(RSS[: RSS.index("We fold paper")] + ATOM)
    assert ids(listing) == [FIRST, "2601.90002", "2607.90005", "2606.90010"]
    assert "cut off here, within the entry that begins on line 48" in reasons(listing)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("<!DOCTYPE html>\n<html><p>Too many requests.</html>", id="HTML"),
        pytest.param(ERROR, id="an error"),
        pytest.param(BOMB, id="a bomb"),
    ],
)
def test_a_document_that_is_no_feed_is_rejected_beside_one_that_is(other: str) -> None:
    listing = read(RSS + other)
    assert ids(listing) == ids(read(RSS))
    assert [rejection.line for rejection in listing.rejections] == [RSS.count("\n") + 1]


NO_FEED = [
    pytest.param("", "is empty", id="nothing"),
    pytest.param("\n \n", "is empty", id="blank"),
    pytest.param("<!DOCTYPE html>\n<html><body>Not Found</body></html>", "HTML", id="HTML"),
    pytest.param('{"items": []}', "JSON", id="JSON"),
    pytest.param("Rate exceeded.", "plain text", id="text"),
    pytest.param(ERROR, "Invalid archive 'cs.XX'", id="an error feed"),
    pytest.param(BOMB, "DTD", id="a bomb"),
    pytest.param(RSS[: RSS.index("We fold")], "not well-formed", id="cut within the first item"),
    pytest.param("<rss version='2.0'></rss>", "rss", id="no channel"),
    pytest.param(
        WEEKEND.replace("arxiv.org", "example.org"), "no feed of arXiv's", id="another feed"
    ),
    pytest.param(
        RSS.replace("arXiv", "aXv").replace("arxiv", "axv"), "no feed of arXiv's", id="no ids"
    ),
    pytest.param("<?xml version='1.0'?><other/>", "other", id="other XML"),
]


@pytest.mark.parametrize(("content", "why"), NO_FEED)
def test_what_is_no_feed_is_refused(content: str, why: str) -> None:
    with pytest.raises(ListingMalformed, match=why):
        read(content)


def test_an_error_in_atom_is_quoted_too() -> None:
    text = ATOM[: ATOM.index("  <entry>")] + "</feed>"
    text = text.replace("q-bio updates on arXiv.org", "Feed error for query: x")
    with pytest.raises(ListingMalformed, match="e-print archive"):
        read(text)


@pytest.mark.parametrize(
    ("content", "is_ours"),
    [
        pytest.param(RSS, True, id="RSS"),
        pytest.param(ATOM, True, id="Atom"),
        pytest.param(WEEKEND, True, id="empty"),
        pytest.param(ERROR, True, id="an error"),
        pytest.param(RSS[:1500], True, id="cut"),
        pytest.param(RSS.replace("rss.arxiv.org", "example.org"), True, id="announce types"),
        pytest.param((DATA / "arxiv-api" / "old.xml").read_text(), False, id="the API"),
        pytest.param((DATA / "arxiv-api" / "new.xml").read_text(), False, id="the API today"),
        pytest.param(
            "<rss version='2.0'><channel><title>Ada's</title><link>https://example.org</link><item>"
            "<title>We read rss.arxiv.org</title></item></channel></rss>",
            False,
            id="a feed that speaks of it",
        ),
        pytest.param("<html>rss.arxiv.org</html>", False, id="HTML"),
        pytest.param("rss.arxiv.org", False, id="text"),
    ],
)
def test_a_feed_of_arxivs_is_told_from_others(content: str, is_ours: bool) -> None:
    text = decode(make_dump(content))
    assert ArxivRss().recognises(text) is is_ours
    assert not (ArxivApi().recognises(text) and is_ours)


def test_the_source_of_the_dump_is_kept() -> None:
    listing = ArxivRss().parse(make_dump(RSS, source="ml"))
    assert {each.source for each in listing.announcements} == {"ml"}


LOST = ["<item>", "</item>", "<title>", "</title>", "<description>", "</description>", "</rss>"]
LOST += ["<channel>", "</channel>", "</entry>", "<entry>", "<id>", "</id>", "<category>", "?>"]
ADDED = [
    "<item>",
    "<title>",
    "</title>",
    "&",
    "<",
    ">",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?xml ",
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Feeds with tags lost and added, cut, one after another."""
    text = draw(st.sampled_from([RSS, ATOM, RSS + ATOM]))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(text)))
        if draw(st.booleans()):
            tag = draw(st.sampled_from(LOST))
            text = text[:at] + text[at:].replace(tag, "", 1)
        else:
            text = text[:at] + text[at:].replace("\n", f"{draw(st.sampled_from(ADDED))}\n", 1)
    return text[: draw(st.integers(0, len(text)))] + draw(st.sampled_from(["", RSS, ATOM]))


KNOWN = {
    announcement.paper.arxiv_id: announcement
    for announcement in (*read(RSS).announcements, *read(ATOM).announcements)
}


@given(mutated())
def test_a_damaged_feed_is_read_rejected_or_refused_and_never_invents_a_paper(text: str) -> None:
    try:
        listing = read(text)
    except ListingMalformed:
        return
    for each in (*listing.announcements, *listing.rejections):
        assert 1 <= (each.line or 0) <= text.count("\n") + 1
    for announcement in listing.announcements:
        paper, whole = announcement.paper, KNOWN[announcement.paper.arxiv_id]
        assert paper.title == whole.paper.title
        assert paper.version == whole.paper.version
        assert announcement.announce_type == whole.announce_type
