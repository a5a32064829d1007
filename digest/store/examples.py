"""What was learnt about papers that subscribers name, and what was in their libraries."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from digest.paper import Paper
from digest.store import schema
from digest.store.database import upsert
from digest.store.papers import chunks, facts
from digest.subscriber import Example, Library

_LISTS = ("authors", "categories")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What a library had when it last answered, and when it is to be asked again."""

    examples: tuple[Example, ...] = ()
    version: int | None = None
    asked_at: datetime
    again_at: datetime


def keep(
    connection: sa.Connection,
    papers: Mapping[str, Paper | None],
    *,
    asked_at: datetime,
    again_at: datetime | None,
) -> None:
    """Keep what was answered about names, None for nothing; nothing undoes no earlier answer."""
    table = schema.example_papers
    for name, paper in papers.items():
        values: dict[str, Any] = {"asked_at": asked_at, "again_at": again_at}
        if paper:
            values["facts"] = _to_json(paper)
        statement = upsert(table, connection).values(name=name, **values)
        connection.execute(
            statement.on_conflict_do_update(index_elements=[table.c.name], set_=values)
        )


def known(connection: sa.Connection, names: Collection[str]) -> dict[str, Paper]:
    """Give what was learnt, by name; what nobody knew is left out."""
    table = schema.example_papers
    query = sa.select(table.c.name, table.c.facts)
    return {
        row.name: _from_json(row.facts)
        for chunk in chunks(sorted(set(names)))
        for row in connection.execute(query.where(table.c.name.in_(chunk)))
        if row.facts
    }


def settled(connection: sa.Connection, names: Collection[str], *, now: datetime) -> set[str]:
    """Give the names that need not be asked for now."""
    table = schema.example_papers
    until = sa.or_(table.c.again_at.is_(None), table.c.again_at > now)
    return {
        name
        for chunk in chunks(sorted(set(names)))
        for name in connection.execute(
            sa.select(table.c.name).where(table.c.name.in_(chunk), until)
        ).scalars()
    }


def shelve(connection: sa.Connection, library: Library, holdings: Holdings) -> None:
    """Keep what a library has, in place of what it had."""
    table = schema.example_libraries
    values = {
        "examples": [_example_to_json(each) for each in holdings.examples],
        "version": holdings.version,
        "asked_at": holdings.asked_at,
        "again_at": holdings.again_at,
    }
    statement = upsert(table, connection).values(library=_key(library), **values)
    connection.execute(
        statement.on_conflict_do_update(index_elements=[table.c.library], set_=values)
    )


def shelved(connection: sa.Connection, libraries: Iterable[Library]) -> dict[Library, Holdings]:
    """Give what is kept of libraries."""
    table = schema.example_libraries
    by_key = {_key(library): library for library in libraries}
    return {
        by_key[row["library"]]: _holdings(row)
        for chunk in chunks(sorted(by_key))
        for row in connection.execute(sa.select(table).where(table.c.library.in_(chunk))).mappings()
    }


def _holdings(row: sa.RowMapping) -> Holdings:
    return Holdings(
        examples=tuple(_example_from_json(each) for each in row["examples"]),
        version=row["version"],
        asked_at=row["asked_at"],
        again_at=row["again_at"],
    )


def _key(library: Library) -> str:
    return json.dumps([library.base_url, library.name, library.account, *library.collections])


def _example_to_json(example: Example) -> dict[str, Any]:
    return {
        "name": example.name,
        "added": example.added.isoformat() if example.added else None,
        "paper": _to_json(example.paper) if example.paper else None,
    }


def _example_from_json(kept: Mapping[str, Any]) -> Example:
    return Example(
        name=kept["name"],
        added=date.fromisoformat(kept["added"]) if kept["added"] else None,
        paper=_from_json(kept["paper"]) if kept["paper"] else None,
    )


def _to_json(paper: Paper) -> dict[str, Any]:
    """Write the facts that are known; one that a later version knows is no harm to this one."""
    known = {name: value for name, value in facts(paper).items() if value not in (None, [])}
    return known | ({"published": paper.published.isoformat()} if paper.published else {})


def _from_json(kept: Mapping[str, Any]) -> Paper:
    values = {field.name: kept[field.name] for field in fields(Paper) if field.name in kept}
    values |= {name: tuple(kept[name]) for name in _LISTS if name in kept}
    if "published" in kept:
        values["published"] = date.fromisoformat(kept["published"])
    return Paper(**values)
