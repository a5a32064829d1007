"""When to try a delivery again, and when to give up."""

from datetime import datetime, timedelta

LONGEST = timedelta(hours=4)
_SPREAD = 0.2
_DOUBLINGS = 30  # far past LONGEST, and no overflow


def next_try(
    attempts: int,
    *,
    first: timedelta,
    retry_for: timedelta,
    queued_at: datetime,
    now: datetime,
    jitter: float,
) -> datetime | None:
    """Return when to try again after `attempts` (1 or more) tries, or None to give up.

    The pause is `first`, doubled after every further try up to LONGEST (or `first`, if that is
    longer), and up to a fifth longer by `jitter` (0 to 1), so that not all come back at once.
    The last try is at `queued_at + retry_for`, however long the pause before it should be.
    """
    deadline = queued_at + retry_for
    if now >= deadline:
        return None
    pause = min(first * 2.0 ** min(attempts - 1, _DOUBLINGS), max(first, LONGEST))
    return min(now + pause * (1 + _SPREAD * jitter), deadline)
