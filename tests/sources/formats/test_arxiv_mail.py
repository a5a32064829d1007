import base64
import quopri
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import make_dump
from digest.errors import ListingMalformed
from digest.paper import Announcement, AnnounceType, Listing, Paper
from digest.sources.arxiv.mailing import ArxivMail

DATA = Path(__file__).parents[2] / "data" / "arxiv-mail"
DAILY = (DATA / "daily.eml").read_bytes()
DUMPS = [path.read_bytes() for path in sorted(DATA.glob("*.eml"))]

RULE = "-" * 78 + "\n"
CROSSES = "%-" * 39 + "\n"
REPLACEMENTS = "%%--" * 19 + "%%\n"
END = "%%%---" * 13 + "\n"
RECEIVED = " received from  Wed  7 Jan 26 19:00:00 GMT  to  Thu  8 Jan 26 19:00:00 GMT\n"
HEADERS = "Date: Fri, 9 Jan 26 01:31:14 GMT\nSubject: cs daily 1 new +  crosses received\n\n"
PREAMBLE = f"{RULE}Send any comments to a moderator.\n{RECEIVED}{RULE}{RULE}"
DAY = date(2026, 1, 9)


def entry(number: int = 90001, *, mark: str = "", head: str = "", abstract: str = "Folds.") -> str:
    head = (
        head or "Date: Wed, 7 Jan 2026 22:37:33 GMT   (7kb,D)\n\nTitle: Folds\nAuthors: Ada Ebb\n"
    )
    link = f"\\\\ ( https://arxiv.org/abs/2601.{number} ,  7kb)\n"
    return f"\\\\\narXiv:2601.{number}{mark}\n{head}\\\\\n  {abstract}\n{link}"


def replaced(number: int = 90009, *, mark: str = "") -> str:
    head = "replaced with revised version Wed, 7 Jan 2026 18:05:58 GMT   (9kb)\n\nTitle: Foam\n"
    link = f"\\\\ ( https://arxiv.org/abs/2601.{number} ,  7kb)\n"
    return f"\\\\\narXiv:2601.{number}{mark}\n{head}Authors: Ada Ebb\n{link}"


BODY = PREAMBLE + entry() + CROSSES + REPLACEMENTS + END


def read(text: str | bytes) -> Listing:
    return ArxivMail().parse(make_dump(text))


def only(listing: Listing) -> Announcement:
    (announcement,) = listing.announcements
    return announcement


def ids(listing: Listing) -> list[str | None]:
    return [announcement.paper.arxiv_id for announcement in listing.announcements]


def whys(listing: Listing) -> list[tuple[int, str]]:
    return [(rejection.line, rejection.why) for rejection in listing.rejections]


def test_an_entry_is_read_for_what_it_says() -> None:
    head = (
        "Date: Wed, 7 Jan 2026 22:37:33 GMT   (1742kb,D)\n\n"
        "DOI: 10.5555/Seas.7 10.5555/Seas.8\n"
        "Title: Tides in $\\mathcal{O}(n)$\n  Comments: the title goes on\n"
        'Authors: Ada van Ebb (Sea, Sand & Co) and Benno F\\"olding\n  and Cyd Shore\n'
        "Journal-ref: J. Seas 7\n  (2026)\nComments: Withdrawn:  it was foam\n"
        "Report-no: SEA-7\nCategories: cs.LG stat.ML\n"
    )
    listing = read(HEADERS + PREAMBLE + entry(head=head, abstract="We fold.\nOn\n  and on.") + END)
    assert only(listing) == Announcement(
        paper=Paper(
            title="Tides in $\\mathcal{O}(n)$ Comments: the title goes on",
            abstract="We fold. On and on.",
            authors=("Ada van Ebb", 'Benno F\\"olding', "Cyd Shore"),
            author_count=3,
            categories=("cs.LG", "stat.ML"),
            arxiv_id="2601.90001",
            doi="10.5555/Seas.7",
            url="https://arxiv.org/abs/2601.90001",
            pdf_url="https://arxiv.org/pdf/2601.90001",
            comment="Withdrawn: it was foam",
            journal_ref="J. Seas 7 (2026)",
            published=date(2026, 1, 7),
        ),
        format="arxiv-mail",
        announce_type=AnnounceType.NEW,
        announced=DAY,
        line=10,
    )
    assert (listing.rejections, listing.day) == ((), DAY)


