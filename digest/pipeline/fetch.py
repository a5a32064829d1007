"""Fetch: from sources into the store."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Protocol

import sqlalchemy as sa

from digest.errors import ListingMalformed, SourceError, SourceUnavailable
from digest.issue import Outcome
from digest.paper import Dump, Listing, Rejection, Validators
from digest.pipeline.collect import Collected, ExampleSupply, collect
from digest.pipeline.hydrate import ANSWERS, Asker, Hydrated, complete, hydrate
from digest.sources import registry
from digest.sources.pull import Memory, Pull, Source, Verdict
from digest.store import pulls, recording
from digest.store.database import reading, writing
from digest.store.pulls import PartOutcome, PullRecord
from digest.store.recording import Tally

_TROUBLE = (Outcome.FAILED, Outcome.STALE, Outcome.LATE)
_WORST_FIRST = (*_TROUBLE, Outcome.NEW, Outcome.QUIET)


class Keeper(Protocol):
    """Where dumps are kept as they came."""

    def keep(self, dump: Dump) -> None:
        """Keep one."""

    def prune(self, *, now: datetime, keep: timedelta) -> int:
        """Throw away what is older than `keep`; count it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """How one source did.

    `why` says what is quiet, late or stale; `complaints` are finished lines about what could not
    be read; `waits` says that the error is one that time may mend.
    """

    source: str
    outcome: Outcome
    tally: Tally = field(default_factory=Tally)
    error: str | None = None
    why: str | None = None
    waits: bool = False
    complaints: tuple[str, ...] = ()

    @property
    def is_for_a_person(self) -> bool:
        """Whether something went wrong that time will not mend."""
        return bool(self.tally.rejected or (self.error and not self.waits))

    @property
    def is_for_later(self) -> bool:
        """Whether asking again later makes sense: it is down, late or stale."""
        return self.outcome in _TROUBLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Where papers come from: sources, where their dumps are kept, who completes papers.

    `examples` says whose examples are to be learnt, and from whom.
    """

    sources: tuple[Source, ...]
    keeper: Keeper | None = None
    asker: Asker | None = None
    examples: ExampleSupply = field(default_factory=ExampleSupply)
    keep_dumps: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Haul:
    """What a fetch brought, source by source, and how completing it and collecting went."""

    fetched: tuple[Fetched, ...]
    hydrated: Hydrated = field(default_factory=Hydrated)
    collected: Collected = field(default_factory=Collected)

    @property
    def complaints(self) -> tuple[str, ...]:
        """What went wrong beside the sources, as finished lines."""
        error = self.hydrated.error
        papers = (f"papers stay as the listings show them: {error}",) if error else ()
        return (*papers, *self.collected.complaints)


def fetch(
    engine: sa.Engine,
    supply: Supply,
    *,
    now: datetime,
    progress: Callable[[int, int], None] = lambda done, total: None,
    begin: Callable[[str], None] = lambda what: None,
) -> Haul:
    """Pull each source, read what it gave, and record it; a source that fails stops no other.

    Then papers are completed, as far as somebody knows more of them, and so are examples. `begin`
    is told what is under way.
    """
    done = []
    for number, source in enumerate(supply.sources, start=1):
        begin(source.name)
        done.append(_fetch_one(engine, source, now, supply.keeper))
        progress(number, len(supply.sources))
    if supply.keeper:
        supply.keeper.prune(now=now, keep=supply.keep_dumps)
    hydrated = Hydrated()
    if supply.asker:
        begin("what listings leave out")
        keep = supply.keeper.keep if supply.keeper else lambda dump: None
        hydrated = hydrate(engine, supply.asker, now=now, keep=keep)
    collected = collect(engine, supply.examples, now=now)
    return Haul(fetched=tuple(done), hydrated=hydrated, collected=collected)


def fetch_dump(
    engine: sa.Engine,
    dump: Dump,
    *,
    now: datetime,
    format_name: str | None = None,
    source: Source | None = None,
) -> Fetched:
    """Record one dump given by hand; what its source is asked for is asked of it too.

    Without a source it is reported under its own name.
    """
    if dump.source == ANSWERS:
        known = complete(engine, dump, now=now)
        tally = Tally(pulled=known, known=known)
        return Fetched(source=ANSWERS, outcome=Outcome.QUIET, tally=tally)
    format_name = format_name or (source.format if source else None)
    reader = _Reader(engine=engine, now=now, format_name=format_name, source=source)
    reader.read(dump, judged=False)
    return reader.report(dump.source or dump.name, Pull())


def _fetch_one(engine: sa.Engine, source: Source, now: datetime, keeper: Keeper | None) -> Fetched:
    with reading(engine) as connection:
        memory = Memory(
            got=pulls.days(connection, source.name),
            validators=pulls.validators(connection, source.name),
        )
    try:
        pull = source.pull(now=now, memory=memory)
    except SourceError as error:
        pull = Pull(error=error)
    reader = _Reader(engine=engine, now=now, format_name=source.format, source=source)
    for dump in pull.dumps:
        if keeper and not dump.is_on_disk:
            reader.complaints += _keep(keeper, dump)
        reader.read(dump)
    fetched = reader.report(source.name, pull)
    with writing(engine) as connection:
        _write_down(connection, fetched, (*pull.verdicts, *reader.verdicts), now)
        pulls.keep_validators(connection, source.name, reader.validators)
    return fetched


def _keep(keeper: Keeper, dump: Dump) -> list[str]:
    """Keep a dump; that it cannot be kept is said, and no reason not to read it."""
    try:
        keeper.keep(dump)
    except SourceError as error:
        return [str(error)]
    return []


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Reads and records the dumps of one pull, and adds up how they did."""

    engine: sa.Engine
    now: datetime
    format_name: str | None
    source: Source | None = None
    tally: Tally = field(default_factory=Tally)
    complaints: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    validators: dict[str, Validators] = field(default_factory=dict)

    def read(self, dump: Dump, *, judged: bool = True) -> None:
        """Read and record one dump; a dump that is no listing is written down as such."""
        try:
            listing = registry.parse(dump, self.format_name)
        except ListingMalformed as error:
            self.complaints.append(str(error))
            self.broken.append(str(error))
            self.verdicts.append(
                Verdict(outcome=Outcome.FAILED, part=dump.part, day=dump.day, why=str(error))
            )
            return
        self.complaints += summed(dump.name, listing.rejections)
        if listing.rejections and not listing.announcements:
            self.broken.append(_nothing_read(dump.name, listing.rejections))
        if self.source and judged:
            self.verdicts.append(self._judged(self.source, dump, listing))
        if self.source:
            wanted = tuple(a for a in listing.announcements if self.source.wants(a))
            listing = replace(listing, announcements=wanted)
        with writing(self.engine) as connection:
            self.tally += recording.record(
                connection, listing, source=dump.source, seen_at=self.now
            )
        if dump.validators and not listing.rejections:  # what is damaged is asked for again
            self.validators[dump.validators.url] = dump.validators

    def _judged(self, source: Source, dump: Dump, listing: Listing) -> Verdict:
        """Return what a dump means; that it is damaged all through is no quiet day."""
        verdict = source.judge(dump, listing)
        if listing.rejections and not listing.announcements and verdict.outcome is Outcome.QUIET:
            why = _nothing_read(dump.name, listing.rejections)
            return replace(verdict, outcome=Outcome.FAILED, why=why, is_done=False)
        return verdict

    def report(self, name: str, pull: Pull) -> Fetched:
        """Sum up: the worst that happened is the outcome."""
        verdicts = _of_now((*pull.verdicts, *self.verdicts))
        errors = [*([str(pull.error)] if pull.error else []), *self.broken]
        outcomes = {verdict.outcome for verdict in verdicts if verdict.outcome in _TROUBLE}
        if errors:
            outcomes.add(Outcome.FAILED)
        outcomes.add(Outcome.NEW if self.tally.new else Outcome.QUIET)
        outcome = min(outcomes, key=_WORST_FIRST.index)
        return Fetched(
            source=name,
            outcome=outcome,
            tally=self.tally,
            error="; ".join(errors) or None,
            why=_why(verdicts, outcome),
            waits=not self.broken and isinstance(pull.error, SourceUnavailable | None),
            complaints=tuple(self.complaints),
        )


