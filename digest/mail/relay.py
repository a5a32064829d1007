"""The relay we hand our mail to, and a connection to it that is verified and logged in.

What a relay's reply, or its silence, means for a delivery; it depends on the stage.
"""

import base64
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal

from digest.errors import (
    DeliveryDeferred,
    DeliveryError,
    DeliveryFailed,
    DeliveryUncertain,
    RelayRefused,
)
from digest.mail.headers import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """Where the relay is and how to speak to it.

    `ca_file` names an authority instead of the system's. With `auth` "xoauth2" the password is an
    access token. `timeout` (seconds) is for each step,
    `data_timeout` for the reply to the final dot (RFC 5321 section 4.5.3.2.6: ten minutes).
    """

    host: str
    port: int
    security: Literal["none", "starttls", "tls"] = "starttls"
    ca_file: Path | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    auth: Literal["auto", "xoauth2"] = "auto"
    helo: str | None = None
    timeout: float = 60
    data_timeout: float = 600
    messages_per_connection: int = 100

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def connect(relay: Relay) -> smtplib.SMTP:
    """Open a connection that is ready for MAIL FROM; RelayRefused if there is any obstacle."""
    with _refusing(relay, "mail.ca_file"):
        context = (
            None if relay.security == "none" else ssl.create_default_context(cafile=relay.ca_file)
        )
    with _refusing(relay, "connecting"):
        smtp = _greeted(relay, context)
    try:
        if relay.security == "starttls":
            _start_tls(smtp, relay, context)
        _log_in(smtp, relay)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _greeted(relay: Relay, context: ssl.SSLContext | None) -> smtplib.SMTP:
    if relay.security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            relay.host, relay.port, relay.helo, timeout=relay.timeout, context=context
        )
    else:
        smtp = smtplib.SMTP(relay.host, relay.port, relay.helo, timeout=relay.timeout)
    if smtp.sock is not None:
        # Or the final dot waits for the acknowledgement of the text before it.
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return smtp


def _start_tls(smtp: smtplib.SMTP, relay: Relay, context: ssl.SSLContext | None) -> None:
    with _refusing(relay, "EHLO"):
        smtp.ehlo_or_helo_if_needed()
    if not smtp.has_extn("starttls"):
        raise RelayRefused(
            f"{relay}: does not offer STARTTLS; if it speaks TLS from the start (port 465), set "
            'mail.security = "tls"'
        )
    with _refusing(relay, "STARTTLS"):
        smtp.starttls(context=context)


def _log_in(smtp: smtplib.SMTP, relay: Relay) -> None:
    with _refusing(relay, "EHLO"):
        smtp.ehlo_or_helo_if_needed()
    if relay.username is not None:
        with _refusing(relay, f"login as {relay.username}"):
            if relay.auth == "xoauth2":
                _present_token(smtp, relay.username, relay.password or "")
            else:
                _authenticate(smtp, relay.username, relay.password or "")


def _authenticate(smtp: smtplib.SMTP, username: str, password: str) -> None:
    if username.isascii() and password.isascii():
        smtp.login(username, password)
        return
    # smtplib's login knows ASCII only; AUTH PLAIN is UTF-8 (RFC 4616).
    secret = base64.b64encode(f"\0{username}\0{password}".encode()).decode()
    code, reply = smtp.docmd("AUTH", f"PLAIN {secret}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, reply)


def _present_token(smtp: smtplib.SMTP, username: str, token: str) -> None:
    """Log in with an access token, as Google and Microsoft want it (SASL XOAUTH2)."""
    said = base64.b64encode(f"user={username}\1auth=Bearer {token}\1\1".encode()).decode()
    code, reply = smtp.docmd("AUTH", f"XOAUTH2 {said}")
    if code == 334:  # what is wrong comes as a challenge, which wants an empty answer
        try:
            why = base64.b64decode(reply).decode(errors="replace")
        except ValueError:
            why = reply_text(reply)
        code, _ = smtp.docmd("")
        raise smtplib.SMTPAuthenticationError(code, f"{why}: is the access token still good?")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, reply)


