"""Votes: the last word of a subscriber on a paper, whatever either was called before."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from builders import NOW, make_paper
from digest.store import votes
from digest.store.database import reading, writing
from digest.subscriber import Vote
from store.rows import all_rows, make_listing, numbered, record, stored

ADA = ("ada@example.org",)
ADA_SINCE = ("lovelace@example.org", "ada@example.org")
EARLY, LATE = NOW - timedelta(days=1), NOW + timedelta(days=1)

BY_TITLE = make_paper(title="Graphs", abstract=None, authors=("Ada Lovelace",))
BY_ID = make_paper(title=None, abstract="We count graphs " * 6, arxiv_id="2401.00001")
PROOF = make_paper(title="Graphs", abstract=None, authors=("Ada Lovelace",), arxiv_id="2401.00001")
"""Shows that the two above are one."""


def cast(engine: sa.Engine, number: int, *, liked: bool, who=ADA, now=NOW) -> None:
    with writing(engine) as connection:
        votes.cast(connection, who, number, liked=liked, now=now)


def load(engine: sa.Engine, who=ADA) -> list[tuple[str | None, bool]]:
    with reading(engine) as connection:
        found = votes.load(connection, {who[0]: who})[who[0]]
    assert {each.subscriber for each in found} <= {who[0]}
    return [(each.stored.paper.title, each.liked) for each in found]


def test_a_vote_comes_back_with_its_paper(engine: sa.Engine) -> None:
    record(engine, make_listing(numbered("a")))
    (held,) = stored(engine)
    cast(engine, held.id, liked=True)
    with reading(engine) as connection:
        (found,) = votes.load(connection, {ADA[0]: ADA})[ADA[0]]
        assert votes.everybodys(connection) == [found]
    assert found.vote == Vote(paper=held.paper, liked=True, voted_at=NOW)


def test_a_vote_replaces_the_one_before_and_can_be_taken_back(engine: sa.Engine) -> None:
    record(engine, make_listing(numbered("a"), numbered("b")))
    first, second = stored(engine)
    cast(engine, first.id, liked=True)
    cast(engine, second.id, liked=True, now=LATE)
    cast(engine, first.id, liked=False, now=LATE + timedelta(days=1))
    assert load(engine) == [("b", True), ("a", False)]
    with writing(engine) as connection:
        assert votes.clear(connection, ADA, first.id)
        assert not votes.clear(connection, ADA, first.id)
    assert load(engine) == [("b", True)]


def test_votes_are_each_subscribers_own(engine: sa.Engine) -> None:
    record(engine, make_listing(numbered("a")))
    (held,) = stored(engine)
    cast(engine, held.id, liked=True)
    cast(engine, held.id, liked=False, who=("grace@example.org",))
    assert load(engine) == [("a", True)]
    assert load(engine, ("grace@example.org",)) == [("a", False)]
    assert load(engine, ("eve@example.org",)) == []


def test_votes_follow_a_new_address(engine: sa.Engine) -> None:
    record(engine, make_listing(numbered("a"), numbered("b")))
    first, second = stored(engine)
    for held in (first, second):
        cast(engine, held.id, liked=True)
    cast(engine, first.id, liked=False, who=ADA_SINCE, now=LATE)
    assert load(engine, ADA_SINCE) == [("b", True), ("a", False)]
    with writing(engine) as connection:
        assert votes.clear(connection, ADA_SINCE, second.id)
    assert load(engine, ADA_SINCE) == [("a", False)]


@pytest.mark.parametrize(
    ("on_title", "on_id", "left"),
    [
        pytest.param(EARLY, None, True, id="one vote moves"),
        pytest.param(None, EARLY, False, id="one vote stays"),
        pytest.param(LATE, EARLY, True, id="of two the later moves"),
        pytest.param(EARLY, LATE, False, id="of two the later stays"),
        pytest.param(NOW, NOW, False, id="of two at once that of the surer record"),
    ],
)
def test_votes_follow_a_paper_that_is_merged(
    engine: sa.Engine, on_title, on_id, left: bool
) -> None:
    record(engine, make_listing(BY_TITLE, BY_ID))
    by_title, by_id = stored(engine)
    for held, when, liked in ((by_title, on_title, True), (by_id, on_id, False)):
        if when:
            cast(engine, held.id, liked=liked, now=when)
            cast(engine, held.id, liked=liked, who=(f"{held.id}@example.org",))
    record(engine, make_listing(PROOF))
    (held,) = stored(engine)
    ((_, liked),) = load(engine)
    assert liked is left
    assert all(f" {held.id}," in row for row in all_rows(engine)["votes"])
