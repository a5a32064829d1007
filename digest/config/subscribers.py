"""Subscribers from their tables: defaults and profiles worked in, files judged one by one.

What stands in [[subscriber]], [defaults], [[profile]] and a subscriber's file.

What stands in the `examples` of an interest: an id, a bibliography, or a library.

The reading of a bibliography that a configuration names.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import date, time
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    ValidationInfo,
    model_validator,
)

from digest.config import values
from digest.config.document import Document, KeyPath
from digest.config.mistakes import Mistakes
from digest.config.paths import Found, Place, file_path, is_file, place_of
from digest.config.secret import Secret
from digest.config.settings import (
    Address,
    Duration,
    Flag,
    Line,
    NotEmpty,
    OneOrMany,
    SecretField,
    Settings,
    Shared,
    Table,
    becomes,
    given,
    short_for,
)
from digest.config.values import (
    day,
    did_you_mean,
    hour,
    is_loopback,
    show,
    web_address,
    weekday,
    zone,
)
from digest.libraries.bibtex import in_order
from digest.paper import AnnounceType
from digest.subscriber import (
    Abstract,
    Criteria,
    Example,
    FollowedAuthor,
    FollowedCategory,
    Interest,
    Keyword,
    Layout,
    Library,
    Pause,
    Schedule,
    Subscriber,
    WhenEmpty,
)

_LARGEST = 20 * 2**20  # bytes: some 10,000 entries with their abstracts
_MOST_WARNINGS = 10


def read_bibliography(path: Path, place: Place) -> tuple[Example, ...]:
    """Give the examples of a .bib file; entries that can't be read become warnings.

    Raises ValueError for a file that can't be read at all.
    """
    from digest.libraries import bibtex  # heavy, and few need it

    text = _text(path, place)
    bibliography = bibtex.parse(text, path.name)
    told = [f"{path}:{each.line}: {each.why}" for each in bibliography.rejections]
    if len(told) > _MOST_WARNINGS:
        more = len(told) - _MOST_WARNINGS
        told[_MOST_WARNINGS:] = [f"{path}: {more} more entries cannot be read"]
    place.found.warnings += told
    return bibliography.examples


def _text(path: Path, place: Place) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError(f"{path} is larger than {_LARGEST // 2**20} MB")
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        place.found.warnings.append(f"{path}:{line}: is not UTF-8: read as Windows-1252")
        return content.decode("cp1252", "replace")


_LIBRARY = re.compile(r"(?:users|groups)/[0-9]{1,12}")
_WHAT = "an arXiv id, a DOI, { file = … } or { zotero = { library = …, key = … } }"


def _examples(value: Any, info: ValidationInfo) -> tuple[Example, ...]:
    """Read a bibliography; where a text is from the past, its file may be gone."""
    path, place = file_path(value, info), place_of(info)
    if not is_file(path):
        if place.is_past:
            return ()
        raise ValueError(f"there is no file {values.show(value)}")
    return read_bibliography(path, place)


def _library_name(value: Any) -> str:
    name = values.one_line(value)
    if not _LIBRARY.fullmatch(name):
        raise ValueError(f'{values.show(name)} is no library: "users/12345" or "groups/678"')
    return name


def _api_address(value: Any, info: ValidationInfo) -> str:
    """The key goes there, so not in clear; nor may strangers say whom this machine asks."""
    if not place_of(info).is_trusted:
        raise ValueError("a subscriber's file names no other address")
    url = web_address(value).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError("would send the key in clear: https, or http on loopback")
    return url


def _a_table(value: Any) -> Any:
    if not isinstance(value, dict):  # it may be the key
        raise ValueError('is no table: write { library = "users/12345", key = … }')
    return value


class ZoteroTable(Table):
    library: Annotated[str, PlainValidator(_library_name)] = Field(
        description='"users/12345" or "groups/678"'
    )
    key: SecretField | None = None
    """The key of its web interface; a public library needs none."""
    collections: Annotated[tuple[Line, ...], OneOrMany, NotEmpty] | None = None
    """Patterns of names of collections, in any case. Without it: all of the library."""
    base_url: Annotated[str, PlainValidator(_api_address)] | None = None
    """Another address of Zotero's interface."""


