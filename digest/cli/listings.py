"""parse, fetch, papers: listings in, papers out."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from digest.cli.output import (
    complain,
    counted,
    emit,
    exit_code,
    id_of,
    local,
    meanwhile,
    name_of,
    progress,
    say,
    table,
)
from digest.errors import ConfigError, ListingMalformed
from digest.paper import Dump
from digest.sources import jsonl, registry
from digest.sources.kept import unpacked

if TYPE_CHECKING:  # what only `fetch` needs is heavy
    from sqlalchemy import Engine

    from digest.config import Settings
    from digest.pipeline.fetch import Fetched, Haul, Supply

_ENCODED = timedelta(weeks=5)
"""How old papers may be that are still looked at, mostly."""


def parse(arguments: argparse.Namespace) -> int:
    """Print every paper of the given dumps as JSON Lines, in document order."""
    for name in arguments.files:
        if name != "-" and not Path(name).exists():
            _read(name)  # one that is missing is said before any is read
    failed = [not _print_papers(name, arguments.format) for name in arguments.files]
    return exit_code(failed=any(failed), waits=False)


def _print_papers(name: str, format_name: str | None) -> bool:
    """Print the papers of one dump, which may be large; False if any could not be read."""
    dump = _read(name)
    try:
        listing = registry.parse(dump, format_name)
    except ListingMalformed as error:
        complain(str(error))
        return False
    for announcement in listing.announcements:
        emit(jsonl.to_json(announcement))
    for rejection in listing.rejections:
        complain(f"{dump.name}:{rejection.line}: {rejection.why}")
    return not listing.rejections


def fetch(arguments: argparse.Namespace) -> int:
    """Pull the sources, or read the given dumps, into the store."""
    from digest import wiring
    from digest.cli import configuration
    from digest.wiring import people

    if arguments.files and len(arguments.source) > 1:
        raise ConfigError(["dumps given by hand can be of one --source only"])
    dumps = [_read(name) for name in arguments.files]
    settings = configuration.load(arguments, acts=True)
    with (
        wiring.open_sources(settings, arguments.source, tell=meanwhile) as supply,
        wiring.open_store(settings, create=True) as engine,
    ):
        people.meet(engine, settings.subscribers, now=wiring.now())
        haul = _fetch_dumps(engine, supply, dumps, arguments) if dumps else _fetch(engine, supply)
    done = haul.fetched
    for line in (*(line for each in done for line in each.complaints), *haul.complaints):
        complain(line)
    if arguments.json:
        for each in done:
            emit(as_json(each))
    elif arguments.quiet:
        for each in done:
            if (each.is_for_a_person or each.is_for_later) and not each.complaints:
                complain(f"{each.source}: {each.outcome}: {each.error or each.why}")
    else:
        _show(done)
    if settings.ranking.embeddings:
        _encode(settings)
    return exit_code(
        failed=any(each.is_for_a_person for each in done),
        waits=any(each.is_for_later for each in done),
    )


def _show(done: "Sequence[Fetched]") -> None:
    new = sum(each.tally.new for each in done)
    pulled = sum(each.tally.pulled for each in done)
    say(f"{new} new of {counted(pulled, 'paper')} from {counted(len(done), 'source')}")
    columns = ("source", "outcome", "pulled", "new", "known", "rejected")
    facts = [as_json(each) for each in done]
    rows = ([*(fact[name] for name in columns), fact["error"] or fact["why"]] for fact in facts)
    table((*columns, "why"), rows, texts=1)


def papers(arguments: argparse.Namespace) -> int:
    """Print what the store holds, by the order it was first seen in."""
    from digest import wiring
    from digest.cli import configuration
    from digest.store import papers as store
    from digest.store.database import reading

    day = arguments.since or date.min
    settings = configuration.load(arguments)
    with wiring.open_store(settings, read_only=True) as engine, reading(engine) as connection:
        held = store.first_seen_since(connection, datetime.combine(day, time(), UTC))
    if arguments.json:
        for stored in held:
            emit(jsonl.to_json(stored.announcement))
        return 0
    say(counted(len(held), "paper"))
    rows = (
        (local(p.first_seen_at), id_of(p.paper), p.announcement.source, name_of(p.paper))
        for p in held
    )
    table(("first seen", "id", "source", "paper"), rows, texts=1)
    return 0


def as_json(fetched: "Fetched") -> dict[str, object]:
    """Give what `fetch` reports of one source."""
    tally = fetched.tally
    return {
        "source": fetched.source,
        "pulled": tally.pulled,
        "new": tally.new,
        "known": tally.known,
        "rejected": tally.rejected,
        "outcome": fetched.outcome.value,
        "error": fetched.error,
        "why": fetched.why,
    }


def _read(name: str) -> Dump:
    """Read a file, or standard input for `-`; one that is not there is bad usage.

    A kept dump is unpacked, and knows its source and when it was pulled.
    """
    try:
        if name == "-":
            return Dump(content=sys.stdin.buffer.read(), name=name)
        return unpacked(Path(name))
    except OSError as error:
        raise ConfigError([f"{name}: {error.strerror}"]) from error


def _fetch_dumps(
    engine: "Engine", supply: "Supply", dumps: Sequence[Dump], arguments: argparse.Namespace
) -> "Haul":
    """Record dumps given by hand, kept ones first: those count as seen when they were pulled."""
    from digest import wiring
    from digest.pipeline.fetch import Haul, fetch_dump
    from digest.pipeline.hydrate import ANSWERS

    now = wiring.now()
    named = next(iter(arguments.source), None)
    sources = {source.name: source for source in supply.sources}
    done = []
    with progress("reading") as tick:
        # Answers complete the papers of the listings that were pulled at the same moment.
        in_order = sorted(dumps, key=lambda dump: (dump.pulled_at or now, dump.source == ANSWERS))
        for number, dump in enumerate(in_order, start=1):
            given = replace(dump, source=named or dump.source)
            if given.source:
                given = replace(given, pulled_at=dump.pulled_at or now)
            done.append(
                fetch_dump(
                    engine,
                    given,
                    now=given.pulled_at or now,
                    format_name=arguments.format,
                    # A dump kept from a source is read as that source's; any other as it is.
                    source=sources.get(dump.source or ""),
                )
            )
            tick(number, len(dumps))
    return Haul(fetched=tuple(done))


def _encode(settings: "Settings") -> None:
    """Keep the vectors of what is new: whoever looks only computes them."""
    from digest import wiring
    from digest.store import papers as store
    from digest.store.database import reading

    with wiring.open_store(settings) as engine, progress("encoding") as tick:
        encoder = wiring.encoder(settings, engine, progress=tick)
        with reading(engine) as connection:
            held = store.first_seen_since(connection, wiring.now() - _ENCODED)
        if encoder:
            encoder.encode([each.paper for each in held])


def _fetch(engine: "Engine", supply: "Supply") -> "Haul":
    from digest import wiring
    from digest.pipeline.fetch import fetch as fetch_sources

    with progress("fetching") as tick:
        return fetch_sources(engine, supply, now=wiring.now(), progress=tick, begin=tick.begin)