def test_the_section_and_the_mark_make_the_announce_type() -> None:
    mark = " (*cross-listing*)"
    listing = read(
        HEADERS
        + PREAMBLE
        + f"{entry(90001)}{RULE}{entry(90002)}{CROSSES}{RULE}{entry(90003, mark=mark)}"
        + f"{REPLACEMENTS}{RULE}{replaced(90004)}{RULE}{replaced(90005, mark=mark)}{END}"
    )
    found = [(each.announce_type, each.announced) for each in listing.announcements]
    assert found == [
        ("new", DAY),
        ("new", DAY),
        ("cross", DAY),
        ("replace", None),
        ("replace-cross", None),
    ]
    assert listing.announcements[3].paper.abstract is None
    assert listing.announcements[3].paper.published is None
    assert listing.rejections == ()


@pytest.mark.parametrize("rules", [CROSSES + REPLACEMENTS, RULE + CROSSES + RULE + REPLACEMENTS])
def test_a_mailing_without_papers_is_a_listing_without_papers(rules: str) -> None:
    listing = read(HEADERS + PREAMBLE + rules + END)
    assert (listing.announcements, listing.rejections, listing.day) == ((), (), DAY)


def test_what_stands_above_and_below_a_mailing_is_no_part_of_it() -> None:
    listing = read(HEADERS + f"Title: a note\n{BODY}Title: a footer\n\nSee the help pages.\n")
    assert (len(listing.announcements), listing.rejections) == (1, ())


def test_a_body_alone_announces_on_no_known_day() -> None:
    listing = read(BODY)
    assert only(listing).announce_type is AnnounceType.NEW
    assert (only(listing).announced, listing.day, listing.rejections) == (None, None, ())


def mail(body: str, encoding: str, charset: str = "utf-8") -> bytes:
    data = body.encode(charset)
    encoded = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}
    head = (
        "Date: Thu, 8 Jan 2026 20:01:00 -0500 (EST)\nSubject: cs daily Subj-class mailing\n"
        f"MIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\n"
        f"Content-Transfer-Encoding: {encoding}\n\n"
    )
    return head.encode() + encoded.get(encoding, bytes)(data)


def with_attachment(*, forwarded: bool) -> bytes:
    inner = EmailMessage()
    inner["Date"] = "Fri, 09 Jan 2026 01:31:14 +0000"
    inner["Subject"] = "cs daily 1 new +  crosses received"
    inner.set_content(BODY.replace("Folds.", "Földs =3D.") + "\n" + "x" * 2000)
    inner.add_alternative("<p>Title: no</p>", subtype="html")
    if not forwarded:
        return bytes(inner)
    outer = EmailMessage()
    outer["Date"] = "Mon, 12 Jan 2026 09:00:00 +0000"
    outer["Subject"] = "Fwd: cs daily 1 new +  crosses received"
    outer.set_content("Look at this.")
    outer.add_attachment(inner)
    return bytes(outer)


