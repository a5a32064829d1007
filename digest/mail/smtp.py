"""Envelopes to a relay by SMTP, stage by stage, so that every failure knows how far it came."""

import re
import smtplib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Self

from digest.errors import DeliveryError, DeliveryFailed
from digest.issue import Envelope
from digest.mail.addresses import recipient_address, sender_address
from digest.mail.relay import Relay, connect, reply_text
from digest.mail.verdicts import SERVICE_CLOSING, Stage, judge, lost

_BLOCK = 65536  # each has the whole timeout for itself
_FAREWELL = 5.0  # seconds that a reply to QUIT is worth


class SmtpTransport:
    """Sends through one connection at a time, opened when first needed (RFC 5321)."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._smtp: smtplib.SMTP | None = None
        self._sent = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def send(self, envelope: Envelope, *, on_data: Callable[[], None]) -> str:
        """Hand the envelope to the relay; see `Transport.send`."""
        envelope = _with_ascii_domains(envelope)
        try:
            smtp = self._begin(envelope)
            reply = self._transfer(smtp, envelope, on_data)
        except DeliveryError as error:
            self._recover(error)
            raise
        except BaseException:
            self._drop()
            raise
        self._sent += 1
        return reply

    def close(self) -> None:
        """Say goodbye; that the relay does not answer is no failure."""
        if self._smtp is not None and self._smtp.sock is not None:
            self._smtp.sock.settimeout(_FAREWELL)
            with suppress(OSError):
                self._smtp.quit()
        self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None
        self._sent = 0

    def _begin(self, envelope: Envelope) -> smtplib.SMTP:
        """Get MAIL FROM accepted, on a new connection if a used one is no longer good for it."""
        if self._sent >= self._relay.messages_per_connection:
            self.close()
        if self._smtp is not None:
            try:
                self._mail(self._smtp, envelope)
                return self._smtp
            except DeliveryError:
                self._drop()
        self._smtp = connect(self._relay)
        self._mail(self._smtp, envelope)
        return self._smtp

    def _mail(self, smtp: smtplib.SMTP, envelope: Envelope) -> None:
        options = ""
        if _is_international(envelope):
            if not smtp.has_extn("smtputf8"):
                raise DeliveryFailed(
                    f"{self._relay}: does not offer SMTPUTF8, which this address needs",
                    recipient=envelope.recipient,
                )
            options = " SMTPUTF8 BODY=8BITMIME"  # RFC 6531 section 3.1
            smtp.command_encoding = "utf-8"
        _command(smtp, Stage.MAIL, f"MAIL FROM:<{envelope.sender}>{options}", envelope)

    def _transfer(self, smtp: smtplib.SMTP, envelope: Envelope, on_data: Callable[[], None]) -> str:
        _command(smtp, Stage.RCPT, f"RCPT TO:<{envelope.recipient}>", envelope)
        _command(smtp, Stage.DATA, "DATA", envelope, positive=3)
        text = _stuffed(envelope.content)
        for start in range(0, len(text), _BLOCK):
            _write(smtp, Stage.TEXT, text[start : start + _BLOCK], envelope)
        on_data()
        return self._finish(smtp, envelope)

    def _finish(self, smtp: smtplib.SMTP, envelope: Envelope) -> str:
        _set_timeout(smtp, self._relay.data_timeout)
        _write(smtp, Stage.DOT, b".\r\n", envelope)
        reply = _read(smtp, Stage.DOT, envelope)
        _set_timeout(smtp, self._relay.timeout)
        return reply

    def _recover(self, error: DeliveryError) -> None:
        """Make the connection fit for the next envelope, or let go of it."""
        if self._smtp is None:
            return
        if error.code is None or error.code == SERVICE_CLOSING:
            self._drop()
            return
        try:
            code, _ = self._smtp.rset()
        except OSError:
            code = SERVICE_CLOSING
        if code != 250:
            self._drop()


def _with_ascii_domains(envelope: Envelope) -> Envelope:
    """Make both addresses fit for a command; the empty sender stays (RFC 5321 section 4.5.5)."""
    return replace(
        envelope,
        sender=envelope.sender and sender_address(envelope.sender),
        recipient=recipient_address(envelope.recipient),
    )


def _is_international(envelope: Envelope) -> bool:
    """Say whether SMTPUTF8 is needed: letters outside ASCII before an @, or in a header."""
    local_parts = (address.rpartition("@")[0] for address in (envelope.sender, envelope.recipient))
    return not (all(map(str.isascii, local_parts)) and envelope.content.isascii())


def _stuffed(content: bytes) -> bytes:
    """Double each dot that begins a line (RFC 5321 section 4.5.2)."""
    end = b"" if content.endswith(b"\r\n") else b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", content) + end


def _command(
    smtp: smtplib.SMTP, stage: Stage, line: str, envelope: Envelope, *, positive: int = 2
) -> None:
    _write(smtp, stage, f"{line}\r\n".encode(smtp.command_encoding), envelope)
    _read(smtp, stage, envelope, positive=positive)


def _write(smtp: smtplib.SMTP, stage: Stage, data: bytes, envelope: Envelope) -> None:
    try:
        smtp.send(data)
    except OSError as error:
        raise lost(stage, error.__context__ or error, envelope.recipient) from error


def _read(smtp: smtplib.SMTP, stage: Stage, envelope: Envelope, *, positive: int = 2) -> str:
    """Return a reply of the class `positive`, or raise what it means instead."""
    try:
        code, reply = smtp.getreply()
    except OSError as error:
        raise lost(stage, error, envelope.recipient) from error
    text = reply_text(reply)
    if code // 100 != positive:
        raise judge(stage, code, text, envelope.recipient)
    return f"{code} {text}".rstrip()


def _set_timeout(smtp: smtplib.SMTP, seconds: float) -> None:
    if smtp.sock is not None:
        smtp.sock.settimeout(seconds)
