"""One envelope as SMTP says it: its commands, and its text made ready for the wire."""

import smtplib
from dataclasses import dataclass, replace

from digest.errors import DeliveryFailed
from digest.issue import Envelope
from digest.mail.addresses import recipient_address, sender_address
from digest.mail.relay import Relay
from digest.mail.verdicts import Stage


@dataclass(frozen=True, slots=True)
class Transaction:
    """What goes to a relay for one envelope; a step is a stage, its command, the reply's class."""

    recipient: str
    steps: tuple[tuple[Stage, bytes, int], ...]
    text: bytes

    @property
    def commands(self) -> bytes:
        """All commands, for a relay that takes them together (RFC 2920)."""
        return b"".join(line for _, line, _ in self.steps)


def addressed(envelope: Envelope) -> Envelope:
    """Make both addresses fit for a command; RelayRefused or DeliveryFailed if one cannot be."""
    return replace(
        envelope,
        # The empty sender stays (RFC 5321 section 4.5.5).
        sender=envelope.sender and sender_address(envelope.sender),
        recipient=recipient_address(envelope.recipient),
    )


def transaction(smtp: smtplib.SMTP, envelope: Envelope, relay: Relay) -> Transaction:
    """Say an addressed envelope in SMTP; DeliveryFailed if this relay cannot be told of it."""
    sender, recipient = envelope.sender, envelope.recipient
    options, encoding = "", "ascii"
    if _is_international(sender, recipient, envelope.content):
        if not smtp.has_extn("smtputf8"):
            why = f"{relay}: does not offer SMTPUTF8, which this address needs"
            raise DeliveryFailed(why, recipient=recipient)
        options, encoding = " SMTPUTF8 BODY=8BITMIME", "utf-8"  # RFC 6531 section 3.1
    commands = (
        (Stage.MAIL, f"MAIL FROM:<{sender}>{options}\r\n".encode(encoding), 2),
        (Stage.RCPT, f"RCPT TO:<{recipient}>\r\n".encode(encoding), 2),
        (Stage.DATA, b"DATA\r\n", 3),
    )
    return Transaction(recipient, commands, _stuffed(envelope.content))


def _is_international(sender: str, recipient: str, content: bytes) -> bool:
    """Say whether SMTPUTF8 is needed: letters outside ASCII before an @, or in a header."""
    local_parts = (address.rpartition("@")[0] for address in (sender, recipient))
    return not (all(map(str.isascii, local_parts)) and content.isascii())


def _stuffed(content: bytes) -> bytes:
    """Double each dot that begins a line (RFC 5321 section 4.5.2)."""
    end = b"" if content.endswith(b"\r\n") else b"\r\n"
    first = b"." if content.startswith(b".") else b""
    return first + content.replace(b"\n.", b"\n..") + end
