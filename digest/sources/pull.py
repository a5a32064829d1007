"""What a pull starts from, what it gives, and what a part of it turned out to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from digest.errors import SourceError, SourceUnavailable
from digest.issue import Outcome
from digest.paper import Dump, Validators


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
