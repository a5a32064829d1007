"""When somebody's issue is due: what keeps a tick with nothing to do from costing anything."""

import heapq
from collections.abc import Iterable
from datetime import datetime, timedelta

from digest.rules.schedule import next_due
from digest.subscriber import Schedule


class Agenda:
    """The next instant of each schedule; many subscribers share one."""

    def __init__(self, schedules: Iterable[Schedule], *, since: datetime) -> None:
        self._schedules = tuple(dict.fromkeys(schedules))
        self._next: list[tuple[datetime, int]] = []
        for number in range(len(self._schedules)):
            self._push(number, since)
        # Nobody knows what happened before: anybody may be due, or wait.
        waits = (schedule.wait_for for schedule in self._schedules)
        self._waits_until: datetime | None = since + max(waits, default=timedelta())

    @property
    def next_at(self) -> datetime | None:
        """When somebody is due next."""
        return self._next[0][0] if self._next else None

    def is_due(self, now: datetime, *, is_anything_late: bool) -> bool:
        """Say whether there may be an issue to make; an instant that has passed counts once.

        Whoever waits for a late source may be due at any minute, as long as one is late and once
        more after it.
        """
        is_due = self._waits_until is not None
        if self._waits_until and (not is_anything_late or now > self._waits_until):
            self._waits_until = None
        while self._next and self._next[0][0] <= now:
            at, number = heapq.heappop(self._next)
            self._push(number, now)
            is_due = True
            if is_anything_late:
                end = at + self._schedules[number].wait_for
                self._waits_until = max(self._waits_until or end, end)
        return is_due

    def look_again(self, now: datetime) -> None:
        """Let the next look count anybody as due: this one came to nothing."""
        self._waits_until = max(self._waits_until or now, now)

    def _push(self, number: int, after: datetime) -> None:
        at = next_due(self._schedules[number], after)
        if at is not None:
            heapq.heappush(self._next, (at, number))
