import re
from datetime import date, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import make_headers, make_message
from digest.errors import DeliveryFailed, RelayRefused
from digest.mail.headers import clean
from digest.mail.message import make_content, message_id

LONG_URI = "https://example.org/stop?t=" + "a" * 273

text = st.text(st.characters(exclude_categories=["Cs"]))
nasty = st.lists(
    st.one_of(
        text,
        st.sampled_from(
            (
                *(
                    "\r\nBcc: eve@example.net",
                    "\n\n",
                    "=?utf-8?q?x?=",
                    '"',
                    "\\",
                    "<a@b>",
                    ",",
                    "=_",
                ),
                *(
                    ".",
                    "\x00",
                    "\x85",
                    "\u2028",
                    "\u202e",
                    "שלום",
                    "🦉",
                    " ",
                    "x" * 1200,
                    "ü" * 200,
                ),
            )
        ),
    ),
    max_size=6,
).map("".join)


def read(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert isinstance(part, EmailMessage)
    assert not part.defects
    content = part.get_content()
    assert isinstance(content, str)
    return lines_alike(content)


def mailbox(content: bytes, field: str) -> tuple[str, str]:
    """Read a field of one address by the older parser.

    The newer one puts blanks between the encoded words of a name (RFC 2047 section 6.2).
    """
    assert len(read(content)[field].addresses) == 1
    name, address = parseaddr(re.sub(r"[\r\n]", "", message_from_bytes(content)[field]))
    return str(make_header(decode_header(name))), address


def lines_alike(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n")


def test_a_message_has_each_header_once_and_both_bodies() -> None:
    content = make_content(make_message(), make_headers(reply_to="help@example.org"))
    message = read(content)
    assert message.items() == [
        ("From", "Daily Papers <papers@example.org>"),
        ("To", "Ada <ada@example.org>"),
        ("Reply-To", "help@example.org"),
        ("Subject", "Graphs"),
        ("Date", "Tue, 10 Mar 2026 07:30:00 +0000"),
        ("Message-ID", "<2026-03-10.abc@example.org>"),
        ("MIME-Version", "1.0"),
        ("List-Id", "<digest.example.org>"),
        ("List-Unsubscribe", "<mailto:papers+unsubscribe@example.org>"),
        ("List-Help", "<mailto:help@example.org?subject=help>"),
        ("List-Owner", "<mailto:help@example.org>"),
        ("List-Post", "NO"),
        ("Feedback-ID", "2026-03-10:cards:digest.example.org:digest0a1b2c3d"),
        ("Auto-Submitted", "auto-generated"),
        ("Precedence", "bulk"),
        ("X-Auto-Response-Suppress", "All"),
        ("Content-Language", "en"),
        ("Content-Type", message["Content-Type"]),
    ]
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert body(message, "plain") == "Hello.\n"
    assert body(message, "html") == "<p>Hello.</p>\n"


def test_the_same_issue_gives_the_same_bytes() -> None:
    first, second = (make_content(make_message(), make_headers()) for _ in range(2))
    assert first == second


@given(subject=nasty, name=nasty, sender_name=nasty, plain=nasty, html=nasty)
def test_whatever_is_written_is_read_again_and_nothing_is_injected(
    subject: str, name: str, sender_name: str, plain: str, html: str
) -> None:
    own = f"x{sender_name.replace('<', '')}"
    headers = make_headers(
        recipient_name=name, sender=f"{own} <papers@example.org>", reply_to=f"{own} <h@example.org>"
    )
    content = make_content(make_message(subject=subject, text=plain, html=html), headers)
    assert content.isascii()
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
    message = read(content)
    assert len(message.keys()) == len(set(message.keys())) == 18
    assert not message.defects
    assert message["Subject"] == clean(subject)
    assert mailbox(content, "To") == (clean(name), "ada@example.org")
    assert mailbox(content, "From") == (clean(own), "papers@example.org")
    assert mailbox(content, "Reply-To") == (clean(own), "h@example.org")
    assert body(message, "plain") == lines_alike(plain)
    assert body(message, "html") == lines_alike(html)


@given(local_part=st.one_of(nasty, text), name=nasty)
def test_an_address_is_refused_or_the_only_one_that_a_message_goes_to(
    local_part: str, name: str
) -> None:
    headers = make_headers(recipient=f"{local_part}@example.org", recipient_name=name)
    try:
        content = make_content(make_message(), headers)
    except DeliveryFailed:
        return
    header = content.split(b"\r\n\r\n", 1)[0].decode()
    (field,) = re.findall(r"(?m)^To: ((?:.*\r\n)(?:[ \t].*\r\n)*)", header)
    assert field.replace("\r\n", "").endswith(
        f"{local_part.strip()}@example.org" + ">" * bool(clean(name))
    )
    assert field.count("@example.org") == 1
    assert len(re.findall(r"(?m)^[!-9;-~]+:", header)) == 17
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))


