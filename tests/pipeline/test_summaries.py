"""Summaries of picks: who is asked about what, how often, and what a failure costs."""

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from builders import NOW, make_issue, make_pick, make_stored
from digest.extras.summary import Endpoint
from digest.issue import Issue
from digest.pipeline.summaries import StoredSummaries
from digest.store import caches
from digest.store.database import reading
from http_server import Reply
from summary_service import DOWN, SummaryService, completion

DAY = timedelta(days=1)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[SummaryService]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with SummaryService() as service:
        yield service


class Run:
    """One run of the program: its own writer, the same store."""

    def __init__(self, engine: sa.Engine, service: SummaryService, **rest: Any) -> None:
        timeout = rest.pop("timeout", timedelta(seconds=20))
        self.endpoint = Endpoint(
            url=service.address, model="tiny", timeout=timeout, sleep=lambda seconds: None
        )
        writer = None if rest.pop("dry", False) else self.endpoint
        facts = {"max_per_day": 100, "at_once": 1, **rest}
        self.summaries = StoredSummaries(engine, "tiny", writer, **facts)

    def add(self, *issues: Issue, now: datetime = NOW) -> list[list[str | None]]:
        with self.endpoint:
            added = self.summaries.add(issues, now=now)
        assert [each.also for each in added] == [each.also for each in issues]
        return [[pick.summary for pick in issue.picks] for issue in added]


def issue(*titles: str, **facts: Any) -> Issue:
    picks = (make_pick(make_stored(title=title, abstract=f"On {title}.")) for title in titles)
    return make_issue(*picks, **facts)


def test_each_paper_is_asked_about_once_a_language_best_first_and_then_never_again(
    engine: sa.Engine, service: SummaryService
) -> None:
    mine, yours = issue("A", "B", also=issue("X").picks), issue("C", "A", "D")
    german = issue("A", language="de")
    run = Run(engine, service)
    a, b, c, d = (f"It is about {title}." for title in "ABCD")
    assert run.add(mine, yours, german) == [[a, b], [c, a, d], [a]]
    assert service.asked == ["A", "C", "A", "B", "D"]
    assert run.summaries.trouble is None
    service.reply = lambda title: DOWN
    again = Run(engine, service)
    assert again.add(mine, yours, german) == [[a, b], [c, a, d], [a]]
    assert len(service.requests) == 5
    assert again.summaries.trouble is None


def test_a_dry_run_gives_what_is_kept_and_asks_for_nothing(
    engine: sa.Engine, service: SummaryService
) -> None:
    dry = Run(engine, service, dry=True)
    assert dry.add(issue("A", "B")) == [[None, None]]
    assert dry.summaries.trouble is None
    Run(engine, service).add(issue("A"))
    assert Run(engine, service, dry=True).add(issue("A", "B")) == [["It is about A.", None]]
    assert service.asked == ["A"]


def test_an_answer_that_says_nothing_is_kept_too(
    engine: sa.Engine, service: SummaryService
) -> None:
    service.reply = lambda title: completion("See https://evil.example.org")
    for _ in range(2):
        run = Run(engine, service)
        assert run.add(issue("A")) == [[None]]
        assert run.summaries.trouble is None
    assert len(service.requests) == 1


def test_a_paper_without_an_abstract_is_left_alone(
    engine: sa.Engine, service: SummaryService
) -> None:
    bare = make_issue(make_pick(make_stored(title="A", abstract=None)))
    assert Run(engine, service).add(bare, make_issue()) == [[None], []]
    assert service.requests == []


def test_one_failure_costs_one_summary_and_is_told_in_a_line(
    engine: sa.Engine, service: SummaryService
) -> None:
    service.reply = lambda title: Reply(body=b"no") if title == "B" else completion(title)
    run = Run(engine, service)
    assert run.add(issue("A", "B", "C")) == [["A", None, "C"]]
    assert run.summaries.trouble == (
        f"summary: 1 paper goes without: {service.address}/chat/completions: "
        "what it answered is no chat completion"
    )
    service.reply = lambda title: completion("Late.")
    assert Run(engine, service).add(issue("A", "B", "C")) == [["A", "Late.", "C"]]


def test_after_three_failures_in_a_row_the_rest_of_the_run_goes_without(
    engine: sa.Engine, service: SummaryService
) -> None:
    bad = {"B", "C", "E", "F", "G"}
    service.reply = lambda title: Reply(status=400) if title in bad else completion(title)
    run = Run(engine, service)
    added = run.add(issue(*"ABCDEFGHI"))
    assert added == [["A", None, None, "D", None, None, None, None, None]]
    assert service.asked == [*"ABCDEFG"]
    assert str(run.summaries.trouble).startswith(
        "summary: 7 papers go without: 3 failures in a row, the last: http://127.0.0.1:"
    )
    assert run.add(issue("J")) == [[None]]
    assert len(service.requests) == 7


def test_an_endpoint_that_refuses_us_is_asked_once(
    engine: sa.Engine, service: SummaryService
) -> None:
    service.key = "another"
    run = Run(engine, service)
    assert run.add(issue(*"ABC")) == [[None, None, None]]
    assert len(service.requests) == 1
    assert "3 papers go without: " in str(run.summaries.trouble)
    assert "answered 401" in str(run.summaries.trouble)


def test_no_more_requests_are_made_than_a_day_has_failed_ones_too(
    engine: sa.Engine, service: SummaryService
) -> None:
    replies = iter([DOWN, completion("A"), completion("B")])
    service.reply = lambda title: next(replies)
    run = Run(engine, service, max_per_day=3)
    assert run.add(issue(*"ABCD")) == [["A", "B", None, None]]
    assert len(service.requests) == 3
    assert run.summaries.trouble == (
        "summary: 2 papers go without: max_per_day = 3 requests were made today"
    )
    service.reply = completion
    assert Run(engine, service, max_per_day=3).add(issue(*"ABCD")) == [["A", "B", None, None]]
    assert len(service.requests) == 3
    tomorrow = Run(engine, service, max_per_day=3).add(issue(*"ABCD"), now=NOW + DAY)
    assert tomorrow == [["A", "B", "C", "D"]]
    with reading(engine) as connection:
        assert caches.requests(connection, NOW.date()) == 3
        assert caches.requests(connection, (NOW + DAY).date()) == 2


def test_the_time_for_all_of_them_is_bounded(engine: sa.Engine, service: SummaryService) -> None:
    body = completion("Slowly.").body
    service.reply = lambda title: Reply(body=body, trickle=0.05)
    run = Run(engine, service, budget=timedelta(seconds=0.5))
    begun = time.monotonic()
    assert run.add(issue(*"ABCDEF")) == [[None] * 6]
    assert time.monotonic() - begun < 3
    assert len(service.requests) == 1
    assert "6 papers go without: " in str(run.summaries.trouble)
    service.reply = completion
    assert run.add(issue("G")) == [[None]]


def test_several_are_asked_at_once_and_each_gets_its_own(
    engine: sa.Engine, service: SummaryService
) -> None:
    together = threading.Barrier(4, timeout=10)

    def reply(title: str) -> Reply:
        together.wait()
        return completion(f"It is about {title}.")

    service.reply = reply
    titles = [f"T{number}" for number in range(12)]
    assert Run(engine, service, at_once=4).add(issue(*titles)) == [
        [f"It is about {title}." for title in titles]
    ]
