"""Messages to the operator: a few lines of plain text, or a letter that somebody wrote to us."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import uuid4

from digest.issue import Envelope
from digest.mail.addresses import sender_address, sender_domain
from digest.mail.headers import clean
from digest.mail.letters import Letter

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
