"""What an operator should be told: each trouble by its cause, so that one is told once a day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from digest.issue import Status
from digest.pipeline.delivering import Delivered
from digest.store.pulls import Failing

FAILED = "failed"
_IN_VAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that is wrong: by `cause` it is known again, `text` is for people.

    A run with nothing worse than what `is_minor` is a good one.
    """

    cause: str
    text: str
    is_minor: bool = False


def of_sources(
    patience: Mapping[str, timedelta], failing: Mapping[str, Failing], now: datetime
) -> list[Trouble]:
    """Name the sources that have been down, late or stale for longer than `patience` says."""
    return [
        Trouble(
            cause=f"source:{name}",
            text=f"source {name}: {its.outcome} since {its.since.astimezone():%Y-%m-%d %H:%M %Z}: "
            f"{its.why or 'no reason given'}",
        )
        for name, longest in patience.items()
        if (its := failing.get(name)) and now - its.since >= longest
    ]


def of_deliveries(delivered: Delivered) -> list[Trouble]:
    """Say what went wrong with a delivering run."""
    found = []
    if why := delivered.paused or delivered.refused:
        text = f"the mail server takes none of ours; {delivered.waiting} messages wait: {why}"
        found.append(Trouble(cause="relay", text=text))
    if failed := delivered.by_status[Status.FAILED]:
        text = f"{failed} deliveries failed for good: digest issues says which, digest retry sends"
        sent = delivered.by_status[Status.SENT]
        found.append(Trouble(cause=FAILED, text=text, is_minor=sent > 0))
    return found


def of_waiting(oldest: datetime | None, last_sent: datetime | None, now: datetime) -> list[Trouble]:
    """Say that nothing is sent though messages have waited for long; `oldest` is queued since."""
    if oldest is None or now - oldest < _IN_VAIN or (last_sent and last_sent >= oldest):
        return []
    text = f"nothing was sent, though messages wait since {oldest.astimezone():%Y-%m-%d %H:%M %Z}"
    return [Trouble(cause="nothing-sent", text=text)]


def of_people(complaints: Sequence[str]) -> list[Trouble]:
    """Say whose profile cannot be read; another mistake is another cause."""
    if not complaints:
        return []
    name = sha256("\n".join(complaints).encode()).hexdigest()[:12]
    return [Trouble(cause=f"people:{name}", text="\n".join(complaints))]


def untold(
    troubles: Iterable[Trouble], told: Mapping[str, datetime], now: datetime
) -> list[Trouble]:
    """Leave out what was told within a day; of one cause the first counts."""
    first = {trouble.cause: trouble for trouble in reversed(list(troubles))}
    a_day = timedelta(days=1)
    return [each for each in first.values() if now - told.get(each.cause, _LONG_AGO) >= a_day]


_LONG_AGO = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
