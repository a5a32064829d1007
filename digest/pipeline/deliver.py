"""Deliver: from the outbox to the relay, over several connections."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from digest.errors import (
    DeliveryDeferred,
    DeliveryError,
    DeliveryFailed,
    DeliveryUncertain,
    RelayRefused,
)
from digest.issue import Delivery, Envelope, Issue, Status
from digest.mail import Transport
from digest.retry import next_try
from digest.store import issues, outbox
from digest.store.database import reading, writing

_LEASE = timedelta(minutes=15)
"""Longer than the ten minutes that a relay may take over the final dot."""

_BATCH = 10

_REFUSALS = 3
"""Recipients refused in a row for what looks like our setup, before the run stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How to deliver: connections at once, and what to do when a try fails."""

    connections: int = 4
    retry_after: timedelta = timedelta(minutes=5)
    retry_for: timedelta = timedelta(hours=20)
    resend_in_doubt: bool = True
    max_per_second: float | None = None


@dataclass(slots=True, kw_only=True)
class Delivered:
    """What became of the deliveries of a run; `refused` is why the relay took none of ours."""

    by_status: Counter[Status] = field(default_factory=Counter)
    refused: RelayRefused | None = None
    waiting: int = 0


class _NotSent(Exception):  # noqa: N818 (control flow between us and the transport)
    """The row was suppressed or taken over before the final dot."""


def deliver(
    engine: sa.Engine,
    *,
    connect: Callable[[], Transport],
    wrap: Callable[[Issue], Envelope],
    policy: Policy,
    clock: Callable[[], datetime],
    progress: Callable[[Delivery, Status], None] = lambda delivery, status: None,
) -> Delivered:
    """Hand over whatever waits, and write down what became of each.

    Each worker has a connection of its own. A relay that refuses us stops the run; its rows
    stay queued, with no try used up.
    """
    with writing(engine) as connection:
        outbox.recover(connection, now=clock(), resend=policy.resend_in_doubt)
        ready = outbox.waiting(connection)
    run = _Run(engine, connect, wrap, policy, clock, progress)
    if ready:
        workers = min(policy.connections, ready)
        with ThreadPoolExecutor(workers, thread_name_prefix="deliver") as pool:
            under_way = [pool.submit(run.work) for _ in range(workers)]
            try:
                for ended in under_way:
                    ended.result()
            except BaseException:  # Ctrl-C too: what is under way ends, no more is begun
                run.stop.set()
                raise
    with reading(engine) as connection:
        run.delivered.waiting = outbox.waiting(connection)
    return run.delivered


@dataclass(slots=True)
class _Run:
    """One delivering run, shared by its workers."""

    engine: sa.Engine
    connect: Callable[[], Transport]
    wrap: Callable[[Issue], Envelope]
    policy: Policy
    clock: Callable[[], datetime]
    progress: Callable[[Delivery, Status], None]
    delivered: Delivered = field(default_factory=Delivered)
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    next_slot: datetime | None = None
    refusals: int = 0

    def work(self) -> None:
        """Claim and send until nothing waits or somebody stops the run."""
        try:
            with self.connect() as transport:
                while not self.stop.is_set() and (batch := self._claim()):
                    self._send_batch(transport, batch)
        except BaseException:
            self.stop.set()
            raise

    def _claim(self) -> list[Delivery]:
        with writing(self.engine) as connection:
            return outbox.claim(connection, now=self.clock(), lease=_LEASE, limit=_BATCH)

    def _send_batch(self, transport: Transport, batch: list[Delivery]) -> None:
        open_rows = list(batch)
        try:
            with reading(self.engine) as connection:
                content = issues.load(connection, (row.issue_id for row in batch))
            while open_rows and not self.stop.is_set():
                self._wait_for_slot()
                self._send_one(transport, open_rows[0], content[open_rows[0].issue_id])
                del open_rows[0]
        finally:
            with writing(self.engine) as connection:
                outbox.release(connection, open_rows)

    def _refused(self, row: Delivery, error: RelayRefused) -> None:
        """Put the row back untouched; stop the run unless this may be one recipient's matter.

        Codes of policy after RCPT mostly speak of our setup, but sometimes of one mailbox: only
        several in a row are taken for ours, so that nobody's mailbox stops everybody's mail.
        """
        until = self.clock() + self.policy.retry_after
        with writing(self.engine) as connection:
            if error.recipient is None:
                outbox.release(connection, [row], begun=True)
            else:
                outbox.postpone(connection, row, until=until, reply=str(error))
        with self.lock:
            self.refusals += 1
            self.delivered.refused = error
            if error.recipient is None or self.refusals >= _REFUSALS:
                self.stop.set()

    def _send_one(self, transport: Transport, row: Delivery, issue: Issue) -> None:
        try:
            reply = transport.send(self.wrap(issue), on_data=lambda: self._begin(row))
        except _NotSent:
            self._settle(row, Status.SUPPRESSED, None)
        except RelayRefused as error:
            self._refused(row, error)
        except DeliveryFailed as error:
            self._settle(row, Status.FAILED, error)
        except (DeliveryDeferred, DeliveryUncertain) as error:
            self._settle_again(row, error)
        else:
            self.refusals = 0
            self._settle(row, Status.SENT, None, reply=reply)

    def _begin(self, row: Delivery) -> None:
        with writing(self.engine) as connection:
            begun = outbox.begin_sending(connection, row, now=self.clock(), lease=_LEASE)
        if not begun:
            raise _NotSent

    def _settle_again(self, row: Delivery, error: DeliveryError) -> None:
        """Settle a try that may be repeated: when, if at all."""
        now = self.clock()
        uncertain = isinstance(error, DeliveryUncertain)
        again = next_try(
            row.attempts + 1,
            first=self.policy.retry_after,
            retry_for=self.policy.retry_for,
            queued_at=row.queued_at,
            now=now,
            jitter=random.random(),  # noqa: S311 (spreads load, hides nothing)
        )
        if uncertain:
            next_at = again if self.policy.resend_in_doubt else None
            self._settle(row, Status.UNCERTAIN, error, next_at=next_at)
        elif again is None:
            self._settle(row, Status.FAILED, error)
        else:
            self._settle(row, Status.DEFERRED, error, next_at=again)

    def _settle(
        self,
        row: Delivery,
        status: Status,
        error: DeliveryError | None,
        *,
        reply: str | None = None,
        next_at: datetime | None = None,
    ) -> None:
        with writing(self.engine) as connection:
            ours = outbox.settle(
                connection,
                row,
                status,
                now=self.clock(),
                reply=str(error) if error else reply,
                next_at=next_at,
            )
        if ours:
            with self.lock:
                self.delivered.by_status[status] += 1
                self.progress(row, status)

    def _wait_for_slot(self) -> None:
        """Keep to max_per_second, all workers together."""
        if self.policy.max_per_second is None:
            return
        with self.lock:
            now = self.clock()
            slot = max(now, self.next_slot or now)
            self.next_slot = slot + timedelta(seconds=1 / self.policy.max_per_second)
        self.stop.wait((slot - now).total_seconds())
