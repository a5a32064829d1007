"""Subscribers that are no part of a configuration: those to be kept in the database, or kept."""

import csv
import io
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

from digest.config.document import Document, KeyPath
from digest.config.mistakes import Mistakes
from digest.config.paths import Place
from digest.config.settings import Settings
from digest.config.subscribers import OwnTable, from_document
from digest.errors import ConfigError
from digest.subscriber import Subscriber

_OWN = ("email", "name", "formerly")
_LISTS = ("keywords", "authors", "categories")  # columns of one interest
_NUMBERS = ("max_papers", "also", "min_score", "trending", "diversity", "surprise")
_SIMPLE = (
    "timezone", "send_at", "layout", "abstract", "language", "when_empty", "window", "profile",
    "until",
)  # fmt: skip
COLUMNS = (*_OWN[:2], *_SIMPLE, "days", "sources", *_NUMBERS, *_LISTS, "about")
_STAYS_A_FILE = (
    'keep this profile as a file, named in digest.subscribers = ["subscribers.d/*.toml"]'
)

Row = tuple[Subscriber, dict[str, Any], int]
"""Somebody to be kept, the keys of a subscriber's file as JSON has them, and their line."""


def from_facts(
    facts: Mapping[str, Any],
    settings: Settings,
    *,
    path: Path,
    line: int = 1,
    taken: Collection[str] = frozenset(),
) -> Subscriber:
    """Make a subscriber of the keys of a subscriber's file; ConfigError with its mistakes."""
    document = Document(path=path, text="", data=dict(facts), lines={(): line})
    return from_document(document, settings.shared, taken)


def reader(settings: Settings, path: Path) -> Callable[[Mapping[str, Any], int], Subscriber]:
    """Make subscribers of facts and the line they stand in; those who want the same share it."""
    shared: dict[str, Subscriber] = {}

    def read(facts: Mapping[str, Any], line: int) -> Subscriber:
        wanted = {name: value for name, value in facts.items() if name not in _OWN}
        key = json.dumps(wanted, sort_keys=True)
        own = {name: facts[name] for name in _OWN if name in facts}
        if key not in shared:
            shared[key] = from_facts(facts, settings, path=path, line=line)
            return shared[key]
        table = _own(own, path, line)
        return replace(
            shared[key], email=table.email, name=table.name, formerly=table.formerly or ()
        )

    return read


def read_profile(path: Path, settings: Settings, *, profile: str | None = None) -> Row:
    """Read a subscriber's file, to be kept in the database; ConfigError with all its mistakes."""
    document = Document.read(path)
    if profile is not None and not {"interest", "subscriber", "profile"} & document.data.keys():
        document.data["profile"] = profile
    problems = _unfit(document)
    subscriber = None
    try:
        subscriber = from_document(document, settings.shared)
    except ConfigError as error:
        problems += error.problems
    if problems or subscriber is None:
        raise ConfigError(problems)
    facts = {name: _as_json(value) for name, value in document.data.items()}
    if nested := facts.pop("subscriber", None):
        facts |= nested
    return subscriber, facts, document.line(("email",))


def read_table(
    text: str,
    path: Path,
    settings: Settings,
    *,
    profile: str | None = None,
    kept: Mapping[str, Mapping[str, Any]],
) -> Iterator[Row | ConfigError]:
    """Read CSV or JSON Lines: each row, or what is wrong with it.

    A table says nothing of what it has no column for: that stays as it is `kept`, by address.
    """
    read = reader(settings, path)
    for line, facts in _read_rows(text, path, profile=profile, kept=kept):
        problems = _unfit(Document(path=path, text="", data=facts, lines={(): line}))
        try:
            subscriber = read(facts, line)
        except ConfigError as error:
            yield ConfigError([*problems, *error.problems])
        else:
            yield ConfigError(problems) if problems else (subscriber, facts, line)


def _unfit(document: Document) -> list[str]:
    """Return what of a profile cannot go into the database: files, and secrets."""
    problems = []
    nested = document.data.get("subscriber")
    tables: list[tuple[KeyPath, Any]] = [(("interest",), document.data.get("interest"))]
    if isinstance(nested, dict):
        tables.append((("subscriber", "interest"), nested.get("interest")))
    for path, interests in tables:
        for number, interest in enumerate(interests if isinstance(interests, list) else ()):
            examples = interest.get("examples") if isinstance(interest, dict) else None
            for place, example in enumerate(examples if isinstance(examples, list) else ()):
                if why := _unfit_example(example):
                    where = document.where((*path, number, "examples", place))
                    problems.append(f"{where}: {why}: {_STAYS_A_FILE}")
    return problems