FOLDED = BODY.replace("Folds.", "Földs =3D.")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(mail(FOLDED, "8bit"), id="8bit"),
        pytest.param(mail(FOLDED.replace("\n", "\r\n"), "8bit"), id="CRLF"),
        pytest.param(mail(FOLDED, "quoted-printable"), id="quoted-printable"),
        pytest.param(mail(FOLDED, "base64"), id="base64"),
        pytest.param(mail(FOLDED, "8bit", "iso-8859-1"), id="8bit of Latin-1"),
        pytest.param(mail(FOLDED, "base64", "iso-8859-1"), id="base64 of Latin-1"),
        pytest.param(with_attachment(forwarded=False), id="text beside HTML"),
        pytest.param(with_attachment(forwarded=True), id="passed on as an attachment"),
        pytest.param(b"From a@b.org Fri Jan  9\n" + mail(FOLDED, "8bit"), id="mbox"),
        pytest.param(
            f"---- Forwarded:\n{HEADERS.strip()}\n\n{FOLDED}".encode(), id="passed on as text"
        ),
    ],
)
def test_a_mail_reads_alike_however_it_is_encoded(content: bytes) -> None:
    assert ArxivMail().recognises(content.decode("utf-8", "surrogateescape"))
    listing = read(content)
    assert only(listing).paper.abstract == "Földs =3D."
    assert (only(listing).announced, listing.day, listing.rejections) == (DAY, DAY, ())
    assert 1 <= (only(listing).line or 0) <= content.count(b"\n")


def test_lines_are_counted_from_the_top_of_the_file() -> None:
    content = b"From a@b.org Fri Jan  9\n" + mail(BODY, "7bit")
    line = only(read(content)).line or 0
    assert content.splitlines()[line - 1] == b"arXiv:2601.90001"


@pytest.mark.parametrize("second", [mail(BODY, "base64"), mail(BODY, "7bit")])
def test_each_mail_of_an_mbox_announces_on_its_own_day(second: bytes) -> None:
    first = mail(BODY, "quoted-printable").replace(b"Thu, 8 Jan", b"Wed, 7 Jan")
    listing = read(b"From a@b.org x\n" + first + b"\nFrom a@b.org x\n" + second)
    assert [each.announced for each in listing.announcements] == [date(2026, 1, 8), DAY]
    assert (listing.day, listing.rejections) == (None, ())


def test_mailings_put_together_read_as_each_alone() -> None:
    later = HEADERS.replace("Fri, 9", "Sat, 10") + BODY.replace("90001", "90002")
    listing = read(HEADERS + BODY + later + BODY.replace("90001", "90003"))
    assert ids(listing) == ["2601.90001", "2601.90002", "2601.90003"]
    days = [each.announced for each in listing.announcements]
    assert days == [DAY, date(2026, 1, 10), None]
    assert listing.rejections == ()


@pytest.mark.parametrize(
    ("written", "day"),
    [
        pytest.param("Fri, 9 Jan 26 00:31:14 GMT", DAY, id="two digits"),
        pytest.param("Thu, 08 Jan 2026 20:31:14 -0500", DAY, id="an evening in the east"),
        pytest.param("Fri, 09 Jan 2026 00:31:14 +0100", date(2026, 1, 8), id="a night in Europe"),
        pytest.param("9 Jan 2026 00:31 UTC", DAY, id="short"),
        pytest.param("Fri, 9 Jan 2026 00:31:14", None, id="no zone"),
        pytest.param("Fri, 9 Jan 2026 00:31:14 EST", None, id="a zone by its name"),
        pytest.param("Fri, 32 Jan 2026 00:31:14 GMT", None, id="no such day"),
        pytest.param("Fri, 9 Jan 2026 00:31:14 GMT   (1742kb,D)", None, id="of an entry"),
        pytest.param("Sat, 1 Jan 0001 00:31:14 +0900", None, id="before time"),
        pytest.param("today", None, id="no date"),
    ],
)
def test_the_day_of_a_mail_is_that_of_its_date_in_utc(written: str, day: date | None) -> None:
    assert read(HEADERS.replace("Fri, 9 Jan 26 01:31:14 GMT", written) + BODY).day == day


@pytest.mark.parametrize(
    ("written", "day"),
    [
        pytest.param("Tue, 28 Jan 97 23:30:00 -0500   (9kb)", date(1997, 1, 29), id="1997"),
        pytest.param("Wed, 7 Jan 2026 22:37:33 GMT   (1742kb,D)", date(2026, 1, 7), id="2026"),
        pytest.param("Tue, 28 Jan 97 23:30:00 EST", date(1997, 1, 28), id="as it is written"),
    ],
)
def test_a_paper_was_published_on_the_date_of_its_entry(written: str, day: date) -> None:
    listing = read(BODY.replace("Wed, 7 Jan 2026 22:37:33 GMT   (7kb,D)", written))
    assert only(listing).paper.published == day


