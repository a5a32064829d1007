import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import make_dump
from digest.errors import ListingMalformed
from digest.paper import Listing, Paper
from digest.sources.feed.feed import Feed
from digest.sources.jsonl import dumps

DATA = Path(__file__).parents[2] / "data" / "feed"
DUMPS = sorted(path for path in DATA.iterdir() if path.suffix in {".xml", ".json"})
NAMES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:p="http://prismstandard.org/namespaces/x/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)
ATOM = "http://www.w3.org/2005/Atom"
BOMB = '<!DOCTYPE rss [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;">]>\n'


def rss(*items: str, channel: str = "<link>https://sand.example.org/</link>") -> str:
    body = "".join(f"<item>{item}</item>\n" for item in items)
    return f'<rss version="2.0" {NAMES}><channel>\n{channel}\n{body}</channel></rss>\n'


def atom(*entries: str) -> str:
    body = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="{ATOM}"><title>T</title>{body}</feed>'


def json_feed(*items: Any, **rest: Any) -> str:
    version = "https://jsonfeed.org/version/1.1"
    return json.dumps({"version": version, "items": items, **rest})


def read(content: str | bytes) -> Listing:
    return Feed().parse(make_dump(content))


def papers(content: str | bytes) -> list[Paper]:
    listing = read(content)
    assert listing.rejections == ()
    return [announcement.paper for announcement in listing.announcements]


def only(item: str) -> Paper:
    (paper,) = papers(rss(item))
    return paper


def titles(listing: Listing) -> list[str | None]:
    return [announcement.paper.title for announcement in listing.announcements]


def rejected(listing: Listing) -> list[tuple[int, str]]:
    return [(rejection.line, rejection.why) for rejection in listing.rejections]


@pytest.mark.parametrize("path", DUMPS, ids=lambda path: path.stem)
def test_a_dump_reads_as_the_papers_beside_it(path: Path) -> None:
    listing = read(path.read_bytes())
    printed = "".join(f"{dumps(announcement)}\n" for announcement in listing.announcements)
    assert printed == path.with_suffix(".jsonl").read_text()
    why = "".join(f"{line}: {why}\n" for line, why in rejected(listing))
    assert why == path.with_suffix(".rejected").read_text()


@pytest.mark.parametrize("path", DUMPS, ids=lambda path: path.stem)
def test_a_dump_is_recognised(path: Path) -> None:
    assert Feed().recognises(path.read_text())


RECOGNISED = {
    "RSS 2.0": rss(),
    "RSS after comments and instructions": f"\n<?xml version='1.0'?><!-- {'x' * 5000} -->{rss()}",
    "RSS 0.91 with its document type": f'<!DOCTYPE rss SYSTEM "http://a.example/dtd">{rss()}',
    "RSS 1.0": '<rdf:RDF xmlns:rdf="x" xmlns="http://purl.org/rss/1.0/"></rdf:RDF>',
    "RSS 0.9": '<rdf:RDF xmlns="http://my.netscape.com/rdf/simple/0.9/"></rdf:RDF>',
    "Atom 1.0": atom(),
    "Atom with a prefix": f'<a:feed xmlns:a="{ATOM}"></a:feed>',
    "Atom 0.3": '<feed version="0.3" xmlns="http://purl.org/atom/ns#"></feed>',
    "JSON Feed": json_feed(),
    "JSON Feed 1.0 with its slashes escaped": r'{"version": "https:\/\/jsonfeed.org\/version\/1"',
    "a feed that writes about arXiv's feeds": rss("<title>On rss.arxiv.org</title>"),
    "a feed of links to arXiv": rss("<link>https://arxiv.org/abs/2601.90001</link>"),
}
NOT_RECOGNISED = {
    "HTML": "<!DOCTYPE html><html><body><rss></rss></body></html>",
    "RDF that is no RSS": '<rdf:RDF xmlns:rdf="x"></rdf:RDF>',
    "a feed of arXiv's": rss(channel="<link>http://rss.arxiv.org/rss/cs.LG</link>"),
    "an answer of arXiv's API": atom().replace(
        "<title>", "<id>https://arxiv.org/api/7</id><title>"
    ),
    "another kind of feed": '<feed xmlns="https://example.org/cattle"></feed>',
    "OAI-PMH": '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"></OAI-PMH>',
    "a tag that only begins so": "<rssx></rssx>",
    "other JSON": '{"version": "2.0", "items": []}',
    "a line of JSON": '{"title": "On Folding"}',
    "text": "rss",
}


