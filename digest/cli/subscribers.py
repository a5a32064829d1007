"""subscribers: those kept in the database, beside those of the files."""

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from digest import wiring
from digest.cli import configuration, held
from digest.cli.output import complain, counted, emit, exit_code, note, say, table
from digest.config import Settings
from digest.config.rows import COLUMNS, Row, from_facts, read_profile, read_table
from digest.config.subscribers import addresses_taken
from digest.errors import ConfigError
from digest.mail.directory import remove_messages
from digest.store import erasing, subscribers
from digest.store.database import reading, writing
from digest.store.subscribers import load_suppressions
from digest.wiring import people

_OF_FILES, _OF_DATABASE = "file", "database"


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked with the subscribers."""
    is_dry = getattr(arguments, "dry_run", False)
    looks = is_dry or arguments.action in ("list", "show", "export")
    settings = configuration.load(arguments, acts=not looks)
    creates = arguments.action in ("add", "import") and not is_dry
    with wiring.open_store(settings, create=creates, read_only=looks) as engine:
        return _ACTIONS[arguments.action](settings, engine, arguments)


def _list(settings: Settings, engine: sa.Engine, arguments: argparse.Namespace) -> int:
    everyone, complaints = people.subscribers(settings, engine)
    in_files = addresses_taken(settings.subscribers)
    with reading(engine) as connection:
        stopped = load_suppressions(connection)
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
    else:
        in_database = sum(row["kept"] == _OF_DATABASE for row in rows)
        say(f"{counted(len(rows), 'subscriber')}, {in_database} of them kept in the database")
        columns = ("email", "name", "kept", "interests", "suppressed")
        table(columns, ([row[name] for name in columns] for row in rows), texts=1)
    for line in complaints:
        complain(line)
    return exit_code(failed=bool(complaints), waits=False)


def _add(settings: Settings, engine: sa.Engine, arguments: argparse.Namespace) -> int:
    """Keep one, or change what is named of one who is kept: nothing else of theirs is lost."""
    path = Path("subscribers add")
    new = {name: value for name in ("name", "profile") if (value := getattr(arguments, name))}
    keywords: list[Any] = arguments.keyword or []
    with reading(engine) as connection:
        kept = subscribers.find(connection, arguments.address.strip())
    facts: dict[str, Any] = {"email": arguments.address} | dict(kept.facts if kept else {}) | new
    if keywords:
        facts["interest"] = _with_keywords(facts.get("interest", []), keywords)
    subscriber = from_facts(facts, settings, path=path)
    code = _keep(settings, engine, [(subscriber, facts, 1)], path, arguments)
    if kept and not arguments.json:
        _say_what_changed(kept.facts, facts)
    return code


def _with_keywords(interests: list[Any], keywords: list[str]) -> list[Any]:
    """Add keywords to the only interest there is; to several, as one of their own."""
    if len(interests) != 1:
        return [*interests, {"keywords": keywords}]
    (interest,) = interests
    there = interest.get("keywords", [])
    known = {each["term"] if isinstance(each, dict) else each for each in there}
    return [{**interest, "keywords": [*there, *(each for each in keywords if each not in known)]}]


def _say_what_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    changed = [name for name in after if after[name] != before.get(name) and name != "email"]
    stay = [name for name in before if name not in changed and name != "email"]
    note(f"{after['email']} was kept already: changed {', '.join(changed) or 'nothing'}")
    if stay:
        note(f"unchanged: {', '.join(stay)}")


def _import(settings: Settings, engine: sa.Engine, arguments: argparse.Namespace) -> int:
    """Keep those of a table, or of a subscriber's file."""
    path = Path(arguments.file)
    if path.suffix.casefold() == ".toml":
        row = read_profile(path, settings, profile=arguments.profile)
        return _keep(settings, engine, [row], path, arguments)
    try:
        text = sys.stdin.read() if arguments.file == "-" else path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path}: is not UTF-8: save the file as UTF-8"]) from error
    with reading(engine) as connection:
        kept = {each.email: each.facts for each in subscribers.load(connection)}
    rows = read_table(text, path, settings, profile=arguments.profile, kept=kept)
    return _keep(settings, engine, rows, path, arguments)


def _keep(
    settings: Settings,
    engine: sa.Engine,
    rows: Iterable[Row | ConfigError],
    path: Path,
    arguments: argparse.Namespace,
) -> int:
    """Keep them all, or none if anything is wrong with one."""
    problems: list[str] = []
    seen: dict[str, int] = {}
    good: dict[str, Any] = {}
    in_files = addresses_taken(settings.subscribers)
    with reading(engine) as connection:
        others = _addresses_of_others(connection)
        stopped = load_suppressions(connection)
    for row in rows:
        if isinstance(row, ConfigError):
            problems += row.problems
            continue
        subscriber, facts, line = row
        if subscriber.key in in_files:
            problems.append(f"{path}:{line}: {subscriber.email} stands in a file, which wins")
        elif subscriber.key in seen:
            first = seen[subscriber.key]
            problems.append(f"{path}:{line}: {subscriber.email} stands in line {first} already")
        for key in subscriber.keys:
            if (owner := others.get(key, subscriber.key)) != subscriber.key:
                problems.append(
                    f"{path}:{line}: {key} is or was the address of {owner}: "
                    f"digest subscribers rename {owner} NEW gives them another"
                )
        seen.setdefault(subscriber.key, line)
        good[subscriber.key] = {**facts, "email": subscriber.email}
    if problems:
        raise ConfigError(problems)
    if getattr(arguments, "dry_run", False):
        note(f"{len(good)} could be kept; nothing is written")
        return 0
    with writing(engine) as connection:
        count = subscribers.put(connection, good.values(), now=wiring.now())
    for key in good:
        if key in stopped or subscribers.hashed(key) in stopped:
            complain(
                f"{key} is suppressed and gets no mail: digest suppress {key} --remove ends it"
            )
    if arguments.json:
        emit(count)
    else:
        note(", ".join(f"{number} {state}" for state, number in count.items()))
    return 0