def summed(name: str, rejections: Sequence[Rejection]) -> list[str]:
    """Return a line for each reason why something could not be read: where first, how often."""
    places: dict[str, list[int]] = {}
    for each in rejections:
        places.setdefault(each.why, []).append(each.line)
    return [
        f"{name}:{lines[0]}: {why}"
        + (f" (and {len(lines) - 1} more, up to line {lines[-1]})" if len(lines) > 1 else "")
        for why, lines in places.items()
    ]


def _nothing_read(name: str, rejections: Sequence[Rejection]) -> str:
    return f"{name}: nothing in it can be read: {rejections[0].why}"


def _of_now(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Leave out earlier days that are still missing: asked for again, they hold up no mail."""
    newest = max((verdict.day for verdict in verdicts if verdict.day), default=None)
    return [
        verdict
        for verdict in verdicts
        if verdict.outcome is not Outcome.LATE or verdict.day in (None, newest)
    ]


def _why(verdicts: Iterable[Verdict], outcome: Outcome) -> str | None:
    """Say of which parts the outcome is, and why; a failure hides no late or stale part."""
    if outcome is Outcome.NEW:
        return None
    told = (Outcome.STALE, Outcome.LATE) if outcome in _TROUBLE else (outcome,)
    parts: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.outcome in told and verdict.why:
            parts.setdefault(verdict.why, []).append(verdict.part)
    said = (
        f"{', '.join(filter(None, names))}: {why}".removeprefix(": ")
        for why, names in parts.items()
    )
    return "; ".join(said) or None


def _write_down(
    connection: sa.Connection, fetched: Fetched, verdicts: Sequence[Verdict], now: datetime
) -> None:
    """Keep how the source did, how its parts did, and which days were got whole."""
    pulls.add(
        connection,
        PullRecord(
            source=fetched.source,
            ended_at=now,
            outcome=fetched.outcome,
            tally=fetched.tally,
            error=fetched.error,
            why=fetched.why,
        ),
    )
    dated = [(verdict, (verdict.part, verdict.day)) for verdict in verdicts if verdict.day]
    # One page of a day that is not done keeps the whole day open.
    open_days = {key for verdict, key in dated if not verdict.is_done}
    pulls.mark(connection, fetched.source, {key for _, key in dated} - open_days)
    newest = {verdict.part: verdict for verdict in sorted(verdicts, key=_by_weight)}
    for verdict in newest.values():
        outcome = PartOutcome(
            source=fetched.source,
            part=verdict.part,
            outcome=verdict.outcome,
            decided_at=now,
            day=verdict.day,
            why=verdict.why,
        )
        pulls.decide(connection, outcome)


def _by_weight(verdict: Verdict) -> tuple[date, int]:
    """Order by day, and within a day the worst last."""
    return verdict.day or date.min, -_WORST_FIRST.index(verdict.outcome)
