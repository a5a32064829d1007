"""What a message that came back is taken for."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.mail.inbound import Kind, read_returned

DSN = """\
From: MAILER-DAEMON@mx.example.net
To: bounces+{token}@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <dsn1@mx.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I could not deliver your message.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; ada@example.net
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--b
Content-Type: message/rfc822

From: papers@example.org
To: ada@example.net
Subject: Graphs

--b--
"""
ARF = """\
From: fbl@example.net
To: abuse@example.org
Subject: FW: Graphs
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is a report.

--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Example/1.0
Version: 1

--b
Content-Type: message/rfc822

From: papers@example.org
List-Unsubscribe: <https://example.org/stop/0123456789abcdef0123>
Subject: Graphs

Hello.
--b--
"""
QMAIL = """\
From: MAILER-DAEMON@old.example.net
To: bounces@example.org
Subject: failure notice

Hi. This is the qmail-send program at old.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ada@example.net>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Subject: Graphs
"""


def dsn(status, said="no more", action="failed") -> bytes:
    return DSN.format(token="t", status=status, said=said, action=action).encode()


def mail(subject="", body="", **fields) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ada@example.net", "x@y.org", subject
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return message.as_bytes()


TOKEN = "0123456789abcdef0123"
CASES = [
    pytest.param(dsn("5.1.1", "550 5.1.1 user unknown"), Kind.HARD, id="no such user"),
    pytest.param(dsn("5.0.0", "550 No such user here"), Kind.HARD, id="in words"),
    pytest.param(dsn("5.2.1", "550 mailbox disabled"), Kind.HARD, id="disabled"),
    pytest.param(dsn("5.2.2", "552 mailbox full"), Kind.SOFT, id="mailbox full"),
    pytest.param(dsn("5.7.1", "550 address rejected by policy"), Kind.SOFT, id="policy"),
    pytest.param(dsn("4.4.7", "delivery time expired"), Kind.SOFT, id="expired"),
    pytest.param(dsn("4.4.1", action="delayed"), Kind.IGNORED, id="only delayed"),
    pytest.param(dsn("2.0.0", action="delivered"), Kind.IGNORED, id="delivered"),
    pytest.param(ARF.format(kind="abuse").encode(), Kind.COMPLAINT, id="complaint"),
    pytest.param(ARF.format(kind="not-spam").encode(), Kind.IGNORED, id="not spam"),
    pytest.param(QMAIL.encode(), Kind.HARD, id="qmail"),
    pytest.param(mail(f"unsubscribe {TOKEN}"), Kind.UNSUBSCRIBE, id="unsubscribe"),
    pytest.param(mail(TOKEN), Kind.UNSUBSCRIBE, id="a token alone"),
    pytest.param(mail("Re: Graphs", "STOP\n\n> Hello"), Kind.UNSUBSCRIBE, id="stop as a reply"),
    pytest.param(mail("Re: Graphs", "I cannot stop reading!"), Kind.PERSONAL, id="a fan"),
    pytest.param(mail("Help"), Kind.PERSONAL, id="help"),
    pytest.param(
        mail("unsubscribe", Auto_Submitted="auto-generated"), Kind.UNSUBSCRIBE, id="by a gateway"
    ),
    pytest.param(mail("Out of office", Precedence="bulk"), Kind.IGNORED, id="on holiday"),
    pytest.param(b"", Kind.IGNORED, id="nothing"),
    pytest.param(b"\xff\xfe\x00garbage\r\n\r\n" * 9, Kind.IGNORED, id="garbage"),
]


@pytest.mark.parametrize(("content", "kind"), CASES)
def test_a_message_is_taken_for_what_it_is(content, kind) -> None:
    assert read_returned(content).kind is kind


def test_the_same_message_has_the_same_name() -> None:
    assert read_returned(dsn("5.1.1")).name == "<dsn1@mx.example.net>"
    assert read_returned(b"x").name == read_returned(b"x").name != read_returned(b"y").name


def test_the_text_has_what_the_mail_system_says_too() -> None:
    returned = read_returned(b"", addresses="bounces+abc@example.org")
    assert "bounces+abc@example.org" in returned.letter.text


@given(st.binary(max_size=400), st.sampled_from([dsn("5.1.1"), ARF.encode(), QMAIL.encode()]))
def test_anything_at_all_is_read(noise, base) -> None:
    place = len(noise) * 7 % len(base)
    for content in (noise, base[:place] + noise + base[place:], base[:place]):
        assert read_returned(content).kind in Kind
