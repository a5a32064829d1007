"""What one pull of a source gives: dumps, days that are not there, and what failed beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from digest.errors import SourceError, SourceUnavailable
from digest.paper import Dump


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """The dumps of one pull, oldest first.

    For a source with an address a day, `days` are those got and `missing` those that are not
    there (today is `late` instead); both are in order. `error` is what failed although there are
    dumps; `notes` are sentences for the log.
    """

    dumps: tuple[Dump, ...] = ()
    days: tuple[date, ...] = ()
    missing: tuple[date, ...] = ()
    late: bool = False
    notes: tuple[str, ...] = ()
    error: SourceError | None = None


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
