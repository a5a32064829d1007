"""The service's work, step by step; each looks whether there is anything to do, then does it."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from digest import wiring
from digest.config import Settings
from digest.errors import ConfigError, DigestError, StoreError
from digest.pipeline.compose import Edition, compose
from digest.pipeline.delivering import Delivered
from digest.pipeline.fetch import Fetched, fetch
from digest.pipeline.prune import prune
from digest.pipeline.receive import receive_inbox
from digest.service import alerting, figures
from digest.service.agenda import Agenda
from digest.service.pulling import next_pull
from digest.service.troubles import Trouble, untold
from digest.store import good_files, marks, outbox, pulls, subscribers
from digest.store.database import reading, writing
from digest.subscriber import Subscriber
from digest.wiring import people

log = logging.getLogger(__name__)

_PRUNE_EVERY = timedelta(days=1)
_WELL_EVERY = timedelta(hours=1)
_TELL_AGAIN = timedelta(minutes=10)
_COUNT_EVERY = timedelta(minutes=1)
_NEVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Halted(Exception):  # noqa: N818 (nothing went wrong)
    """The service ends: a step stops between two of its parts."""


@dataclass(slots=True)
class Work:
    """What the service does, with a configuration and a database.

    Steps may run at once, each in a thread of its own; each reads the clock as it begins.
    """

    settings: Settings
    engine: sa.Engine
    halt: threading.Event = field(default_factory=threading.Event)
    jitter: float = 0.0
    """Where in the minutes of grace this installation asks its sources, 0 to 1."""
    busy: dict[str, float] = field(default_factory=dict)
    """Steps under way, and when (monotonic, in seconds) each last got on."""
    _known: tuple[int, datetime | None] | None = None
    _everyone: tuple[Subscriber, ...] = ()
    _complaints: tuple[str, ...] = ()
    _agenda: Agenda | None = None
    _delivered: Delivered = field(default_factory=Delivered)
    _troubles: dict[str, Trouble] = field(default_factory=dict)
    _told: dict[str, datetime] = field(default_factory=dict)
    _tell_at: datetime = _NEVER
    _well_at: datetime = _NEVER
    _counted_at: datetime = _NEVER
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _pulling: threading.Lock = field(default_factory=threading.Lock)

    def renew(self, settings: Settings) -> None:
        """Go on with another configuration."""
        with self._lock:
            self.settings = settings
            self._known = None
            self._troubles.pop("configuration", None)

    def note(self, trouble: Trouble) -> None:
        """Take up something that is wrong, for the operator."""
        with self._lock:
            self._troubles[trouble.cause] = trouble

    def next_at(self) -> datetime | None:
        """When somebody is due next."""
        return self._agenda.next_at if self._agenda else None

    def pull(self) -> tuple[Fetched, ...]:
        """Ask the sources whose time has come."""
        with self._step("pull") as get_on, self._pulling:
            settings = self._current()
            names = sorted(self._due_sources(wiring.now()))
            if not names:
                return ()
            began = time.monotonic()
            with wiring.open_sources(settings, names, libraries=True) as supply:
                haul = fetch(
                    self.engine, supply, now=wiring.now(), progress=lambda done, of: get_on()
                )
            for each in haul.fetched:
                level = logging.WARNING if each.error else logging.INFO
                log.log(
                    level,
                    "source=%s outcome=%s pulled=%d new=%d rejected=%d error=%r",
                    *(each.source, each.outcome, each.tally.pulled, each.tally.new),
                    *(each.tally.rejected, each.error),
                )
            for line in haul.complaints:
                log.warning("%s", line)
            self._mark(marks.Name.PULL, began)
            return haul.fetched

    def compose(self) -> int:
        """Make the issues that are due; give how many."""
        with self._step("compose") as get_on:
            settings = self._current()
            # One that is being pulled would be missing from the issue.
            if self._pulling.acquire(timeout=45):
                self._pulling.release()
            now = wiring.now()
            overdue = self._due_sources(now)
            with reading(self.engine) as connection:
                late = pulls.late(connection) | overdue
            if self._agenda is None or not self._agenda.is_due(now, is_anything_late=bool(late)):
                return 0
            began = time.monotonic()
            edition = Edition(
                now=now,
                domain=wiring.mail_domain(settings),
                sources=tuple(source.name for source in settings.sources),
                only_due=True,
                overdue=overdue,
            )
            self._keep_files(settings, now)
            with wiring.summaries(settings, self.engine) as summaries:
                composed = compose(
                    self.engine,
                    self._everyone,
                    edition,
                    fit=wiring.fitter(settings),
                    encoder=wiring.encoder(settings, self.engine),
                    summaries=summaries,
                    progress=lambda done, of: get_on(),
                )
                if summaries and summaries.trouble:
                    log.warning("%s", summaries.trouble)
            if composed.issues or composed.skipped:
                why = ",".join(f"{reason}:{n}" for reason, n in sorted(composed.skipped.items()))
                log.info("issues=%d skipped=%s", composed.issues, why or "0")
                self._mark(marks.Name.COMPOSE, began)
            return composed.issues

    def deliver(self) -> Delivered:
        """Hand over what waits and may be tried."""
        with self._step("deliver"):
            settings = self._current()
            with reading(self.engine) as connection:
                if not outbox.is_ready(connection, now=wiring.now()):
                    return self._delivered
            began = time.monotonic()
            self._delivered = wiring.dispatch(
                settings,
                self.engine,
                halt=self.halt,
                # It stops by itself; to be broken off here would leave a row in doubt.
                progress=lambda row, status: self._is_alive("deliver"),
            )
            if why := self._delivered.paused or self._delivered.refused:
                log.warning("relay=refuses waiting=%d reply=%r", self._delivered.waiting, str(why))
            self._mark(marks.Name.DELIVER, began)
            return self._delivered

    def tend(self) -> None:
        """Look into the inbox, leave out what is old, tell the operator, count."""
        with self._step("tend") as get_on:
            settings = self._current()
            self._look_into_inbox(settings)
            now = wiring.now()
            with reading(self.engine) as connection:
                pruned = marks.load(connection).get(marks.Name.PRUNE)
            if pruned is None or now - pruned.at >= _PRUNE_EVERY:
                left_out = prune(
                    self.engine,
                    now=now,
                    keep_issues=settings.keep_issues,
                    keep_papers=settings.keep_papers,
                    progress=get_on,
                )
                log.info("pruned issues=%d papers=%d", left_out.issues, left_out.papers)
            self._report(settings, now)
            if now - self._counted_at >= _COUNT_EVERY:
                figures.publish(settings, self.engine)
                self._counted_at = now

    def _report(self, settings: Settings, now: datetime) -> None:
        """Tell the operator what is wrong; if nothing is, say that from time to time."""
        found = alerting.standing(
            settings,
            self.engine,
            delivered=self._delivered,
            complaints=self._complaints,
            now=now,
        )
        with self._lock:
            found += self._troubles.values()
        if found and now >= self._tell_at:
            told = alerting.tell(settings, self.engine, found, now=now)
            self._told.update(dict.fromkeys(told, now))
            with self._lock:
                for cause in told:
                    self._troubles.pop(cause, None)
            self._tell_at = now + _TELL_AGAIN
        if not found and now - self._well_at >= _WELL_EVERY:
            alerting.all_is_well(settings, self.engine, now=now)
            self._well_at = now

    def tell_of_the_database(self, error: StoreError) -> None:
        """Tell at once, from memory: what was told is written in the database otherwise."""
        settings, now = self.settings, wiring.now()
        trouble = Trouble(cause="database", text=f"database: {error}")
        if settings.alerts_to and settings.mail and now >= self._tell_at:
            new = untold([trouble], self._told, now)
            self._tell_at = now + _TELL_AGAIN
            if new and alerting.send(settings, new, now=now):
                self._told[trouble.cause] = now

    def _look_into_inbox(self, settings: Settings) -> None:
        inbox = settings.mail.inbox if settings.mail else None
        if inbox is None:
            return
        tokens = wiring.tokens(self.engine)
        for each in receive_inbox(self.engine, inbox, tokens, now=wiring.now()):
            if each.email:
                log.info("inbox subscriber=%s kind=%s why=%r", each.email, each.kind, each.why)

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

    def _current(self) -> Settings:
        """Give the configuration, with everyone in it; they are read again once they change."""
        with self._lock:
            with reading(self.engine) as connection:
                known = subscribers.fingerprint(connection)
            if known != self._known:
                everyone, self._complaints = people.subscribers(self.settings, self.engine)
                self._everyone = tuple(everyone)
                for line in self._complaints:
                    log.warning("%s", line)
                self._known = known
                schedules = (each.schedule for each in everyone)
                self._agenda = Agenda(schedules, since=wiring.now())
            return replace(self.settings, subscribers=self._everyone)

    def _keep_files(self, settings: Settings, now: datetime) -> None:
        texts = {str(path): text for path, text in settings.subscriber_files.items()}
        with writing(self.engine) as connection:
            good_files.keep(connection, texts, now=now)

    def _is_alive(self, name: str) -> None:
        self.busy[name] = time.monotonic()

    def _mark(self, name: marks.Name, began: float) -> None:
        seconds = time.monotonic() - began
        with writing(self.engine) as connection:
            marks.put(connection, name, at=wiring.now(), seconds=seconds)

    @contextmanager
    def _step(self, name: str) -> Iterator[Callable[[], None]]:
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


STEPS = ("pull", "compose", "deliver", "tend")


def attempt(work: Work, step: str) -> object:
    """Do one step of the work, and give what it did, if anything.

    An error is logged and told, and the next tick tries again. A bug is not caught: it ends the
    service, and whoever started it says so.
    """
    try:
        return getattr(work, step)()
    except Halted:
        pass
    except StoreError as error:
        log.error("step=%s error=%r", step, str(error))
        work.tell_of_the_database(error)
    except (ConfigError, DigestError) as error:
        log.error("step=%s error=%r", step, str(error))
        work.note(Trouble(cause=f"step:{step}", text=f"{step}: {error}"))
    return None
