"""What the store knows of all subscribers before a run: what each had, and how sources did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from digest.issue import LIBRARY, Outcome, SourceReport
from digest.store import issues, pulls, state, subscribers
from digest.store.issues import Verdict
from digest.store.pulls import PullRecord
from digest.store.subscribers import hashed, known_since
from digest.subscriber import Subscriber

_A_DAY_OF_PULLS = timedelta(hours=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the store knows of all subscribers before a run."""

    last_day: Mapping[str, date]
    last_made_at: Mapping[str, datetime]
    decided: Mapping[str, Verdict]
    suppressed: frozenset[str]
    reports: tuple[SourceReport, ...]
    libraries: Mapping[str, SourceReport]
    late: frozenset[str]
    met_at: Mapping[str, datetime]
    had_until: datetime | None = None

    @classmethod
    def load(
        cls,
        connection: sa.Connection,
        sources: Sequence[str],
        *,
        now: datetime,
        overdue: frozenset[str] = frozenset(),
    ) -> "Past":
        """Read it; `sources` are those of the configuration, the `overdue` count as late."""
        last_pulls = pulls.last(connection)
        brought = pulls.brought_papers(connection, since=now - _A_DAY_OF_PULLS)
        return cls(
            last_day=issues.last_days(connection),
            last_made_at=issues.last_made(connection),
            decided=issues.verdicts(connection),
            suppressed=frozenset(subscribers.load_suppressions(connection)),
            reports=tuple(
                _report(last_pulls[name], has_brought=name in brought)
                for name in sources
                if name in last_pulls
            ),
            libraries={
                name.removeprefix(LIBRARY): _report(pull, has_brought=False)
                for name, pull in last_pulls.items()
                if name.startswith(LIBRARY) and pull.outcome is Outcome.FAILED
            },
            late=pulls.late(connection) | overdue,
            met_at=known_since(connection),
            had_until=mark.at
            if (mark := state.load(connection).get(state.Name.HAD_UNTIL))
            else None,
        )

    def is_suppressed(self, subscriber: Subscriber) -> bool:
        """Say whether somebody gets no mail, under any address, one that was erased too."""
        if not self.suppressed:
            return False
        keys = subscriber.keys
        return bool(self.suppressed.intersection((*keys, *map(hashed, keys))))

    def waits_for(self, subscriber: Subscriber) -> bool:
        """Say whether something that they read is expected and not there yet."""
        wanted = subscriber.sources
        return any(wanted is None or source in wanted for source in self.late)

    def known_since(self, subscriber: Subscriber) -> datetime | None:
        """Return since when they are known, under any address; None if nobody noted it yet."""
        instants = (self.met_at[key] for key in subscriber.keys if key in self.met_at)
        return min(instants, default=None)

    def day_of(self, subscriber: Subscriber) -> date | None:
        """Give the day of their last issue, under any of their addresses."""
        days = (self.last_day[key] for key in subscriber.keys if key in self.last_day)
        return max(days, default=None)

    def made_at(self, subscriber: Subscriber) -> datetime | None:
        """Give when that issue was made."""
        instants = (self.last_made_at[key] for key in subscriber.keys if key in self.last_made_at)
        return max(instants, default=None)

    def reports_for(self, subscriber: Subscriber) -> tuple[SourceReport, ...]:
        """Return how the sources did that they read, and which of their libraries failed."""
        wanted = subscriber.sources
        read = [r for r in self.reports if wanted is None or r.source in wanted]
        theirs = {each.name for one in subscriber.interests for each in one.libraries}
        return (*read, *(r for name, r in self.libraries.items() if name in theirs))


def _report(pull: PullRecord, *, has_brought: bool) -> SourceReport:
    """Tell how a source did; a second pull that found nothing more does not make a day quiet."""
    if pull.outcome is Outcome.QUIET and has_brought:
        return SourceReport(source=pull.source, outcome=Outcome.NEW)
    why = "; ".join(filter(None, (pull.error, pull.why)))
    return SourceReport(source=pull.source, outcome=pull.outcome, why=why or None)
