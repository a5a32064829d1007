"""When a source is to be asked again."""

from datetime import datetime, time, timedelta

from digest.issue import Outcome
from digest.sources.arxiv.timetable import EASTERN, expected, listing_day

AGAIN = timedelta(minutes=15)
"""After a source was late, stale or failed."""

LONGEST = timedelta(hours=12)
"""Between two pulls of a source that announces once a day."""

_USUAL = {
    "arxiv-api": timedelta(hours=3),
    "arxiv-oai": timedelta(hours=6),
    "biorxiv": timedelta(hours=3),
    "file": timedelta(minutes=15),
    "huggingface": timedelta(hours=1),
    "medrxiv": timedelta(hours=3),
    "url": timedelta(hours=1),
}
_TROUBLE = (Outcome.FAILED, Outcome.LATE, Outcome.STALE)
_DAY = timedelta(days=1)
# The listing of a day is there from midnight, US Eastern time, give or take a few minutes.
_ANNOUNCED = time(0, 10)
_SPREAD = timedelta(minutes=5)


def next_pull(
    kind: str,
    *,
    every: timedelta | None,
    last: datetime,
    outcome: Outcome,
    jitter: float,
) -> datetime:
    """Return when a source of a kind is to be pulled next, after how the last pull went.

    `jitter`, 0 to 1, spreads the installations of this world over some minutes.
    """
    usual = every or _USUAL.get(kind)
    if outcome in _TROUBLE:
        pause = min(AGAIN, usual or AGAIN)
    elif usual is not None:
        pause = usual
    else:
        return min(_next_listing(last) + _SPREAD * jitter, last + LONGEST)
    return last + pause + min(_SPREAD, pause / 10) * jitter


def _next_listing(after: datetime) -> datetime:
    """Return when arXiv's next listing is expected to be there."""
    day = listing_day(after)
    while True:
        at = datetime.combine(day, _ANNOUNCED, EASTERN)
        if at > after and expected(day):
            return at
        day += _DAY