def _unfit_example(example: Any) -> str | None:
    if not isinstance(example, dict):
        return None
    if "file" in example:
        return "a file of examples cannot go into the database"
    library = example.get("zotero")
    if isinstance(library, dict) and "key" in library:
        return "the key of a Zotero library does not go into the database"
    return None


def _as_json(value: Any) -> Any:
    """Return a value of TOML as JSON has it; dates and hours read the same as text."""
    if isinstance(value, dict):
        return {name: _as_json(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_json(each) for each in value]
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return value.isoformat() if isinstance(value, date) else value


def _own(facts: dict[str, Any], path: Path, line: int) -> OwnTable:
    document = Document(path=path, text="", data=facts, lines={(): line})
    mistakes = Mistakes(document, Place(folder=path.absolute().parent, is_trusted=False))
    table = mistakes.read(OwnTable, ())
    mistakes.raise_any()
    assert table is not None  # noqa: S101 (whatever is wrong has been raised)
    return table


def _read_rows(
    text: str, path: Path, *, profile: str | None, kept: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Read CSV or JSON Lines: the line and the facts of each; ConfigError for what is neither."""
    text = text.removeprefix("\ufeff")
    is_json = text.lstrip().startswith("{")
    rows = _json_lines(text, path) if is_json else _table(text, path, kept)
    for line, facts in rows:
        if profile is not None and "interest" not in facts:
            facts = {"profile": profile, **facts}
        yield line, facts


def _json_lines(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            facts = json.loads(line)
        except ValueError as error:
            raise ConfigError([f"{path}:{number}: this is no JSON: {error}"]) from error
        if not isinstance(facts, dict):
            raise ConfigError([f"{path}:{number}: this is no JSON object"])
        yield number, facts


def _table(
    text: str, path: Path, kept: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[int, dict[str, Any]]]:
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        names = [name.strip().lower() for name in next(rows, [])]
        if "email" not in names:
            raise ConfigError(
                [f"{path}:1: the first line names no column email: name the columns, as in "
                 "email,name,profile"]
            )  # fmt: skip
        if unknown := [name for name in names if name not in COLUMNS]:
            allowed = ", ".join(COLUMNS)
            raise ConfigError(
                [f"{path}:1: {name!r} is no column: they are {allowed}" for name in unknown]
            )
        for cells in rows:
            if any(cell.strip() for cell in cells):
                if len(cells) > len(names):
                    raise ConfigError(
                        [f"{path}:{rows.line_num}: has {len(cells)} cells for {len(names)} columns"]
                    )
                facts = _facts(dict(zip(names, cells, strict=False)))
                before = kept.get(str(facts.get("email")).casefold(), {})
                yield rows.line_num, {**_unmentioned(before, names), **facts}
    except csv.Error as error:
        raise ConfigError([f"{path}:{rows.line_num}: this is no CSV: {error}"]) from error


def _unmentioned(facts: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return what of somebody's facts a table with these columns leaves as it is."""
    has_interest = bool({*_LISTS, "about"}.intersection(names))
    said = {*names, "interest"} if has_interest else {*names}
    return {name: value for name, value in facts.items() if name not in said}


def _facts(cells: Mapping[str, str]) -> dict[str, Any]:
    """Turn cells into the keys of a subscriber's file; lists are parted by | or, within, by ;."""
    said = {name: cell.strip() for name, cell in cells.items() if cell.strip()}
    interest: dict[str, Any] = {name: _listed(said.pop(name)) for name in _LISTS if name in said}
    if "about" in said:
        interest["about"] = said.pop("about")
    facts: dict[str, Any] = dict(said)
    for name in ("days", "sources"):
        if name in facts:
            facts[name] = _listed(facts[name])
    for name in _NUMBERS:
        if name in facts:
            facts[name] = _number(facts[name])
    return {**facts, "interest": [interest]} if interest else facts


def _listed(cell: str) -> list[str]:
    return [part.strip() for part in cell.replace("|", ";").split(";") if part.strip()]


def _number(cell: str) -> Any:
    try:
        return int(cell)
    except ValueError:
        try:
            return float(cell)
        except ValueError:
            return cell  # and what is wrong with it is said where the key is read
