"""What one run of the pipeline did, from sources to relay."""

from dataclasses import dataclass, field

from digest.issue import Status
from digest.pipeline.compose import Composed
from digest.pipeline.delivering import Delivered
from digest.pipeline.fetch import Fetched


@dataclass(slots=True, kw_only=True)
class Report:
    """What one run did, as `send --json` prints it; `complaints` are about subscribers' files."""

    fetched: tuple[Fetched, ...] = ()
    composed: Composed = field(default_factory=Composed)
    delivered: Delivered = field(default_factory=Delivered)
    complaints: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Give the counts."""
        by_status = self.delivered.by_status
        return {
            "pulled": sum(each.tally.pulled for each in self.fetched),
            "new": sum(each.tally.new for each in self.fetched),
            "rejected": sum(each.tally.rejected for each in self.fetched),
            "issues": self.composed.issues,
            "sent": by_status[Status.SENT],
            "deferred": by_status[Status.DEFERRED],
            "failed": by_status[Status.FAILED],
            "uncertain": by_status[Status.UNCERTAIN],
            "skipped": self.composed.skipped.total(),
            "source_errors": sum(each.error is not None for each in self.fetched),
            "why": dict(sorted(self.composed.skipped.items())),
        }

    @property
    def has_failed(self) -> bool:
        """Whether something went wrong that time will not mend."""
        broken = any(each.is_for_a_person for each in self.fetched)
        return bool(self.complaints or self.delivered.by_status[Status.FAILED] or broken)

    @property
    def waits(self) -> bool:
        """Whether something waits for another try, or a source is down, late or stale."""
        return bool(
            self.delivered.waiting
            or self.delivered.refused
            or self.delivered.by_status[Status.UNCERTAIN]
            or any(each.is_for_later for each in self.fetched)
        )