@given(value=nasty)
def test_no_value_of_ours_begins_a_header_either(value: str) -> None:
    headers = make_headers(
        message_id=f"<{value[:200]}@example.org>",
        list_id=value[:200],
        feedback_id=value[:200],
        language=value[:200],
        token=value[:40],
        unsubscribe=("mailto:stop@example.org?subject={token}", "https://example.org/{token}"),
    )
    content = make_content(make_message(), headers)
    header = content.split(b"\r\n\r\n", 1)[0]
    names = re.findall(rb"(?m)^([^\s:]+):", header)
    assert len(names) == len(set(names))
    assert set(names) <= {
        *(b"From", b"To", b"Subject", b"Date", b"Message-ID", b"MIME-Version", b"List-Id"),
        *(b"List-Unsubscribe", b"List-Unsubscribe-Post", b"Auto-Submitted", b"Precedence"),
        *(b"X-Auto-Response-Suppress", b"Content-Language", b"Content-Type"),
        *(b"List-Help", b"List-Owner", b"List-Post", b"Feedback-ID"),
    }
    assert re.fullmatch(rb"[ -~\r\n]*", header)
    assert all(len(line) <= 998 for line in header.split(b"\r\n"))
    assert header.count(b"\n") == header.count(b"\r\n")


@given(value=text)
def test_encoded_words_are_short_and_split_no_character(value: str) -> None:
    header = make_content(make_message(subject=f"ü{value}"), make_headers())
    subject = header[header.index(b"Subject:") : header.index(b"\r\nDate:")].decode()
    assert all(len(line) <= 76 for line in subject.split("\r\n"))
    words = [decode_header(word) for word in subject.removeprefix("Subject: ").split()]
    assert {len(parts) for parts in words} == {1}
    assert "".join(parts[0][0].decode("utf-8") for parts in words) == clean(f"ü{value}")


def test_a_plain_subject_stays_readable_and_is_folded_at_blanks() -> None:
    subject = " ".join(["attention"] * 30)
    content = make_content(make_message(subject=subject), make_headers())
    field = re.search(rb"Subject:.*?(?=\r\nDate)", content, re.DOTALL)
    assert field is not None
    assert b"=?" not in field[0]
    assert max(map(len, field[0].split(b"\r\n"))) <= 78
    assert field[0].replace(b"\r\n", b"") == f"Subject: {subject}".encode()


def test_right_to_left_text_and_its_marks_are_kept() -> None:
    subject = "\u202bשלום\u202c and \u200fgraphs"
    assert read(make_content(make_message(subject=subject), make_headers()))["Subject"] == subject