def _addresses_of_others(connection: sa.Connection) -> dict[str, str]:
    """Return every address that those kept have or had, and the present one of each."""
    found = {}
    for kept in subscribers.load(connection):
        for address in (kept.email, *kept.facts.get("formerly", ())):
            found[address.casefold()] = kept.email
    return found


def _export(settings: Settings, engine: sa.Engine, arguments: argparse.Namespace) -> int:
    """Print those kept, as JSON Lines or, without what has no column, as CSV."""
    with reading(engine) as connection:
        kept = list(subscribers.load(connection))
    if not arguments.csv:
        for each in kept:
            emit(dict(each.facts))
        return 0
    if left_out := sorted({name for each in kept for name in _without_column(each.facts)}):
        complain(f"left out, for a table has no column for it: {', '.join(left_out)}")
    writer = csv.DictWriter(sys.stdout, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for each in kept:
        (interest,) = each.facts.get("interest", [])[:1] or [{}]
        facts = {name: interest[name] for name in interest if name != "name"} | dict(each.facts)
        writer.writerow(
            {name: _cell(facts[name]) for name in COLUMNS if facts.get(name) not in (None, [])}
        )
    return 0


def _without_column(facts: Mapping[str, Any]) -> Iterator[str]:
    """Name what a row of a table cannot hold of somebody's facts."""
    interests = facts.get("interest", [])
    yield from (name for name in facts if name not in (*COLUMNS, "interest"))
    yield from ("interests but the first" for _ in interests[1:2])
    for interest in interests[:1]:
        for name, value in interest.items():
            if name not in COLUMNS or name == "name":
                yield f"interest.{name}"
            elif isinstance(value, list) and any(len(x) > 1 for x in value if isinstance(x, dict)):
                yield f"weights and the like of interest.{name}"


def _cell(value: Any) -> str:
    if isinstance(value, list):
        terms = (
            each.get("term") or each.get("name") if isinstance(each, dict) else each
            for each in value
        )
        return "|".join(map(str, terms))
    return str(value)


def _rename(settings: Settings, engine: sa.Engine, arguments: argparse.Namespace) -> int:
    old, new = arguments.address, arguments.new
    in_files = addresses_taken(settings.subscribers)
    with writing(engine) as connection:
        kept = subscribers.find(connection, old)
        if kept is None:
            raise ConfigError([_not_kept(old, settings, connection)])
        owner = _addresses_of_others(connection).get(new.casefold(), kept.email)
        if owner != kept.email or new.casefold() in in_files:
            raise ConfigError([f"{new} is an address of a subscriber already"])
        facts = subscribers.renamed(kept.facts, new)
        from_facts(facts, settings, path=Path("subscribers rename"))
        subscribers.rename(connection, old, new, now=wiring.now())
        if new.casefold() in load_suppressions(connection):
            complain(
                f"{new} is suppressed and gets no mail: digest suppress {new} --remove ends it"
            )
    note(f"{old} is {new} from now on")
    return 0


def _remove(settings: Settings, engine: sa.Engine, arguments: argparse.Namespace) -> int:
    address: str = arguments.address.strip()
    with writing(engine) as connection:
        kept = subscribers.find(connection, address)
        if address.casefold() in addresses_taken(settings.subscribers):
            raise ConfigError([_not_kept(address, settings, connection)])
        if kept is None and not arguments.erase:
            raise ConfigError([_not_kept(address, settings, connection)])
        former = list(kept.facts.get("formerly", ())) if kept else []
        if not arguments.erase:
            subscribers.remove(connection, address)
    if arguments.erase:
        if kept is None:
            held.require_something(settings, engine, address)
        return _erase(settings, engine, [address, *former])
    note(f"{address} is removed; what was had stays known, and digest subscribers show says it")
    for each in former:
        note(f"so does what {each} had: --erase forgets each of the two")
    return 0


def _erase(settings: Settings, engine: sa.Engine, addresses: list[str]) -> int:
    """Forget a person, and say where something of them may lie still."""
    erased = erasing.erase(engine, addresses, now=wiring.now())
    found = list(erased.holders)
    mail = settings.mail
    if mail and mail.directory:
        remove_messages(mail.directory, addresses)
        found += erasing.holders(mail.directory, addresses)
    if mail and mail.inbox:
        for folder in ("new", "cur", "unreadable"):
            found += erasing.holders(mail.inbox / folder, addresses)
    note(f"{addresses[0]} is erased; a hash remains, so that nobody writes there again")
    for line in (*erased.left, *(f"{path} holds the address: remove it" for path in found)):
        complain(line)
    note("backups made before now hold it until they are removed, and so does the system's journal")
    return exit_code(failed=False, waits=erased.waits)


def _not_kept(address: str, settings: Settings, connection: sa.Connection) -> str:
    if address.casefold() in addresses_taken(settings.subscribers):
        return f"{address} stands in a file: change it there (formerly keeps the history)"
    kept = _addresses_of_others(connection)
    if present := kept.get(address.casefold()):
        return f"{address} is {present} now: name that address"
    return f"the database keeps no subscriber {address}{people.nearest(address, kept)}"


_ACTIONS = {
    "list": _list,
    "show": held.show,
    "add": _add,
    "import": _import,
    "export": _export,
    "rename": _rename,
    "remove": _remove,
}
