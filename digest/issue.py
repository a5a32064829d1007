"""One day's digest for one subscriber, from its picks to the row of the outbox."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from digest.paper import StoredPaper
from digest.subscriber import Abstract, Layout


class ReasonKind(StrEnum):
    """What in a profile made a paper's score."""

    KEYWORD = "keyword"
    AUTHOR = "author"
    CATEGORY = "category"
    EXAMPLE = "example"
    TEXT = "text"
    TRENDING = "trending"
    FEEDBACK = "feedback"
    AGE = "age"
    OTHER = "other"


EVERYTHING_ELSE = "everything else"
"""What makes the reasons that are named add up to the score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One term of a score; `weight` is in points and may be negative, or 0 for a mere note."""

    kind: ReasonKind
    term: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A paper in an issue: `score` 0 to 100, the interest it answers, and why.

    The weights of `reasons`, largest first, add up to `score`. `summary` is a line that a model
    wrote, if one was asked. Not `is_above` the line is a paper for which too little speaks,
    whatever its score.
    """

    stored: StoredPaper
    score: float
    interest: str | None = None
    reasons: tuple[Reason, ...] = ()
    summary: str | None = None
    is_above: bool = True


class Outcome(StrEnum):
    """How a pull of a source ended."""

    NEW = "new"
    QUIET = "quiet"
    LATE = "late"
    STALE = "stale"
    FAILED = "failed"


LIBRARY = "library "
"""Begins the name under which a library of examples stands among the sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """How the last pull of a source ended, for the footer, and why, if that wants saying."""

    source: str
    outcome: Outcome
    why: str | None = None

    @property
    def is_library(self) -> bool:
        """Whether it is a library of examples: it brings no papers to choose from."""
        return self.source.startswith(LIBRARY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One day's digest for one subscriber; a message is a pure function of it.

    `searched` counts the papers it was chosen from; `made_at` is aware UTC and is the message's
    Date; `message_id` has its angle brackets.
    """

    subscriber: str
    name: str | None
    day: date
    made_at: datetime
    message_id: str
    picks: tuple[Pick, ...]
    also: tuple[Pick, ...] = ()
    searched: int = 0
    sources: tuple[SourceReport, ...] = ()
    layout: Layout = Layout.CARDS
    abstract: Abstract = Abstract.SHORT
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An issue rendered; `html` is at most 100,000 bytes in UTF-8."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What SMTP carries: `content` is RFC 5322 with CRLF, not yet dot-stuffed."""

    sender: str
    recipient: str
    content: bytes


class Status(StrEnum):
    """Where a delivery stands."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A row of the outbox: one issue on its way; `fence` grows with each claim of it."""

    id: int
    issue_id: int
    recipient: str
    status: Status
    attempts: int
    fence: int
    queued_at: datetime
    next_at: datetime | None = None
    reply: str | None = None