@pytest.mark.parametrize("text", RECOGNISED.values(), ids=RECOGNISED)
def test_a_feed_is_recognised(text: str) -> None:
    assert Feed().recognises(text)


@pytest.mark.parametrize("text", NOT_RECOGNISED.values(), ids=NOT_RECOGNISED)
def test_what_is_no_feed_is_not_recognised(text: str) -> None:
    assert not Feed().recognises(text)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param("", "is empty", id="nothing"),
        pytest.param(" \n", "is empty", id="blanks"),
        pytest.param("<!doctype html><html><title>503</title></html>", "HTML", id="HTML"),
        pytest.param("Rate exceeded.", "plain text", id="text"),
        pytest.param('{"items": []}', "no JSON Feed", id="other JSON"),
        pytest.param('["items"]', "looks like JSON", id="a JSON list"),
        pytest.param("{'version': 'https://jsonfeed.org/version/1'}", "Python", id="repr"),
        pytest.param(BOMB + rss("<title>&b;</title>"), "dump.txt:1: declares ent", id="a bomb"),
        pytest.param(
            '<!DOCTYPE rss [\n<!entity a SYSTEM "file:///etc/passwd">]>' + rss(),
            "dump.txt:2: declares entities",
            id="a file as an entity",
        ),
        pytest.param(rss() + BOMB + rss(), "declares entities", id="a bomb in the second feed"),
        pytest.param('<rss version="2><channel/></rss', "no valid XML", id="half a root"),
    ],
)
def test_what_is_no_listing_is_refused_by_name(content: str, why: str) -> None:
    with pytest.raises(ListingMalformed, match=why) as caught:
        read(content)
    assert caught.value.name == "dump.txt"


EMPTY = ("<rss version='2.0'/>", rss(), atom(), json_feed())


@pytest.mark.parametrize("content", EMPTY, ids=["a root alone", "RSS", "Atom", "JSON Feed"])
def test_a_feed_without_entries_is_a_listing_of_nothing(content: str) -> None:
    assert papers(content) == []


def test_several_feeds_in_a_file_are_all_read_each_with_its_own_links() -> None:
    first = rss("<title>A</title><link>/a</link>")
    second = rss("<title>B</title><link>/b</link>", channel="<link>https://reeds.example</link>")
    listing = read(first + '<?xml version="1.0"?>' + second + atom("<title>C</title>"))
    assert rejected(listing) == []
    assert [announcement.line for announcement in listing.announcements] == [3, 7, 9]
    assert [announcement.paper.url for announcement in listing.announcements] == [
        "https://sand.example.org/a",
        "https://reeds.example/b",
        None,
    ]


def test_several_json_feeds_in_a_file_are_all_read() -> None:
    content = f"{json_feed({'title': 'A'})}\n{json_feed({'title': 'B'})}\n"
    assert titles(read(content)) == ["A", "B"]


def test_an_announcement_says_only_what_a_feed_can_know() -> None:
    (announcement,) = read(rss("<title>A</title>")).announcements
    assert (announcement.announce_type, announcement.announced) == (None, None)
    assert announcement.format == "feed"


# --- titles and abstracts


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        pytest.param("On <![CDATA[\n  Folding ]]>", "On Folding", id="white space in CDATA"),
        pytest.param("<![CDATA[H<sub>2</sub>O & <em>ice</em>]]>", "H2O & ice", id="HTML"),
        pytest.param("&lt;i&gt;Sand&lt;/i&gt; &amp;amp; sea", "Sand & sea", id="escaped HTML"),
        pytest.param("$a &lt; b$ and a&lt;b&gt;c", "$a < b$ and a<b>c", id="mathematics"),
        pytest.param(r"\'Elan of $\alpha$", r"\'Elan of $\alpha$", id="TeX"),
        pytest.param("R&D at &eacute;t&eacute;&nbsp;sea", "R&D at été sea", id="unescaped"),
        pytest.param("Sand &amp;lt;b&amp;gt;", "Sand <b>", id="escaped twice: decoded once"),
        pytest.param("Sand&#27;[31m", "Sand [31m", id="a sign for terminals"),
        pytest.param("0", "0", id="one character"),
    ],
)
def test_a_title_is_what_a_reader_would_see(markup: str, title: str) -> None:
    assert only(f"<title>{markup}</title>").title == title


