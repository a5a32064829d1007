"""Tells the operator: mail about what is wrong, a call when all is well."""

import logging
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from digest import wiring
from digest.config import Settings
from digest.errors import DeliveryError, SourceError
from digest.mail.message import make_notice
from digest.net.client import beat
from digest.pipeline.delivering import Delivered
from digest.service import troubles
from digest.service.troubles import Trouble
from digest.store import outbox, pulls, state
from digest.store.database import reading, writing

log = logging.getLogger(__name__)

_AFTERWARDS = """

This is said once a day for each cause. How things stand: digest status
"""


def standing(
    settings: Settings,
    engine: sa.Engine,
    *,
    delivered: Delivered,
    complaints: Sequence[str],
    now: datetime,
) -> list[Trouble]:
    """Name what is wrong now: with sources, deliveries and subscribers' files."""
    with reading(engine) as connection:
        failing = pulls.failing(connection)
        oldest = outbox.oldest_waiting(connection, now=now)
        last_sent = outbox.last_sent(connection)
    patience = {source.name: source.alert_after for source in settings.sources}
    return [
        *troubles.of_sources(patience, failing, now),
        *troubles.of_deliveries(delivered),
        *troubles.of_waiting(oldest, last_sent, now),
        *troubles.of_people(complaints),
    ]


def tell(
    settings: Settings, engine: sa.Engine, found: Sequence[Trouble], *, now: datetime
) -> tuple[str, ...]:
    """Send what was not told today to alerts_to; give the causes that were told.

    What could not be sent is not told, and comes again with the next call.
    """
    if not settings.alerts_to or settings.mail is None or not found:
        return ()
    with reading(engine) as connection:
        new = troubles.untold(found, state.told(connection), now)
    if not new or not send(settings, new, now=now):
        return ()
    causes = tuple(trouble.cause for trouble in new)
    with writing(engine) as connection:
        state.put_alert(connection, causes, now=now)
    return causes


def is_untold(engine: sa.Engine, trouble: Trouble, *, now: datetime) -> bool:
    """Whether a trouble was not told today."""
    with reading(engine) as connection:
        return bool(troubles.untold([trouble], state.told(connection), now))


def send(settings: Settings, new: Sequence[Trouble], *, now: datetime) -> bool:
    """Send one message about all of them to each of alerts_to; False if nobody could be told."""
    mail = wiring.mail_of(settings)
    first = new[0].text.splitlines()[0]
    more = f" (and {len(new) - 1} more)" if len(new) > 1 else ""
    text = "\n\n".join(trouble.text for trouble in new) + _AFTERWARDS
    told = 0
    try:
        with wiring.connector(mail)() as transport:
            for address in settings.alerts_to:
                recipient = mail.redirect_all_to or address
                notice = make_notice(
                    mail.sender, recipient, f"[digest] {first}{more}"[:200], text, now
                )
                try:
                    transport.send(notice)
                except DeliveryError as error:
                    log.warning("alert to=%s state=failed reply=%r", recipient, str(error))
                else:
                    told += 1
                    log.info("alert to=%s causes=%s", recipient, ",".join(t.cause for t in new))
    except DeliveryError as error:
        log.warning("alert state=failed reply=%r", str(error))
    return told > 0


def all_is_well(settings: Settings, engine: sa.Engine, *, now: datetime) -> None:
    """Remember a good run, and call the heartbeat; that it does not answer is only logged."""
    with writing(engine) as connection:
        state.put(connection, state.Name.GOOD_RUN, at=now)
    if settings.heartbeat is None:
        return
    try:
        beat(settings.heartbeat)
    except SourceError as error:
        log.warning("%s", error)
