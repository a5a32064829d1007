"""A few lines of plain text to the operator, as a message."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import uuid4

from digest.issue import Envelope
from digest.mail.addresses import sender_address, sender_domain


def make_notice(sender: str, recipient: str, subject: str, text: str, now: datetime) -> Envelope:
    """Put a notice together; `sender` is as in MailHeaders, `recipient` a bare address."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender_address(sender)
    message["To"] = recipient
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<notice.{uuid4().hex}@{sender_domain(sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(text, cte="quoted-printable")
    return Envelope(sender=sender_address(sender), recipient=recipient, content=message.as_bytes())
