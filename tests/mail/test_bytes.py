"""What leaves, byte for byte: a parser forgives what a relay or a filter does not."""

import re
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import make_headers, make_message
from digest.issue import Envelope
from digest.mail.message import make_content
from digest.mail.smtp import SmtpTransport
from servers import FaultyPeer, make_relay, nothing, smtp_server

LONG_URI = "https://example.org/unsubscribe?token=" + "a" * 120
ORDER = [
    *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "List-Id"),
    *("List-Unsubscribe", "List-Unsubscribe-Post", "List-Help", "List-Owner", "List-Post"),
    *("Feedback-ID", "Auto-Submitted", "Precedence", "X-Auto-Response-Suppress"),
    *("Content-Language", "Content-Type"),
]
CONTROLS = [chr(number) for number in (*range(0x20), *range(0x7F, 0xA0))]

WHOLE = b"""\
From: Daily Papers <papers@example.org>
To: =?utf-8?q?Zo=C3=AB?= <zoe@example.org>
Reply-To: help@example.org
Subject: =?utf-8?q?Caf=C3=A9_graphs?=
Date: Tue, 10 Mar 2026 07:30:00 +0000
Message-ID: <2026-03-10.abc@example.org>
MIME-Version: 1.0
List-Id: <digest.example.org>
List-Unsubscribe: <https://example.org/stop/t0ken>,
 <mailto:stop@example.org?subject=t0ken>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
List-Help: <mailto:help@example.org?subject=help>
List-Owner: <mailto:admin@example.org>
List-Post: NO
Feedback-ID: 2026-03-10:cards:digest.example.org:digest0a1b2c3d
Auto-Submitted: auto-generated
Precedence: bulk
X-Auto-Response-Suppress: All
Content-Language: en
Content-Type: multipart/alternative;
 boundary="=_997e686480017483e3aae6363447f044"

--=_997e686480017483e3aae6363447f044
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

Caf=C3=A9 https://example.org/?a=3Db

--=_997e686480017483e3aae6363447f044
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

<p>Caf=C3=A9</p>

--=_997e686480017483e3aae6363447f044--
"""


def header(content: bytes) -> bytes:
    return content.partition(b"\r\n\r\n")[0]


def names(content: bytes) -> list[str]:
    return [name.decode() for name in re.findall(rb"(?m)^([!-9;-~]+):", header(content))]


def test_a_message_is_these_bytes() -> None:
    headers = make_headers(
        recipient="zoe@example.org",
        recipient_name="Zoë",
        reply_to="help@example.org",
        contact="admin@example.org",
        unsubscribe=("https://example.org/stop/{token}", "mailto:stop@example.org?subject={token}"),
    )
    message = make_message(
        subject="Café graphs", text="Café https://example.org/?a=b\n", html="<p>Café</p>\n"
    )
    assert make_content(message, headers) == WHOLE.replace(b"\n", b"\r\n")


def test_each_header_stands_once_and_in_this_order() -> None:
    headers = make_headers(reply_to="help@example.org", unsubscribe=(LONG_URI,))
    assert names(make_content(make_message(), headers)) == ORDER


def test_a_message_goes_to_its_subscriber_alone() -> None:
    there = {name.lower() for name in names(make_content(make_message(), make_headers()))}
    assert not there & {"cc", "bcc", "resent-to", "sender", "return-path"}


@given(
    text=st.text(st.characters(exclude_categories=["Cs"])),
    html=st.text(st.characters(exclude_categories=["Cs"])),
)
def test_a_body_is_quoted_printable_in_lines_of_at_most_76(text: str, html: str) -> None:
    content = make_content(make_message(text=text * 9, html=html * 9), make_headers())
    body = content.partition(b"\r\n\r\n")[2]
    assert content.endswith(b"--\r\n")
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
    assert re.fullmatch(rb"[\t\r\n -~]*", content)
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert not re.search(rb"[\t ]\r\n", body)  # a relay may take blanks at an end away