def _library(table: ZoteroTable, info: ValidationInfo) -> Library:
    keys = given(table)
    secret = keys.pop("key", None)
    library = Library(name=keys.pop("library"), account=_account(secret), **keys)
    if secret:
        place_of(info).found.keys[library] = secret
    return library


def _account(secret: Secret | None) -> str:
    """Tell keys apart without telling them."""
    if secret is None:
        return ""
    reference = (secret.plain, secret.env, secret.file, secret.credential, secret.command)
    return sha256(repr(reference).encode()).hexdigest()[:16]


class ExampleTable(Table):
    """One element of `examples`, however it is written."""

    paper: Annotated[str, PlainValidator(values.example)] | None = None
    """An arXiv id, a DOI, or the address of either; text alone is short for this."""
    file: Annotated[tuple[Example, ...], PlainValidator(_examples)] | None = None
    """A BibTeX file: its newest 500 entries."""
    zotero: Annotated[ZoteroTable, BeforeValidator(_a_table), AfterValidator(_library)] | None = (
        None
    )
    """A Zotero library: its newest 500 papers, looked into once a day."""

    @property
    def examples(self) -> tuple[Example, ...]:
        """The examples that are known without asking anybody."""
        return self.file or ((Example(name=self.paper),) if self.paper else ())

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"is one of {_WHAT}")
        return self


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


SUBSCRIBER_KEYS = tuple(SubscriberTable.model_fields)
_SCHEDULE_KEYS = {field.name for field in fields(Schedule)}


def load_subscriber(path: Path, settings: Settings) -> Subscriber:
    """Read a subscriber's file, in the configuration or not; ConfigError with its mistakes."""
    return from_document(Document.read(path), settings.shared)


def read_subscriber(text: str, path: Path, settings: Settings) -> Subscriber:
    """Read a text that a subscriber's file had once; ConfigError with its mistakes.

    An address that somebody else has by now is a mistake too; a bibliography that is gone since
    is none.
    """
    taken = addresses_taken(settings.subscribers)
    return from_document(Document.parse(text, path), settings.shared, taken, is_past=True)


def from_document(
    document: Document,
    shared: Shared,
    taken: Collection[str] = frozenset(),
    *,
    found: Found | None = None,
    is_past: bool = False,
) -> Subscriber:
    """The subscriber of a file, none of whose addresses may be taken.

    What reading it brings besides goes into `found`.
    """
    place = Place(
        folder=document.path.absolute().parent,
        is_trusted=False,
        is_past=is_past,
        found=Found() if found is None else found,
    )
    mistakes = Mistakes(document, place, owner_keys=SUBSCRIBER_KEYS)
    if isinstance(document.data.get("subscriber"), list):
        mistakes.add(("subscriber",), "one subscriber a file: its keys stand at the top instead")
        mistakes.raise_any()
    if "subscriber" in document.data and "interest" in document.data:
        mistakes.add(("subscriber",), "interests stand at the top too: write all as [[interest]]")
    _check_addresses(mistakes, taken)
    subscriber = checked_subscriber(SubscriberFile, (), mistakes, shared)
    mistakes.raise_any()
    assert subscriber is not None  # noqa: S101 (whatever is wrong has been raised)
    return subscriber


def template(table: DefaultsTable) -> Subscriber:
    """A subscriber without an address who has all the defaults."""
    own = given(table)
    own.pop("profile", None)
    return _filled(Subscriber(email="", interests=own.pop("interest", ())), own)


