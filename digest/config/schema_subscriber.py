"""What stands in [[subscriber]], [defaults], [[profile]] and a subscriber's file."""

from datetime import date, time
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    model_validator,
)

from digest.config import values
from digest.config.schema import (
    Address,
    Duration,
    Flag,
    Line,
    NotEmpty,
    Table,
    becomes,
    given,
    short_for,
)
from digest.config.schema_examples import ExampleTable
from digest.config.times import day, hour, weekday, zone
from digest.examples import in_order
from digest.paper import AnnounceType
from digest.subscriber import (
    Abstract,
    Criteria,
    FollowedAuthor,
    FollowedCategory,
    Interest,
    Keyword,
    Layout,
    Pause,
    WhenEmpty,
)

_Weight = Annotated[float, PlainValidator(values.weight)]
_Count = Annotated[int, PlainValidator(values.whole(0))]
_Day = Annotated[date, PlainValidator(day)]
_Weekday = Annotated[int, PlainValidator(weekday)]
_Choice = values.choice


def _announce_type(value: Any) -> AnnounceType:
    return AnnounceType(values.choice(*AnnounceType)(value))


def _when_empty(value: Any) -> WhenEmpty:
    return WhenEmpty(values.choice(*WhenEmpty)(value))


def _layout(value: Any) -> Layout:
    return Layout(values.choice(*Layout)(value))


def _abstract(value: Any) -> Abstract:
    return Abstract(values.choice(*Abstract)(value))


class KeywordTable(Table):
    term: Annotated[str, PlainValidator(values.keyword)] = Field(description="a word or phrase")
    weight: _Weight | None = None
    """How much it counts beside the others; below 0 it counts against."""
    case: Flag | None = None
    """True: exactly as written, capitals and all."""


class AuthorTable(Table):
    name: Annotated[str, PlainValidator(values.author)] = Field(description="an author")
    weight: _Weight | None = None
    """How much it counts beside the others; below 0 it counts against."""
    position: Annotated[str, PlainValidator(values.choice("first", "last"))] | None = None
    """Only there in the list of authors. Without it: anywhere."""


class CategoryTable(Table):
    term: Annotated[str, PlainValidator(values.category)] = Field(description="a category")
    weight: _Weight | None = None
    """How much it counts beside the others; below 0 it counts against."""


_Keywords = tuple[
    Annotated[KeywordTable, BeforeValidator(short_for("term")), becomes(Keyword)], ...
]
_Authors = tuple[
    Annotated[AuthorTable, BeforeValidator(short_for("name")), becomes(FollowedAuthor)], ...
]
_Categories = tuple[
    Annotated[CategoryTable, BeforeValidator(short_for("term")), becomes(FollowedCategory)], ...
]


_Examples = tuple[Annotated[ExampleTable, BeforeValidator(short_for("paper"))], ...]


class CriteriaTable(Table):
    keywords: _Keywords = ()
    """Whole words, in any case, singular and plural alike; several words are a phrase; `*` at
    either end matches any continuation. Text, or { term, weight, case }."""
    authors: _Authors = ()
    """Names in any usual order and spelling. Text, or { name, weight, position }."""
    categories: _Categories = ()
    """Categories, or whole archives ("cs"). They score; they don't filter. Text, or { term, weight
    }."""


class GroupTable(CriteriaTable):
    """One group of `require`."""

    @model_validator(mode="after")
    def _has_something(self) -> Self:
        if not (self.keywords or self.authors or self.categories):
            raise ValueError("is empty: it needs keywords, authors or categories")
        return self


_Exclude = Annotated[CriteriaTable, becomes(Criteria)]


class InterestTable(CriteriaTable):
    name: Line | None = None
    """What to call it in the issue."""
    weight: Annotated[float, PlainValidator(values.positive)] | None = None
    """Orders the merge of several interests; it never changes a score."""
    at_least: _Count | None = None
    """Places kept for it while it has papers above the line."""
    always: Flag | None = None
    """True: whatever matches is never below the line and never crowded out."""
    examples: _Examples = ()
    """Papers like these are wanted: arXiv ids, DOIs, { file = "library.bib" } or { zotero = { … }
    }."""
    about: Annotated[str, PlainValidator(values.text)] | None = None
    """What you want, in your own words."""
    require: tuple[Annotated[GroupTable, becomes(Criteria)], ...] = ()
    """Of each group at least one must match: a list of tables like exclude."""
    exclude: _Exclude | None = None
    """None of these may match. A table with keywords, authors, categories."""

    @model_validator(mode="after")
    def _can_score(self) -> Self:
        if not any((self.keywords, self.authors, self.categories, self.examples, self.about)) and (
            not self.require
        ):
            raise ValueError(
                "has nothing to score with: it needs keywords, authors, categories, examples, "
                "about or require"
            )
        return self


