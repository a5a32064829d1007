"""A rendered issue as the bytes of an Internet message: same issue, same bytes (RFC 5322).

Messages to the operator: a few lines of plain text, or a letter that somebody wrote to us.
"""

import binascii
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from uuid import uuid4

from digest.issue import Envelope, Message
from digest.mail.addresses import own_mailbox, recipient_address, sender_address, sender_domain
from digest.mail.headers import clean, fold, identifier, list_fields, phrase_words, text_words
from digest.mail.letters import Letter

# Where a card of an issue begins or ends. Quoted-printable is made line by line, so that cutting
# between any two lines changes nothing; here it makes stretches that many messages share.
_SEAM = re.compile(r"\n(?=<table |<div |<h2 |\n)")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHeaders:
    """What a message's header says beyond its subject.

    `sender`, `reply_to` and `contact` are `a@b` or `Name <a@b>`; `{token}` in `unsubscribe`
    (URIs, best first) is replaced by `token`; `message_id` has its angle brackets; `date` is
    aware; `list_id` is a bare name like `digest.example.org` (RFC 2919); `feedback_id` is as
    `lists.feedback_id` has it.
    """

    sender: str
    recipient: str
    recipient_name: str | None = None
    reply_to: str | None = None
    contact: str | None = None
    unsubscribe: tuple[str, ...]
    token: str
    message_id: str
    date: datetime
    list_id: str
    feedback_id: str
    language: str = "en"


def message_id(subscriber_key: str, day: date, domain: str) -> str:
    """Name a subscriber's issue of a day, the same every time, without telling the address."""
    name = sha256(f"{day}\n{subscriber_key}".encode()).hexdigest()[:24]
    return f"<{day}.{name}@{domain}>"


def make_content(message: Message, headers: MailHeaders) -> bytes:
    """Put a message together, text before HTML, ready for SMTP but for its dots.

    Header values are cleaned, so that nothing in them begins a header of its own. Only an
    address with letters outside ASCII before its @ leaves 8-bit bytes (RFC 6532). Raises
    DeliveryFailed for an unusable recipient, RelayRefused for an unusable setting of ours.
    """
    # "=_" is never part of quoted-printable text, so no body can hold this boundary.
    boundary = "=_" + sha256(headers.message_id.encode()).hexdigest()[:32]
    head = [
        *_fields(message, headers),
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"',
        "",
        "",
    ]
    between = f"\r\n--{boundary}\r\n".encode()
    return b"".join(
        (
            "\r\n".join(head).encode(),
            between[2:],
            _part("plain", message.text),
            between,
            _part("html", message.html),
            f"\r\n--{boundary}--\r\n".encode(),
        )
    )


def _fields(message: Message, headers: MailHeaders) -> list[str]:
    answers = headers.reply_to or headers.sender
    fields = [
        _own("From", headers.sender),
        _mailbox("To", headers.recipient_name, recipient_address(headers.recipient)),
        *([_own("Reply-To", headers.reply_to)] if headers.reply_to else []),
        fold("Subject", text_words("Subject", clean(message.subject))),
        f"Date: {format_datetime(headers.date.astimezone(UTC))}",
        f"Message-ID: {identifier(headers.message_id)}",
        "MIME-Version: 1.0",
        *list_fields(
            headers.list_id,
            unsubscribe=headers.unsubscribe,
            token=headers.token,
            help_from=answers,
            owner=headers.contact or answers,
        ),
        f"Feedback-ID: {identifier(headers.feedback_id)}",
        "Auto-Submitted: auto-generated",  # RFC 3834
        "Precedence: bulk",
        "X-Auto-Response-Suppress: All",  # what Exchange asks for in its stead
    ]
    if language := re.sub(r"[^A-Za-z0-9-]", "", headers.language):
        fields.append(f"Content-Language: {language}")
    return fields


def _own(field: str, text: str) -> str:
    mailbox = own_mailbox(text)
    return _mailbox(field, mailbox.name, mailbox.address)


def _mailbox(field: str, name: str | None, address: str) -> str:
    if not (name := clean(name or "")):
        return f"{field}: {address}"
    return fold(field, (*phrase_words(field, name), f"<{address}>"))


def _part(kind: str, body: str) -> bytes:
    text = body.replace("\r\n", "\n").replace("\r", "\n")
    header = (
        f'Content-Type: text/{kind}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return header.encode() + b"\r\n".join(map(_quoted_printable, _SEAM.split(text)))


def forget() -> None:
    """Empty what is remembered of parts that many messages share."""
    _quoted_printable.cache_clear()


@lru_cache(maxsize=8_192)
def _quoted_printable(lines: str) -> bytes:
    """Encode whole lines (RFC 2045); most that stand between two seams stand in others, too."""
    return binascii.b2a_qp(lines.encode(errors="replace")).replace(b"\n", b"\r\n")


_LARGEST = 5_000_000  # bytes of a letter that is attached
_MOST = 20_000  # characters of it that are shown at once
_LONGEST_LINE = 998  # RFC 5322, section 2.1.1


def make_notice(sender: str, recipient: str, subject: str, text: str, now: datetime) -> Envelope:
    """Put a notice together; `sender` is as in MailHeaders, `recipient` a bare address."""
    message = _message(sender, recipient, subject, now)
    message.set_content(text, cte="quoted-printable")
    return Envelope(sender=sender_address(sender), recipient=recipient, content=message.as_bytes())


def make_forward(
    sender: str, recipient: str, letter: Letter, content: bytes, now: datetime
) -> Envelope:
    """Put a letter, whose bytes are `content`, into a message to a person who can answer it."""
    whose = f"{letter.name} <{letter.sender}>" if letter.name else f"{letter.sender}"
    subject = clean(f"[digest] {letter.name or letter.sender}: {letter.subject or 'a letter'}")
    message = _message(sender, recipient, subject[:200], now)
    if letter.sender and letter.sender.isascii():
        message["Reply-To"] = clean(letter.sender)
    is_whole = len(content) <= _LARGEST
    attached = "attached" if is_whole else f"too large to be attached ({len(content):,} bytes)"
    shown = letter.own[:_MOST] or "(no words of their own)"
    quoted = "\n".join(f"> {line}" for line in shown.splitlines())
    message.set_content(
        f"{whose} wrote this to the address that the digest comes from. Answer this message, and "
        f"you answer them. The letter as it came is {attached}.\n\n"
        f"Subject: {letter.subject}\n\n{quoted}\n",
        cte="quoted-printable",
    )
    if is_whole:
        message.make_mixed()
        message.attach(_attachment(content))
    return Envelope(sender=sender_address(sender), recipient=recipient, content=message.as_bytes())


def _message(sender: str, recipient: str, subject: str, now: datetime) -> EmailMessage:
    """Begin a message that no program answers (RFC 3834)."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender_address(sender)
    message["To"] = recipient
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<notice.{uuid4().hex}@{sender_domain(sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    return message


def _attachment(content: bytes) -> EmailMessage:
    """Attach a letter byte for byte: as a message, or as a file if it is more than ASCII."""
    part = EmailMessage(policy=SMTP)
    lines = content.splitlines()
    if content.isascii() and b"\0" not in content and all(len(x) <= _LONGEST_LINE for x in lines):
        part["Content-Type"] = "message/rfc822"
        part["Content-Disposition"] = 'attachment; filename="letter.eml"'
        part.set_payload("\r\n".join(line.decode("ascii") for line in lines) + "\r\n")
    else:
        part.set_content(
            content, maintype="application", subtype="octet-stream", filename="letter.eml"
        )
        part.replace_header("Content-Disposition", 'attachment; filename="letter.eml"')
    return part
