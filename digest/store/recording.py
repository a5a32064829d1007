"""Recording what listings announce: one record a paper, every sighting kept."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from digest import identity
from digest.identity import Key, KeyKind
from digest.paper import Announcement, Listing, Paper
from digest.store import schema
from digest.store.database import serialise, upsert
from digest.store.papers import chunks, facts, paper_of, rows_by_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What recording a listing did, in papers."""

    pulled: int = 0
    new: int = 0
    known: int = 0
    rejected: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            pulled=self.pulled + other.pulled,
            new=self.new + other.new,
            known=self.known + other.known,
            rejected=self.rejected + other.rejected,
        )


def record(
    connection: sa.Connection, listing: Listing, *, source: str | None, seen_at: datetime
) -> Tally:
    """Record what a listing announces; a second time changes nothing.

    An announcement that shows two records to be one paper unites them, and what was had of
    either counts for both.
    """
    serialise(connection, "papers")
    shelf = _Shelf.load(connection, (a.paper for a in listing.announcements))
    new = 0
    for announcement in listing.announcements:
        same = shelf.matches(announcement.paper)
        if same:
            held = _unite(connection, shelf, same, announcement)
        else:
            new += 1
            held = _insert(connection, shelf, announcement, seen_at)
        _sight(connection, held.id, announcement, source, seen_at)
    pulled = len(listing.announcements)
    rejected = len(listing.rejections)
    return Tally(pulled=pulled, new=new, known=pulled - new, rejected=rejected)


@dataclass(slots=True)
class _Held:
    """A record of the store, as it is while a listing is being recorded."""

    id: int
    paper: Paper
    format: str


@dataclass(slots=True)
class _Shelf:
    """The records that a listing may touch, by key."""

    held: dict[int, _Held] = field(default_factory=dict)
    index: dict[Key, set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def load(cls, connection: sa.Connection, papers: Iterable[Paper]) -> "_Shelf":
        shelf = cls()
        wanted = {key for paper in papers for key in identity.keys(paper)}
        for key, paper_id in rows_by_key(connection, wanted):
            shelf.index[key].add(paper_id)
        ids = set().union(*shelf.index.values())
        table = schema.papers
        for chunk in chunks(sorted(ids)):
            for row in connection.execute(sa.select(table).where(table.c.id.in_(chunk))).mappings():
                shelf.put(_Held(row["id"], paper_of(row), row["format"]))
        return shelf

    def put(self, held: _Held) -> None:
        self.held[held.id] = held
        for key in identity.keys(held.paper):
            self.index[key].add(held.id)

    def replace(self, gone: _Held, into: _Held) -> None:
        del self.held[gone.id]
        for ids in self.index.values():
            if gone.id in ids:
                ids.remove(gone.id)
                ids.add(into.id)

    def matches(self, paper: Paper) -> list[_Held]:
        """Give the records that are this paper, the surest first."""
        same = {}
        for key in identity.keys(paper):
            for held in (self.held[number] for number in self.index.get(key, ())):
                if key.kind is KeyKind.EXACT or identity.is_same(held.paper, paper):
                    same[held.id] = held
        return sorted(
            same.values(),
            key=lambda held: (
                held.paper.arxiv_id is None or held.paper.arxiv_id != paper.arxiv_id,
                held.paper.doi is None or held.paper.doi != paper.doi,
                held.id,
            ),
        )


def _insert(
    connection: sa.Connection, shelf: _Shelf, announcement: Announcement, seen_at: datetime
) -> _Held:
    values = facts(announcement.paper) | {
        "format": announcement.format,
        "first_seen_at": seen_at,
    }
    statement = sa.insert(schema.papers).values(values).returning(schema.papers.c.id)
    number = connection.execute(statement).scalar_one()
    held = _Held(number, announcement.paper, announcement.format)
    shelf.put(held)
    _write_keys(connection, held)
    return held


def _unite(
    connection: sa.Connection, shelf: _Shelf, same: Sequence[_Held], announcement: Announcement
) -> _Held:
    """Merge the announcement into the surest of the records, and into it those it proves equal."""
    held, *others = same
    paper, format_name = identity.merge(
        held.paper, held.format, announcement.paper, announcement.format
    )
    for other in others:
        if identity.is_same(paper, other.paper):
            paper, format_name = identity.merge(paper, format_name, other.paper, other.format)
            _absorb(connection, held.id, other.id)
            shelf.replace(other, held)
    if (paper, format_name) != (held.paper, held.format):
        held.paper, held.format = paper, format_name
        shelf.put(held)
        connection.execute(
            sa.update(schema.papers)
            .where(schema.papers.c.id == held.id)
            .values(facts(paper) | {"format": format_name})
        )
        _write_keys(connection, held)
    return held


def _absorb(connection: sa.Connection, into: int, gone: int) -> None:
    """Make one record part of another: its sightings, its keys, and where it was a pick."""
    papers, sightings, keys = schema.papers, schema.sightings, schema.paper_keys
    for table, name in ((sightings, sightings.c.what), (keys, keys.c.value)):
        held = sa.select(name).where(table.c.paper_id == into)
        connection.execute(sa.delete(table).where(table.c.paper_id == gone, name.in_(held)))
    for table in (sightings, keys, schema.picks):
        connection.execute(sa.update(table).where(table.c.paper_id == gone).values(paper_id=into))
    earliest = sa.select(sa.func.min(papers.c.first_seen_at)).where(papers.c.id.in_((into, gone)))
    first_seen_at = connection.execute(earliest).scalar_one()
    connection.execute(
        sa.update(papers).where(papers.c.id == into).values(first_seen_at=first_seen_at)
    )
    connection.execute(
        sa.update(papers)
        .where(sa.or_(papers.c.id == gone, papers.c.merged_into == gone))
        .values(merged_into=into, arxiv_id=None)
    )


def _sight(
    connection: sa.Connection,
    paper_id: int,
    announcement: Announcement,
    source: str | None,
    seen_at: datetime,
) -> None:
    kind, day = announcement.announce_type, announcement.announced
    values = {
        "paper_id": paper_id,
        "what": "|".join((source or "", announcement.format, kind or "", str(day or ""))),
        "source": source,
        "format": announcement.format,
        "announce_type": kind,
        "announced": day,
        "seen_at": seen_at,
    }
    statement = upsert(schema.sightings, connection).values(values).on_conflict_do_nothing()
    connection.execute(statement)


def _write_keys(connection: sa.Connection, held: _Held) -> None:
    rows = [
        {"kind": key.kind.value, "value": key.value, "paper_id": held.id}
        for key in identity.keys(held.paper)
    ]
    if rows:
        statement = upsert(schema.paper_keys, connection).on_conflict_do_nothing()
        connection.execute(statement, rows)
