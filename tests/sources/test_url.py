"""One address, or one a day: which days are asked for, and what an absent one means."""

from datetime import date, datetime, timedelta, timezone

import pytest

from builders import NOW
from digest.errors import SourceError, SourceUnavailable
from digest.issue import Outcome
from digest.net.client import Client, NotThere
from digest.sources.feed.url import UrlSource
from digest.sources.pull import Memory, Pull
from http_server import HttpServer, Reply

TODAY = date(2026, 3, 10)


def days_ago(*ages: int) -> tuple[date, ...]:
    return tuple(TODAY - timedelta(days=age) for age in ages)


def path(day: date) -> str:
    return f"/{day.isoformat()}.txt"


def serve(server: HttpServer, *ages: int) -> None:
    for day in days_ago(*ages):
        server.script(path(day), Reply(body=f"papers of {day}".encode()))


def had(*ages: int) -> Memory:
    return Memory(got={"": frozenset(days_ago(*ages))})


def done(result: Pull) -> frozenset[date]:
    return frozenset(each.day for each in result.verdicts if each.day and each.is_done)


def daily(server: HttpServer, client: Client, backfill: int = 3) -> UrlSource:
    url = server.url("/{date}.txt")
    return UrlSource(name="any", url=url, client=client, backfill=timedelta(days=backfill))


def test_one_address_is_one_dump(server: HttpServer, client: Client) -> None:
    url = server.script("/dump?key=hidden", Reply(body=b"papers"))
    source = UrlSource(name="any", url=url, format="hf-text", client=client)
    (dump,) = source.pull(now=NOW, memory=Memory()).dumps
    assert dump.content == b"papers"
    assert dump.name == server.url("/dump?key=…")
    assert (dump.source, dump.pulled_at, source.format) == ("any", NOW, "hf-text")


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        pytest.param(Reply(status=404), NotThere, id="not-there"),
        pytest.param(Reply(status=503), SourceUnavailable, id="down"),
    ],
)
def test_one_address_that_fails_is_an_error_with_the_source_s_name(
    server: HttpServer, client: Client, reply: Reply, error: type[SourceError]
) -> None:
    url = server.script("/dump", reply)
    with pytest.raises(error) as caught:
        UrlSource(name="any", url=url, client=client).pull(now=NOW)
    assert caught.value.source == "any"


def test_every_day_that_no_pull_got_is_asked_for(server: HttpServer, client: Client) -> None:
    serve(server, 0, 1, 2, 3, 4)
    result = daily(server, client).pull(now=NOW, memory=had(2, 5))
    assert result.days == days_ago(4, 3, 1, 0)
    assert [dump.content.decode() for dump in result.dumps] == [
        f"papers of {day}" for day in result.days
    ]
    assert [dump.name for dump in result.dumps] == [server.url(path(day)) for day in result.days]
    assert (result.missing, result.is_late, result.error) == ((), False, None)


def test_an_outage_longer_than_backfill_loses_no_day(server: HttpServer, client: Client) -> None:
    serve(server, *range(20))
    result = daily(server, client).pull(now=NOW, memory=had(15, 16))
    assert result.days == days_ago(*range(14, -1, -1))


def test_an_outage_after_the_very_first_day_loses_no_day(
    server: HttpServer, client: Client
) -> None:
    serve(server, *range(20))
    source = daily(server, client, backfill=0)
    first = source.pull(now=NOW - timedelta(days=15))
    assert first.days == days_ago(15)
    later = source.pull(now=NOW, memory=Memory(got={"": done(first)}))
    assert later.days == days_ago(*range(15, -1, -1))


def test_days_that_a_pull_left_behind_are_asked_for_by_the_next(
    server: HttpServer, client: Client
) -> None:
    serve(server, *range(20))
    result = daily(server, client).pull(now=NOW, memory=had(0, 1, 2, 15))
    assert [dump.name for dump in result.dumps] == [
        server.url(path(day)) for day in days_ago(*range(14, 2, -1))
    ]


@pytest.mark.parametrize(
    ("backfill", "oldest"),
    [pytest.param(7, 366, id="a-year"), pytest.param(400, 400, id="as-far-as-backfill")],
)
def test_however_long_ago_the_last_pull_was_the_days_are_bounded(
    server: HttpServer, client: Client, backfill: int, oldest: int
) -> None:
    result = daily(server, client, backfill).pull(now=NOW, memory=had(1000))
    assert result.missing[0] == days_ago(oldest)[0]


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        pytest.param(Reply(status=404), Outcome.QUIET, id="not-there"),
        pytest.param(Reply(status=500), Outcome.FAILED, id="broken"),
    ],
)
def test_a_day_is_given_up_once_a_day_later_by_more_than_backfill_was_got(
    server: HttpServer, client: Client, reply: Reply, outcome: Outcome
) -> None:
    serve(server, 0)
    server.script(path(*days_ago(5)), reply)
    source = daily(server, client)
    others = (6, 4, 3)
    early = source.pull(now=NOW, memory=had(*others, 2))
    assert done(early) == frozenset()
    late = source.pull(now=NOW, memory=had(*others, 2, 1))
    assert [(each.day, each.outcome) for each in late.verdicts] == [(*days_ago(5), outcome)]
    assert done(late) == frozenset(days_ago(5))


