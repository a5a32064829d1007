"""Issues come back as they were made, one a subscriber and day."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from builders import NOW, make_issue, make_pick
from digest.issue import Issue, Outcome, Reason, ReasonKind, SourceReport, Status
from digest.store import good_files, issues, outbox, pulls, subscribers
from digest.store.database import reading, writing
from digest.store.issues import Verdict
from digest.store.pulls import PullRecord
from digest.store.recording import Tally
from digest.subscriber import Layout, Suppression
from store.rows import add_issues, all_rows, make_listing, numbered, record, stored

TODAY = date(2026, 3, 10)
TOMORROW = date(2026, 3, 11)
LATER = NOW + timedelta(hours=1)


def add(engine: sa.Engine, issue: Issue) -> int | None:
    with writing(engine) as connection:
        return issues.add(connection, issue)


def make_rich_issue(engine: sa.Engine) -> Issue:
    record(engine, make_listing(*(numbered(title) for title in "abc")))
    first, second, third = stored(engine)
    return make_issue(
        make_pick(
            second,
            score=87.654321,
            interest="Größe & <b>",
            reasons=(
                Reason(kind=ReasonKind.KEYWORD, term="C++", weight=0.1 + 0.2 + 90),
                Reason(kind=ReasonKind.OTHER, term="", weight=-2.645679),
            ),
        ),
        make_pick(first, score=12.5, reasons=()),
        also=(make_pick(third, score=5.0),),
        subscriber="Ada@Example.org",
        name="Ada 🎉",
        sources=(
            SourceReport(source="ml", outcome=Outcome.NEW),
            SourceReport(source="hf", outcome=Outcome.FAILED, why="HTTP 503"),
        ),
        layout=Layout.TITLES,
        language="de",
    )


def test_an_issue_comes_back_as_it_was_made(engine: sa.Engine) -> None:
    issue = make_rich_issue(engine)
    number = add(engine, issue)
    assert number is not None
    with reading(engine) as connection:
        assert issues.load(connection, [number, number + 1]) == {number: issue}


def test_an_issue_without_papers_or_name_comes_back_too(engine: sa.Engine) -> None:
    issue = make_issue(name=None, searched=0)
    number = add(engine, issue)
    assert number is not None
    with reading(engine) as connection:
        assert issues.load(connection, [number])[number] == issue


def test_a_second_issue_of_a_day_is_not_kept(engine: sa.Engine) -> None:
    assert add(engine, make_issue()) is not None
    once = all_rows(engine)
    again = make_issue(subscriber="ADA@example.org", message_id="<2@digest.example.org>")
    assert add(engine, again) is None
    assert all_rows(engine) == once
    assert add(engine, replace(again, day=TOMORROW)) is not None


def test_runs_at_once_make_one_issue_a_subscriber(engine: sa.Engine) -> None:
    names = [f"reader{number}@example.org" for number in range(10)]
    made = [make_issue(subscriber=name, message_id=f"<{name}>") for name in names]
    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(lambda issue: add(engine, issue), made * 4))
    assert len([number for number in numbers if number is not None]) == 10
    with reading(engine) as connection:
        assert outbox.counts(connection) == {Status.QUEUED: 10}
        assert len(issues.past(connection)) == 10


def test_an_issue_is_in_the_outbox_or_does_not_exist(engine: sa.Engine) -> None:
    before = all_rows(engine)
    with pytest.raises(ZeroDivisionError), writing(engine) as connection:  # noqa: PT012
        issues.add(connection, make_issue())
        _ = 1 / 0
    assert all_rows(engine) == before


def test_past_issues_are_listed_by_subscriber_and_day(engine: sa.Engine) -> None:
    add(engine, make_rich_issue(engine))
    add_issues(engine, "grace@example.org")
    add_issues(engine, "ada@example.org", day=TOMORROW)
    with reading(engine) as connection:
        everything = issues.past(connection)
        of_ada = issues.past(connection, subscriber="ADA@example.org")
        of_today = issues.past(connection, day=TODAY)
    assert [(past.subscriber, past.day) for past in everything] == [
        ("ada@example.org", TODAY),
        ("grace@example.org", TODAY),
        ("ada@example.org", TOMORROW),
    ]
    assert of_ada == [everything[0], everything[2]]
    assert of_today == everything[:2]
    assert (everything[0].papers, everything[0].searched) == (2, 412)
    assert (everything[0].status, everything[0].attempts) == (Status.QUEUED, 0)


def test_the_newest_issue_of_each_address_is_known(engine: sa.Engine) -> None:
    add_issues(engine, "Ada@example.org", day=TOMORROW, made_at=LATER)
    add_issues(engine, "ada@example.org", "grace@example.org")
    with reading(engine) as connection:
        days, made = issues.last_days(connection), issues.last_made(connection)
    assert days == {"ada@example.org": TOMORROW, "grace@example.org": TODAY}
    assert made == {"ada@example.org": LATER, "grace@example.org": NOW}


def test_the_newest_verdict_counts(engine: sa.Engine) -> None:
    for day, why in [(TODAY, "nothing-new"), (TOMORROW, "paused"), (TOMORROW, "suppressed")]:
        with writing(engine) as connection:
            verdict = Verdict(subscriber="ada@example.org", day=day, why=why, decided_at=NOW)
            issues.decide(connection, verdict)
    with reading(engine) as connection:
        assert issues.verdicts(connection) == {
            "ada@example.org": Verdict(
                subscriber="ada@example.org", day=TOMORROW, why="suppressed", decided_at=NOW
            )
        }


def test_the_first_reason_of_a_suppression_stays(engine: sa.Engine) -> None:
    first = Suppression(email="ada@example.org", why="asked to stop", since=NOW)
    with writing(engine) as connection:
        subscribers.add_suppression(connection, replace(first, email="Ada@Example.org"))
        subscribers.add_suppression(connection, replace(first, why="bounce", since=LATER))
        assert subscribers.load_suppressions(connection) == {"ada@example.org": first}


def test_the_last_pull_of_each_source_is_given(engine: sa.Engine) -> None:
    early = PullRecord(
        source="ml", ended_at=NOW, outcome=Outcome.NEW, tally=Tally(pulled=4, new=2, known=2)
    )
    late = replace(early, ended_at=LATER, outcome=Outcome.FAILED, tally=Tally(), error="HTTP 503")
    other = replace(early, source="hf", tally=Tally(pulled=1, new=1, rejected=3))
    with writing(engine) as connection:
        for pull in (early, other, late):
            pulls.add(connection, pull)
        assert pulls.last(connection) == {"ml": late, "hf": other}


def test_the_days_of_a_dated_source_are_kept_once(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        pulls.mark(connection, "any", [("", TODAY), ("cs.LG", TODAY)])
        pulls.mark(connection, "any", [("", TODAY), ("", TOMORROW)])
        assert pulls.days(connection, "any") == {"": {TODAY, TOMORROW}, "cs.LG": {TODAY}}
        assert pulls.days(connection, "other") == {}


def test_the_last_good_text_of_a_file_replaces_the_one_before(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        good_files.keep(connection, {"a.toml": "one", "b.toml": "two"}, now=NOW)
        good_files.keep(connection, {"a.toml": "three"}, now=LATER)
        assert good_files.load(connection) == {"a.toml": "three", "b.toml": "two"}