def checked_subscriber(
    table_type: type[SubscriberTable], path: KeyPath, mistakes: Mistakes, shared: Shared
) -> Subscriber | None:
    """The subscriber of the table at `path`; None if it has mistakes."""
    raw = mistakes.value(path)
    if not isinstance(raw, dict):
        mistakes.read(table_type, path)
        return None
    check_references(raw, path, mistakes, shared)
    table = mistakes.read(table_type, path)
    if table is None:
        return None
    subscriber = _subscriber(table, shared)
    if not subscriber.interests and table.profile is None and shared.profile is None:
        mistakes.add((*path, "interest"), "is missing: an interest, or a profile that has some")
    _check_places(subscriber, raw, path, mistakes)
    _check_names(subscriber, raw, path, mistakes)
    return subscriber


def check_references(
    raw: Mapping[str, Any], path: KeyPath, mistakes: Mistakes, shared: Shared
) -> None:
    """Profiles and sources that are named must exist."""
    profile = raw.get("profile")
    if isinstance(profile, str) and profile.strip() not in shared.profiles:
        known = did_you_mean(profile, shared.profiles) if shared.profiles else "; there is none"
        mistakes.add((*path, "profile"), f"there is no profile {show(profile)}{known}")
    sources = raw.get("sources")
    for number, source in enumerate(sources if isinstance(sources, list) else ()):
        if isinstance(source, str) and source.strip() not in shared.sources:
            known = did_you_mean(source, shared.sources) if shared.sources else "; there is none"
            mistakes.add((*path, "sources", number), f"there is no source {show(source)}{known}")


def addresses_taken(subscribers: Iterable[Subscriber]) -> frozenset[str]:
    """Every address that is somebody's, old ones too, as it is compared."""
    return frozenset(key for subscriber in subscribers for key in subscriber.keys)


def _check_addresses(mistakes: Mistakes, taken: Collection[str]) -> None:
    seen = set(taken)
    for path, key in addresses(mistakes.document.data, ()):
        if key in seen:
            mistakes.add(path, f"{show(key)} is an address of a subscriber already")
        seen.add(key)


def addresses(raw: Mapping[str, Any], path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Every address of a subscriber's table as it is compared, and where it stands."""
    formerly = raw.get("formerly")
    written = [((*path, "email"), raw.get("email"))]
    for number, old in enumerate(formerly if isinstance(formerly, list) else ()):
        written.append(((*path, "formerly", number), old))
    for where, address in written:
        if isinstance(address, str):
            yield where, unicodedata.normalize("NFC", address.strip()).casefold()


def _subscriber(table: SubscriberTable, shared: Shared) -> Subscriber:
    own = given(table)
    nested = own.pop("subscriber", None)
    profile = own.pop("profile", shared.profile)
    interests = own.pop("interest", nested.interest if nested else shared.template.interests)
    interests = shared.profiles.get(profile, ()) + interests
    return _filled(replace(shared.template, interests=interests), own)


def _filled(base: Subscriber, own: dict[str, Any]) -> Subscriber:
    schedule = {key: own.pop(key) for key in tuple(own) if key in _SCHEDULE_KEYS}
    return replace(base, schedule=replace(base.schedule, **schedule), **own)


def _check_places(
    subscriber: Subscriber, raw: Mapping[str, Any], path: KeyPath, mistakes: Mistakes
) -> None:
    kept = sum(interest.at_least for interest in subscriber.interests)
    if kept > subscriber.max_papers:
        where = (*path, "max_papers") if "max_papers" in raw else path
        mistakes.add(
            where,
            f"interests keep {kept} places (at_least), and max_papers is {subscriber.max_papers}",
        )


def _check_names(
    subscriber: Subscriber, raw: Mapping[str, Any], path: KeyPath, mistakes: Mistakes
) -> None:
    names = Counter(interest.name for interest in subscriber.interests if interest.name)
    where_own = ("subscriber", "interest") if "subscriber" in raw else ("interest",)
    own = mistakes.tables((*path, *where_own))
    for name in (name for name, count in names.items() if count > 1):
        named = [where for where, table in own if str(table.get("name")).strip() == name]
        where = (*named[-1], "name") if named else path
        mistakes.add(where, f"{show(name)} is the name of two interests: each needs its own")
