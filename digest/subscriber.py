"""Who gets mail, what they are interested in, and when they want it."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal

from digest.paper import AnnounceType, Paper

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyword:
    """A word or phrase, with `*` at either end for any continuation."""

    term: str
    weight: float = 1.0
    case: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedAuthor:
    """An author's name, in any usual order and spelling; `position` None is anywhere."""

    name: str
    weight: float = 1.0
    position: Literal["first", "last"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedCategory:
    """A category or a whole archive."""

    term: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Keywords, authors and categories any one of which decides (to exclude, or to require)."""

    keywords: tuple[Keyword, ...] = ()
    authors: tuple[FollowedAuthor, ...] = ()
    categories: tuple[FollowedCategory, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.keywords or self.authors or self.categories)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A paper like those wanted: named by arXiv id or DOI, or known by its facts (`paper`).

    `added` is the day it came into the library that it is from, where that is known.
    """

    name: str
    paper: Paper | None = None
    added: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A Zotero library whose papers are examples: `name` is users/NUMBER or groups/NUMBER.

    `collections` are patterns of their names, any case; none means all of it. `account` tells
    apart those who ask with different keys: what one may read is not another's.
    """

    name: str
    collections: tuple[str, ...] = ()
    base_url: str = "https://api.zotero.org"
    account: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What a subscriber said of a paper."""

    paper: Paper
    liked: bool
    voted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """One subject of a subscriber, ranked on its own.

    `weight` orders the merge of several interests and never changes a score; `at_least` places
    are kept for it; `always` puts whatever matches above the line. `examples` stand oldest
    first, those without a date before them in the order they are written; what is in
    `libraries` is added to them before anything is ranked. Of each group in `require` at least
    one must match.
    """

    name: str | None = None
    weight: float = 1.0
    at_least: int = 0
    always: bool = False
    keywords: tuple[Keyword, ...] = ()
    authors: tuple[FollowedAuthor, ...] = ()
    categories: tuple[FollowedCategory, ...] = ()
    examples: tuple[Example, ...] = ()
    libraries: tuple[Library, ...] = ()
    about: str | None = None
    require: tuple[Criteria, ...] = ()
    exclude: Criteria = field(default_factory=Criteria)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """No mail from `start` on; `end` is the first day mail comes again."""

    start: date
    end: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a subscriber wants mail: `days` are numbers with Monday 0, `until` the last day."""

    timezone: str = "UTC"
    send_at: time = time(7, 30)
    days: frozenset[int] = frozenset(range(5))
    wait_for: timedelta = timedelta(hours=2)
    pauses: tuple[Pause, ...] = ()
    until: date | None = None
    closed: frozenset[date] = frozenset()


class WhenEmpty(StrEnum):
    """What to do when there is nothing to send."""

    EXPLAIN = "explain"
    SKIP = "skip"
    SEND = "send"


class Layout(StrEnum):
    """How an issue shows its picks: the strong ones as cards, all of them briefly, or titles."""

    CARDS = "cards"
    BRIEF = "brief"
    TITLES = "titles"


class Abstract(StrEnum):
    """How much of an abstract a card shows."""

    SHORT = "short"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """One person, with defaults and profiles already worked in.

    `sources` None means all of them. `window` is how long after we first saw it a paper may
    still be chosen; `catch_up` is the most that it stretches after a gap. `diversity` is what share
    of a full score a paper loses that says what a pick says already; `surprise` is how many picks
    come from outside all interests.
    """

    email: str
    name: str | None = None
    formerly: tuple[str, ...] = ()
    interests: tuple[Interest, ...] = ()
    sources: tuple[str, ...] | None = None
    announce_types: frozenset[AnnounceType] = frozenset({AnnounceType.NEW, AnnounceType.CROSS})
    trending: float = 0.0
    diversity: float = 0.2
    surprise: int = 0
    exclude: Criteria = field(default_factory=Criteria)
    schedule: Schedule = field(default_factory=Schedule)
    max_papers: int = 12
    also: int = 20
    min_score: float = 5.0
    window: timedelta = timedelta(days=7)
    catch_up: timedelta = timedelta(days=30)
    when_empty: WhenEmpty = WhenEmpty.EXPLAIN
    layout: Layout = Layout.CARDS
    abstract: Abstract = Abstract.SHORT
    language: str = "en"

    @property
    def key(self) -> str:
        """The address as it is compared and stored: case-folded."""
        return self.email.casefold()

    @property
    def keys(self) -> tuple[str, ...]:
        """Every address this person has had, the present one first."""
        return (self.key, *(address.casefold() for address in self.formerly))


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """An address never to write to, why, and since when."""

    email: str
    why: str
    since: datetime
