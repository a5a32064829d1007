"""One worker's share of a delivering run: what it claims, hands over, and writes down."""

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.errors import (
    DeliveryError,
    DeliveryFailed,
    DeliveryUncertain,
    RelayRefused,
    RenderError,
)
from digest.issue import Delivery, Envelope, Issue, Status
from digest.mail import Outcome, Transport
from digest.mail.relay import SERVICE_CLOSING, Stage
from digest.pipeline.delivering import Run
from digest.rules.retry import next_try
from digest.store import issues, outbox
from digest.store.database import reading, writing

LEASE = timedelta(minutes=15)
"""Longer than the ten minutes that a relay may take over the final dot."""

_BATCH = 32
_MOST_PAPERS = 5_000  # held for the issues that come
_FIRST_BACKOFF, _LONGEST_BACKOFF = 0.5, 30.0  # seconds before a new connection after a 421


@dataclass(slots=True)
class Stint:
    """Rows on their way through one worker.

    claimed (`ready`) → asked for by the transport (`flying`) → marked as begun (`begun`) → past
    the dot (`dotted`) → `accepted`, and then written down with the next group.
    """

    run: Run
    ready: deque[Delivery] = field(default_factory=deque)
    content: dict[int, Issue] = field(default_factory=dict)
    flying: deque[Delivery] = field(default_factory=deque)
    begun: set[int] = field(default_factory=set)
    dotted: set[int] = field(default_factory=set)
    accepted: list[tuple[Delivery, str]] = field(default_factory=list)
    backoff: float = 0.0

    def work(self) -> None:
        """Claim and send until nothing waits or somebody stops the run."""
        run = self.run
        with run.lock:
            run.working += 1
        try:
            with run.connect() as transport:
                run.transports.add(transport)
                try:
                    self._send(transport)
                finally:
                    run.transports.discard(transport)
        except _EnoughConnections:
            return
        except BaseException:
            run.stop.set()
            raise
        with run.lock:
            run.working -= 1

    def _send(self, transport: Transport) -> None:
        try:
            for _, outcome in transport.stream(self._envelopes(), on_data=self._begin):
                self._note(self.flying.popleft(), outcome)
        finally:
            self._put_back()

    def _envelopes(self) -> Iterator[Envelope]:
        """Make what waits ready, one by one, as long as nobody stops the run."""
        while not self.run.stop.is_set() and (self.ready or self._claim()):
            row = self.ready.popleft()
            self._wait()
            if self.run.stop.is_set():
                self.ready.appendleft(row)
                return
            self.flying.append(row)
            try:
                envelope = self.run.wrap(self.content.pop(row.issue_id))
            except (DeliveryFailed, RenderError) as error:
                self._settle(self.flying.pop(), Status.FAILED, str(error))
            except RelayRefused as error:
                self._refuse(self.flying.pop(), error)
            else:
                yield envelope

    def _wait(self) -> None:
        if self.run.policy.max_per_second is not None:
            self._write_down()
        self.run.wait_for_slot()
        if self.backoff:
            self._write_down()
            self.run.stop.wait(self.backoff * (0.5 + random.random()))  # noqa: S311 (jitter)

    def _claim(self) -> bool:
        """Take more, and settle at once what nobody wants any more; say whether there is any."""
        now = self.run.clock()
        with writing(self.run.engine) as connection:
            outbox.settle_sent(connection, self.accepted, now=now)
            rows = outbox.claim(
                connection,
                now=now,
                lease=LEASE,
                limit=max(_BATCH, self.run.policy.commit_group),
                owner=self.run.owner,
            )
            unwanted = outbox.suppressed(connection, rows) if rows else frozenset()
        self.accepted.clear()
        if not rows:
            return bool(self.run.recover()) and self._claim()
        self.ready.extend(rows)
        with reading(self.run.engine) as connection:
            if len(self.run.papers) > _MOST_PAPERS:
                self.run.papers = {}  # others may still read what was there
            known = self.run.papers
            self.content = issues.load(connection, (row.issue_id for row in rows), known=known)
        for row in rows:
            if row.id in unwanted:
                self.ready.remove(row)
                self._settle(row, Status.SUPPRESSED, None)
        return bool(self.ready) or self._claim()

    def _begin(self, envelope: Envelope) -> bool:
        """Mark the oldest that flies as past recall, and its group with it."""
        row = self.flying[0]
        if row.id not in self.begun:
            if self.run.stop.is_set():
                return False
            behind = [*self.flying, *self.ready][: self.run.policy.commit_group]
            now = self.run.clock()
            with writing(self.run.engine) as connection:
                outbox.settle_sent(connection, self.accepted, now=now)
                self.begun |= outbox.begin_sending(connection, behind, now=now, lease=LEASE)
            self.accepted.clear()
        if row.id in self.begun:
            self.dotted.add(row.id)
        return row.id in self.dotted

    def _note(self, row: Delivery, outcome: Outcome) -> None:
        """Write down what became of a row."""
        self.dotted.discard(row.id)
        if isinstance(outcome, str):
            self.accepted.append((row, outcome))
            self.begun.discard(row.id)
            self.backoff = 0.0
            if self.run.policy.commit_group == 1:
                self._write_down()
            self.run.tell(row, Status.SENT, outcome)
        elif outcome is None:
            self._call_back(row)
        elif isinstance(outcome, RelayRefused):
            self._refuse(row, outcome)
        elif isinstance(outcome, DeliveryFailed):
            self._settle(row, Status.FAILED, str(outcome))
        else:
            self._settle_again(row, outcome)

    def _call_back(self, row: Delivery) -> None:
        """Settle a row that was not begun after all: suppressed, another's, or for later."""
        with writing(self.run.engine) as connection:
            unwanted = outbox.suppressed(connection, [row])
        if row.id in unwanted:
            self._settle(row, Status.SUPPRESSED, None)
        else:
            with writing(self.run.engine) as connection:
                outbox.release(connection, [row])

    def _refuse(self, row: Delivery, error: RelayRefused) -> None:
        """Put a row back untouched: the relay speaks of us."""
        self._write_down()
        with writing(self.run.engine) as connection:
            if error.recipient is None:
                outbox.release(connection, [row], begun=True)
            else:
                until = self.run.clock() + self.run.policy.retry_after
                outbox.postpone(connection, row, until=until, reply=str(error))
        self.begun.discard(row.id)
        if error.stage is None and _is_for_later(error) and self.run.leave():
            raise _EnoughConnections from error
        self.run.refuse(error)

    def _settle_again(self, row: Delivery, error: DeliveryError) -> None:
        """Settle a try that may be repeated: when, if at all."""
        now = self.run.clock()
        again = self._next_try(row, now)
        if isinstance(error, DeliveryUncertain):
            next_at = again if self.run.policy.resend_in_doubt else None
            self._settle(row, Status.UNCERTAIN, str(error), next_at=next_at)
        elif again is None:
            self._settle(row, Status.FAILED, str(error))
        else:
            self._settle(row, Status.DEFERRED, str(error), next_at=again)
        if error.code == SERVICE_CLOSING:
            self.backoff = min(max(2 * self.backoff, _FIRST_BACKOFF), _LONGEST_BACKOFF)
        if error.stage != Stage.RCPT or error.code in (None, SERVICE_CLOSING):
            self.run.fail(str(error))

    def _next_try(self, row: Delivery, now: datetime) -> datetime | None:
        return next_try(
            row.attempts + 1,
            first=self.run.policy.retry_after,
            retry_for=self.run.policy.retry_for,
            queued_at=row.queued_at,
            now=now,
            jitter=random.random(),  # noqa: S311 (spreads load, hides nothing)
        )

    def _settle(
        self, row: Delivery, status: Status, reply: str | None, *, next_at: datetime | None = None
    ) -> None:
        self._write_down()
        with writing(self.run.engine) as connection:
            ours = outbox.settle(
                connection, row, status, now=self.run.clock(), reply=reply, next_at=next_at
            )
        self.begun.discard(row.id)
        if ours:
            self.run.tell(row, status, reply)

    def _write_down(self) -> None:
        if self.accepted:
            with writing(self.run.engine) as connection:
                outbox.settle_sent(connection, self.accepted, now=self.run.clock())
            self.accepted.clear()

    def _put_back(self) -> None:
        """Give back what was not sent; a row of a group whose envelope was not begun too.

        What is past its dot stays as it is: whoever recovers it knows that it is in doubt.
        """
        self._write_down()
        left = [row for row in (*self.flying, *self.ready) if row.id not in self.dotted]
        with writing(self.run.engine) as connection:
            outbox.release(connection, left, begun=True)
        self.flying.clear()
        self.ready.clear()


class _EnoughConnections(Exception):  # noqa: N818 (control flow within a worker)
    """The relay takes no further connection while the others work."""


def _is_for_later(error: DeliveryError) -> bool:
    return error.code is not None and error.code // 100 == 4