def test_what_an_old_day_gave_at_last_is_not_asked_for_again(
    server: HttpServer, client: Client
) -> None:
    serve(server, 0, 5)
    result = daily(server, client).pull(now=NOW, memory=had(6, 4, 3, 2, 1))
    assert [dump.day for dump in result.dumps] == [None, TODAY]
    assert done(result) == frozenset(days_ago(5))


def test_no_day_is_given_up_while_the_service_is_down(server: HttpServer, client: Client) -> None:
    serve(server, 0)
    for day in days_ago(7, 8, 9):
        server.script(path(day), Reply(status=500))
    result = daily(server, client).pull(now=NOW, memory=had(10, 6, 5, 4, 3, 2, 1))
    assert isinstance(result.error, SourceUnavailable)
    assert done(result) == frozenset()


def test_the_day_is_that_of_utc(server: HttpServer, client: Client) -> None:
    serve(server, 0)
    there = datetime(2026, 3, 11, 8, 0, tzinfo=timezone(timedelta(hours=13)))
    assert daily(server, client, backfill=0).pull(now=there).days == (TODAY,)


def test_today_may_be_late_and_earlier_days_missing(server: HttpServer, client: Client) -> None:
    serve(server, 1, 3)
    result = daily(server, client).pull(now=NOW)
    assert result.days == days_ago(3, 1)
    assert result.missing == days_ago(2)
    assert result.is_late
    assert result.error is None


def test_nothing_there_at_all_is_no_error(server: HttpServer, client: Client) -> None:
    result = daily(server, client, backfill=1).pull(now=NOW)
    assert (result.dumps, result.missing, result.is_late) == ((), days_ago(1), True)


def test_nothing_is_asked_when_every_day_was_got(server: HttpServer, client: Client) -> None:
    result = daily(server, client, backfill=1).pull(now=NOW, memory=had(0, 1))
    assert (result.dumps, result.is_late, server.paths) == ((), False, [])


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(status=403), id="refused"),
        pytest.param(Reply(), id="empty"),
        pytest.param(Reply(status=500), id="broken"),
    ],
)
def test_a_day_that_stays_broken_hides_no_other(
    server: HttpServer, client: Client, reply: Reply
) -> None:
    serve(server, 0, 1, 3)
    server.script(path(*days_ago(2)), reply)
    result = daily(server, client).pull(now=NOW)
    assert result.days == days_ago(3, 1, 0)
    assert str(days_ago(2)[0]) in str(result.error)


def test_a_service_is_down_after_three_days_in_a_row(server: HttpServer, client: Client) -> None:
    serve(server, 0, 3, 7)
    for day in days_ago(1, 2, 4, 5, 6):
        server.script(path(day), Reply(status=503))
    result = daily(server, client, backfill=7).pull(now=NOW)
    assert result.days == days_ago(3, 0)
    assert list(dict.fromkeys(server.paths)) == [path(day) for day in days_ago(*range(7))]


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(status=429), id="too-many-requests"),
        pytest.param(Reply(body=b"papers", claims=99), id="a-connection-that-breaks"),
    ],
)
def test_a_service_that_cannot_be_asked_is_left_alone_at_once(
    server: HttpServer, client: Client, reply: Reply
) -> None:
    serve(server, 0, 2)
    server.script(path(*days_ago(1)), reply)
    result = daily(server, client).pull(now=NOW)
    assert result.days == days_ago(0)
    assert set(server.paths) == {path(day) for day in days_ago(0, 1)}


def test_a_service_that_asks_for_a_pause_is_left_alone_and_nothing_is_lost(
    server: HttpServer, client: Client
) -> None:
    serve(server, 0, 1, 3)
    server.script(path(*days_ago(2)), Reply(status=503, headers={"Retry-After": "600"}))
    result = daily(server, client).pull(now=NOW)
    assert result.days == days_ago(1, 0)
    assert isinstance(result.error, SourceUnavailable)
    assert result.error.retry_after == timedelta(minutes=10)
    assert server.paths == [path(day) for day in days_ago(0, 1, 2)]


def test_days_that_all_fail_are_one_error(server: HttpServer, client: Client) -> None:
    for day in days_ago(0, 1):
        server.script(path(day), Reply())
    with pytest.raises(SourceUnavailable) as caught:
        daily(server, client, backfill=1).pull(now=NOW)
    assert all(str(day) in str(caught.value) for day in days_ago(0, 1))
    assert caught.value.source == "any"


def test_trying_again_is_for_errors_that_may_pass(server: HttpServer, client: Client) -> None:
    server.script(path(TODAY), Reply(status=403))
    server.script(path(*days_ago(1)), Reply(status=503))
    with pytest.raises(SourceError) as caught:
        daily(server, client, backfill=1).pull(now=NOW)
    assert not isinstance(caught.value, SourceUnavailable)
