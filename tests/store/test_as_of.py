"""The store as it was: what came later can be left out."""

from dataclasses import replace
from datetime import date, timedelta

import sqlalchemy as sa

from builders import NOW, make_paper
from digest.store import issues, papers, votes
from digest.store.database import reading, writing
from digest.store.issues import Verdict
from digest.store.papers import find, former_record
from store.rows import add_issues, add_picks, make_listing, numbered, record, stored

ADA = {"ada@example.org": ("ada@example.org",)}
LATER = NOW + timedelta(days=1)
TODAY, TOMORROW = date(2026, 3, 10), date(2026, 3, 11)


def test_papers_come_without_what_was_seen_later(engine: sa.Engine) -> None:
    record(engine, make_listing(numbered("a")))
    record(engine, make_listing(numbered("a"), numbered("b")), source="hf", seen_at=LATER)
    first, second = stored(engine)
    with reading(engine) as connection:
        (seen,) = papers.seen_since(connection, NOW, until=NOW)
        loaded = papers.load(connection, [first.id, second.id], until=NOW)
    assert [sighting.source for sighting in seen.sightings] == ["ml"]
    assert loaded[first.id] == seen
    assert loaded[second.id].sightings == ()


def test_what_was_had_and_made_by_then(engine: sa.Engine) -> None:
    (early,) = add_picks(engine, "ada@example.org", numbered("a"))
    (late,) = add_picks(engine, "ada@example.org", numbered("b"), day=TOMORROW, made_at=LATER)
    with reading(engine) as connection:
        assert issues.had(connection, ADA) == {"ada@example.org": {early.id, late.id}}
        assert issues.had(connection, ADA, before=LATER) == {"ada@example.org": {early.id}}
        assert issues.last_made(connection, before=LATER) == {"ada@example.org": NOW}
        assert issues.last_made(connection, before=NOW) == {}


def test_votes_cast_by_then(engine: sa.Engine) -> None:
    record(engine, make_listing(numbered("a"), numbered("b")))
    first, second = stored(engine)
    with writing(engine) as connection:
        for held, now in ((first, NOW), (second, LATER)):
            votes.cast(connection, ADA["ada@example.org"], held.id, liked=True, now=now)
        ((early,),) = votes.load(connection, ADA, until=NOW).values()
    assert early.stored == first


def test_the_issues_with_a_paper_are_listed_also_after_it_was_merged(engine: sa.Engine) -> None:
    by_title = make_paper(title="Graphs", abstract=None, authors=("Ada Lovelace",))
    by_id = make_paper(title=None, abstract="We count graphs " * 6, arxiv_id="2401.00001")
    add_picks(engine, "ada@example.org", by_title)
    add_issues(engine, "ada@example.org", day=TOMORROW)
    record(engine, make_listing(by_id, replace(by_title, arxiv_id="2401.00001")))
    (held,) = stored(engine)
    with reading(engine) as connection:
        listed = issues.past(connection, subscriber="ada@example.org", paper=held.id)
    assert [past.day for past in listed] == [TODAY]


def test_the_verdict_of_a_day_is_given(engine: sa.Engine) -> None:
    paused = Verdict(subscriber="ada@example.org", day=TODAY, why="paused", decided_at=NOW)
    with writing(engine) as connection:
        issues.decide(connection, paused)
        assert issues.verdict(connection, "ada@example.org", TODAY) == paused
        assert issues.verdict(connection, "ada@example.org", TOMORROW) is None
        assert issues.verdict(connection, "eve@example.org", TODAY) is None


def test_a_record_that_became_part_of_another_is_known_by_its_own_name(engine: sa.Engine) -> None:
    abstract = "We show at great length that messages spread over every sparse graph. " * 2
    by_id = make_paper(title="On rumours", abstract=None, arxiv_id="2401.00001")
    gossip = make_paper(title="Gossip", abstract=abstract, url="https://example.org/7")
    proof = make_paper(title="On rumours", abstract=abstract, arxiv_id="2401.00001")
    record(engine, make_listing(gossip, by_id, proof))
    (held,) = stored(engine)
    with reading(engine) as connection:
        for asked in ("gossip", "https://example.org/7"):
            assert find(connection, asked) == (held,)
        assert former_record(connection, held, "gossip") == gossip
        assert former_record(connection, held, "rumours") is None
        assert former_record(connection, held, "2401.00001") is None
