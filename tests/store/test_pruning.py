"""What is old goes; what was had is known for ever."""

from datetime import timedelta

import sqlalchemy as sa

from builders import NOW, make_issue, make_paper, make_pick
from digest.issue import Outcome, Status
from digest.paper import Paper
from digest.store import issues, papers, pruning, pulls, schema, votes
from digest.store.database import reading, writing
from digest.store.pulls import PullRecord
from digest.store.recording import Tally
from store.rows import make_listing, record, stored

DAY = timedelta(days=1)
ADA = {"ada@example.org": ("ada@example.org",)}
LATER = NOW + 1000 * DAY


def settle(engine: sa.Engine, status: Status) -> None:
    with writing(engine) as connection:
        connection.execute(sa.update(schema.deliveries).values(status=status.value, next_at=None))


def add(engine: sa.Engine, *titles: str, days: int) -> None:
    """Make an issue of papers, so many days after NOW."""
    by_title = {each.paper.title: each for each in stored(engine)}
    at = NOW + days * DAY
    issue = make_issue(
        *(make_pick(by_title[title]) for title in titles),
        subscriber="ada@example.org",
        day=at.date(),
        made_at=at,
        message_id=f"<{days}@example.org>",
    )
    with writing(engine) as connection:
        assert issues.add(connection, issue) is not None


def had(engine: sa.Engine) -> set[str | None]:
    with reading(engine) as connection:
        numbers = issues.had(connection, ADA)["ada@example.org"]
        return {each.paper.title for each in papers.load(connection, numbers).values()}


def prune_issues(engine: sa.Engine) -> int:
    with writing(engine) as connection:
        return pruning.prune_issues(connection, before=LATER, limit=100)


def prune_papers(engine: sa.Engine, *, limit: int = 100) -> int:
    gone, last = 0, -1
    while last:
        with writing(engine) as connection:
            number, last = pruning.prune_papers(
                connection, before=LATER, after=max(last, 0), limit=limit
            )
        gone += number
    return gone


def written(title: str) -> Paper:
    number = ord(title)
    return make_paper(title=title, abstract=f"About {title}.", arxiv_id=f"2601.{number:05d}")


def library(engine: sa.Engine) -> None:
    record(engine, make_listing(*map(written, "abcdef")))


def test_an_old_issue_goes_and_what_was_had_in_it_stays_known(engine: sa.Engine) -> None:
    library(engine)
    add(engine, "a", "b", days=0)
    add(engine, "c", days=1)
    settle(engine, Status.SENT)
    before = had(engine)
    assert prune_issues(engine) == 1
    assert had(engine) == before == {"a", "b", "c"}
    with reading(engine) as connection:
        assert issues.count(connection) == 1  # the newest says how far back the next one looks
        assert len(issues.last_made(connection)) == 1


def test_what_came_to_nothing_was_not_had_and_is_not_the_newest(engine: sa.Engine) -> None:
    library(engine)
    add(engine, "a", days=0)
    settle(engine, Status.SENT)
    add(engine, "b", days=1)
    with writing(engine) as connection:
        connection.execute(
            sa.update(schema.deliveries)
            .where(schema.deliveries.c.status == Status.QUEUED.value)
            .values(status=Status.FAILED.value)
        )
    prune_issues(engine)
    assert had(engine) == {"a"}
    with reading(engine) as connection:
        assert issues.last_made(connection)["ada@example.org"] == NOW


def test_an_issue_that_waits_stays(engine: sa.Engine) -> None:
    library(engine)
    add(engine, "a", days=0)
    add(engine, "b", days=1)
    assert prune_issues(engine) == 0


def test_a_paper_that_nobody_had_goes_with_all_that_is_known_of_it(engine: sa.Engine) -> None:
    library(engine)
    add(engine, "a", "b", days=0)
    add(engine, "c", days=1)
    settle(engine, Status.SENT)
    prune_issues(engine)
    with writing(engine) as connection:
        number = next(each.id for each in stored(engine) if each.paper.title == "d")
        votes.cast(connection, ["ada@example.org"], number, liked=True, now=NOW)
    assert prune_papers(engine, limit=2) == 2
    with reading(engine) as connection:
        kept = {each.paper.title: each.paper for each in stored(engine)}
        named = connection.execute(sa.select(schema.paper_keys.c.paper_id).distinct()).scalars()
        assert len(set(named)) == 4
    assert set(kept) == {"a", "b", "c", "d"}
    # In an issue and voted on: whole. Only had: to be known again.
    assert kept["c"].abstract
    assert kept["d"].abstract
    assert kept["a"].abstract is None
    assert kept["a"].arxiv_id


def test_a_paper_that_comes_again_after_years_is_the_one_that_was_had(engine: sa.Engine) -> None:
    library(engine)
    add(engine, "a", days=0)
    add(engine, "b", days=1)
    settle(engine, Status.SENT)
    prune_issues(engine)
    prune_papers(engine)
    record(engine, make_listing(written("a")), seen_at=LATER)
    assert had(engine) == {"a", "b"}
    with reading(engine) as connection:
        same = [each for each in stored(engine) if each.paper.title == "a"]
        assert len(same) == 1
        assert same[0].id in issues.had(connection, ADA)["ada@example.org"]


def test_pruning_twice_is_pruning_once(engine: sa.Engine) -> None:
    library(engine)
    add(engine, "a", days=0)
    add(engine, "b", days=1)
    settle(engine, Status.SENT)
    assert (prune_issues(engine), prune_papers(engine)) == (1, 4)
    assert (prune_issues(engine), prune_papers(engine)) == (0, 0)


def test_records_go_but_for_the_newest_pull_of_each_source(engine: sa.Engine) -> None:
    for name in ("ml", "ml", "hf"):
        with writing(engine) as connection:
            pulls.add(
                connection,
                PullRecord(source=name, ended_at=NOW, outcome=Outcome.QUIET, tally=Tally()),
            )
    with writing(engine) as connection:
        pruning.prune_records(connection, before=LATER, issues_before=LATER)
        kept = connection.execute(sa.select(schema.pulls.c.id, schema.pulls.c.source)).all()
        assert set(pulls.last(connection)) == {"ml", "hf"}
    assert {row.id for row in kept} == {2, 3}
