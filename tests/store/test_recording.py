"""One record a paper, every sighting kept, and nothing changed by a second time."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import NOW, make_announcement, make_paper, make_pick
from digest.paper import Announcement, AnnounceType, Listing, Paper
from digest.rules.identity import TRUST, is_same
from digest.store import issues, papers, recording, schema
from digest.store.database import reading
from digest.store.recording import Tally
from store.rows import (
    add_issues,
    add_picks,
    all_rows,
    everything,
    make_listing,
    numbered,
    record,
    stored,
)

LONG = (
    "We study how messages spread over sparse graphs, and show that a constant number of "
    "rounds suffices for every graph of bounded degree."
)
LATER = NOW + timedelta(days=1)

BY_ID = make_paper(title=None, abstract=LONG, arxiv_id="2401.00001")
BY_TITLE = make_paper(title="Graphs", abstract=None, authors=("Ada Lovelace",))
PROOF = make_paper(title="Graphs", abstract=None, authors=("Ada Lovelace",), arxiv_id="2401.00001")
"""Shows that the two above are one."""


def test_recording_counts_the_new_and_the_known(engine: sa.Engine) -> None:
    assert record(engine, make_listing(numbered("a"), numbered("b"))) == Tally(pulled=2, new=2)
    tally = record(engine, make_listing(numbered("b"), numbered("c")))
    assert tally == Tally(pulled=2, new=1, known=1)


def test_a_paper_comes_back_as_it_was_announced(engine: sa.Engine) -> None:
    paper = Paper(
        title="Über <b>Graphs</b> & $\\alpha$ 🎉",
        abstract=LONG,
        authors=("Ada Lovelace", "李 明"),
        author_count=2,
        organization="Example Lab",
        categories=("cs.LG", "stat.ML"),
        arxiv_id="2401.00001",
        version=2,
        doi="10.1234/a",
        url="https://a.example",
        pdf_url="https://a.example/pdf",
        comment="9 pages",
        journal_ref="J. 1",
        published=date(2026, 3, 9),
        upvotes=3,
        num_comments=0,
        code_url="https://code.example",
    )
    announcement = make_announcement(
        paper, announce_type=AnnounceType.CROSS, announced=date(2026, 3, 10), format="arxiv-text"
    )
    record(engine, make_listing(announcement), source="ml")
    (held,) = stored(engine)
    assert held.paper == paper
    assert held.first_seen_at == NOW
    assert held.announcement == replace(announcement, source="ml")


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([BY_ID, BY_ID], id="an-arxiv-id"),
        pytest.param([numbered("Editorial"), numbered("Editorial")], id="a-title-alone"),
        pytest.param([numbered("Graphs"), replace(numbered("Graphs"), upvotes=3)], id="votes"),
        pytest.param(
            [replace(BY_ID, version=1), replace(BY_ID, version=2, title="Graphs")], id="versions"
        ),
        pytest.param([BY_ID, BY_TITLE, PROOF], id="a-proof-that-two-are-one"),
        pytest.param([PROOF, BY_TITLE, BY_ID], id="a-proof-that-comes-first"),
    ],
)
def test_one_paper_is_one_record_within_a_listing(engine: sa.Engine, entries: list[Paper]) -> None:
    record(engine, make_listing(*entries))
    assert len(stored(engine)) == 1


def test_two_papers_of_one_title_stay_two(engine: sa.Engine) -> None:
    one = replace(numbered("Editorial"), authors=("Ada Lovelace",))
    other = replace(numbered("Editorial"), authors=("Grace Hopper",))
    record(engine, make_listing(one, other))
    assert [held.paper for held in stored(engine)] == [one, other]


def test_every_sighting_is_kept_once(engine: sa.Engine) -> None:
    cross = make_announcement(BY_ID, announce_type=AnnounceType.CROSS)
    for source, seen_at, entry in [
        ("ml", NOW, BY_ID),
        ("ml", LATER, BY_ID),
        ("hf", LATER, BY_ID),
        ("ml", LATER, cross),
        (None, LATER, BY_ID),
    ]:
        record(engine, make_listing(entry), source=source, seen_at=seen_at)
    (held,) = stored(engine)
    seen = {(s.source, s.announce_type, s.seen_at) for s in held.sightings}
    assert seen == {
        ("ml", None, NOW),
        ("hf", None, LATER),
        ("ml", AnnounceType.CROSS, LATER),
        (None, None, LATER),
    }
    assert len(held.sightings) == 4


def test_a_proof_unites_two_records_of_the_store(engine: sa.Engine) -> None:
    record(engine, make_listing(BY_TITLE), source="hf")
    record(engine, make_listing(BY_ID), source="ml", seen_at=LATER)
    assert len(stored(engine)) == 2
    tally = record(engine, make_listing(PROOF), source="bio", seen_at=LATER)
    (held,) = stored(engine)
    assert tally == Tally(pulled=1, known=1)
    assert held.paper == replace(PROOF, abstract=LONG)
    assert {sighting.source for sighting in held.sightings} == {"hf", "ml", "bio"}
    assert held.first_seen_at == NOW
    with reading(engine) as connection:
        assert papers.count(connection) == 1


def test_facts_that_a_record_learns_unite_it_with_another(engine: sa.Engine) -> None:
    with_title = make_paper(title="Graphs", abstract=LONG)
    with_authors = make_paper(title=None, abstract=LONG, authors=("Ada Lovelace",))
    record(engine, make_listing(BY_TITLE))
    record(engine, make_listing(with_title))
    assert len(stored(engine)) == 2
    record(engine, make_listing(with_authors))
    assert len(stored(engine)) == 1


def test_votes_of_the_announcement_that_unites_two_records_are_the_latest(
    engine: sa.Engine,
) -> None:
    for paper, upvotes in [(BY_TITLE, 3), (BY_ID, 5), (PROOF, 7)]:
        record(engine, make_listing(replace(paper, upvotes=upvotes)))
    assert [held.paper.upvotes for held in stored(engine)] == [7]


def test_a_sighting_that_two_united_records_share_keeps_the_earlier_day(engine: sa.Engine) -> None:
    record(engine, make_listing(BY_TITLE), seen_at=NOW)
    record(engine, make_listing(BY_ID), seen_at=LATER)
    record(engine, make_listing(PROOF), seen_at=LATER)
    (held,) = stored(engine)
    assert [sighting.seen_at for sighting in held.sightings] == [NOW]


def test_what_was_had_of_either_counts_for_the_united_paper(engine: sa.Engine) -> None:
    (title_only,) = add_picks(engine, "ada@example.org", BY_TITLE)
    record(engine, make_listing(BY_ID))
    record(engine, make_listing(PROOF))
    (held,) = stored(engine)
    with reading(engine) as connection:
        had = issues.had(connection, {"ada@example.org": ["ada@example.org"]})
    assert had == {"ada@example.org": {held.id}}
    assert held.id != title_only.id


def test_a_pick_made_just_before_its_paper_was_merged_counts_too(engine: sa.Engine) -> None:
    record(engine, make_listing(BY_TITLE))
    (chosen,) = stored(engine)
    record(engine, make_listing(BY_ID))
    record(engine, make_listing(PROOF))
    (number,) = add_issues(engine, "ada@example.org", picks=(make_pick(chosen),))
    (held,) = stored(engine)
    with reading(engine) as connection:
        assert issues.had(connection, {"ada": ["ada@example.org"]}) == {"ada": {held.id}}
        assert issues.load(connection, [number])[number].picks[0].stored == held


def test_an_absorbed_record_is_still_found(engine: sa.Engine) -> None:
    record(engine, make_listing(BY_TITLE))
    (gone,) = stored(engine)
    record(engine, make_listing(BY_ID))
    record(engine, make_listing(PROOF))
    (held,) = stored(engine)
    with reading(engine) as connection:
        assert papers.load(connection, [gone.id, held.id]) == {gone.id: held, held.id: held}
    assert record(engine, make_listing(BY_TITLE)).known == 1


def test_a_record_that_absorbed_another_can_be_absorbed(engine: sa.Engine) -> None:
    by_doi = make_paper(title="Trees", abstract=None, doi="10.1234/a")
    record(engine, make_listing(BY_TITLE))
    (first,) = stored(engine)
    record(engine, make_listing(make_paper(title="Graphs", abstract=LONG)))
    record(engine, make_listing(make_paper(title=None, abstract=LONG, authors=("Ada Lovelace",))))
    record(engine, make_listing(by_doi))
    record(engine, make_listing(replace(by_doi, abstract=LONG)))
    (held,) = stored(engine)
    with reading(engine) as connection:
        assert papers.load(connection, [first.id])[first.id] == held


def test_two_arxiv_ids_stay_two_whatever_is_announced_between(engine: sa.Engine) -> None:
    one = make_paper(arxiv_id="2401.00001", doi="10.1234/a", abstract=LONG)
    other = make_paper(arxiv_id="2401.00002", doi="10.1234/a", abstract=LONG)
    record(engine, make_listing(one, other, make_paper(doi="10.1234/a", abstract=LONG)))
    assert [held.paper.arxiv_id for held in stored(engine)] == ["2401.00001", "2401.00002"]


def test_a_paper_is_found_by_any_form_of_its_names(engine: sa.Engine) -> None:
    paper = make_paper(arxiv_id="2401.00001", doi="10.1234/A")
    record(engine, make_listing(paper))
    names = [
        "arXiv:2401.00001v3",
        "10.48550/arXiv.2401.00001",
        "https://doi.org/10.1234/a",
        "2401.99999",
        "graphs",
    ]
    with reading(engine) as connection:
        found = papers.by_names(connection, names)
    assert found == dict.fromkeys(names[:3], stored(engine)[0])


SAME = {
    "arxiv id": make_paper(arxiv_id="2401.00001", title=None, abstract=None),
    "doi": make_paper(doi="10.1234/a", title="Another title", abstract=None),
    "title and author": make_paper(title="{Folding} paper", abstract=None, authors=("Shore, A.",)),
}
OTHER = {
    "title alone": make_paper(title="Folding paper", abstract=None),
    "other id": make_paper(arxiv_id="2401.00002", title="Folding paper", authors=("Ann Shore",)),
    "nothing": Paper(),
}


def test_a_paper_is_found_by_its_ids_or_as_identity_decides(engine: sa.Engine) -> None:
    paper = make_paper(
        arxiv_id="2401.00001", doi="10.1234/A", title="Folding Paper", authors=("Ann Shore",)
    )
    record(engine, make_listing(paper, numbered("Trees")))
    with reading(engine) as connection:
        found = papers.same_as(connection, [*SAME.values(), *OTHER.values()])
    assert found == dict.fromkeys(SAME.values(), stored(engine)[0])


def test_papers_are_given_by_when_they_were_seen(engine: sa.Engine) -> None:
    record(engine, make_listing(numbered("a"), numbered("b")), seen_at=NOW)
    record(engine, make_listing(numbered("b"), numbered("c")), source="hf", seen_at=LATER)
    with reading(engine) as connection:
        seen = [held.paper.title for held in papers.seen_since(connection, LATER)]
        first_seen = [held.paper.title for held in papers.first_seen_since(connection, LATER)]
    assert seen == ["b", "c"]
    assert first_seen == ["c"]


def test_more_papers_than_one_statement_takes_are_recorded(engine: sa.Engine) -> None:
    listing = make_listing(*(numbered(f"Graphs {number}") for number in range(450)))
    assert record(engine, listing).new == 450
    assert record(engine, listing).known == 450
    assert len(stored(engine)) == 450


def test_two_runs_at_once_make_one_record_a_paper(engine: sa.Engine) -> None:
    listings = [
        make_listing(*(make_paper(title=f"Graphs {n}", arxiv_id=f"2401.{n:05}") for n in order))
        for order in (range(60), range(59, -1, -1), range(60), range(59, -1, -1))
    ]
    with ThreadPoolExecutor(len(listings)) as pool:
        tallies = list(pool.map(lambda listing: record(engine, listing), listings))
    assert sum(tally.new for tally in tallies) == 60
    assert len(stored(engine)) == 60


a_paper = st.builds(
    Paper,
    title=st.sampled_from([None, "Graphs", "Trees", "Editorial"]),
    abstract=st.sampled_from([None, LONG, LONG.replace("We", "They"), "Short."]),
    authors=st.sampled_from([(), ("Ada Lovelace",), ("Grace Hopper", "A. Lovelace")]),
    arxiv_id=st.sampled_from([None, None, "2401.00001", "2401.00002"]),
    version=st.sampled_from([None, 1, 2]),
    doi=st.sampled_from([None, None, "10.1234/a", "10.1234/b", "10.48550/arXiv.2401.00001"]),
    upvotes=st.sampled_from([None, 3]),
)
an_announcement = st.builds(
    Announcement,
    paper=a_paper,
    format=st.sampled_from([TRUST[0], TRUST[-1]]),
    announce_type=st.sampled_from([None, AnnounceType.NEW, AnnounceType.REPLACE]),
)
a_listing = st.lists(an_announcement, max_size=6).map(
    lambda entries: Listing(format="jsonl", announcements=tuple(entries))
)
IN_ONE_DATABASE = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@IN_ONE_DATABASE
@given(a_listing, a_listing)
def test_recording_again_changes_nothing(
    engine: sa.Engine, before: Listing, listing: Listing
) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        recording.record(connection, before, source="hf", seen_at=NOW)
        recording.record(connection, listing, source="ml", seen_at=NOW)
        once = everything(connection)
        again = recording.record(connection, listing, source="ml", seen_at=LATER)
        assert everything(connection) == once
        assert again.new == 0
        transaction.rollback()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@IN_ONE_DATABASE
@given(st.lists(a_listing, max_size=3))
def test_no_two_records_are_the_same_paper(engine: sa.Engine, listings: list[Listing]) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        for listing in listings:
            recording.record(connection, listing, source="ml", seen_at=NOW)
        held = papers.first_seen_since(connection, NOW)
        pairs = itertools.combinations([each.paper for each in held], 2)
        assert not any(is_same(one, other) for one, other in pairs)
        assert all(each.sightings for each in held)
        transaction.rollback()


def test_a_second_time_writes_no_row(engine: sa.Engine) -> None:
    listing = make_listing(BY_ID, BY_TITLE, PROOF, numbered("Editorial"), numbered("Editorial"))
    record(engine, listing)
    once = all_rows(engine)
    tally = record(engine, listing, seen_at=LATER)
    assert tally == Tally(pulled=5, known=5)
    assert all_rows(engine) == once
    assert once[schema.papers.name]
