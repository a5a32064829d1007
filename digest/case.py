"""The case of one paper, one subscriber and one day: what is known, and the verdict on it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum

from digest.issue import Issue, Pick, Status
from digest.paper import Paper, StoredPaper
from digest.subscriber import Subscriber, Suppression, Vote


class Fate(StrEnum):
    """What became of a paper for a subscriber."""

    NEVER_PULLED = "never-pulled"
    MERGED_INTO = "merged-into"
    HAD_ON = "had-on"
    EXCLUDED = "excluded"
    BELOW_LINE = "below-line"
    CROWDED_OUT = "crowded-out"
    OUTSIDE_WINDOW = "outside-window"
    PAUSED = "paused"
    SUPPRESSED = "suppressed"
    WAITING = "waiting"
    ACCEPTED = "accepted"


class Part(StrEnum):
    """Where in a ranking a paper is; `cut`: it was chosen, but the issue is without it."""

    PICK = "pick"
    ALSO = "also"
    CUT = "cut"
    REST = "rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A paper's sum; `place` counts from 1 among what was allowed, None if it was not."""

    pick: Pick
    part: Part
    place: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An issue that was made, and what became of it."""

    issue: Issue
    status: Status
    reply: str | None = None

    def standing(self, paper_id: int) -> Standing | None:
        """Say where in the issue a paper is."""
        parts = [(Part.PICK, pick) for pick in self.issue.picks]
        parts += [(Part.ALSO, pick) for pick in self.issue.also]
        for place, (part, pick) in enumerate(parts, start=1):
            if pick.stored.id == paper_id:
                return Standing(pick=pick, part=part, place=place)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known, as it was at `at`, when the day's issue was made or would be.

    `since` is how far back that issue looks. `subscriber` has the profile of the day, unless
    only today's is known (not `is_kept`). `stored` has what was seen by then, and `former` is the
    record of the name that was asked for, if it became part of another. `had` is an earlier issue
    with the paper, `later` one after. `why` was written down of a day without an issue.
    `standing` is where the paper is in a ranking made for the occasion, whose last pick is
    `last_pick`. By the clock of `zone` times are told; None is the machine's.
    """

    asked: str
    subscriber: Subscriber
    day: date
    at: datetime
    since: datetime
    is_past: bool
    is_kept: bool
    stored: StoredPaper | None = None
    former: Paper | None = None
    first_seen_at: datetime | None = None
    made: Made | None = None
    had: Made | None = None
    later: Made | None = None
    why: str | None = None
    suppression: Suppression | None = None
    vote: Vote | None = None
    example: str | None = None
    standing: Standing | None = None
    last_pick: Pick | None = None
    zone: tzinfo | None = UTC

    @property
    def is_next(self) -> bool:
        """Whether it is about an issue that is still to come."""
        return self.made is None and not self.is_past


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The verdict, a sentence that a person can check it by, and the sum that decided it."""

    fate: Fate
    detail: str
    standing: Standing | None = None
    last_pick: Pick | None = None
    had_on: date | None = None