MONTHLY = (
    f"{RULE}\\\\\nPaper: astro-ph/0601901\nFrom: Ada Ebb <ada@example.org>\n"
    "Date: Sun, 1 Jan 2006 11:03:14 GMT   (121kb)\n"
    "Date (revised v2): Tue, 3 Jan 2006 12:00:00 GMT   (122kb)\n\n"
    "Title: Tides\nAuthors: Ada Ebb\nSubj-class: Astrophysics\n\\\\\n  Tides.\n\\\\\n"
    f"{RULE}\\\\\nPaper (*cross-listing*): math.CO/9701967\n"
    "Date: Tue, 28 Jan 1997 11:03:14 GMT   (9kb)\n\n"
    "Title: Shells\nAuthor: Cyd Shore\nCategories: math.CO\n\\\\\n  Shells.\n\\\\\n"
)


def test_a_monthly_file_has_marks_instead_of_sections_and_no_end() -> None:
    assert ArxivMail().recognises(MONTHLY)
    listing = read(MONTHLY)
    first, second = (announcement.paper for announcement in listing.announcements)
    assert (first.arxiv_id, first.version, first.published) == (
        "astro-ph/0601901",
        2,
        date(2006, 1, 1),
    )
    assert (second.arxiv_id, second.authors, second.categories) == (
        "math/9701967",
        ("Cyd Shore",),
        ("math.CO",),
    )
    assert [each.announce_type for each in listing.announcements] == ["new", "cross"]
    assert listing.rejections == ()


@pytest.mark.parametrize(
    ("authors", "names", "count"),
    [
        pytest.param("Ada Ebb, Cyd Shore", ("Ada Ebb", "Cyd Shore"), 2, id="all"),
        pytest.param(
            "Ada Ebb, Cyd Shore, et al. (5 additional\n  authors not shown)",
            ("Ada Ebb", "Cyd Shore"),
            7,
            id="some hidden",
        ),
        pytest.param("Ada Ebb et al.", ("Ada Ebb",), None, id="nobody knows how many"),
    ],
)
def test_hidden_authors_are_counted(authors: str, names: tuple[str, ...], count: int) -> None:
    paper = only(read(BODY.replace("Authors: Ada Ebb", f"Authors: {authors}"))).paper
    assert (paper.authors, paper.author_count) == (names, count)


def test_a_line_of_two_backslashes_may_stand_within_an_abstract() -> None:
    listing = read(PREAMBLE + entry(abstract="We fold\n\\\\\ntwice.") + END)
    assert only(listing).paper.abstract == "We fold \\\\ twice."
    assert listing.rejections == ()


def test_a_title_that_was_pasted_without_its_indent_is_whole() -> None:
    head = "Title: Folds\nof the sea: a study\nAuthors: Ada Ebb\n"
    assert only(read(PREAMBLE + entry(head=head) + END)).paper.title == (
        "Folds of the sea: a study"
    )


LAST = len((PREAMBLE + entry(90001) + RULE + entry(90002)).splitlines())


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        pytest.param(entry().replace("Folds.", "F\udcff"), "not valid UTF-8", id="bytes"),
        pytest.param(entry().replace("Title", "Titl"), "without a title", id="no title"),
        pytest.param(entry().replace("arXiv:", "arXiv:x"), "no arXiv id", id="an id that is none"),
        pytest.param(entry().replace("arXiv:", "arX:"), "no entry", id="no id"),
        pytest.param(entry().replace("\\\\ (", "("), "cut short", id="no end"),
        pytest.param(entry().replace("\\\\\n  Folds.\n", ""), "cut short", id="no abstract"),
        pytest.param(
            entry().replace("abs/2601.90001", "abs/2601.90008"), "ends as another", id="two papers"
        ),
    ],
)
def test_an_entry_that_cannot_be_read_is_rejected_and_the_next_is_read(
    spoilt: str, why: str
) -> None:
    text = PREAMBLE + spoilt + RULE + entry(90002) + END
    listing = read(text.encode("utf-8", "surrogateescape"))
    assert ids(listing) == ["2601.90002"]
    ((line, said),) = whys(listing)
    assert why in said
    assert line in {6, 7}