def test_a_line_of_one_dot_or_a_boundary_in_the_text_ends_nothing() -> None:
    plain = make_content(make_message(), make_headers())
    (boundary,) = re.findall(rb'boundary="(.+)"', plain)
    text = f"one\n.\n--{boundary.decode()}--\ntwo\n"
    content = make_content(make_message(text=text), make_headers())
    assert content.count(boundary) == plain.count(boundary)
    with smtp_server() as server, SmtpTransport(make_relay(server)) as transport:
        transport.send(envelope(content), on_data=nothing)
    assert server.received[0].content == content


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: f"{ord(control):#04x}")
def test_no_control_character_of_any_field_is_printed(control: str) -> None:
    dirty = f"a{control}b"
    headers = make_headers(
        sender=f"{dirty} <papers@example.org>",
        recipient_name=dirty,
        reply_to=f"{dirty} <help@example.org>",
        message_id=f"<{dirty}@example.org>",
        list_id=dirty,
        feedback_id=dirty,
        unsubscribe=(f"https://example.org/{dirty}",),
        token=dirty,
        language=dirty,
    )
    content = make_content(make_message(subject=dirty), headers)
    top = header(content).replace(b"\r\n", b"")
    assert re.fullmatch(rb"[ -~]*", top)
    read = message_from_bytes(content, policy=SMTP)
    for name in ("From", "To", "Reply-To", "Subject"):
        assert "a b" in str(read[name])
    for code in (f"%{ord(control):02x}", f"={ord(control):02X}"):
        assert code.encode() not in top


def test_a_long_unsubscribe_address_stays_whole_where_the_standard_library_breaks_it() -> None:
    """Why headers are written by hand: no receiver looks for an address in encoded words."""
    ours = make_content(make_message(), make_headers(unsubscribe=(LONG_URI,)))
    assert f"\r\nList-Unsubscribe: <{LONG_URI}>\r\n".encode() in ours
    assert b"=?" not in ours

    library = EmailMessage(policy=SMTP)
    library["List-Unsubscribe"] = f"<{LONG_URI}>"
    if LONG_URI.encode() in library.as_bytes():
        pytest.skip("this Python has it right: https://github.com/python/cpython/issues/85725")
    assert b"List-Unsubscribe: =?utf-8?q?=3Chttps=3A//example=2Eorg/" in library.as_bytes()


def test_an_international_address_stays_whole_where_the_standard_library_mangles_it() -> None:
    headers = make_headers(
        recipient="zoë@bücher.example",
        recipient_name="Zoë",
        sender="Papers <papers@bücher.example>",
        reply_to="papers@bücher.example",
    )
    ours = make_content(make_message(), headers)
    assert b"From: Papers <papers@xn--bcher-kva.example>\r\n" in ours
    assert b"Reply-To: papers@xn--bcher-kva.example\r\n" in ours
    assert "To: =?utf-8?q?Zo=C3=AB?= <zoë@xn--bcher-kva.example>\r\n".encode() in ours

    library = EmailMessage(policy=SMTP)
    library["From"] = Address("Papers", "papers", "bücher.example")
    try:
        written = library.as_bytes()
    except ValueError:  # newer ones refuse: https://github.com/python/cpython/issues/83938
        pytest.skip("this Python leaves A-labels to its caller")
    assert b"papers@=?utf-8?q?b=C3=BCcher?=.example" in written


def test_only_letters_outside_ascii_before_an_at_leave_bytes_of_8_bits() -> None:
    headers = make_headers(
        recipient="ada@bücher.example",
        recipient_name="Ädä",
        sender="Päpers <papers@bücher.example>",
        contact="zoë@bücher.example",
        unsubscribe=("https://bücher.example/ü",),
    )
    assert make_content(make_message(subject="Ü", text="ü", html="ü"), headers).isascii()

    headers = make_headers(recipient="zoë@example.org", recipient_name="Zoë")
    content = make_content(make_message(subject="Ü", text="ü", html="ü"), headers)
    lines = [line for line in content.split(b"\r\n") if not line.isascii()]
    assert lines == ["To: =?utf-8?q?Zo=C3=AB?= <zoë@example.org>".encode()]


def test_letters_outside_ascii_before_an_at_go_out_with_smtputf8_and_nothing_else_does() -> None:
    international = envelope(
        make_content(make_message(), make_headers(recipient="zoë@example.org")),
        recipient="zoë@example.org",
    )
    ordinary = envelope(make_content(make_message(), make_headers()))
    offered = {"EHLO": "250-peer.example.org\r\n250-8BITMIME\r\n250 SMTPUTF8"}
    with FaultyPeer(offered) as peer, SmtpTransport(make_relay(peer)) as transport:
        transport.send(international, on_data=nothing)
        transport.send(ordinary, on_data=nothing)
    assert [command for command in peer.commands if command.startswith("MAIL")] == [
        "MAIL FROM:<papers@example.org> SMTPUTF8 BODY=8BITMIME",
        "MAIL FROM:<papers@example.org>",
    ]
    assert peer.texts == [international.content, ordinary.content]


def envelope(content: bytes, **facts: str) -> Envelope:
    return Envelope(
        **{"sender": "papers@example.org", "recipient": "ada@example.org", **facts},
        content=content,
    )
