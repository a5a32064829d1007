"""digest run: the clock, the signals, and one service a database."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, timedelta
from zlib import crc32

import sqlalchemy as sa
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from digest import wiring
from digest.config import Settings
from digest.errors import ConfigError, RenderError
from digest.service import figures
from digest.service.care import STEPS, Care
from digest.service.notify import Notifier
from digest.service.troubles import Trouble
from digest.service.work import Work
from digest.store.locks import Hold, sole

log = logging.getLogger(__name__)

_LOCK = "service"
_EXIT_AGAIN = 75
_STANDBY_SECONDS = 5.0
_STUCK_SECONDS = 15 * 60.0
"""Longer than the ten minutes that a mail server may take over one message."""
_STUCK_PULLING = 3 * 3600.0
"""Longer than it takes to ask slowly for every page of weeks that were missed."""
LONGEST_END = 27.0
"""Seconds that the steps have to end."""
_TICK = timedelta(minutes=1)
_APART = timedelta(seconds=5)


class Signals:
    """What was asked for from outside: to end, or to read the configuration again."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.reload = threading.Event()
        self._any = threading.Event()
        for number, asked in (
            (signal.SIGTERM, self.stop),
            (signal.SIGINT, self.stop),
            (signal.SIGHUP, self.reload),
        ):
            signal.signal(number, lambda *_, asked=asked: self._take(asked))

    def wait(self, seconds: float) -> None:
        """Wait until something is asked for, at most so long."""
        self._any.wait(seconds)
        self._any.clear()

    def wake(self) -> None:
        """End a wait."""
        self._any.set()

    def _take(self, asked: threading.Event) -> None:
        asked.set()
        self._any.set()


def serve(explicit: str | None) -> int:
    """Run until SIGTERM; `explicit` is the configuration named on the command line."""
    signals, notifier = Signals(), Notifier()
    settings = _load(explicit)
    with wiring.open_store(settings, create=True) as engine:
        while not signals.stop.is_set():
            with sole(engine, _LOCK) as hold:
                if hold is not None:
                    return _Service(explicit, settings, engine, hold, signals, notifier).run()
            notifier.ready()
            notifier.status("standby: another service works with this database")
            notifier.alive()
            signals.wait(_STANDBY_SECONDS)
    return 0


def stuck_steps(busy: Mapping[str, float], now: float) -> list[str]:
    """Name the steps that have not got on for too long; times are monotonic, in seconds."""
    return [
        step
        for step, at in busy.items()
        if now - at > (_STUCK_PULLING if step == "pull" else _STUCK_SECONDS)
    ]


def _load(explicit: str | None) -> Settings:
    """Read the configuration and try what hangs on it: whatever is wrong is said now."""
    settings = wiring.load_settings(explicit)
    wiring.require(settings)
    try:
        wiring.try_templates(settings)
    except RenderError as error:
        raise ConfigError([str(error)]) from error
    for line in settings.warnings:
        log.warning("%s", line)
    wiring.keep_good(settings)
    return settings


class _Service:
    """The one that works: a scheduler for the steps, and a loop that watches over them."""

    def __init__(
        self,
        explicit: str | None,
        settings: Settings,
        engine: sa.Engine,
        hold: Hold,
        signals: Signals,
        notifier: Notifier,
    ) -> None:
        self._explicit = explicit
        self._engine = engine
        self._hold = hold
        self._signals = signals
        self._notifier = notifier
        # The same for one installation at every start, and another for the next.
        jitter = crc32(f"{os.uname().nodename} {settings.path}".encode()) / 2**32
        self._work = Work(settings, engine, jitter=jitter)
        self._care = Care(self._work)
        self._bug: BaseException | None = None
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(STEPS))},
            # Late is never too late, and many missed ticks are one.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def run(self) -> int:
        """Work until somebody ends it."""
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a step may outlast a tick
        with figures.served(self._work.settings, self._engine), self._ticking():
            self._notifier.ready()
            log.info("ready pid=%d", os.getpid())
            while not self._signals.stop.is_set():
                self._watch()
                if self._bug is not None:
                    log.critical("bug=%r", self._bug, exc_info=self._bug)
                    break
                if not self._hold.is_ours():
                    log.error("the database has let go of this service")
                    return self._end(_EXIT_AGAIN)
                self._signals.wait(self._interval)
        return self._end(0 if self._bug is None else 1)

    @property
    def _interval(self) -> float:
        watchdog = self._notifier.watchdog
        return min(watchdog.total_seconds() / 3, 15.0) if watchdog else 15.0

    @contextmanager
    def _ticking(self) -> Iterator[None]:
        now = wiring.now()
        for number, step in enumerate(STEPS):
            offset = number * _APART
            self._scheduler.add_job(
                self._tick,
                "cron",
                second=int(offset.total_seconds()),
                args=[step],
                id=step,
                next_run_time=now + offset / 5,  # once at the start, one after the other
            )
        self._scheduler.add_listener(self._take_bug, EVENT_JOB_ERROR)
        self._scheduler.start()
        try:
            yield
        finally:
            self._notifier.stopping()
            self._work.halt.set()
            self._scheduler.shutdown(wait=False)

    def _tick(self, step: str) -> None:
        done = self._care.attempt(step)
        following = {"pull": "compose", "compose": "deliver"}.get(step)
        if done and following and not self._work.halt.is_set():
            self._scheduler.modify_job(following, next_run_time=wiring.now())

    def _take_bug(self, event: JobExecutionEvent) -> None:
        self._bug = event.exception
        self._signals.wake()

    def _watch(self) -> None:
        """Look after the steps: are they alive, is the clock right, what is next."""
        if self._signals.reload.is_set():
            self._signals.reload.clear()
            self._reload()
        if stuck := stuck_steps(self._work.busy.copy(), time.monotonic()):
            log.error("stuck steps=%s", ",".join(stuck))
        else:
            self._notifier.alive()
        for job in self._scheduler.get_jobs():
            # A clock that was put back would have everything wait until it is there again.
            if job.next_run_time and job.next_run_time - wiring.now() > 2 * _TICK:
                job.modify(next_run_time=wiring.now())
        next_at = self._work.next_at()
        busy = ", ".join(sorted(self._work.busy)) or "idle"
        due = (
            f"next issue {next_at.astimezone():%Y-%m-%d %H:%M %Z}"
            if next_at
            else "no issue is due any more"
        )
        self._notifier.status(f"{busy}; {due}")

    def _reload(self) -> None:
        """Read the configuration again; if it is wrong the old one stays, and that is said."""
        self._notifier.reloading()
        try:
            settings = _load(self._explicit)
        except ConfigError as error:
            for line in error.problems:
                log.error("%s", line)
            text = f"the configuration is wrong, the old one stays:\n{error}"
            self._care.note(Trouble(cause="configuration", text=text))
        else:
            url = settings.database_url(os.environ)
            if url != self._work.settings.database_url(os.environ):
                log.warning("another database needs a restart")
            self._work.renew(settings)
            for step in STEPS:
                self._scheduler.modify_job(step, next_run_time=wiring.now())
        self._notifier.ready()

    def _end(self, code: int) -> int:
        """Wait for the steps to end; what takes too long is as safe as after a crash."""
        deadline = time.monotonic() + LONGEST_END
        while self._work.busy and time.monotonic() < deadline:
            time.sleep(0.05)
        log.info("stopped busy=%s", ",".join(sorted(self._work.busy)) or "nothing")
        if self._work.busy:
            sys.stderr.flush()
            os._exit(code)
        return code
