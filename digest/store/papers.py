"""Papers and their sightings as they are asked for.

Which paper of the store a person means: by id, by address, or by words of its title.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import unquote

import sqlalchemy as sa

from digest.paper import AnnounceType, Paper, PaperId, Sighting, StoredPaper
from digest.rules import identity
from digest.rules.identity import Key, KeyKind, fold
from digest.store import schema

_T = TypeVar("_T")
_FACTS = tuple(f.name for f in fields(Paper))
_LISTS = ("authors", "categories")
_NAMES = (KeyKind.ARXIV, KeyKind.DOI)
_CHUNK = 400
"""Values in one IN (...): SQLite before 3.32 takes 999 parameters a statement."""


def seen_since(
    connection: sa.Connection, since: datetime, *, until: datetime | None = None
) -> list[StoredPaper]:
    """Give the papers of which there is a sighting since then, by id.

    With `until` nothing that was seen later counts.
    """
    seen_at = schema.sightings.c.seen_at
    recent = sa.select(schema.sightings.c.paper_id).where(seen_at >= since, _by(until))
    return _load(connection, schema.papers.c.id.in_(recent), until=until)


def first_seen_since(connection: sa.Connection, since: datetime) -> list[StoredPaper]:
    """Give the papers first seen since then, by id."""
    return _load(connection, schema.papers.c.first_seen_at >= since)


def numbers_since(
    connection: sa.Connection, since: datetime, *, until: datetime | None = None
) -> tuple[list[int], datetime | None]:
    """Give the ids of papers first seen since then, oldest first, and when the first of them was.

    With `until` only those that were seen by then.
    """
    table = schema.papers
    query = (
        sa.select(table.c.id, table.c.first_seen_at)
        .where(table.c.first_seen_at >= since, table.c.merged_into.is_(None))
        .order_by(table.c.first_seen_at, table.c.id)
    )
    if until is not None:
        query = query.where(table.c.first_seen_at <= until)
    rows = connection.execute(query).all()
    return [row[0] for row in rows], rows[0][1] if rows else None


def load(
    connection: sa.Connection, ids: Iterable[int], *, until: datetime | None = None
) -> dict[int, StoredPaper]:
    """Give papers by id; one that was merged is given as what it became.

    With `until` they come without what was seen later.
    """
    papers = schema.papers
    found: dict[int, int] = {}
    for chunk in chunks(sorted(set(ids))):
        rows = connection.execute(
            sa.select(papers.c.id, sa.func.coalesce(papers.c.merged_into, papers.c.id)).where(
                papers.c.id.in_(chunk)
            )
        )
        found.update((row[0], row[1]) for row in rows)
    loaded: dict[int, StoredPaper] = {}
    for chunk in chunks(sorted(set(found.values()))):
        held = _load(connection, papers.c.id.in_(chunk), until=until)
        loaded.update((stored.id, stored) for stored in held)
    return {asked: loaded[now] for asked, now in found.items()}


def by_names(connection: sa.Connection, names: Iterable[str]) -> dict[str, StoredPaper]:
    """Find papers by arXiv id or DOI, in any form that PaperId reads; the unknown are left out."""
    keys = {name: _key_of(name) for name in names}
    wanted = [key for key in keys.values() if key]
    ids = dict(rows_by_key(connection, wanted))
    papers = load(connection, ids.values())
    return {name: papers[ids[key]] for name, key in keys.items() if key and key in ids}


def same_as(connection: sa.Connection, wanted: Iterable[Paper]) -> dict[Paper, StoredPaper]:
    """Find the papers that these are: by id, else by title or abstract as identity decides."""
    keys = {paper: identity.keys(paper) for paper in wanted}
    ids: dict[Key, list[int]] = defaultdict(list)
    for key, number in rows_by_key(connection, {key for each in keys.values() for key in each}):
        ids[key].append(number)
    held = load(connection, {number for numbers in ids.values() for number in numbers})
    return {
        paper: held[number]
        for paper, mine in keys.items()
        for key in reversed(mine)  # the surest is the last, and stays
        for number in ids.get(key, ())
        if key.kind in _NAMES or identity.is_same(paper, held[number].paper)
    }


def merged_into(connection: sa.Connection, paper_id: int) -> list[Paper]:
    """Give what was known of the records that became part of this one, before they did."""
    table = schema.papers
    query = sa.select(table).where(table.c.merged_into == paper_id).order_by(table.c.id)
    return [paper_of(row) for row in connection.execute(query).mappings()]


def unhydrated(
    connection: sa.Connection, *, since: datetime, trusted: Sequence[str], limit: int
) -> list[str]:
    """Name, newest first, papers that arXiv's own interface was not asked about yet.

    Papers whose facts are from one of the `trusted` formats already need no asking.
    """
    table = schema.papers
    query = (
        sa.select(table.c.arxiv_id)
        .where(
            table.c.arxiv_id.is_not(None),
            table.c.hydrated_at.is_(None),
            table.c.format.not_in(trusted),
            table.c.first_seen_at >= since,
        )
        .order_by(table.c.first_seen_at.desc(), table.c.id.desc())
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def mark_hydrated(connection: sa.Connection, names: Sequence[str], *, at: datetime) -> None:
    """Write down that these papers need not be asked about again."""
    table = schema.papers
    for chunk in chunks(names):
        connection.execute(
            sa.update(table).where(table.c.arxiv_id.in_(chunk)).values(hydrated_at=at)
        )


def count(connection: sa.Connection) -> int:
    """Count the distinct papers held."""
    query = sa.select(sa.func.count()).where(schema.papers.c.merged_into.is_(None))
    return int(connection.execute(query).scalar_one())


def rows_by_key(connection: sa.Connection, keys: Iterable[Key]) -> Iterator[tuple[Key, int]]:
    """Find which papers have any of these keys."""
    table = schema.paper_keys
    values: dict[KeyKind, set[str]] = defaultdict(set)
    for key in keys:
        values[key.kind].add(key.value)
    for kind, wanted in values.items():
        for chunk in chunks(sorted(wanted)):
            # The kind comes first in the index.
            found = sa.and_(table.c.kind == kind.value, table.c.value.in_(chunk))
            for row in connection.execute(sa.select(table).where(found)):
                yield Key(kind, row.value), row.paper_id


def _key_of(name: str) -> Key | None:
    known = PaperId.parse(name)
    if known is None:
        return None
    if known.arxiv:
        return Key(KeyKind.ARXIV, known.arxiv)
    return Key(KeyKind.DOI, known.doi or "")


def _by(until: datetime | None) -> sa.ColumnElement[bool]:
    return sa.true() if until is None else schema.sightings.c.seen_at <= until


def _load(
    connection: sa.Connection,
    condition: sa.ColumnElement[bool],
    *,
    until: datetime | None = None,
) -> list[StoredPaper]:
    papers, sightings = schema.papers, schema.sightings
    live = sa.and_(condition, papers.c.merged_into.is_(None))
    seen: dict[int, list[Sighting]] = defaultdict(list)
    query = (
        sa.select(sightings)
        .where(sightings.c.paper_id.in_(sa.select(papers.c.id).where(live)), _by(until))
        .order_by(sightings.c.seen_at, sightings.c.what)
    )
    for row in connection.execute(query).mappings():
        seen[row["paper_id"]].append(_sighting(row))
    rows = connection.execute(sa.select(papers).where(live).order_by(papers.c.id)).mappings()
    return [
        StoredPaper(id=row["id"], paper=paper_of(row), sightings=tuple(seen[row["id"]]))
        for row in rows
    ]


def facts(paper: Paper) -> dict[str, Any]:
    """Give a paper's facts as column values."""
    return asdict(paper) | {name: list(getattr(paper, name)) for name in _LISTS}


