"""From [mail] to transports, envelopes and policies."""

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.config import MailSettings, Settings
from digest.errors import ConfigError, missing_extra
from digest.issue import Delivery, Envelope, Issue, Status
from digest.mail import Transport
from digest.mail.addresses import sender_address, sender_domain
from digest.mail.directory import DirectoryTransport
from digest.mail.headers import feedback_id
from digest.mail.inbound import Returned
from digest.mail.message import MailHeaders, make_content
from digest.mail.relay import Relay
from digest.mail.smtp import SmtpTransport
from digest.mail.tokens import Tokens, bounce_address
from digest.pipeline.deliver import deliver
from digest.pipeline.delivering import Delivered, Policy
from digest.pipeline.forward import forward
from digest.pipeline.receive import Forward
from digest.store import state
from digest.store.database import writing
from digest.wiring.store import now
from digest.wiring.templates import NOBODYS, renderer, unsubscribe

if TYPE_CHECKING:
    from digest.mail.dkim import Signer


def mail_of(settings: Settings) -> MailSettings:
    """Give the [mail] section; ConfigError if there is none."""
    if settings.mail is None:
        where = settings.where()
        raise ConfigError([f"{where}: there is no [mail]: say from, and host or directory"])
    return settings.mail


def mail_domain(settings: Settings) -> str:
    """Give the domain that our Message-IDs end in."""
    return sender_domain(settings.mail.sender) if settings.mail else "digest.invalid"


def policy(mail: MailSettings) -> Policy:
    """Say how to deliver."""
    return Policy(
        connections=mail.connections,
        commit_group=mail.commit_group,
        retry_after=mail.retry_after,
        retry_for=mail.retry_for,
        resend_in_doubt=mail.in_doubt == "resend",
        max_per_second=mail.max_per_second,
    )


def connector(mail: MailSettings) -> Callable[[], Transport]:
    """Make transports; the password is read with the first."""

    def connect() -> Transport:
        if mail.directory is not None:
            return DirectoryTransport(mail.directory)
        return SmtpTransport(relay(mail))

    return connect


def relay(mail: MailSettings) -> Relay:
    """Say where the relay is and how to log in; reads the password."""
    return Relay(
        host=mail.host or "",
        port=mail.port,
        security=mail.security,
        ca_file=mail.ca_file,
        username=mail.username,
        password=read_password(mail),
        auth=mail.auth,
        helo=mail.helo,
        messages_per_connection=mail.messages_per_connection,
    )


def read_password(mail: MailSettings) -> str | None:
    """Return the password of the relay, where there is one; ConfigError if it is not to be had."""
    return mail.password.read(os.environ) if mail.password else None


def dispatch(
    settings: Settings,
    engine: sa.Engine,
    *,
    halt: threading.Event | None = None,
    progress: Callable[[Delivery, Status], None] = lambda delivery, status: None,
) -> Delivered:
    """Deliver whatever waits, as [mail] says, until somebody sets `halt`."""
    mail = mail_of(settings)
    return deliver(
        engine,
        connect=connector(mail),
        wrap=wrapper(settings, tokens=tokens(engine)),
        policy=policy(mail),
        clock=now,
        relay=str(mail.directory or f"{mail.host}:{mail.port}"),
        halt=halt,
        progress=progress,
    )


def forwarder(settings: Settings, engine: sa.Engine) -> Forward:
    """Return what passes letters on to `contact`, or to `alerts_to` where there is none."""
    mail = mail_of(settings)
    to = (settings.contact,) if settings.contact else settings.alerts_to

    def pass_on(returned: Returned, content: bytes) -> bool:
        return forward(
            engine,
            returned,
            content,
            connect=connector(mail),
            sender=mail.sender,
            to=(mail.redirect_all_to,) if mail.redirect_all_to and to else to,
            now=now(),
        )

    return pass_on


def signer(settings: Settings) -> "Signer | None":
    """Load what signs our mail; None if nothing shall, ConfigError for a bad key or no extra."""
    dkim = settings.mail.dkim if settings.mail else None
    if dkim is None:
        return None
    try:
        from digest.mail.dkim import load_signer
    except ImportError as error:
        raise missing_extra(dkim.key.where, error, "dkim") from error
    return load_signer(
        dkim.key.read(os.environ),
        domain=dkim.domain or mail_domain(settings),
        selector=dkim.selector,
        where=dkim.key.where,
    )


def tokens(engine: sa.Engine) -> Tokens:
    """Give what makes tokens, and knows them again; the key is made with the first."""
    with writing(engine) as connection:
        return Tokens(state.ensure(connection))


def wrapper(
    settings: Settings, *, to: str | None = None, tokens: Tokens = NOBODYS
) -> Callable[[Issue], Envelope]:
    """Make envelopes of issues; with `to` all of them go there."""
    mail = mail_of(settings)
    render = renderer(settings, tokens)
    redirected = to or mail.redirect_all_to
    list_id = f"digest.{mail_domain(settings)}"
    signs = signer(settings)

    def wrap(issue: Issue) -> Envelope:
        recipient = redirected or issue.subscriber
        headers = MailHeaders(
            sender=mail.sender,
            recipient=recipient,
            recipient_name=None if redirected else issue.name,
            reply_to=mail.reply_to,
            contact=settings.contact,
            unsubscribe=unsubscribe(settings, issue, tokens),
            token=tokens.of_subscriber(issue.subscriber),
            message_id=issue.message_id,
            date=issue.made_at,
            list_id=list_id,
            feedback_id=feedback_id(issue.day, issue.layout, list_id),
            language=issue.language,
        )
        content = make_content(render(issue), headers)
        return Envelope(
            sender=_envelope_sender(mail, issue, tokens),
            recipient=recipient,
            content=signs.sign(content, issue.made_at) if signs else content,
        )

    return wrap


def _envelope_sender(mail: MailSettings, issue: Issue, tokens: Tokens) -> str:
    """Give where bounces go: an address that says of which message."""
    if mail.bounce_address is None:
        return sender_address(mail.sender)
    return bounce_address(mail.bounce_address, tokens.of_message(issue.message_id))
