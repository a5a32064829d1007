"""The relay we hand our mail to, and a connection to it that is verified and logged in."""

import base64
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from digest.errors import RelayRefused
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
