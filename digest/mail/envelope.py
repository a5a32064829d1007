"""A rendered issue as the bytes of an Internet message: same issue, same bytes (RFC 5322)."""

import binascii
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256

from digest.issue import Message
from digest.mail.addresses import own_mailbox, recipient_address
from digest.mail.headers import clean, fold, identifier, phrase_words, text_words
from digest.mail.lists import list_fields

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
