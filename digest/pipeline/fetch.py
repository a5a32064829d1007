"""Fetch: from sources into the store."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from digest import formats
from digest.errors import ListingMalformed, SourceError, SourceUnavailable
from digest.issue import Outcome
from digest.paper import Dump
from digest.sources import Pull, Source
from digest.store import pulls, recording
from digest.store.database import reading, writing
from digest.store.recording import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """How one source did.

    `complaints` are finished lines about what could not be read; `waits` says that the error
    is one that time may mend.
    """

    source: str
    outcome: Outcome
    tally: Tally = field(default_factory=Tally)
    error: str | None = None
    waits: bool = False
    complaints: tuple[str, ...] = ()


def fetch(
    engine: sa.Engine,
    sources: Iterable[Source],
    *,
    now: datetime,
    progress: Callable[[Fetched], None] = lambda fetched: None,
) -> tuple[Fetched, ...]:
    """Pull each source, read what it gave, and record it; a source that fails stops no other."""
    done = []
    for source in sources:
        fetched = _fetch_one(engine, source, now)
        progress(fetched)
        done.append(fetched)
    return tuple(done)


def fetch_dump(engine: sa.Engine, dump: Dump, *, format_name: str | None, now: datetime) -> Fetched:
    """Record one dump that was given by hand; what it was called stands for its source."""
    tally, complaints, broken = _record(engine, (dump,), format_name, now)
    return Fetched(
        source=dump.source or dump.name,
        outcome=_outcome(tally, failed=broken, late=False),
        tally=tally,
        error=complaints[-1] if broken else None,
        complaints=complaints,
    )


def _fetch_one(engine: sa.Engine, source: Source, now: datetime) -> Fetched:
    with reading(engine) as connection:
        got = pulls.days(connection, source.name)
    try:
        pull = source.pull(now=now, pulled_days=got)
    except SourceError as error:
        pull = Pull(error=error)
    tally, complaints, broken = _record(engine, pull.dumps, source.format, now)
    errors = [str(pull.error)] if pull.error else []
    if broken:
        errors.append(complaints[-1])
    fetched = Fetched(
        source=source.name,
        outcome=_outcome(tally, failed=bool(errors), late=pull.late),
        tally=tally,
        error="; ".join(errors) or None,
        waits=isinstance(pull.error, SourceUnavailable) and not broken,
        complaints=complaints,
    )
    with writing(engine) as connection:
        pulls.add(
            connection,
            pulls.PullRecord(
                source=fetched.source,
                ended_at=now,
                outcome=fetched.outcome,
                tally=tally,
                error=fetched.error,
            ),
            # Asked for again: a day whose dump could not be read, and today, which may grow.
            days=() if broken else [day for day in pull.days if day < now.date()],
        )
    return fetched


def _record(
    engine: sa.Engine, dumps: Sequence[Dump], format_name: str | None, now: datetime
) -> tuple[Tally, tuple[str, ...], bool]:
    """Read and record dumps: the sum, what could not be read, whether a whole dump could not."""
    total, complaints, broken = Tally(), [], False
    for dump in dumps:
        try:
            listing = formats.parse(dump, format_name)
        except ListingMalformed as error:
            complaints.append(str(error))
            broken = True
            continue
        complaints += [f"{dump.name}:{each.line}: {each.why}" for each in listing.rejections]
        with writing(engine) as connection:
            total += recording.record(connection, listing, source=dump.source, seen_at=now)
    return total, tuple(complaints), broken


def _outcome(tally: Tally, *, failed: bool, late: bool) -> Outcome:
    if failed:
        return Outcome.FAILED
    if tally.new:
        return Outcome.NEW
    return Outcome.LATE if late else Outcome.QUIET
