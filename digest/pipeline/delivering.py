"""A delivering run: how it is to go, what its workers share, and what it comes to."""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from digest.errors import RelayRefused
from digest.issue import Delivery, Envelope, Issue, Status
from digest.mail import Transport
from digest.paper import StoredPaper
from digest.store import outbox
from digest.store.database import writing
from digest.store.locks import gone
from digest.store.outbox import pause

log = logging.getLogger(__name__)

_GOOD = (Status.SENT, Status.SUPPRESSED)

_REFUSALS = 3
"""Recipients refused in a row for what looks like our setup, before the run stops."""

_BURST = 10
"""Failures of the relay in a row, whoever the recipient, before it is left alone for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How to deliver: connections at once, and what to do when a try fails.

    `commit_group` deliveries are marked as begun at once on each connection: after a crash at
    most `connections × commit_group` are in doubt.
    """

    connections: int = 4
    commit_group: int = 1
    retry_after: timedelta = timedelta(minutes=5)
    retry_for: timedelta = timedelta(hours=20)
    resend_in_doubt: bool = True
    max_per_second: float | None = None


@dataclass(slots=True, kw_only=True)
class Delivered:
    """What became of the deliveries of a run.

    `refused` is why the relay took none of ours, `paused` why it is left alone for now.
    """

    by_status: Counter[Status] = field(default_factory=Counter)
    refused: RelayRefused | None = None
    paused: str | None = None
    waiting: int = 0


@dataclass(slots=True)
class Run:
    """One delivering run, shared by its workers."""

    engine: sa.Engine
    connect: Callable[[], Transport]
    wrap: Callable[[Issue], Envelope]
    policy: Policy
    clock: Callable[[], datetime]
    progress: Callable[[Delivery, Status], None]
    relay: str
    owner: str
    delivered: Delivered = field(default_factory=Delivered)
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    transports: set[Transport] = field(default_factory=set)
    papers: dict[int, StoredPaper] = field(default_factory=dict)
    next_slot: datetime | None = None
    refusals: int = 0
    failures: int = 0
    working: int = 0

    def recover(self) -> int:
        """Take up what runs left behind that have ended; count it."""
        with writing(self.engine) as connection:
            others = [each for each in outbox.owners(connection) if each != self.owner]
            return outbox.recover(
                connection,
                now=self.clock(),
                resend=self.policy.resend_in_doubt,
                gone=gone(connection, others),
            )

    def tell(self, row: Delivery, status: Status, reply: str | None) -> None:
        """Count an outcome, and say it once, with the relay's own words and its queue id."""
        level = logging.INFO if status in _GOOD else logging.WARNING
        log.log(level, "delivery=%d to=%s state=%s reply=%r", row.id, row.recipient, status, reply)
        with self.lock:
            self.delivered.by_status[status] += 1
            if status is Status.SENT:
                self.refusals = self.failures = 0
            self.progress(row, status)

    def refuse(self, error: RelayRefused) -> None:
        """Note that the relay refuses us; stop unless this may be one recipient's matter.

        Codes of policy after RCPT mostly speak of our setup, but sometimes of one mailbox: only
        several in a row are taken for ours, so that nobody's mailbox stops everybody's mail.
        """
        with self.lock:
            self.refusals += 1
            self.delivered.refused = error
            if error.recipient is None or self.refusals >= _REFUSALS:
                self.stop.set()

    def fail(self, why: str) -> None:
        """Note a failure of the relay; after a burst of them leave it alone for a while."""
        with self.lock:
            self.failures += 1
            if self.failures < _BURST or self.delivered.paused:
                return
            self.delivered.paused = why
            self.stop.set()
        until = self.clock() + self.policy.retry_after
        with writing(self.engine) as connection:
            pause(connection, self.relay, until=until, why=why)

    def leave(self) -> bool:
        """End a worker that the relay has no room for; False for the last one."""
        with self.lock:
            if self.working <= 1:
                return False
            self.working -= 1
            return True

    def wait_for_slot(self) -> None:
        """Keep to max_per_second, all workers together."""
        if self.policy.max_per_second is None:
            return
        with self.lock:
            now = self.clock()
            slot = max(now, self.next_slot or now)
            self.next_slot = slot + timedelta(seconds=1 / self.policy.max_per_second)
        self.stop.wait((slot - now).total_seconds())