def test_a_plain_atom_title_is_taken_literally() -> None:
    (paper,) = papers(atom("<title>On &amp;amp; &amp; &lt;b&gt;</title>"))
    assert paper.title == "On &amp; & <b>"


@pytest.mark.parametrize(
    ("markup", "abstract"),
    [
        pytest.param(
            "<description>Short.</description><content:encoded>Rather long.</content:encoded>",
            "Rather long.",
            id="the fuller text",
        ),
        pytest.param(
            "<description>&lt;p&gt;Sand.&lt;/p&gt;&lt;p&gt;Sea.&lt;/p&gt;</description>",
            "Sand. Sea.",
            id="paragraphs",
        ),
        pytest.param(
            "<description>Authors: A, B&lt;br&gt;Upvotes: 3&lt;br&gt;Abstract: We.</description>",
            "We.",
            id="behind a label",
        ),
        pytest.param(
            "<description>arXiv:2601.90001v1 Announce Type: new \nAbstract:  We.</description>",
            "We.",
            id="as arXiv writes it",
        ),
        pytest.param(
            "<description>Authors: A, B. Upvotes: 3</description>",
            "Authors: A, B. Upvotes: 3",
            id="no label: as it is",
        ),
        pytest.param(
            "<description>We write an abstract: it is short.</description>",
            "We write an abstract: it is short.",
            id="a word that is no label",
        ),
        pytest.param(
            "<description><![CDATA[<style>p{}</style><!-- ad -->p <0.05 <p>q</p>]]></description>",
            "p <0.05 q",
            id="nothing unseen, nothing lost",
        ),
    ],
)
def test_an_abstract_is_found_among_what_an_entry_holds(markup: str, abstract: str) -> None:
    assert only(f"<title>A</title>{markup}").abstract == abstract


# --- authors


@pytest.mark.parametrize(
    ("creators", "authors"),
    [
        pytest.param(["Ada Stream"], ["Ada Stream"], id="one"),
        pytest.param(["Ada Stream, Ben Brook"], ["Ada Stream", "Ben Brook"], id="commas"),
        pytest.param(["Ada Stream", "Ben Brook"], ["Ada Stream", "Ben Brook"], id="repeated"),
        pytest.param(["Stream, Ada", "Brook, Ben"], ["Stream, Ada", "Brook, Ben"], id="family"),
        pytest.param(["Stream, Ada; Brook, B."], ["Stream, Ada", "Brook, B."], id="semicolons"),
        pytest.param(["Stream, A., Le Fay, B.-C."], ["Stream, A.", "Le Fay, B.-C."], id="pairs"),
        pytest.param(["Stream, A. and Fay, B."], ["Stream, A.", "Fay, B."], id="pairs and and"),
        pytest.param(["Stream, A., Tide Team, Fay, B."], ["Stream, A.", "Tide Team", "Fay, B."]),
        pytest.param(["Stream, Ada"], ["Stream, Ada"], id="one, family first"),
        pytest.param(["A Stream (Lab, U. Sea), B Fay"], ["A Stream", "B Fay"], id="affiliations"),
        pytest.param(["A Stream (Lab, U. Sea)", "B Fay"], ["A Stream", "B Fay"], id="in each"),
        pytest.param(
            ["&lt;a href='/a'&gt;A. Stream&lt;/a&gt;, &lt;a href='/b'&gt;B. Fay&lt;/a&gt;"],
            ["A. Stream", "B. Fay"],
            id="links",
        ),
        pytest.param(["office@sand.example.org"], [], id="a mailbox is nobody"),
    ],
)
def test_names_are_told_apart(creators: list[str], authors: list[str]) -> None:
    paper = only("<title>A</title>" + "".join(f"<dc:creator>{c}</dc:creator>" for c in creators))
    assert list(paper.authors) == authors
    assert paper.author_count == (len(authors) or None)