def test_a_date_that_is_none_is_said_and_the_paper_is_kept() -> None:
    listing = read(BODY.replace("Wed, 7 Jan 2026 22:37:33 GMT   (7kb,D)", "Wed"))
    assert only(listing).paper.published is None
    assert whys(listing) == [(8, "'Wed' holds no day")]


def test_a_rule_that_is_missing_costs_no_entry() -> None:
    listing = read(PREAMBLE + entry(90001) + entry(90002) + END)
    assert ids(listing) == ["2601.90001", "2601.90002"]


def test_a_mailing_without_its_end_is_cut_even_after_a_whole_entry() -> None:
    text = PREAMBLE + entry(90001) + RULE + entry(90002)
    listing = read(text)
    assert len(listing.announcements) == 2
    assert whys(listing) == [(LAST, "the mailing is cut: it lacks its end")]


def test_a_mailing_cut_at_its_beginning_says_so() -> None:
    listing = read(BODY[BODY.index("Title") :].replace(CROSSES, RULE + entry(90002) + CROSSES))
    assert ids(listing) == ["2601.90002"]
    assert [why for _, why in whys(listing)] == ["text that is no entry"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"", "no entries", id="empty"),
        pytest.param(b"<html><body>503</body></html>", "HTML", id="HTML"),
        pytest.param(b'{"papers": []}', "JSON", id="JSON"),
        pytest.param(b"Folds\n\nWe fold paper.\n", "no entries", id="other text"),
        pytest.param(b"Date: x\nSubject: Re: lunch\n\nAt noon?\n", "no entries", id="other mail"),
        pytest.param(b"%PDF-1.7", "PDF", id="PDF"),
    ],
)
def test_what_is_no_mailing_is_refused(content: bytes, why: str) -> None:
    assert not ArxivMail().recognises(content.decode())
    with pytest.raises(ListingMalformed, match=why):
        read(content)


@given(st.sampled_from(DUMPS), st.data())
def test_a_cut_yields_whole_papers_and_says_so(content: bytes, data: st.DataObject) -> None:
    whole = read(content)
    cut = content[: data.draw(st.integers(0, len(content) - 1))]
    try:
        listing = read(cut)
    except ListingMalformed:
        return
    count = len(listing.announcements)
    assert listing.announcements == whole.announcements[:count]
    is_daily = b"\nPaper" not in content
    assert listing.rejections or count == len(whole.announcements) or not is_daily


PIECES = [
    *(
        b"\n",
        b"\r",
        b"\xff",
        b"\0",
        b"\\\\\n",
        b"\\\\ (",
        b"arXiv:2601.90001\n",
        b"Paper: ",
        b"From ",
    ),
    *(RULE.encode(), CROSSES.encode(), REPLACEMENTS.encode(), END.encode(), b"Date: 1 Jan 1"),
    b"Content-Type: multipart/mixed; boundary=b\n\n--b\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Type: text/plain; charset*0*=utf-7''%ff\n",
]


@given(st.data())
def test_a_damaged_mail_is_read_rejected_or_refused(data: st.DataObject) -> None:
    content = data.draw(st.sampled_from(DUMPS))
    for _ in range(data.draw(st.integers(1, 5))):
        here, there = sorted(data.draw(st.tuples(*[st.integers(0, len(content))] * 2)))
        piece = data.draw(st.just(b"") | st.binary(max_size=6) | st.sampled_from(PIECES))
        content = content[:here] + piece + content[there:]
    try:
        listing = read(content)
    except ListingMalformed:
        return
    last = content.count(b"\n") + content.count(b"\r") + 1
    for item in (*listing.announcements, *listing.rejections):
        assert 1 <= (item.line or 0) <= last
        repr(item).encode()
