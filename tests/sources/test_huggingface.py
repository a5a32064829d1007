"""Daily Papers: which days are asked for, what their lists mean, and when a day is done."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from builders import NOW, make_dump
from digest.errors import SourceError, SourceUnavailable
from digest.issue import Outcome
from digest.net.client import Client
from digest.paper import Listing, Rejection
from digest.sources.huggingface.api import HfJson
from digest.sources.huggingface.source import HuggingFaceSource
from digest.sources.pull import Memory, Pull, Verdict
from http_server import HttpServer, Reply

TUESDAY = date(2026, 3, 10)
MONDAY = date(2026, 3, 9)
FRIDAY = date(2026, 3, 6)
THURSDAY = date(2026, 3, 5)
WEEK = (TUESDAY, MONDAY, FRIDAY, THURSDAY, date(2026, 3, 4), date(2026, 3, 3))


def entry(number: int = 1, day: date | None = TUESDAY) -> dict[str, Any]:
    paper: dict[str, Any] = {"id": f"2603.{number:05}", "title": "Graphs", "summary": "Of graphs."}
    if day:
        paper["submittedOnDailyAt"] = f"{day}T00:00:00.000Z"
    return {"paper": paper}


def path(day: date, page: int = 0) -> str:
    return f"/api/daily_papers?date={day}&limit=100" + (f"&p={page}" if page else "")


def script(server: HttpServer, day: date, *pages: Sequence[Any]) -> None:
    for number, entries in enumerate(pages):
        server.script(path(day, number), Reply(body=json.dumps(entries).encode()))


def make_source(server: HttpServer, client: Client, backfill: int = 7) -> HuggingFaceSource:
    days = timedelta(days=backfill)
    return HuggingFaceSource(name="hf", client=client, backfill=days, base_url=server.url(""))


def pull(server: HttpServer, client: Client, *got: date, after: int = 0) -> Pull:
    memory = Memory(got={"": frozenset(got)})
    return make_source(server, client).pull(now=NOW + timedelta(days=after), memory=memory)


def judge(client: Client, listing: Listing, *, age: int = 0) -> Verdict:
    source = HuggingFaceSource(name="hf", client=client)
    dump = make_dump("[]", day=TUESDAY, pulled_at=NOW + timedelta(days=age))
    return source.judge(dump, listing)


def read(*entries: Any) -> Listing:
    return HfJson().parse(make_dump(json.dumps(entries)))


def test_the_first_pull_asks_for_the_weekdays_of_its_backfill(
    server: HttpServer, client: Client
) -> None:
    for day in WEEK:
        script(server, day, [entry(day=day)])
    result = pull(server, client)
    assert server.paths == [path(day) for day in WEEK]
    assert result.days == WEEK[::-1]
    assert (result.verdicts, result.error) == ((), None)
    assert {(dump.source, dump.part, dump.pulled_at) for dump in result.dumps} == {("hf", "", NOW)}


def test_a_short_backfill_still_asks_for_days_until_they_are_settled(
    server: HttpServer, client: Client
) -> None:
    for day in WEEK:
        script(server, day, [])
    source = make_source(server, client, backfill=0)
    assert source.pull(now=NOW).days == (FRIDAY, MONDAY, TUESDAY)


def test_what_was_got_is_not_asked_for_again_and_gaps_are(
    server: HttpServer, client: Client
) -> None:
    for day in WEEK:
        script(server, day, [])
    long_ago = TUESDAY - timedelta(days=20)
    between = {long_ago + timedelta(days=number) for number in range(13)}
    result = pull(server, client, *between, *WEEK[3:])
    assert server.paths == [path(day) for day in WEEK[:3]]
    assert result.days == (FRIDAY, MONDAY, TUESDAY)


def test_after_a_long_outage_every_weekday_since_is_asked_for(
    server: HttpServer, client: Client
) -> None:
    days = [TUESDAY - timedelta(days=age) for age in range(24)]
    weekdays = [day for day in days if day.weekday() < 5]
    for day in weekdays:
        script(server, day, [])
    pull(server, client, TUESDAY - timedelta(days=24), TUESDAY - timedelta(days=90))
    assert [path(day) for day in weekdays] == server.paths[: len(weekdays)]


def test_at_the_weekend_there_is_no_list_and_that_is_quiet(
    server: HttpServer, client: Client
) -> None:
    result = pull(server, client, *WEEK, *(TUESDAY + timedelta(days=n) for n in (1, 2, 3)), after=4)
    assert (server.paths, result.dumps) == ([], ())
    (verdict,) = result.verdicts
    assert (verdict.outcome, verdict.why, verdict.is_done) == (Outcome.QUIET, "weekend", False)


@pytest.mark.parametrize(
    ("pages", "count"),
    [
        pytest.param([[{}] * 49], 1, id="not-full"),
        pytest.param([[{}] * 100, [{}]], 2, id="full"),
        pytest.param([[{}] * 50, []], 1, id="full-by-default-and-nothing-more"),
        pytest.param([[{}] * 50, [{}] * 50], 1, id="the-same-again"),
    ],
)
def test_a_full_page_is_followed_by_another(
    server: HttpServer, client: Client, pages: list[list[Any]], count: int
) -> None:
    script(server, TUESDAY, *pages)
    result = pull(server, client, *WEEK[1:])
    assert len(result.dumps) == count
    assert server.paths == [path(TUESDAY, number) for number in range(len(pages))]
    assert result.error is None


def test_pages_without_end_are_left(server: HttpServer, client: Client) -> None:
    script(server, TUESDAY, *([{"page": number}] * 50 for number in range(20)))
    result = pull(server, client, *WEEK[1:])
    assert len(result.dumps) == 10
    assert "more than 10 pages" in str(result.error)
    assert [verdict.outcome for verdict in result.verdicts] == [Outcome.FAILED]


def test_a_later_page_that_fails_keeps_its_day_open(server: HttpServer, client: Client) -> None:
    script(server, TUESDAY, [{}] * 100)
    server.script(path(TUESDAY, 1), Reply())
    result = pull(server, client, *WEEK[1:])
    assert len(result.dumps) == 1
    (verdict,) = result.verdicts
    assert (verdict.outcome, verdict.day, verdict.is_done) == (Outcome.FAILED, TUESDAY, False)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(status=400), id="refused"),
        pytest.param(Reply(), id="empty"),
        pytest.param(Reply(status=503), id="down"),
    ],
)
def test_a_day_that_fails_hides_no_other(server: HttpServer, client: Client, reply: Reply) -> None:
    for day in WEEK:
        script(server, day, [])
    server.script(path(MONDAY), reply)
    result = pull(server, client)
    assert set(result.days) == {*WEEK} - {MONDAY}
    assert [(each.outcome, each.day) for each in result.verdicts] == [(Outcome.FAILED, MONDAY)]
    assert str(MONDAY) in str(result.error)


def test_a_service_that_is_down_is_left_alone(server: HttpServer, client: Client) -> None:
    for day in WEEK:
        server.script(path(day), Reply(status=503))
    with pytest.raises(SourceUnavailable) as caught:
        pull(server, client)
    assert caught.value.source == "hf"
    assert set(server.paths) == {path(TUESDAY), path(MONDAY)}


def test_a_date_that_is_refused_is_an_error_for_good(server: HttpServer, client: Client) -> None:
    server.script(path(TUESDAY), Reply(status=400))
    with pytest.raises(SourceError, match="answered 400") as caught:
        pull(server, client, *WEEK[1:])
    assert not isinstance(caught.value, SourceUnavailable)


@pytest.mark.parametrize(
    ("entries", "age", "outcome", "is_done"),
    [
        pytest.param([entry()], 0, Outcome.NEW, False, id="today-may-grow"),
        pytest.param([entry()], 1, Outcome.NEW, False, id="so-may-yesterday"),
        pytest.param([entry()], 2, Outcome.NEW, True, id="then-it-is-done"),
        pytest.param([entry(day=None)], 2, Outcome.NEW, True, id="without-a-day"),
        pytest.param([entry(), entry(2, day=MONDAY)], 2, Outcome.NEW, True, id="one-a-second-time"),
        pytest.param([], 0, Outcome.LATE, False, id="nothing-yet"),
        pytest.param([], 1, Outcome.QUIET, False, id="nothing-yesterday"),
        pytest.param([], 2, Outcome.QUIET, True, id="nothing-at-all"),
        pytest.param([entry(day=MONDAY)], 0, Outcome.STALE, False, id="the-day-before"),
        pytest.param([entry(day=MONDAY)], 2, Outcome.QUIET, False, id="still-the-day-before"),
        pytest.param([entry(day=MONDAY)], 3, Outcome.QUIET, True, id="so-there-was-none"),
        pytest.param([entry(day=TUESDAY + timedelta(1))], 1, Outcome.QUIET, False, id="the-newest"),
        pytest.param([entry(), {}], 2, Outcome.NEW, False, id="damaged"),
        pytest.param([entry(), {}], 3, Outcome.NEW, True, id="damaged-for-good"),
    ],
)
def test_a_list_is_judged_by_its_days_and_by_its_age(
    client: Client, entries: list[Any], age: int, outcome: Outcome, is_done: bool
) -> None:
    verdict = judge(client, read(*entries), age=age)
    assert (verdict.outcome, verdict.is_done, verdict.day) == (outcome, is_done, TUESDAY)
    assert (verdict.why is None) == (outcome is Outcome.NEW)


def test_a_list_of_which_nothing_could_be_read_has_failed(client: Client) -> None:
    listing = Listing(
        format="hf-json", announcements=(), rejections=(Rejection(line=1, why="cut"),)
    )
    assert judge(client, listing, age=2).outcome is Outcome.FAILED
    assert not judge(client, listing, age=2).is_done