def test_a_list_that_breaks_off_has_no_count() -> None:
    paper = only("<title>A</title><dc:creator>Ada Stream, Ben Brook, et al.</dc:creator>")
    assert (paper.authors, paper.author_count) == (("Ada Stream", "Ben Brook"), None)


def test_an_author_by_mail_and_by_name_is_one() -> None:
    names = "<author>ada@sand.example.org (Ada Stream)</author><dc:creator>Ada Stream</dc:creator>"
    assert only(f"<title>A</title>{names}").authors == ("Ada Stream",)


# --- identifiers and links


@pytest.mark.parametrize(
    ("markup", "doi"),
    [
        pytest.param("<p:doi>10.5555/Sand.7</p:doi>", "10.5555/Sand.7", id="prism"),
        pytest.param("<dc:identifier>doi:10.5555/a</dc:identifier>", "10.5555/a", id="dc"),
        pytest.param(
            "<dc:identifier>doi:10.5555/a</dc:identifier><dc:identifier>pii</dc:identifier>",
            "10.5555/a",
            id="the first of two",
        ),
        pytest.param("<p:doi><![CDATA[10.5555/a&b]]></p:doi>", "10.5555/a&b", id="CDATA"),
        pytest.param("<link>https://doi.org/10.5555%2Fa?rss=1</link>", "10.5555/a", id="a link"),
        pytest.param("<guid>https://dx.doi.org/10.5555/a</guid>", "10.5555/a", id="a guid"),
        pytest.param("<description>see doi:10.5555/other</description>", None, id="only in text"),
    ],
)
def test_a_doi_is_found(markup: str, doi: str | None) -> None:
    assert only(f"<title>A</title>{markup}").doi == doi


@pytest.mark.parametrize(
    ("markup", "arxiv_id", "version"),
    [
        pytest.param("<link>http://arxiv.org/abs/2601.90001v2?rss=1</link>", "2601.90001", 2),
        pytest.param("<link>https://huggingface.co/papers/2601.90001</link>", "2601.90001", None),
        pytest.param("<guid>oai:arXiv.org:2601.90001v3</guid>", "2601.90001", 3),
        pytest.param(
            "<dc:identifier>10.48550/arXiv.2601.90001</dc:identifier>", "2601.90001", None
        ),
        pytest.param("<guid>2601.90001</guid>", None, None, id="a number may be anybody's"),
        pytest.param("<guid>posts/1234567</guid>", None, None, id="so may a path"),
    ],
)
def test_an_arxiv_id_is_found(markup: str, arxiv_id: str | None, version: int | None) -> None:
    paper = only(f"<title>A</title>{markup}")
    assert (paper.arxiv_id, paper.version) == (arxiv_id, version)
    assert paper.doi is None
    if arxiv_id:
        assert paper.url == f"https://arxiv.org/abs/{arxiv_id}"
        assert paper.pdf_url == f"https://arxiv.org/pdf/{arxiv_id}"


@pytest.mark.parametrize(
    ("markup", "url"),
    [
        pytest.param("<link>a/b</link>", "https://sand.example.org/a/b", id="relative"),
        pytest.param("<link>\n http://a.example/ \n</link>", "http://a.example/", id="padded"),
        pytest.param("<link>http://a.example/?rss=1</link>", "http://a.example/", id="rss=1"),
        pytest.param(
            "<link>http://a.example/?utm_source=x&amp;id=7&amp;rss=12#c</link>",
            "http://a.example/?id=7&rss=12#c",
            id="the rest of the query stays",
        ),
        pytest.param("<link>http://a.example/?a=1&b=2</link>", "http://a.example/?a=1&b=2"),
        pytest.param("<guid>http://a.example/7</guid>", "http://a.example/7", id="guid"),
        pytest.param("<guid>a7</guid>", None, id="a guid that is no address"),
        pytest.param('<guid isPermaLink="false">http://a.example/7</guid>', None, id="no link"),
        pytest.param("<link>javascript:alert(1)</link>", None, id="a script"),
        pytest.param("<link>http://[a</link>", None, id="no address"),
    ],
)
def test_a_link_is_made_whole_and_clean(markup: str, url: str | None) -> None:
    assert only(f"<title>A</title>{markup}").url == url