def paper_of(row: sa.RowMapping) -> Paper:
    """Give the paper of a row."""
    lists = {name: tuple(row[name]) for name in _LISTS}
    return Paper(**{name: row[name] for name in _FACTS} | lists)


def _sighting(row: sa.RowMapping) -> Sighting:
    kind = row["announce_type"]
    return Sighting(
        source=row["source"],
        format=row["format"],
        seen_at=row["seen_at"],
        announce_type=AnnounceType(kind) if kind else None,
        announced=row["announced"],
    )


def chunks(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Cut values into runs that fit one statement."""
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


_ADDRESS = re.compile(r"https?://(?P<rest>\S+)", re.IGNORECASE)
_DOI_IN_ADDRESS = re.compile(r"10\.\d{4,9}/[^\s?#]+")
_TAIL_OF_PAGE = re.compile(r"(?:v\d+)?(?:\.(?:full|abstract))?(?:\.pdf)?/?$")


def find(connection: sa.Connection, asked: str) -> tuple[StoredPaper, ...]:
    """Give the papers that a name may mean: none, the one, or several to choose from."""
    asked = asked.strip()
    address = _ADDRESS.fullmatch(asked)
    if PaperId.parse(asked):
        ids = _by_names(connection, asked)
    elif address:
        ids = _by_address(connection, address["rest"]) or _by_names(connection, *_dois(asked))
    else:
        ids = _by_title(connection, asked)
    held = load(connection, ids)
    return tuple({stored.id: stored for stored in held.values()}.values())


def former_record(connection: sa.Connection, stored: StoredPaper, asked: str) -> Paper | None:
    """Give the record that had this name, if it is the name of one that became part of another."""
    if PaperId.parse(asked.strip()) or _is_named(stored.paper, asked):
        return None
    gone = merged_into(connection, stored.id)
    return next((paper for paper in gone if _is_named(paper, asked)), None)


def _is_named(paper: Paper, asked: str) -> bool:
    """Say whether a record itself has an address, or all the words in its title."""
    if address := _ADDRESS.fullmatch(asked.strip()):
        return bool({paper.url, paper.pdf_url}.intersection(_forms(address["rest"])))
    title = fold(paper.title or "")
    return all(fold(word) in title for word in asked.split())


def _by_names(connection: sa.Connection, *names: str) -> list[int]:
    return [stored.id for stored in by_names(connection, names).values()]


def _by_address(connection: sa.Connection, rest: str) -> list[int]:
    """Look an address up as sources wrote it, whatever its scheme and closing slash."""
    forms = _forms(rest)
    table = schema.papers
    query = sa.select(table.c.id).where(sa.or_(table.c.url.in_(forms), table.c.pdf_url.in_(forms)))
    return list(connection.execute(query).scalars())


def _forms(rest: str) -> list[str]:
    bare = rest.rstrip("/")
    return [f"{scheme}://{bare}{end}" for scheme in ("https", "http") for end in ("", "/")]


def _dois(address: str) -> list[str]:
    """Give the DOI that a publisher's address may hold, without what its page adds."""
    found = _DOI_IN_ADDRESS.search(unquote(address))
    return [found[0], _TAIL_OF_PAGE.sub("", found[0])] if found else []


def _by_title(connection: sa.Connection, words: str) -> list[int]:
    """Give the papers whose title has all the words; among them those that fit best.

    A title that is the words and nothing else comes before one that has them in this order, and
    that before one that only has them.
    """
    folded = [part for word in words.split() if (part := fold(word))]
    if not folded:
        return []
    table = schema.paper_keys
    has_all = [table.c.value.contains(word) for word in folded]
    query = sa.select(table.c.value, table.c.paper_id).where(
        table.c.kind == KeyKind.TITLE.value, *has_all
    )
    titles = [
        (row.value, row.paper_id) for row in connection.execute(query.order_by(table.c.paper_id))
    ]
    phrase = "".join(folded)
    exact = [number for title, number in titles if title == phrase]
    in_order = [number for title, number in titles if phrase in title]
    return exact or in_order or [number for _, number in titles]
