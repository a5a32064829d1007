"""arXiv: which days are asked for, by which way, and what each answer means."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from arxiv_pages import feed, feed_path, morning, page, page_path
from digest.errors import SourceError, SourceUnavailable
from digest.issue import Outcome
from digest.net.client import Client
from digest.paper import Dump, Listing
from digest.sources.arxiv import source
from digest.sources.arxiv.feed import ArxivRss
from digest.sources.arxiv.pages import ArxivHtml
from digest.sources.arxiv.source import ArxivSource
from digest.sources.pull import Memory, Pull, Verdict
from http_server import HttpServer, Reply

TODAY = date(2026, 3, 10)  # a Tuesday
LAST_WEEK = (date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 5), date(2026, 3, 6))
MONDAY = date(2026, 3, 9)
THANKSGIVING = date(2026, 11, 26)
DOWN = Reply(status=503)


def make_source(server: HttpServer, client: Client, *categories: str, **facts: Any) -> ArxivSource:
    return ArxivSource(
        name="ml",
        categories=categories or ("cs.LG",),
        client=client,
        feed_url=server.url("/"),
        list_url=server.url(""),
        **facts,
    )


def got(*days: date, category: str = "cs.LG") -> dict[str, frozenset[date]]:
    return {category: frozenset(days)}


def read(dump: Dump) -> Listing:
    return (ArxivRss() if b"<feed" in dump.content else ArxivHtml()).parse(dump)


def asked(result: Pull) -> list[tuple[str, date | None]]:
    return [(dump.part, dump.day) for dump in result.dumps]


def all_verdicts(source: ArxivSource, result: Pull) -> list[Verdict]:
    return [*result.verdicts, *(source.judge(dump, read(dump)) for dump in result.dumps)]


def test_the_first_pull_reads_today_s_feed_and_reaches_back_by_pages(
    server: HttpServer, client: Client
) -> None:
    server.script(feed_path(), Reply(body=feed(TODAY, "2603.00006")))
    for day in (*LAST_WEEK, MONDAY):
        server.script(page_path(day), Reply(body=page(day, f"2603.0{day:%m%d}")))
    source = make_source(server, client)
    result = source.pull(now=morning(TODAY))
    days = [*LAST_WEEK, MONDAY, TODAY]
    assert asked(result) == [("cs.LG", day) for day in days]
    assert server.paths == [feed_path(), *(page_path(day) for day in days[:-1])]
    assert result.dumps[0].name == server.url("/catchup/cs.LG/2026-03-03?abs=True")
    assert {(dump.source, dump.pulled_at) for dump in result.dumps} == {("ml", morning(TODAY))}
    assert (result.verdicts, result.notes, result.error) == ((), (), None)
    assert source.format is None
    assert all_verdicts(source, result) == [
        Verdict(outcome=Outcome.NEW, part="cs.LG", day=day, is_done=True) for day in days
    ]


@pytest.mark.parametrize(
    ("days", "backfill", "missed"),
    [
        pytest.param([], 1, [MONDAY], id="nothing-got"),
        pytest.param([], 0, [], id="no-backfill"),
        pytest.param([MONDAY], 1, [], id="yesterday-got"),
        pytest.param([LAST_WEEK[2]], 1, [LAST_WEEK[3], MONDAY], id="longer-than-backfill"),
        pytest.param(
            [LAST_WEEK[1], MONDAY], 1, [*LAST_WEEK[2:]], id="what-failed-beside-others-too"
        ),
    ],
)
def test_every_weekday_since_the_first_that_was_got_is_asked_for(
    server: HttpServer, client: Client, days: list[date], backfill: int, missed: list[date]
) -> None:
    for day in missed:
        server.script(page_path(day), Reply(body=page(day, "2603.00001")))
    source = make_source(server, client, backfill=timedelta(days=backfill))
    memory = Memory(got=got(*days, TODAY))
    result = source.pull(now=morning(TODAY), memory=memory)
    assert asked(result) == [("cs.LG", day) for day in missed]
    assert server.paths == [page_path(day) for day in missed]


def test_the_pages_reach_ninety_days_back_and_what_is_lost_is_said(
    server: HttpServer, client: Client
) -> None:
    source = make_source(server, client)
    memory = Memory(got=got(TODAY - timedelta(days=100)))
    result = source.pull(now=morning(TODAY), memory=memory)
    assert server.paths[2] == page_path(TODAY - timedelta(days=90))  # after both ways to today's
    assert result.notes[-1] == "cs.LG: arXiv no longer shows 2025-12-01 to 2025-12-09"


def test_with_everything_got_nothing_is_asked(server: HttpServer, client: Client) -> None:
    memory = Memory(got=got(*LAST_WEEK, MONDAY, TODAY))
    result = make_source(server, client).pull(now=morning(TODAY), memory=memory)
    (verdict,) = result.verdicts
    assert (verdict.outcome, verdict.day) == (Outcome.QUIET, TODAY)
    assert verdict.why == "today's listing was read before"
    assert (result.dumps, result.error, server.paths) == ((), None, [])


def test_a_weekend_asks_for_nothing_but_what_was_missed(server: HttpServer, client: Client) -> None:
    saturday, friday = date(2026, 3, 14), date(2026, 3, 13)
    server.script(page_path(friday), Reply(body=page(friday, "2603.00001")))
    source = make_source(server, client, backfill=timedelta(days=1))
    result = source.pull(now=morning(saturday))
    assert asked(result) == [("cs.LG", friday)]
    assert [(v.outcome, v.why, v.is_done) for v in result.verdicts] == [
        (Outcome.QUIET, "weekend", False)
    ]
    assert server.paths == [page_path(friday)]


def test_the_day_is_that_of_new_york(server: HttpServer, client: Client) -> None:
    server.script(feed_path(), Reply(body=feed(TODAY, "2603.00001")))
    source = make_source(server, client, backfill=timedelta(0))
    late_evening = datetime(2026, 3, 11, 3, 59, tzinfo=UTC)
    assert asked(source.pull(now=late_evening)) == [("cs.LG", TODAY)]


def test_no_category_is_no_request(server: HttpServer, client: Client) -> None:
    source = ArxivSource(name="ml", categories=(), client=client)
    (verdict,) = source.pull(now=morning(TODAY)).verdicts
    assert (verdict.outcome, verdict.why) == (Outcome.QUIET, "no category is asked for")


def test_what_is_too_much_for_one_pull_is_late_and_left_for_the_next(
    server: HttpServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "_MOST_MISSED", 2)
    for day in LAST_WEEK:
        server.script(page_path(day), Reply(body=page(day, "2603.00001")))
    result = make_source(server, client).pull(now=morning(TODAY), memory=Memory(got=got(TODAY)))
    assert asked(result) == [("cs.LG", day) for day in LAST_WEEK[:2]]
    late = [(v.outcome, v.day) for v in result.verdicts if v.day != TODAY]
    assert late == [(Outcome.LATE, day) for day in (*LAST_WEEK[2:], MONDAY)]


def test_all_pages_of_a_day_are_read(server: HttpServer, client: Client) -> None:
    first, second = page(MONDAY, "2603.00001", total=2), page(MONDAY, "2603.00002", first=2)
    server.script(page_path(MONDAY), Reply(body=first))
    server.script(page_path(MONDAY, page=2), Reply(body=second.replace(b"of 1", b"of 2")))
    result = make_source(server, client, backfill=timedelta(days=1)).pull(
        now=morning(TODAY), memory=Memory(got=got(TODAY))
    )
    assert result.dumps[0].content == first
    assert asked(result) == [("cs.LG", MONDAY)] * 2
    assert result.dumps[1].name.endswith("?abs=True&page=2")


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(DOWN, id="down"),
        pytest.param(Reply(status=404), id="not-there"),
        pytest.param(Reply(body=page(MONDAY, total=2)), id="without-its-entries"),
        pytest.param(Reply(body=page(MONDAY, "2603.00001", total=2)), id="more-without-end"),
    ],
)
def test_a_day_without_all_its_pages_is_not_read(
    server: HttpServer, client: Client, second: Reply
) -> None:
    first = Reply(body=page(MONDAY, "2603.00001", total=2))
    server.script(page_path(MONDAY), first)
    for number in range(2, 12):
        server.script(page_path(MONDAY, page=number), second)
    result = make_source(server, client, backfill=timedelta(days=1)).pull(
        now=morning(TODAY), memory=Memory(got=got(TODAY))
    )
    assert result.dumps == ()
    assert result.verdicts[-1].outcome is Outcome.FAILED
    assert not result.verdicts[-1].is_done
    assert len(server.paths) <= 11
    assert result.error is not None


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(DOWN, id="down"),
        pytest.param(Reply(), id="empty"),
        pytest.param(Reply(status=400, body=b"<feed/>"), id="error-feed"),
    ],
)
def test_where_the_feed_fails_today_s_page_is_read(
    server: HttpServer, client: Client, reply: Reply
) -> None:
    server.script(feed_path(), reply)
    server.script(page_path(TODAY), Reply(body=page(TODAY, "2603.00001")))
    source = make_source(server, client, backfill=timedelta(0))
    result = source.pull(now=morning(TODAY))
    assert asked(result) == [("cs.LG", TODAY)]
    assert result.error is None
    assert result.notes[0].endswith(f"asking {server.url('')} instead")
    assert all_verdicts(source, result)[0].is_done


@pytest.mark.parametrize(
    ("feed_reply", "page_reply", "error"),
    [
        pytest.param(DOWN, DOWN, SourceUnavailable, id="both-down"),
        pytest.param(DOWN, Reply(status=403), SourceUnavailable, id="one-may-come-back"),
        pytest.param(Reply(status=400), Reply(status=404), SourceError, id="neither-may"),
    ],
)
def test_two_ways_that_fail_are_one_failure(
    server: HttpServer,
    client: Client,
    feed_reply: Reply,
    page_reply: Reply,
    error: type[SourceError],
) -> None:
    server.script(feed_path(), feed_reply)
    server.script(page_path(TODAY), page_reply)
    source = make_source(server, client, backfill=timedelta(0))
    result = source.pull(now=morning(TODAY))
    assert type(result.error) is error
    assert result.error is not None
    assert result.error.source == "ml"
    (verdict,) = result.verdicts
    assert (verdict.outcome, verdict.part, verdict.day) == (Outcome.FAILED, "cs.LG", TODAY)
    assert verdict.why == str(result.error)


def test_a_category_that_fails_stops_no_other(server: HttpServer, client: Client) -> None:
    server.script(feed_path("cs.LG"), Reply(status=400))
    server.script(feed_path("cs.CL"), Reply(body=feed(TODAY, "2603.00001")))
    server.script(page_path(MONDAY, "cs.CL"), Reply(body=page(MONDAY, "2603.00002")))
    source = make_source(server, client, "cs.LG", "cs.CL", backfill=timedelta(days=1))
    result = source.pull(now=morning(TODAY))
    assert asked(result) == [("cs.CL", MONDAY), ("cs.CL", TODAY)]
    failed = [(v.part, v.day) for v in result.verdicts if v.outcome is Outcome.FAILED]
    assert failed == [("cs.LG", TODAY), ("cs.LG", MONDAY)]
    assert result.error is not None


def test_hosts_out_of_reach_are_left_alone_after_three_failures(
    server: HttpServer, client: Client
) -> None:
    categories = [f"cs.A{letter}" for letter in "ABCDEFGH"]
    for category in categories:
        server.script(feed_path(category), DOWN)
        server.script(page_path(TODAY, category), DOWN)
    source = make_source(server, client, *categories, backfill=timedelta(days=1))
    result = source.pull(now=morning(TODAY))
    assert len(set(server.paths)) == 6
    assert len(result.verdicts) == 16
    assert {v.outcome for v in result.verdicts} == {Outcome.FAILED}
    assert isinstance(result.error, SourceUnavailable)


def test_a_host_that_wants_to_be_left_alone_is(server: HttpServer, client: Client) -> None:
    busy = Reply(status=429, headers={"Retry-After": "3600"})
    server.script(page_path(LAST_WEEK[0]), busy)
    result = make_source(server, client).pull(now=morning(TODAY), memory=Memory(got=got(TODAY)))
    assert server.paths == [page_path(LAST_WEEK[0])]
    assert isinstance(result.error, SourceUnavailable)
    assert result.error.retry_after == timedelta(hours=1)


def test_a_small_category_without_papers_is_quiet_where_others_have_some(
    server: HttpServer, client: Client
) -> None:
    server.script(feed_path("cs.LG"), Reply(body=feed(TODAY, "2603.00001")))
    server.script(feed_path("cs.GL"), Reply(body=feed(TODAY)))
    for day in (LAST_WEEK[3], MONDAY):
        server.script(page_path(day, "cs.GL"), Reply(body=page(day)))
    source = make_source(server, client, "cs.LG", "cs.GL", backfill=timedelta(days=4))
    memory = Memory(got=got(LAST_WEEK[3], MONDAY))
    result = source.pull(now=morning(TODAY), memory=memory)
    assert asked(result) == [("cs.LG", TODAY)]
    assert [(v.outcome, v.part, v.day, v.is_done) for v in result.verdicts] == [
        (Outcome.QUIET, "cs.GL", LAST_WEEK[3], True),
        (Outcome.QUIET, "cs.GL", MONDAY, False),
        (Outcome.QUIET, "cs.GL", TODAY, False),
    ]


def test_where_no_category_has_papers_none_is_called_small(
    server: HttpServer, client: Client
) -> None:
    for category in ("cs.LG", "cs.GL"):
        server.script(feed_path(category), Reply(body=feed(TODAY)))
    source = make_source(server, client, "cs.LG", "cs.GL", backfill=timedelta(0))
    result = source.pull(now=morning(TODAY))
    assert [v.outcome for v in all_verdicts(source, result)] == [Outcome.LATE] * 2


def remember(memory: Memory, verdicts: list[Verdict]) -> Memory:
    """What the pipeline does: a day is got when every verdict on it says so."""
    keys = {(v.part, v.day) for v in verdicts if v.day} - {
        (v.part, v.day) for v in verdicts if not v.is_done
    }
    days: Mapping[str, frozenset[date]] = memory.got
    return Memory(
        got={
            part: memory.days(part) | {day for each, day in keys if each == part and day}
            for part in {*days, *(part for part, _ in keys)}
        }
    )


def test_nothing_is_lost_over_an_outage_of_ours_a_stale_feed_and_an_outage_of_theirs(
    server: HttpServer, client: Client
) -> None:
    source = make_source(server, client)
    announced = {
        day: f"2603.{number:05}"
        for number in range(40)
        if (day := date(2026, 3, 2) + timedelta(days=number)).weekday() < 5
    }
    ours = {date(2026, 3, 16) + timedelta(days=number) for number in range(5)}
    theirs = {date(2026, 3, 25), date(2026, 3, 26)}
    memory, seen = Memory(), dict[str, date | None]()
    for number in range(40):
        day = date(2026, 3, 2) + timedelta(days=number)
        if day in ours:
            continue
        shown = date(2026, 3, 12) if day == date(2026, 3, 13) else day
        papers = [announced[shown]] if shown in announced else []
        server.script(feed_path(), DOWN if day in theirs else Reply(body=feed(shown, *papers)))
        for past in (day - timedelta(days=age) for age in range(90)):
            papers = [announced[past]] if past in announced else []
            body = page(past, *papers)
            server.script(page_path(past), DOWN if day in theirs else Reply(body=body))
        result = source.pull(now=morning(day), memory=memory)
        for dump in result.dumps:
            for each in read(dump).announcements:
                seen.setdefault(each.paper.arxiv_id or "", each.announced)
        memory = remember(memory, all_verdicts(source, result))
    assert seen == {paper: day for day, paper in announced.items()}
