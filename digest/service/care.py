"""Care: what goes wrong with the work is logged, told and tried again; what is old is left out."""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from digest import wiring
from digest.config import Settings
from digest.errors import DigestError, StoreError, StoreUnavailable
from digest.issue import Status
from digest.pipeline.prune import prune
from digest.pipeline.receive import Received, receive_inbox
from digest.service import alerting, figures
from digest.service.troubles import FAILED, Trouble, untold
from digest.service.work import Halted, Work
from digest.store import state
from digest.store.database import reading

log = logging.getLogger(__name__)

STEPS = ("pull", "compose", "deliver", "tend")

_PRUNE_EVERY = timedelta(days=1)
_WELL_EVERY = timedelta(hours=1)
_TELL_AGAIN = timedelta(minutes=10)
_NEVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Care:
    """Does the steps of the work, and looks after what they leave behind."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._troubles: dict[str, Trouble] = {}
        self._told: dict[str, datetime] = {}
        self._tell_at = self._well_at = _NEVER

    def attempt(self, step: str) -> object:
        """Do one of STEPS, and give what it did, if anything.

        An error is logged and told, and the next tick tries again. A bug is not caught: it ends
        the service, and whoever started it says so.
        """
        steps: Mapping[str, Callable[[], object]] = {
            "pull": self._work.pull,
            "compose": self._work.compose,
            "deliver": self._work.deliver,
            "tend": self._tend,
        }
        try:
            done = steps[step]()
        except Halted:
            pass
        except StoreError as error:
            log.error("step=%s error=%r", step, str(error))
            self._tell_of_the_database(error)
        except DigestError as error:
            log.error("step=%s error=%r", step, str(error))
            self.note(Trouble(cause=f"step:{step}", text=f"{step}: {error}"))
        else:
            with self._lock:
                self._troubles.pop(f"step:{step}", None)
            return done
        return None

    def note(self, trouble: Trouble) -> None:
        """Take up something that is wrong, for the operator."""
        with self._lock:
            self._troubles[trouble.cause] = trouble

    def _tend(self) -> None:
        """Look into the inbox, leave out what is old, tell the operator, publish figures."""
        with self._work.step("tend") as get_on:
            settings = self._work.current()
            self._look_into_inbox(settings)
            self._prune(settings, get_on)
            self._report(settings, wiring.now())
            figures.publish(settings, self._work.engine)

    def _look_into_inbox(self, settings: Settings) -> None:
        inbox = settings.mail.inbox if settings.mail else None
        if inbox is None:
            return
        engine = self._work.engine
        try:
            for received in receive_inbox(
                engine,
                inbox,
                wiring.tokens(engine),
                now=wiring.now(),
                known={key: each.key for each in settings.subscribers for key in each.keys},
                forward=wiring.forwarder(settings, engine),
            ):
                self._tell_of_a_letter(received)
        except StoreUnavailable as error:  # whatever else is to be done does not wait for it
            self.note(Trouble(cause="inbox", text=f"inbox: {error}"))

    def _tell_of_a_letter(self, received: Received) -> None:
        if received.is_broken:
            self.note(Trouble(cause="inbox:letter", text=f"inbox: {received.why}", is_minor=True))
        if received.email or received.returned or received.is_broken:
            log.info(
                "inbox subscriber=%s kind=%s why=%r passed_on=%s",
                received.email,
                received.kind,
                received.why,
                received.is_passed_on,
            )

    def _prune(self, settings: Settings, get_on: Callable[[], None]) -> None:
        now = wiring.now()
        with reading(self._work.engine) as connection:
            before = state.load(connection).get(state.Name.PRUNE)
        if before is not None and before.at <= now < before.at + _PRUNE_EVERY:
            return
        pruned = prune(
            self._work.engine,
            now=now,
            keep_issues=settings.keep_issues,
            keep_papers=settings.keep_papers,
            progress=get_on,
        )
        wiring.forget()  # memory, too
        log.info("pruned issues=%d papers=%d", pruned.issues, pruned.papers)

    def _report(self, settings: Settings, now: datetime) -> None:
        """Tell the operator what is wrong; if nothing is, say that from time to time."""
        engine = self._work.engine
        found = alerting.standing(
            settings,
            engine,
            delivered=self._work.delivered,
            complaints=self._work.complaints,
            now=now,
        )
        with self._lock:
            found += self._troubles.values()
        if found and _is_over(self._tell_at, now):
            told = alerting.tell(settings, engine, found, now=now)
            self._told.update(dict.fromkeys(told, now))
            with self._lock:
                for cause in told:
                    self._troubles.pop(cause, None)
            if FAILED in told:  # those that failed are told once, not until others do
                self._work.delivered.by_status[Status.FAILED] = 0
            self._tell_at = now + _TELL_AGAIN
        is_well = all(trouble.is_minor for trouble in found)
        if is_well and _is_over(self._well_at, now):
            alerting.all_is_well(settings, engine, now=now)
            self._well_at = now + _WELL_EVERY

    def _tell_of_the_database(self, error: StoreError) -> None:
        """Tell at once, from memory: what was told is written in the database otherwise."""
        settings, now = self._work.settings, wiring.now()
        trouble = Trouble(cause="database", text=f"database: {error}")
        if not settings.alerts_to or settings.mail is None or not _is_over(self._tell_at, now):
            return
        self._tell_at = now + _TELL_AGAIN
        if untold([trouble], self._told, now) and alerting.send(settings, [trouble], now=now):
            self._told[trouble.cause] = now


def _is_over(at: datetime, now: datetime) -> bool:
    """Whether an instant has come; one a day off is of a clock that was wrong."""
    return now >= at or at - now > timedelta(days=1) / 2