def _interest(table: InterestTable) -> Interest:
    keys = given(table)
    written = keys.pop("examples", ())
    return Interest(
        **keys,
        examples=in_order(example for each in written for example in each.examples),
        libraries=tuple(each.zotero for each in written if each.zotero),
    )


_Interests = tuple[Annotated[InterestTable, AfterValidator(_interest)], ...]


class PauseTable(Table):
    start: _Day = Field(alias="from", description="the first day without mail")
    end: _Day = Field(alias="to", description="the first day mail comes again")

    @model_validator(mode="after")
    def _ends_later(self) -> Self:
        if self.end <= self.start:
            raise ValueError("ends before it begins: to is the first day mail comes again")
        return self


class ProfileTable(Table):
    name: Line = Field(description="what subscribers call it")
    interest: Annotated[_Interests, NotEmpty] = Field(
        description="one or more [[profile.interest]]"
    )


class DefaultsTable(Table):
    """What a subscriber may say, and [defaults] for all."""

    profile: Line | None = None
    """The `[[profile]]` whose interests these are, too."""
    interest: _Interests | None = None
    """What is wanted: one or more tables, each ranked on its own."""
    sources: Annotated[tuple[Line, ...], NotEmpty] | None = None
    """Names of sources: only their papers. Without it: all."""
    announce_types: (
        Annotated[
            tuple[Annotated[AnnounceType, PlainValidator(_announce_type)], ...],
            NotEmpty,
            AfterValidator(frozenset),
        ]
        | None
    ) = None
    """Which announcements count, of arXiv's four."""
    trending: Annotated[float, PlainValidator(values.number(0, 1))] | None = None
    """How much popularity counts."""
    diversity: Annotated[float, PlainValidator(values.number(0, 1))] | None = None
    """What a paper loses that says what a pick says already."""
    surprise: Annotated[int, PlainValidator(values.whole(0, 3))] | None = None
    """So many picks from outside all interests, the best regarded."""
    exclude: _Exclude | None = None
    """None of these may match, in any interest. A table with keywords, authors, categories."""
    timezone: Annotated[str, PlainValidator(zone)] | None = None
    """Whose hours, days and dates are meant."""
    send_at: Annotated[time, PlainValidator(hour)] | None = None
    """The hour at which the service sends."""
    days: Annotated[tuple[_Weekday, ...], NotEmpty, AfterValidator(frozenset)] | None = None
    """The days with mail."""
    wait_for: Duration | None = None
    """How long the service waits for sources that are late; then it sends with what there is."""
    pauses: tuple[Annotated[PauseTable, becomes(Pause)], ...] | None = None
    """No mail in between: a list of { from, to }."""
    until: _Day | None = None
    """The last day with mail."""
    closed: Annotated[tuple[_Day, ...], AfterValidator(frozenset)] | None = None
    """Days without mail."""
    max_papers: Annotated[int, PlainValidator(values.whole(1))] | None = None
    """Most picks of an issue."""
    also: _Count | None = None
    """So many more titles, one line each, below the picks."""
    min_score: Annotated[float, PlainValidator(values.number(0, 100))] | None = None
    """The line that a paper must reach, of 100."""
    window: Duration | None = None
    """How long after we first saw it a paper may still be chosen."""
    catch_up: Duration | None = None
    """How far window stretches after a gap in the mail."""
    when_empty: Annotated[WhenEmpty, PlainValidator(_when_empty)] | None = None
    """With nothing to send: write only if something failed or was late, never, or always."""
    layout: Annotated[Layout, PlainValidator(_layout)] | None = None
    """How picks look: the strong ones as cards, the others briefly; all briefly; titles alone."""
    abstract: Annotated[Abstract, PlainValidator(_abstract)] | None = None
    """In cards: a few sentences, or all of it."""
    language: Annotated[str, PlainValidator(values.language)] | None = None
    """The language of the mail's own words: en, de, or one of your templates'."""


class OwnTable(Table):
    """What no two subscribers share."""

    email: Address = Field(description="the address to write to")
    name: Line | None = None
    """What to call them."""
    formerly: tuple[Address, ...] | None = None
    """Earlier addresses: what they had stays known."""


class SubscriberTable(DefaultsTable, OwnTable):
    pass


class _NestedInterests(Table):
    interest: _Interests


class SubscriberFile(SubscriberTable):
    """A subscriber's own file: [[interest]], or [[subscriber.interest]] as in the configuration."""

    subscriber: _NestedInterests | None = None
    """`[[subscriber.interest]]` is `[[interest]]` here."""
