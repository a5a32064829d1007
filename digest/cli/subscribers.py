"""subscribers: those kept in the database, beside those of the files."""

import argparse
import csv
import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from digest import wiring
from digest.cli.output import complain, emit, exit_code, say, table
from digest.config import Settings
from digest.config.people import COLUMNS, from_facts, read_rows, reader
from digest.config.subscribers import addresses_taken
from digest.errors import ConfigError
from digest.store import bounces, issues, subscribers, suppressions, votes
from digest.store.database import reading, writing
from digest.wiring import people

_OF_FILES, _OF_DATABASE = "file", "database"


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked with the subscribers."""
    settings = wiring.load_settings(arguments.config)
    creates = arguments.action in ("add", "import") and not getattr(arguments, "dry_run", False)
    with wiring.open_store(settings, create=creates) as engine:
        return _ACTIONS[arguments.action](settings, engine, arguments)


def _list(settings: Settings, engine: sa.Engine, arguments: argparse.Namespace) -> int:
    everyone, complaints = people.subscribers(settings, engine)
    in_files = addresses_taken(settings.subscribers)
    with reading(engine) as connection:
        stopped = suppressions.load(connection)
    rows = [
        {
            "email": each.email,
            "name": each.name,
            "kept": _OF_FILES if each.key in in_files else _OF_DATABASE,
            "interests": len(each.interests),
            "suppressed": next((stopped[key].why for key in each.keys if key in stopped), None),
        }
        for each in everyone
    ]
    if arguments.json:
        for row in rows:
            emit(row)
    elif rows:
        table(tuple(rows[0]), (row.values() for row in rows))
    for line in complaints:
        complain(line)
    return exit_code(failed=bool(complaints), waits=False)


def _show(settings: Settings, engine: sa.Engine, arguments: argparse.Namespace) -> int:
    """Say everything that is held about one person."""
    everyone, _ = people.subscribers(settings, engine)
    found = people.find_configured(arguments.address, settings, everyone)
    tokens = wiring.tokens(engine)
    with reading(engine) as connection:
        kept = subscribers.find(connection, found.key)
        stopped = suppressions.load(connection)
        cast = votes.load(connection, {found.key: found.keys})[found.key]
        held: dict[str, Any] = {
            "email": found.email,
            "name": found.name,
            "formerly": list(found.formerly),
            "kept": _OF_DATABASE if kept else _OF_FILES,
            "profile": dict(kept.facts) if kept else None,
            "token": tokens.of_subscriber(found.email),
            "suppressed": next((stopped[key].why for key in found.keys if key in stopped), None),
            "issues": [
                {"day": each.day.isoformat(), "state": each.status.value, "papers": each.papers}
                for key in found.keys
                for each in issues.past(connection, subscriber=key)
            ],
            "votes": [
                {"paper": each.stored.paper.title, "liked": each.liked,
                 "at": each.voted_at.isoformat(timespec="seconds")}
                for each in cast
            ],
            "bounces": [each for key in found.keys for each in bounces.of(connection, key)],
        }  # fmt: skip
    if arguments.json:
        emit(held)
    else:
        for name, value in held.items():
            say(f"{name:12} {len(value) if isinstance(value, list) else value}")
    return 0


def _add(settings: Settings, engine: sa.Engine, arguments: argparse.Namespace) -> int:
    facts: dict[str, Any] = {"email": arguments.address}
    for name in ("name", "profile"):
        if (value := getattr(arguments, name)) is not None:
            facts[name] = value
    if arguments.keyword:
        facts["interest"] = [{"keywords": arguments.keyword}]
    return _take(settings, engine, [(1, facts)], Path("subscribers add"), arguments)


def _import(settings: Settings, engine: sa.Engine, arguments: argparse.Namespace) -> int:
    path = Path(arguments.file)
    try:
        text = sys.stdin.read() if arguments.file == "-" else path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path}: is not UTF-8: save the file as UTF-8"]) from error
    rows = list(read_rows(text, path, profile=arguments.profile))
    return _take(settings, engine, rows, path, arguments)


def _take(
    settings: Settings,
    engine: sa.Engine,
    rows: list[tuple[int, dict[str, Any]]],
    path: Path,
    arguments: argparse.Namespace,
) -> int:
    """Keep them all, or none if anything is wrong with one."""
    problems: list[str] = []
    seen: dict[str, int] = {}
    good: dict[str, Any] = {}
    in_files = addresses_taken(settings.subscribers)
    read = reader(settings, path)
    for line, facts in rows:
        try:
            subscriber = read(facts, line)
        except ConfigError as error:
            problems += error.problems
            continue
        if subscriber.key in in_files:
            problems.append(f"{path}:{line}: {subscriber.email} stands in a file, which wins")
        elif subscriber.key in seen:
            first = seen[subscriber.key]
            problems.append(f"{path}:{line}: {subscriber.email} stands in line {first} already")
        seen.setdefault(subscriber.key, line)
        good[subscriber.key] = {**facts, "email": subscriber.email}
    if problems:
        raise ConfigError(problems)
    if getattr(arguments, "dry_run", False):
        say(f"{len(good)} could be kept; nothing is written")
        return 0
    with writing(engine) as connection:
        count = subscribers.put(connection, good.values(), now=wiring.now())
    if arguments.json:
        emit(count)
    else:
        say(", ".join(f"{number} {state}" for state, number in count.items()))
    return 0


def _export(settings: Settings, engine: sa.Engine, arguments: argparse.Namespace) -> int:
    """Print those kept, as JSON Lines or, without what has no column, as CSV."""
    with reading(engine) as connection:
        kept = list(subscribers.load(connection))
    if not arguments.csv:
        for each in kept:
            emit(dict(each.facts))
        return 0
    writer = csv.DictWriter(sys.stdout, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for each in kept:
        (interest,) = each.facts.get("interest", [{}])[:1] or [{}]
        facts = {**interest, **each.facts}
        writer.writerow(
            {name: _cell(facts[name]) for name in COLUMNS if facts.get(name) not in (None, [])}
        )
    return 0


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "|".join(each["term"] if isinstance(each, dict) else str(each) for each in value)
    return str(value)


def _rename(settings: Settings, engine: sa.Engine, arguments: argparse.Namespace) -> int:
    old, new = arguments.address, arguments.new
    everyone, _ = people.subscribers(settings, engine)
    others = [each for each in everyone if old.casefold() not in each.keys]
    if new.casefold() in addresses_taken(others):
        raise ConfigError([f"{new} is an address of a subscriber already"])
    with writing(engine) as connection:
        kept = subscribers.find(connection, old)
        if kept is None:
            raise ConfigError([_not_kept(old, settings)])
        from_facts({**kept.facts, "email": new}, settings, path=Path("subscribers rename"))
        subscribers.rename(connection, old, new, now=wiring.now())
    say(f"{old} is {new} from now on")
    return 0


def _remove(settings: Settings, engine: sa.Engine, arguments: argparse.Namespace) -> int:
    address: str = arguments.address
    with writing(engine) as connection:
        kept = subscribers.find(connection, address)
        if address.casefold() in addresses_taken(settings.subscribers):
            raise ConfigError([_not_kept(address, settings)])
        if kept is None and not arguments.erase:
            raise ConfigError([_not_kept(address, settings)])
        if arguments.erase:
            former = kept.facts.get("formerly", ()) if kept else ()
            subscribers.erase(connection, [address, *former], now=wiring.now())
        else:
            subscribers.remove(connection, address)
    say(f"{address} is {'erased' if arguments.erase else 'removed'}")
    return 0


def _not_kept(address: str, settings: Settings) -> str:
    if address.casefold() in addresses_taken(settings.subscribers):
        return f"{address} stands in a file: change it there (formerly keeps the history)"
    return f"the database keeps no subscriber {address}"


_ACTIONS = {
    "list": _list,
    "show": _show,
    "add": _add,
    "import": _import,
    "export": _export,
    "rename": _rename,
    "remove": _remove,
}
