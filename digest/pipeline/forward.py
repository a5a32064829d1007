"""Forward: what somebody wrote to us, once, to those who can answer it."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa

from digest.errors import DeliveryDeferred, DeliveryFailed, DeliveryUncertain
from digest.issue import Envelope
from digest.mail import Transport
from digest.mail.addresses import sender_address
from digest.mail.inbound import Returned
from digest.mail.message import make_forward
from digest.store import state
from digest.store.database import reading, writing

log = logging.getLogger(__name__)

MOST_A_DAY = 20
"""Letters; what comes after waits for the next day, where it can."""

_CAUSE = "letter:"


def forward(
    engine: sa.Engine,
    returned: Returned,
    content: bytes,
    *,
    connect: Callable[[], Transport],
    sender: str,
    to: Sequence[str],
    now: datetime,
) -> bool:
    """Forward a letter, and remember that; False if nobody is to get it.

    Raises DeliveryError for what another try may mend: nobody to reach, or enough for today.
    Never twice the same, and never what those who get it wrote themselves.
    """
    letter = returned.letter
    ours = {sender_address(sender).casefold(), *(address.casefold() for address in to)}
    if not to or letter.sender is None or letter.sender in ours:
        return False
    cause = _CAUSE + sha256(returned.name.encode()).hexdigest()[:32]
    with reading(engine) as connection:
        told = state.told(connection)
    if cause in told:
        return True
    a_day_ago = now - timedelta(days=1)
    today = sum(at > a_day_ago for each, at in told.items() if each.startswith(_CAUSE))
    if today >= MOST_A_DAY:
        raise DeliveryDeferred(f"{today} letters were passed on within a day: the rest waits")
    if not _send(connect, [make_forward(sender, each, letter, content, now) for each in to]):
        return False
    with writing(engine) as connection:
        state.put_alert(connection, [cause], now=now)
    log.info("letter from=%s passed on to=%s", letter.sender, ",".join(to))
    return True


def _send(connect: Callable[[], Transport], envelopes: Sequence[Envelope]) -> bool:
    """Send to all of them; whether one has it, or may have it."""
    sent = False
    with connect() as transport:
        for envelope in envelopes:
            try:
                transport.send(envelope)
            except DeliveryUncertain:
                sent = True
            except DeliveryFailed as error:
                log.warning("letter to=%s state=failed reply=%r", envelope.recipient, str(error))
            else:
                sent = True
    return sent
