"""What a pull starts from, what it gives, and what a part of it turned out to be.

A pull in the making: what its parts gave so far, and from when on the next one asks.

Where listings come from: bytes as they are, and what each answer means.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from digest.errors import SourceError, SourceUnavailable
from digest.issue import Outcome
from digest.net.client import EmptyReply, shown
from digest.paper import Announcement, Dump, Listing, Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What earlier pulls of a source left: the days got, by part, and validators by address."""

    got: Mapping[str, frozenset[date]] = field(default_factory=dict)
    validators: Mapping[str, Validators] = field(default_factory=dict)

    def days(self, part: str = "") -> frozenset[date]:
        """Give the days of a part that need not be asked for again."""
        return self.got.get(part, frozenset())


NOTHING = Memory()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How one part of a source did on one day; `is_done` says not to ask for it again."""

    outcome: Outcome
    part: str = ""
    day: date | None = None
    why: str | None = None
    is_done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """The dumps of one pull, oldest first.

    `verdicts` are on parts that gave no dump: not there yet, or failed beside others. `missing`
    are days of a dated address that are not there. `error` is what failed although there are
    dumps; `notes` are sentences for the log.
    """

    dumps: tuple[Dump, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    missing: tuple[date, ...] = ()
    notes: tuple[str, ...] = ()
    error: SourceError | None = None

    @property
    def days(self) -> tuple[date, ...]:
        """The days that the dumps are for."""
        return tuple(dump.day for dump in self.dumps if dump.day)

    @property
    def is_late(self) -> bool:
        """Whether something expected is not there yet."""
        return any(verdict.outcome is Outcome.LATE for verdict in self.verdicts)


def combine(errors: Sequence[SourceError]) -> SourceError | None:
    """Make one error of several: trying again is worth it only if it is for all of them."""
    if len(errors) < 2:
        return errors[0] if errors else None
    message, source = "; ".join(map(str, errors)), errors[0].source
    waits = [error for error in errors if isinstance(error, SourceUnavailable)]
    if len(waits) < len(errors):
        return SourceError(message, source=source)
    pauses = [error.retry_after for error in waits if error.retry_after is not None]
    return SourceUnavailable(message, source=source, retry_after=max(pauses, default=None))


PATIENCE = timedelta(days=3)
"""How long after a day what of it could not be read is asked for again."""

REACH = timedelta(days=30)
"""How far back days are asked for that no pull got, however long ago the last good one was."""

_DOWN = 2

Page = tuple[str, bytes]
"""An address, and what stands there."""


@dataclass(slots=True, kw_only=True)
class Harvest:
    """Collects the pages of the parts of one source; a part that fails stops no other.

    `now` is aware UTC. A service that was out of reach for two parts in a row `is_down`.
    """

    source: str
    now: datetime
    _dumps: list[Dump] = field(default_factory=list)
    _verdicts: list[Verdict] = field(default_factory=list)
    _errors: list[SourceError] = field(default_factory=list)
    _out_of_reach: int = 0

    @property
    def today(self) -> date:
        """The day (UTC) of the pull."""
        return self.now.date()

    @property
    def is_down(self) -> bool:
        """Whether asking for more parts makes no sense."""
        return self._out_of_reach >= _DOWN

    def take_day(self, pages: Iterable[Page], day: date) -> None:
        """Take the pages of one day's listing, those before an error too."""
        self._take(pages, "", day)

    def take_interval(self, pages: Iterable[Page], part: str = "") -> None:
        """Take the pages of a part's interval up to today, those before an error too.

        Once it came whole, what lies PATIENCE back is done, whatever could not be read of it.
        """
        if self._take(pages, part, self.today):
            old = self.today - PATIENCE
            self.say(Verdict(outcome=Outcome.QUIET, part=part, day=old, is_done=True))

    def say(self, verdict: Verdict) -> None:
        """Add what is known of a part or a day without a dump."""
        self._verdicts.append(verdict)

    def pull(self) -> Pull:
        """Give what was got; raises the errors where that is nothing."""
        failure = combine(self._errors)
        if failure is not None and not self._dumps:
            raise failure
        dumps = sorted(self._dumps, key=lambda dump: dump.day or date.min)
        return Pull(dumps=tuple(dumps), verdicts=tuple(self._verdicts), error=failure)

    def _take(self, pages: Iterable[Page], part: str, day: date) -> bool:
        """Say whether all pages came."""
        try:
            for url, content in pages:
                self._dumps.append(
                    Dump(
                        content=content,
                        name=shown(url),
                        source=self.source,
                        pulled_at=self.now,
                        part=part,
                        day=day,
                    )
                )
        except SourceError as error:
            error.source = self.source
            self._errors.append(error)
            self._out_of_reach = self._out_of_reach + 1 if _is_out_of_reach(error) else 0
            self.say(Verdict(outcome=Outcome.FAILED, part=part, day=day, why=str(error)))
            return False
        self._out_of_reach = 0
        return True


def begin(today: date, got: AbstractSet[date], *, backfill: timedelta, overlap: timedelta) -> date:
    """Give the first day of an interval: `overlap` before the last one got, else `backfill` back.

    Records come late, so what was asked for in the last days is asked for again.
    """
    if not got:
        return today - backfill
    return max(min(max(got), today) - overlap, today - max(REACH, backfill))


def judge_interval(dump: Dump, listing: Listing, *, why_quiet: str) -> Verdict:
    """Say what a page of an interval means: its end is got once everything on it was read."""
    outcome = Outcome.NEW
    if not listing.announcements:
        outcome = Outcome.FAILED if listing.rejections else Outcome.QUIET
    return Verdict(
        outcome=outcome,
        part=dump.part,
        day=dump.day,
        why=_why(outcome, why_quiet),
        is_done=not listing.rejections,
    )


def _why(outcome: Outcome, why_quiet: str) -> str | None:
    return {Outcome.QUIET: why_quiet, Outcome.FAILED: "nothing of it could be read"}.get(outcome)


def _is_out_of_reach(error: SourceError) -> bool:
    """Tell whether the service is, not only this part of it."""
    return isinstance(error, SourceUnavailable) and not isinstance(error, EmptyReply)


class Source(Protocol):
    """A place that announces papers; `format` None is recognised from the bytes."""

    @property
    def name(self) -> str: ...

    @property
    def format(self) -> str | None: ...

    def pull(self, *, now: datetime, memory: Memory) -> Pull:
        """Get what there is that earlier pulls did not get.

        Raises SourceUnavailable (out of reach, 429, 5xx, an empty answer) or SourceError (for
        good) when nothing was got; beside dumps that were got, the error is in the Pull.
        """

    def judge(self, dump: Dump, listing: Listing) -> Verdict:
        """Say what a dump of this source means, now that it was read (pure)."""

    def wants(self, announcement: Announcement) -> bool:
        """Say whether this source is asked for such announcements (pure)."""
