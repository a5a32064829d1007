"""Recording what listings announce: one record a paper, every sighting kept."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from digest.paper import Announcement, AnnounceType, Listing, Paper
from digest.rules import identity
from digest.rules.identity import Key, KeyKind
from digest.store import schema, votes
from digest.store.database import serialise, upsert
from digest.store.papers import chunks, facts, paper_of, rows_by_key

_REPLACEMENTS = (AnnounceType.REPLACE, AnnounceType.REPLACE_CROSS)


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
            held = same[0]
            _unite(connection, shelf, held, announcement)
        else:
            new += 1
            held = _insert(connection, shelf, announcement, seen_at)
        _write_keys(connection, held.id, shelf.label(held, announcement.paper))
        _sight(connection, held.id, announcement, source, seen_at)
    pulled = len(listing.announcements)
    rejected = len(listing.rejections)
    return Tally(pulled=pulled, new=new, known=pulled - new, rejected=rejected)


def enrich(connection: sa.Connection, listing: Listing) -> int:
    """Add facts to papers held already, which is no sighting of them; count those known."""
    serialise(connection, "papers")
    shelf = _Shelf.load(connection, (a.paper for a in listing.announcements))
    known = 0
    for announcement in listing.announcements:
        if same := shelf.matches(announcement.paper):
            known += 1
            _unite(connection, shelf, same[0], announcement)
            _write_keys(connection, same[0].id, shelf.label(same[0], announcement.paper))
    return known


@dataclass(slots=True)
class _Held:
    """A record of the store, as it is while a listing is being recorded."""

    id: int
    paper: Paper
    format: str

    @property
    def keys(self) -> tuple[Key, ...]:
        return identity.keys(self.paper)


@dataclass(slots=True)
class _Shelf:
    """The records that a listing may touch, by key."""

    held: dict[int, _Held] = field(default_factory=dict)
    index: dict[Key, set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def load(cls, connection: sa.Connection, papers: Iterable[Paper]) -> "_Shelf":
        """Take every record that these papers may be, and those that such a record may be."""
        shelf = cls()
        asked: set[Key] = set()
        wanted = {key for paper in papers for key in identity.keys(paper)}
        while wanted:
            asked |= wanted
            for key, paper_id in rows_by_key(connection, wanted):
                shelf.index[key].add(paper_id)
            wanted = {key for held in shelf.fill(connection) for key in held.keys} - asked
        return shelf

    def fill(self, connection: sa.Connection) -> list[_Held]:
        """Load the records that the index names and the shelf has not got."""
        table = schema.papers
        missing = sorted(set().union(*self.index.values()) - self.held.keys())
        loaded = [
            _Held(row["id"], paper_of(row), row["format"])
            for chunk in chunks(missing)
            for row in connection.execute(sa.select(table).where(table.c.id.in_(chunk))).mappings()
        ]
        self.held.update((held.id, held) for held in loaded)
        return loaded

    def label(self, held: _Held, paper: Paper) -> list[Key]:
        """Let a record be found by what is known of this paper; give the keys that are new."""
        added = [key for key in identity.keys(paper) if held.id not in self.index[key]]
        for key in added:
            self.index[key].add(held.id)
        return added

    def replace(self, gone: _Held, into: _Held) -> None:
        del self.held[gone.id]
        for ids in self.index.values():
            if gone.id in ids:
                ids.remove(gone.id)
                ids.add(into.id)

    def matches(self, paper: Paper) -> list[_Held]:
        """Give the records that are this paper, the surest first."""
        same: dict[int, _Held] = {}
        for key in identity.keys(paper):
            for held in (self.held[number] for number in sorted(self.index.get(key, ()))):
                if key.kind is KeyKind.EXACT or identity.is_same(held.paper, paper):
                    same.setdefault(held.id, held)
        return list(same.values())

    def equals(self, held: _Held) -> list[_Held]:
        """Give the other records that are the same paper as this one."""
        return [
            other
            for other in self.matches(held.paper)
            if other is not held and identity.is_same(held.paper, other.paper)
        ]


def _insert(
    connection: sa.Connection, shelf: _Shelf, announcement: Announcement, seen_at: datetime
) -> _Held:
    values = facts(announcement.paper) | {
        "format": announcement.format,
        "first_seen_at": seen_at,
    }
    statement = sa.insert(schema.papers).returning(schema.papers.c.id)
    number = connection.execute(statement, values).scalar_one()
    held = _Held(number, announcement.paper, announcement.format)
    shelf.held[number] = held
    return held


def _unite(
    connection: sa.Connection, shelf: _Shelf, held: _Held, announcement: Announcement
) -> None:
    """Merge the announcement into a record, and into that the records it proves equal."""
    before = (held.paper, held.format)
    _merge(held, announcement.paper, announcement.format)
    while others := shelf.equals(held):
        _merge(held, others[0].paper, others[0].format)
        # Once more: its counts of votes are the latest.
        _merge(held, announcement.paper, announcement.format)
        _absorb(connection, held.id, others[0].id)
        shelf.replace(others[0], held)
    if (held.paper, held.format) != before:
        connection.execute(
            sa.update(schema.papers)
            .where(schema.papers.c.id == held.id)
            .values(facts(held.paper) | {"format": held.format})
        )


def _merge(held: _Held, paper: Paper, format_name: str) -> None:
    held.paper, held.format = identity.merge(held.paper, held.format, paper, format_name)


def _absorb(connection: sa.Connection, into: int, gone: int) -> None:
    """Make one record part of another: its sightings, keys, votes, and where it was a pick."""
    papers, sightings, keys = schema.papers, schema.sightings, schema.paper_keys
    _keep_earliest(connection, into, gone)
    for table, name in (
        (sightings, sa.tuple_(sightings.c.what)),
        (keys, sa.tuple_(keys.c.kind, keys.c.value)),
        (schema.had, sa.tuple_(schema.had.c.subscriber)),
    ):
        held = sa.select(*name.clauses).where(table.c.paper_id == into)
        connection.execute(sa.delete(table).where(table.c.paper_id == gone, name.in_(held)))
    for table in (sightings, keys, schema.picks, schema.had):
        connection.execute(sa.update(table).where(table.c.paper_id == gone).values(paper_id=into))
    votes.follow_merge(connection, into, gone)
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


def _keep_earliest(connection: sa.Connection, into: int, gone: int) -> None:
    """Date what both records were seen as by who saw it first."""
    sightings, both = schema.sightings, schema.sightings.alias()
    earliest = sa.select(sa.func.min(both.c.seen_at)).where(
        both.c.what == sightings.c.what, both.c.paper_id.in_((into, gone))
    )
    connection.execute(
        sa.update(sightings)
        .where(sightings.c.paper_id == into)
        .values(seen_at=earliest.scalar_subquery())
    )


def _sight(
    connection: sa.Connection,
    paper_id: int,
    announcement: Announcement,
    source: str | None,
    seen_at: datetime,
) -> None:
    kind, day = announcement.announce_type, announcement.announced
    # Replacements have no day; each version of a paper is one of its own.
    when = day or (f"v{announcement.paper.version}" if kind in _REPLACEMENTS else "")
    values = {
        "paper_id": paper_id,
        "what": "|".join((source or "", announcement.format, kind or "", str(when))),
        "source": source,
        "format": announcement.format,
        "announce_type": kind,
        "announced": day,
        "seen_at": seen_at,
    }
    statement = upsert(schema.sightings, connection).on_conflict_do_nothing()
    connection.execute(statement, values)


def _write_keys(connection: sa.Connection, paper_id: int, new: Iterable[Key]) -> None:
    rows = [{"kind": key.kind.value, "value": key.value, "paper_id": paper_id} for key in new]
    if rows:
        statement = upsert(schema.paper_keys, connection).on_conflict_do_nothing()
        connection.execute(statement, rows)
