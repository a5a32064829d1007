"""parse, fetch, papers: listings in, papers out."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from digest import formats
from digest.cli.output import complain, emit, exit_code, name_of, progress, say, table
from digest.errors import ConfigError, ListingMalformed
from digest.formats import jsonl
from digest.paper import Dump

if TYPE_CHECKING:  # what only `fetch` needs is heavy
    from sqlalchemy import Engine

    from digest.pipeline.fetch import Fetched
    from digest.sources import Source


def parse(arguments: argparse.Namespace) -> int:
    """Print every paper of the given dumps as JSON Lines, in document order."""
    failed = False
    for dump in [_read(name) for name in arguments.files]:
        try:
            listing = formats.parse(dump, arguments.format)
        except ListingMalformed as error:
            complain(str(error))
            failed = True
            continue
        for announcement in listing.announcements:
            sys.stdout.write(jsonl.dumps(announcement) + "\n")
        for rejection in listing.rejections:
            complain(f"{dump.name}:{rejection.line}: {rejection.why}")
            failed = True
    return exit_code(failed=failed, waits=False)


def fetch(arguments: argparse.Namespace) -> int:
    """Pull the sources, or read the given dumps, into the store."""
    from digest import wiring

    if arguments.files and len(arguments.source) > 1:
        raise ConfigError(["dumps given by hand can be of one --source only"])
    dumps = [_read(name) for name in arguments.files]
    settings = wiring.load_settings(arguments.config)
    with (
        wiring.open_sources(settings, arguments.source) as sources,
        wiring.open_store(settings, create=True) as engine,
    ):
        done = _fetch_dumps(engine, dumps, arguments) if dumps else _fetch(engine, sources)
    for each in done:
        for line in each.complaints:
            complain(line)
    if arguments.json:
        for each in done:
            emit(as_json(each))
    else:
        columns = ("source", "pulled", "new", "known", "rejected", "outcome", "error")
        table(columns, (list(as_json(each).values()) for each in done))
    return exit_code(
        failed=any(each.tally.rejected or (each.error and not each.waits) for each in done),
        waits=any(each.error for each in done),
    )


def papers(arguments: argparse.Namespace) -> int:
    """Print what the store holds, by the order it was first seen in."""
    from digest import wiring
    from digest.store import papers as store
    from digest.store.database import reading

    day = arguments.since or date.min
    settings = wiring.load_settings(arguments.config)
    with wiring.open_store(settings) as engine, reading(engine) as connection:
        held = store.first_seen_since(connection, datetime.combine(day, time(), UTC))
    if arguments.json:
        for stored in held:
            sys.stdout.write(jsonl.dumps(stored.announcement) + "\n")
        return 0
    rows = ((p.first_seen_at.date(), p.announcement.source, name_of(p.paper)) for p in held)
    table(("first seen", "source", "paper"), rows)
    say(f"{len(held)} papers")
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
    }


def _read(name: str) -> Dump:
    """Read a file, or standard input for `-`; one that is not there is bad usage."""
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise ConfigError([f"{name}: {error.strerror}"]) from error
    return Dump(content=content, name=name)


def _fetch_dumps(
    engine: "Engine", dumps: Sequence[Dump], arguments: argparse.Namespace
) -> list["Fetched"]:
    from digest import wiring
    from digest.pipeline.fetch import fetch_dump

    now = wiring.now()
    source = next(iter(arguments.source), None)
    done = []
    with progress("reading") as tick:
        for number, dump in enumerate(dumps, start=1):
            given = replace(dump, source=source, pulled_at=now if source else None)
            done.append(fetch_dump(engine, given, format_name=arguments.format, now=now))
            tick(number, len(dumps))
    return done


def _fetch(engine: "Engine", sources: Sequence["Source"]) -> list["Fetched"]:
    from digest import wiring
    from digest.pipeline.fetch import fetch as fetch_all

    with progress("fetching") as tick:
        numbers = count(1)
        return list(
            fetch_all(
                engine,
                sources,
                now=wiring.now(),
                progress=lambda _: tick(next(numbers), len(sources)),
            )
        )