@contextmanager
def _refusing(relay: Relay, step: str) -> Iterator[None]:
    """Translate whatever goes wrong before the first MAIL FROM: none of it is a recipient's."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        what = f"{relay}: {step}: {error.smtp_code} {reply_text(error.smtp_error)}"
        raise RelayRefused(what, code=error.smtp_code) from error
    except ssl.SSLCertVerificationError as error:
        raise RelayRefused(
            f"{relay}: its certificate is not valid: {error.verify_message}; mail.host must be "
            "the name in it, and mail.ca_file the authority that signed it, if a private one"
        ) from error
    except ssl.SSLError as error:
        raise RelayRefused(
            f"{relay}: {step}: no TLS: {error}; is mail.security right for this port?"
        ) from error
    except (OSError, UnicodeError) as error:
        raise RelayRefused(f"{relay}: {step}: {error}") from error


def reply_text(reply: bytes | str) -> str:
    """Return a relay's words on one line, fit for a log."""
    return clean(reply if isinstance(reply, str) else reply.decode(errors="replace"))


class Stage(StrEnum):
    """How far a transaction has come."""

    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    TEXT = "the message's text"
    DOT = "the final dot"


SERVICE_CLOSING = 421
_AUTHENTICATION = frozenset({530, 534, 535, 538})  # RFC 4954
_STATUS = re.compile(r"\b5\.(?P<subject>\d{1,3})\.(?P<detail>\d{1,3})\b")
_POLICY = "7"  # RFC 3463: security or policy
# Policy that speaks of the recipient: list expansion, a new owner of the mailbox or domain
# (RFC 7293), and 120 to 149, where Exchange says from whom a mailbox takes mail.
_OF_RECIPIENT = frozenset({2, 17, 18, *range(120, 150)})
# 5.7.0 and 5.7.1 are said of anything, so the words decide.
_OF_ANYTHING = frozenset({0, 1})
_OF_US = re.compile(
    r"\brelay|authenticat|\bpolicy|\bspf\b|\bdkim\b|\bdmarc\b|\bptr\b|reverse dns|block ?list"
    r"|blacklist|reputation",
    re.IGNORECASE,
)


def judge(stage: Stage, code: int, reply: str, recipient: str) -> DeliveryError:
    """Return the error that an unwelcome reply amounts to."""
    what = f"{stage}: {code} {reply}".rstrip()
    match code // 100:
        case 4 | 5 if stage is Stage.MAIL and code != SERVICE_CLOSING:
            return RelayRefused(what, code=code, stage=stage)
        case 4:
            return DeliveryDeferred(what, recipient=recipient, code=code, stage=stage)
        case 5 if _speaks_of_us(code, reply):
            return RelayRefused(what, recipient=recipient, code=code, stage=stage)
        case 5:
            return DeliveryFailed(what, recipient=recipient, code=code, stage=stage)
    return lost(stage, f"not a reply to this: {code} {reply}", recipient)


def lost(stage: Stage, why: object, recipient: str) -> DeliveryError:
    """Return the error that a lost connection or a timeout amounts to."""
    error = DeliveryUncertain if stage is Stage.DOT else DeliveryDeferred
    return error(f"{stage}: {why}", recipient=recipient, stage=stage)


def _speaks_of_us(code: int, reply: str) -> bool:
    """Tell a refusal of our setup, which would meet every recipient, from one of this message."""
    if code in _AUTHENTICATION:
        return True
    status = _STATUS.search(reply)
    if status is None:
        return re.search(r"\brelay", reply, re.IGNORECASE) is not None
    detail = int(status["detail"])
    if status["subject"] != _POLICY or detail in _OF_RECIPIENT:
        return False
    return detail not in _OF_ANYTHING or _OF_US.search(reply) is not None