def test_an_unsubscribe_address_of_300_letters_is_neither_encoded_nor_folded() -> None:
    headers = make_headers(unsubscribe=(LONG_URI, "mailto:stop@example.org?subject={token}"))
    content = make_content(make_message(), headers)
    assert len(LONG_URI) == 300
    assert (
        f"List-Unsubscribe: <{LONG_URI}>,\r\n <mailto:stop@example.org?subject=t0ken>\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    ).encode() in content


@pytest.mark.parametrize(
    ("uri", "written"),
    [
        pytest.param("https://example.org/{token}", "https://example.org/a%2Fb%3E", id="token"),
        pytest.param("<https://example.org/x>", "https://example.org/x", id="brackets"),
        pytest.param("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC", id="idn"),
        pytest.param("mailto:a@bücher.example", "mailto:a@xn--bcher-kva.example", id="mailto-idn"),
        pytest.param(
            "https://example.org/a b\r\nX: y", "https://example.org/a%20b%20X:%20y", id="crlf"
        ),
        pytest.param(
            "https://example.org/>,<x", "https://example.org/%3E,%3Cx", id="inner brackets"
        ),
        pytest.param(
            "https://example.org/100%25", "https://example.org/100%25", id="encoded already"
        ),
    ],
)
def test_an_unsubscribe_address_is_a_uri(uri: str, written: str) -> None:
    headers = make_headers(unsubscribe=(uri,), token="a/b>")
    assert f"List-Unsubscribe: <{written}>\r\n".encode() in make_content(make_message(), headers)


def test_without_an_https_address_there_is_no_one_click() -> None:
    assert b"One-Click" not in make_content(make_message(), make_headers())


def test_a_date_in_another_zone_is_written_in_utc() -> None:
    with_zone = make_headers(date=datetime.fromisoformat("2026-03-10T09:30:00+02:00"))
    assert b"\r\nDate: Tue, 10 Mar 2026 07:30:00 +0000\r\n" in make_content(
        make_message(), with_zone
    )


@pytest.mark.parametrize(
    ("sender", "written"),
    [
        pytest.param("papers@example.org", "papers@example.org", id="bare"),
        pytest.param("<papers@example.org>", "papers@example.org", id="brackets"),
        pytest.param(
            '"Daily, Papers" <p@example.org>', '"Daily, Papers" <p@example.org>', id="quoted"
        ),
        pytest.param(
            "Daily, Papers <p@example.org>", '"Daily, Papers" <p@example.org>', id="comma"
        ),
        pytest.param('A \\ "B" <p@example.org>', '"A \\\\ \\"B\\"" <p@example.org>', id="escapes"),
        pytest.param("P <p@bücher.example>", "P <p@xn--bcher-kva.example>", id="idn"),
        pytest.param("Zoë <p@example.org>", "=?utf-8?q?Zo=C3=AB?= <p@example.org>", id="encoded"),
    ],
)
def test_a_sender_is_written(sender: str, written: str) -> None:
    content = make_content(make_message(), make_headers(sender=sender))
    assert content.startswith(f"From: {written}\r\n".encode())


def test_letters_outside_ascii_before_the_at_are_kept() -> None:
    content = make_content(make_message(), make_headers(recipient="zoë@bücher.example"))
    assert "To: Ada <zoë@xn--bcher-kva.example>\r\n".encode() in content


@pytest.mark.parametrize("uri", ["https://example.org/" + "a" * 900, "https://ü..example/"])
def test_an_unusable_unsubscribe_address_stops_the_run(uri: str) -> None:
    with pytest.raises(RelayRefused, match=r"mail\.unsubscribe"):
        make_content(make_message(), make_headers(unsubscribe=(uri,)))


def test_a_message_id_is_the_same_each_time_and_tells_no_address() -> None:
    day = date(2026, 3, 10)
    name = message_id("ada@example.org", day, "digest.example")
    assert name == message_id("ada@example.org", day, "digest.example")
    assert re.fullmatch(r"<2026-03-10\.[0-9a-f]{24}@digest\.example>", name)
    others = {
        message_id("bob@example.org", day, "digest.example"),
        message_id("ada@example.org", date(2026, 3, 11), "digest.example"),
    }
    assert (
        len({name.split("@")[0].split(".")[1], *(o.split("@")[0].split(".")[1] for o in others)})
        == 3
    )
