"""The service's work: pull, compose, deliver; each looks whether there is anything to do first."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa

from digest import wiring
from digest.config import Settings
from digest.pipeline.compose import Composed, Edition, compose
from digest.pipeline.delivering import Delivered
from digest.pipeline.fetch import Fetched, fetch
from digest.service.agenda import Agenda
from digest.service.pulling import next_pull
from digest.store import good_files, outbox, pulls, state, subscribers
from digest.store.database import reading, writing
from digest.subscriber import Subscriber
from digest.wiring import people

log = logging.getLogger(__name__)

_PULL_SECONDS = 45
"""How long composing waits for a pull under way, before its source counts as late."""


class Halted(Exception):  # noqa: N818 (nothing went wrong)
    """The service ends: a step stops between two of its parts."""


@dataclass(slots=True)
class Work:
    """What the service does, with a configuration and a database.

    Steps may run at once, each in a thread of its own; each reads the clock as it begins.
    `jitter`, 0 to 1, is where in the minutes of grace this installation asks its sources.
    `busy` are the steps under way, and when (monotonic, in seconds) each last got on.
    """

    settings: Settings
    engine: sa.Engine
    halt: threading.Event = field(default_factory=threading.Event)
    jitter: float = 0.0
    busy: dict[str, float] = field(default_factory=dict)
    delivered: Delivered = field(default_factory=Delivered)
    complaints: tuple[str, ...] = ()
    _known: tuple[int, datetime | None] | None = None
    _is_renewed: bool = False
    _everyone: tuple[Subscriber, ...] = ()
    _agenda: Agenda | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _pulling: threading.Lock = field(default_factory=threading.Lock)

    def renew(self, settings: Settings) -> None:
        """Go on with another configuration."""
        with self._lock:
            self.settings = settings
            self._known = None
            self._is_renewed = True

    def next_at(self) -> datetime | None:
        """When somebody is due next."""
        return self._agenda.next_at if self._agenda else None

    def pull(self) -> tuple[Fetched, ...]:
        """Ask the sources whose time has come."""
        with self.step("pull") as get_on, self._pulling:
            settings = self.current()
            names = sorted(self._due_sources(wiring.now()))
            if not names:
                return ()
            began = time.monotonic()
            with wiring.open_sources(settings, names, libraries=True) as supply:
                haul = fetch(
                    self.engine, supply, now=wiring.now(), progress=lambda done, of: get_on()
                )
            for each in haul.fetched:
                _tell_of_a_pull(each)
            for line in haul.complaints:
                log.warning("%s", line)
            self._mark(state.Name.PULL, began)
            return haul.fetched

    def compose(self) -> int:
        """Make the issues that are due; give how many."""
        with self.step("compose") as get_on:
            settings = self.current()
            if self._pulling.acquire(timeout=_PULL_SECONDS):
                self._pulling.release()
            now = wiring.now()
            overdue = self._due_sources(now)
            with reading(self.engine) as connection:
                late = pulls.late(connection) | overdue
            agenda = self._agenda
            if agenda is None or not agenda.is_due(now, is_anything_late=bool(late)):
                return 0
            began = time.monotonic()
            try:
                composed = self._compose(settings, overdue, now, get_on)
            except BaseException:
                agenda.look_again(now)
                raise
            if composed.issues or composed.skipped:
                why = ",".join(f"{reason}:{n}" for reason, n in sorted(composed.skipped.items()))
                log.info("issues=%d skipped=%s", composed.issues, why or "0")
                self._mark(state.Name.COMPOSE, began)
            return composed.issues

    def deliver(self) -> Delivered:
        """Hand over what waits and may be tried."""
        with self.step("deliver"):
            settings = self.current()
            with reading(self.engine) as connection:
                if not outbox.is_ready(connection, now=wiring.now()):
                    return self.delivered
            began = time.monotonic()
            self.delivered = wiring.dispatch(
                settings,
                self.engine,
                halt=self.halt,
                # It stops by itself; to be broken off here would leave a row in doubt.
                progress=lambda row, status: self._is_alive("deliver"),
            )
            if why := self.delivered.paused or self.delivered.refused:
                log.warning("relay=refuses waiting=%d reply=%r", self.delivered.waiting, str(why))
            self._mark(state.Name.DELIVER, began)
            return self.delivered

    def current(self) -> Settings:
        """Give the configuration, with everyone in it; they are read again once they change."""
        with self._lock:
            with reading(self.engine) as connection:
                known = subscribers.fingerprint(connection)
            if known != self._known:
                everyone, self.complaints = people.subscribers(self.settings, self.engine)
                self._everyone = tuple(everyone)
                for line in self.complaints:
                    log.warning("%s", line)
                now = wiring.now()
                new = people.meet(self.engine, everyone, now=now)
                word = "reloaded " if self._is_renewed else ""
                log.info("%ssubscribers=%d new=%d", word, len(everyone), new)
                self._is_renewed = False
                self._agenda = Agenda((each.schedule for each in everyone), since=now)
                self._known = known
            return replace(self.settings, subscribers=self._everyone)

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[], None]]:
        """Be busy with a step; gives what it is to call as it gets on, which may raise Halted."""

        def get_on() -> None:
            self._is_alive(name)
            if self.halt.is_set():
                raise Halted

        try:
            get_on()
            yield get_on
        finally:
            self.busy.pop(name, None)

    def _compose(
        self,
        settings: Settings,
        overdue: frozenset[str],
        now: datetime,
        get_on: Callable[[], None],
    ) -> Composed:
        edition = Edition(
            now=now,
            domain=wiring.mail_domain(settings),
            sources=tuple(source.name for source in settings.sources),
            only_due=True,
            overdue=overdue,
        )
        texts = {str(path): text for path, text in settings.subscriber_files.items()}
        with writing(self.engine) as connection:
            good_files.keep(connection, texts, now=now)
        with wiring.summaries(settings, self.engine) as summaries:
            composed = compose(
                self.engine,
                settings.subscribers,
                edition,
                fit=wiring.fitter(settings),
                encoder=wiring.encoder(settings, self.engine),
                summaries=summaries,
                progress=lambda done, of: get_on(),
            )
            if summaries and summaries.trouble:
                log.warning("%s", summaries.trouble)
        return composed

    def _due_sources(self, now: datetime) -> frozenset[str]:
        with reading(self.engine) as connection:
            last = pulls.last(connection)
        due = set()
        for source in self.settings.sources:
            before = last.get(source.name)
            if before is None or before.ended_at > now:  # a clock that was wrong once
                due.add(source.name)
                continue
            at = next_pull(
                source.kind,
                every=source.every,
                last=before.ended_at,
                outcome=before.outcome,
                jitter=self.jitter,
            )
            if at <= now:
                due.add(source.name)
        return frozenset(due)

    def _is_alive(self, name: str) -> None:
        self.busy[name] = time.monotonic()

    def _mark(self, name: state.Name, began: float) -> None:
        seconds = time.monotonic() - began
        with writing(self.engine) as connection:
            state.put(connection, name, at=wiring.now(), seconds=seconds)


def _tell_of_a_pull(each: Fetched) -> None:
    log.log(
        logging.WARNING if each.error else logging.INFO,
        "source=%s outcome=%s pulled=%d new=%d rejected=%d error=%r",
        *(each.source, each.outcome, each.tally.pulled, each.tally.new, each.tally.rejected),
        each.error,
    )
