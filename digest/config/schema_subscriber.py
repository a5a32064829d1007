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


class KeywordTable(Table):
    term: Annotated[str, PlainValidator(values.keyword)] = Field(description="a word or phrase")
    weight: _Weight | None = None
    case: Flag | None = None


class AuthorTable(Table):
    name: Annotated[str, PlainValidator(values.author)] = Field(description="an author")
    weight: _Weight | None = None
    position: Annotated[str, PlainValidator(values.choice("first", "last"))] | None = None


class CategoryTable(Table):
    term: Annotated[str, PlainValidator(values.category)] = Field(description="a category")
    weight: _Weight | None = None


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
    authors: _Authors = ()
    categories: _Categories = ()


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
    weight: Annotated[float, PlainValidator(values.positive)] | None = None
    at_least: _Count | None = None
    always: Flag | None = None
    examples: _Examples = ()
    about: Annotated[str, PlainValidator(values.text)] | None = None
    require: tuple[Annotated[GroupTable, becomes(Criteria)], ...] = ()
    exclude: _Exclude | None = None

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
    interest: _Interests | None = None
    sources: Annotated[tuple[Line, ...], NotEmpty] | None = None
    announce_types: (
        Annotated[
            tuple[Annotated[AnnounceType, PlainValidator(_announce_type)], ...],
            NotEmpty,
            AfterValidator(frozenset),
        ]
        | None
    ) = None
    trending: Annotated[float, PlainValidator(values.number(0, 1))] | None = None
    diversity: Annotated[float, PlainValidator(values.number(0, 1))] | None = None
    surprise: Annotated[int, PlainValidator(values.whole(0, 3))] | None = None
    exclude: _Exclude | None = None
    timezone: Annotated[str, PlainValidator(zone)] | None = None
    send_at: Annotated[time, PlainValidator(hour)] | None = None
    days: Annotated[tuple[_Weekday, ...], NotEmpty, AfterValidator(frozenset)] | None = None
    wait_for: Duration | None = None
    pauses: tuple[Annotated[PauseTable, becomes(Pause)], ...] | None = None
    until: _Day | None = None
    closed: Annotated[tuple[_Day, ...], AfterValidator(frozenset)] | None = None
    max_papers: Annotated[int, PlainValidator(values.whole(1))] | None = None
    also: _Count | None = None
    min_score: Annotated[float, PlainValidator(values.number(0, 100))] | None = None
    window: Duration | None = None
    catch_up: Duration | None = None
    when_empty: Annotated[WhenEmpty, PlainValidator(_when_empty)] | None = None
    layout: Annotated[Layout, PlainValidator(_layout)] | None = None
    language: Annotated[str, PlainValidator(values.language)] | None = None


class OwnTable(Table):
    """What no two subscribers share."""

    email: Address = Field(description="the address to write to")
    name: Line | None = None
    formerly: tuple[Address, ...] | None = None


class SubscriberTable(DefaultsTable, OwnTable):
    pass


class _NestedInterests(Table):
    interest: _Interests


class SubscriberFile(SubscriberTable):
    """A subscriber's own file: [[interest]], or [[subscriber.interest]] as in the configuration."""

    subscriber: _NestedInterests | None = None