def test_an_own_link_is_the_base_where_there_is_no_other() -> None:
    own = f'<a:link xmlns:a="{ATOM}" rel="self" href="https://sand.example.org/feeds/all"/>'
    (paper,) = papers(rss("<title>A</title><link>7</link>", channel=own))
    assert paper.url == "https://sand.example.org/feeds/7"


# --- days


@pytest.mark.parametrize(
    ("markup", "day"),
    [
        pytest.param("<pubDate>Mon, 19 Jan 2026 23:30:00 EST</pubDate>", "2026-01-20", id="EST"),
        pytest.param("<pubDate>Mon, 19 Jan 2026 23:30:00 GMT</pubDate>", "2026-01-19", id="GMT"),
        pytest.param("<pubDate>19 Jan 26</pubDate>", "2026-01-19", id="no time"),
        pytest.param("<dc:date>2026-01-19T23:30:00-05:00</dc:date>", "2026-01-20", id="offset"),
        pytest.param("<dc:date>2026-01-19</dc:date>", "2026-01-19", id="a day"),
        pytest.param("<p:publicationDate>2026-01-19</p:publicationDate>", "2026-01-19", id="prism"),
        pytest.param("<dc:date>2026-01</dc:date>", None, id="a month is no day"),
        pytest.param("<dc:date>2026</dc:date>", None, id="nor is a year"),
        pytest.param("<pubDate>soon</pubDate>", None, id="words"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_paper_was_published_on_the_stated_day(markup: str, day: str | None) -> None:
    assert only(f"<title>A</title>{markup}").published == (date.fromisoformat(day) if day else None)


def test_an_update_is_no_publication() -> None:
    (paper,) = papers(atom("<title>A</title><updated>2026-01-19T10:00:00Z</updated>"))
    assert paper.published is None


# --- damage


def test_a_cut_feed_keeps_what_is_whole_and_says_that_it_is_cut() -> None:
    whole = rss("<title>A</title>", "<title>B</title><description>Of reeds.</description>")
    first, second = whole.index("<item>"), whole.rindex("<item>")
    end = whole.rindex("</item>") + len("</item>")
    for at in range(whole.index("<channel>"), len(whole.rstrip())):
        listing = read(whole[:at])
        expected = [] if at <= second else ["A"]
        if first < at <= second:
            expected = titles(listing)[:1]
        assert titles(listing) == (["A", "B"] if at >= end else expected)
        (rejection,) = listing.rejections
        assert "cut" in rejection.why


def test_a_cut_json_feed_keeps_what_is_whole_and_says_that_it_is_cut() -> None:
    whole = json_feed({"title": "A"}, {"title": "B"})
    listing = read(whole[: whole.index('"B"') + 2])
    assert titles(listing) == ["A"]
    ((line, why),) = rejected(listing)
    assert line == 1
    assert "cut" in why


def test_a_cut_feed_does_not_swallow_the_one_after_it() -> None:
    cut = rss("<title>A</title>", "<title>B</title>").partition("</title></item>\n</channel>")[0]
    listing = read(f"{cut}\n<?xml version='1.0'?>\n{rss('<title>C</title>')}")
    assert titles(listing) == ["A", "C"]
    assert rejected(listing) == [(4, "the feed is cut here")]


def test_an_entry_that_is_ill_formed_leaves_its_neighbours_alone() -> None:
    listing = read(rss("<title>A</title>", "<title>B<link>/b</link>", "<title>C</title>"))
    assert [titles(listing)[0], titles(listing)[-1]] == ["A", "C"]
    assert [line for line, _ in rejected(listing)] == [4]


def test_an_entry_without_anything_is_rejected() -> None:
    listing = read(rss("<title>A</title>", "<guid>7</guid>"))
    assert rejected(listing) == [(4, "an entry without title, text or link")]


def test_a_word_without_end_is_rejected_before_it_takes_minutes() -> None:
    listing = read(rss("<title>A</title>", f"<dc:creator>{'a' * 300_000}</dc:creator>"))
    assert titles(listing) == ["A"]
    assert rejected(listing) == [(4, "an entry with a word of more than 2000 letters")]


@pytest.mark.parametrize("reference", ["&#99999999;", "&#xD800;"])
def test_a_head_that_cannot_be_read_leaves_the_entries_readable(reference: str) -> None:
    assert papers(rss("<title>A</title>", channel=f"<link>{reference}</link>"))[0].title == "A"


def test_the_bytes_decide_what_they_are_before_what_they_say() -> None:
    declared = "<?xml version='1.0' encoding='{}'?>" + rss("<title>Möwe</title>")
    for name, encoding in [
        ("iso-8859-1", "utf-8"),
        ("iso-8859-1", "iso-8859-1"),
        ("windows-1252", "windows-1252"),
        ("utf-8", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("no-such-thing", "utf-8"),
    ]:
        (paper,) = papers(declared.format(name).encode(encoding))
        assert paper.title == "Möwe", (name, encoding)


@pytest.mark.parametrize("declared", ["utf-8", "no-such-thing", "rot13", "utf-16"])
def test_an_entry_in_an_unknown_encoding_is_rejected_alone(declared: str) -> None:
    text = f"<?xml version='1.0' encoding='{declared}'?>\n"
    text += rss("<title>A</title>", "<title>Möwe</title>")
    listing = read(text.encode("iso-8859-1"))
    assert titles(listing) == ["A"]
    assert rejected(listing) == [(5, "an entry whose text is not valid UTF-8")]


@pytest.mark.parametrize(
    "item",
    [
        pytest.param({"title": "\ud800"}, id="half a character"),
        pytest.param({"title": ["A"]}, id="a list for a title"),
        pytest.param("A", id="a string"),
        pytest.param({"id": "7"}, id="nothing"),
    ],
)
def test_an_item_that_is_no_paper_is_rejected_alone(item: Any) -> None:
    listing = read(json_feed({"title": "A"}, item, {"title": "B"}))
    assert titles(listing) == ["A", "B"]
    assert [line for line, _ in rejected(listing)] == [1]


def test_a_json_feed_without_a_list_of_items_is_said_to_be_none() -> None:
    listing = read(json_feed().replace('"items"', '"articles"'))
    assert rejected(listing) == [(1, "a feed without items")]


def test_feedparser_is_imported_only_to_read_a_feed() -> None:
    code = "import sys, digest.sources.feed.feed; print('feedparser' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "False\n"


CONTENTS = [path.read_bytes() for path in DUMPS]
PIECES = [
    *(b"<item>", b"</item>", b"<entry>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"</rss>"),
    *(b"&", b"&#xD800;", b"&#0;", b"&#99999999;", b"\xff", b"\xc3", b"\0", b"\x1b", b"\r"),
    *(b'<authors x="1"/>', b'<links a="b"/>', b"<title", b'"', b"'", b"[", b"}", b"\\ud800"),
    *(b'<content type="image/png">', b'<link rel="alternate" href="http://[">', b"<!ENTITY"),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    content = draw(st.sampled_from(CONTENTS))
    for _ in range(draw(st.integers(0, 5))):
        here, there = sorted(draw(st.tuples(*[st.integers(0, len(content))] * 2)))
        replacement = draw(
            st.just(b"")
            | st.binary(max_size=6)
            | st.sampled_from(PIECES)
            | st.just(content[here:there] * 2)
        )
        if draw(st.booleans()):
            there = min(there, here + 9)
        content = content[:here] + replacement + content[there:]
    return content


@given(mutated())
def test_a_damaged_feed_is_read_rejected_or_refused(content: bytes) -> None:
    try:
        listing = read(content)
    except ListingMalformed:
        return
    last = content.count(b"\n") + content.count(b"\r") + 1
    for announcement in listing.announcements:
        assert 1 <= (announcement.line or 0) <= last
        dumps(announcement).encode()
    for rejection in listing.rejections:
        assert 1 <= rejection.line <= last
        rejection.why.encode()
