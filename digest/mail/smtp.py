"""Envelopes to a relay by SMTP, stage by stage, so that every failure knows how far it came.

smtplib connects, speaks TLS and logs in; the rest goes over its socket, the commands of an
envelope together and behind the dot of the one before where the relay offers it (RFC 2920).

One envelope as SMTP says it: its commands, and its text made ready for the wire.
"""

import smtplib
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Self

from digest.errors import DeliveryError, DeliveryFailed
from digest.issue import Envelope
from digest.mail import Outcome
from digest.mail.addresses import recipient_address, sender_address
from digest.mail.relay import SERVICE_CLOSING, Relay, Stage, connect, judge, lost, reply_text


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


_BLOCK = 65536  # each has the whole timeout for itself
_FAREWELL = 5.0  # seconds that a reply to QUIT is worth


class SmtpTransport:
    """Sends through one connection at a time, opened when first needed (RFC 5321)."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._smtp: smtplib.SMTP | None = None
        self._sent = 0
        self._ahead: Transaction | None = None  # its commands went out behind a dot

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def send(self, envelope: Envelope, *, on_data: Callable[[], None] = lambda: None) -> str:
        """Hand a single envelope over; see `Transport.send`."""

        def told(_: Envelope) -> bool:
            on_data()
            return True

        ((_, outcome),) = self.stream(iter((envelope,)), on_data=told)
        if isinstance(outcome, DeliveryError):
            raise outcome
        return outcome or ""

    def stream(
        self, envelopes: Iterator[Envelope], *, on_data: Callable[[Envelope], bool]
    ) -> Iterator[tuple[Envelope, Outcome]]:
        """Hand envelopes over; see `Transport.stream`."""
        following = next(envelopes, None)
        while (envelope := following) is not None:
            following = None
            try:
                mail = self._begin(addressed(envelope))
                self._write(Stage.TEXT, mail, mail.text)
                if self._has_room_for_more():
                    following = next(envelopes, None)
                outcome: Outcome = None
                if on_data(envelope):
                    outcome = self._finish(mail, following)
                else:
                    self._drop()  # nothing else takes back what a relay has of a message
            except DeliveryError as error:
                self._mend(error)
                outcome = error
            except BaseException:
                self._drop()
                raise
            yield envelope, outcome
            if following is None:
                following = next(envelopes, None)

    def abort(self) -> None:
        """Break the connection; a thread that waits for a reply gets an error instead."""
        smtp = self._smtp
        if smtp is not None and smtp.sock is not None:
            with suppress(OSError):
                smtp.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Say goodbye; that the relay does not answer is no failure."""
        # A relay that waits for a text would take QUIT for it.
        if self._ahead is None and self._smtp is not None and self._smtp.sock is not None:
            self._smtp.sock.settimeout(_FAREWELL)
            with suppress(OSError):
                self._smtp.quit()
        self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp, self._ahead, self._sent = None, None, 0

    def _has_room_for_more(self) -> bool:
        """Say whether the next envelope may go over this connection, and behind this dot."""
        smtp = self._smtp
        room = self._sent + 1 < self._relay.messages_per_connection
        return room and smtp is not None and smtp.has_extn("pipelining")

    def _begin(self, envelope: Envelope) -> Transaction:
        """Get an envelope as far as its text, on a new connection if a used one is not fit."""
        if self._ahead is not None:
            mail, self._ahead = self._ahead, None
            try:
                return self._accepted(mail)
            except DeliveryError as error:
                if not self._is_stale(error):
                    raise
                self._drop()
        if self._sent >= self._relay.messages_per_connection:
            self.close()
        if self._smtp is not None:
            try:
                return self._asked(envelope)
            except DeliveryError as error:
                if not self._is_stale(error):
                    raise
                self._drop()
        self._smtp = connect(self._relay)
        return self._asked(envelope)

    def _is_stale(self, error: DeliveryError) -> bool:
        """Say whether a refusal is the used connection's matter, and not the envelope's."""
        return error.stage == Stage.MAIL

    def _asked(self, envelope: Envelope) -> Transaction:
        smtp = self._connection()
        mail = transaction(smtp, envelope, self._relay)
        if smtp.has_extn("pipelining"):
            self._write(Stage.MAIL, mail, mail.commands)
            return self._accepted(mail)
        for stage, line, positive in mail.steps:
            self._write(stage, mail, line)
            self._read(stage, mail, positive=positive)
        return mail

    def _accepted(self, mail: Transaction) -> Transaction:
        """Read the replies to commands that went out together: all, or they mix with others."""
        refused: DeliveryError | None = None
        for stage, _, positive in mail.steps:
            try:
                self._read(stage, mail, positive=positive)
            except DeliveryError as error:
                if error.code is None or error.code == SERVICE_CLOSING:
                    raise refused or error from error
                refused = refused or error
            else:
                if refused is not None and stage is Stage.DATA:
                    # It waits for a text all the same (RFC 2920 section 3.1): an empty one.
                    self._write(Stage.DATA, mail, b".\r\n")
                    with suppress(DeliveryError):
                        self._read(Stage.DATA, mail)
        if refused is not None:
            raise refused
        return mail

    def _finish(self, mail: Transaction, following: Envelope | None) -> str:
        """Send the dot, and behind it the commands of what follows; read the reply to the dot."""
        smtp = self._connection()
        behind = b""
        if following is not None:
            with suppress(DeliveryError):  # it is said when its own turn comes
                self._ahead = transaction(smtp, addressed(following), self._relay)
                behind = self._ahead.commands
        _set_timeout(smtp, self._relay.data_timeout)
        self._write(Stage.DOT, mail, b".\r\n" + behind)
        reply = self._read(Stage.DOT, mail)
        _set_timeout(smtp, self._relay.timeout)
        self._sent += 1
        return reply

    def _mend(self, error: DeliveryError) -> None:
        """Make the connection fit for the next envelope, or let go of it."""
        if self._smtp is None:
            return
        if error.code is None or error.code == SERVICE_CLOSING:
            self._drop()
            return
        _set_timeout(self._smtp, self._relay.timeout)
        if self._ahead is not None:
            return  # the dot was refused, and the next envelope is on its way already
        try:
            code, _ = self._smtp.rset()
        except OSError:
            code = SERVICE_CLOSING
        if code != 250:
            self._drop()

    def _connection(self) -> smtplib.SMTP:
        if self._smtp is None:
            raise RuntimeError("no connection")
        return self._smtp

    def _write(self, stage: Stage, mail: Transaction, data: bytes) -> None:
        smtp = self._connection()
        try:
            for start in range(0, len(data), _BLOCK):
                smtp.send(data[start : start + _BLOCK])
        except OSError as error:
            raise lost(stage, error.__context__ or error, mail.recipient) from error

    def _read(self, stage: Stage, mail: Transaction, *, positive: int = 2) -> str:
        """Return a reply of the class `positive`, or raise what it means instead."""
        try:
            code, reply = self._connection().getreply()
        except OSError as error:
            raise lost(stage, error, mail.recipient) from error
        text = reply_text(reply)
        if code // 100 != positive:
            raise judge(stage, code, text, mail.recipient)
        return f"{code} {text}".rstrip()


def _set_timeout(smtp: smtplib.SMTP, seconds: float) -> None:
    if smtp.sock is not None:
        smtp.sock.settimeout(seconds)
