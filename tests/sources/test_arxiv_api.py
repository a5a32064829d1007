"""A query of arXiv's interface: its window, its pages, and pages that lie."""

from datetime import date, timedelta
from urllib.parse import urlencode

import pytest

from builders import NOW, make_announcement, make_dump
from digest.errors import SourceError, SourceUnavailable
from digest.issue import Outcome
from digest.net.client import Client
from digest.sources.arxiv.api import ArxivApi
from digest.sources.arxiv.api_source import ArxivApiSource
from digest.sources.pull import NOTHING, Memory, Pull
from http_server import HttpServer, Reply

TODAY = date(2026, 3, 10)
QUERY = "cat:cs.LG OR abs:pruning"


def entry(number: int) -> str:
    return (
        f"<entry><id>http://arxiv.org/abs/2603.{number:05}v1</id><title>Graphs</title>"
        "<published>2026-03-09T10:00:00Z</published></entry>"
    )


def feed(*entries: str, total: int | None, start: int = 0) -> Reply:
    told = "" if total is None else f"<opensearch:totalResults>{total}</opensearch:totalResults>"
    body = (
        "<?xml version='1.0' encoding='UTF-8'?>"
        '<feed xmlns="http://www.w3.org/2005/Atom"'
        ' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        f"<id>https://arxiv.org/api/x</id>{told}"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>"
        "<opensearch:itemsPerPage>200</opensearch:itemsPerPage>"
        f"{''.join(entries)}</feed>"
    )
    return Reply(body=body.encode())


def path(start: int = 0, first: str = "20260303") -> str:
    asked = {
        "search_query": f"({QUERY}) AND submittedDate:[{first}0000 TO 202603102359]",
        "start": start,
        "max_results": 200,
        "sortBy": "submittedDate",
        "sortOrder": "descending",
    }
    return f"/api/query?{urlencode(asked)}"


def make_source(server: HttpServer, client: Client) -> ArxivApiSource:
    return ArxivApiSource(name="api", query=QUERY, client=client, base_url=server.url(""))


def pull(server: HttpServer, client: Client, memory: Memory = NOTHING) -> Pull:
    return make_source(server, client).pull(now=NOW, memory=memory)


def test_pages_follow_by_what_was_received(server: HttpServer, client: Client) -> None:
    server.script(path(0), feed(entry(1), entry(2), total=4))
    server.script(path(2), feed(entry(3), total=4))
    server.script(path(3), feed(entry(4), total=4))
    result = pull(server, client)
    assert server.paths == [path(0), path(2), path(3)]
    assert [(dump.source, dump.part, dump.day) for dump in result.dumps] == [("api", "", TODAY)] * 3
    assert [(each.day, each.is_done) for each in result.verdicts] == [
        (TODAY - timedelta(days=3), True)
    ]
    assert result.error is None


def test_short_pages_that_others_follow_are_read_without_complaint(
    server: HttpServer, client: Client
) -> None:
    server.script(path(0), feed(entry(1), total=2))
    server.script(path(1), feed(entry(2), total=2, start=1))
    dumps = pull(server, client).dumps
    listings = [ArxivApi().parse(dump) for dump in dumps]
    assert [len(listing.announcements) for listing in listings] == [1, 1]
    assert [listing.rejections for listing in listings] == [(), ()]
    source = make_source(server, client)
    verdicts = [source.judge(dump, got) for dump, got in zip(dumps, listings, strict=True)]
    assert [verdict.is_done for verdict in verdicts] == [True, True]


def test_an_entry_that_is_cut_is_asked_for_with_the_next_page(
    server: HttpServer, client: Client
) -> None:
    whole = feed(entry(1), entry(2), total=2).body
    server.script(path(0), Reply(body=whole[: whole.rindex(b"</entry>")]))
    server.script(path(1), feed(entry(2), total=2))
    result = pull(server, client)
    assert len(result.dumps) == 2
    judged = make_source(server, client).judge(result.dumps[0], ArxivApi().parse(result.dumps[0]))
    assert (judged.outcome, judged.is_done) == (Outcome.NEW, False)


@pytest.mark.parametrize(
    ("got", "first"),
    [
        pytest.param(date(2026, 3, 10), "20260303", id="today"),
        pytest.param(date(2026, 3, 6), "20260227", id="days-ago"),
        pytest.param(date(2025, 1, 1), "20260208", id="at-most-a-month-back"),
        pytest.param(date(2026, 4, 1), "20260303", id="a-clock-that-was-wrong"),
    ],
)
def test_the_window_looks_back_a_week_beyond_the_last_day_got(
    server: HttpServer, client: Client, got: date, first: str
) -> None:
    server.script(path(0, first), feed(total=0))
    pull(server, client, Memory(got={"": frozenset({got})}))
    assert server.paths == [path(0, first)]


def test_nothing_found_is_quiet(server: HttpServer, client: Client) -> None:
    server.script(path(0), feed(total=0))
    (dump,) = pull(server, client).dumps
    verdict = make_source(server, client).judge(dump, ArxivApi().parse(dump))
    assert (verdict.outcome, verdict.why) == (Outcome.QUIET, "the query finds nothing")
    assert (verdict.day, verdict.is_done) == (TODAY, True)
    assert server.paths == [path(0)]


def test_results_are_new(server: HttpServer, client: Client) -> None:
    dump = make_dump(feed(entry(1), total=1).body, day=TODAY)
    verdict = make_source(server, client).judge(dump, ArxivApi().parse(dump))
    assert (verdict.outcome, verdict.why, verdict.is_done) == (Outcome.NEW, None, True)


def test_an_empty_page_where_results_are_due_is_asked_for_once_more(
    server: HttpServer, client: Client
) -> None:
    server.script(path(0), feed(total=2), feed(entry(1), total=2))
    server.script(path(1), feed(total=0), feed(entry(2), total=2))
    result = pull(server, client)
    assert len(result.dumps) == 2
    assert server.paths == [path(0)] * 2 + [path(1)] * 2
    assert result.error is None


def test_an_empty_page_that_stays_empty_is_a_failure(server: HttpServer, client: Client) -> None:
    server.script(path(0), feed(entry(1), total=2))
    server.script(path(1), feed(total=0))
    result = pull(server, client)
    assert isinstance(result.error, SourceUnavailable)
    assert "although 1 results are due" in str(result.error)
    assert [(v.outcome, v.day, v.is_done) for v in result.verdicts] == [
        (Outcome.FAILED, TODAY, False)
    ]


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(body=b"<html>Rate exceeded.</html>"), id="html"),
        pytest.param(feed(entry(1), total=None), id="without-a-total"),
    ],
)
def test_what_is_no_page_of_results_is_handed_on_and_fails(
    server: HttpServer, client: Client, reply: Reply
) -> None:
    server.script(path(0), reply)
    result = pull(server, client)
    assert [dump.content for dump in result.dumps] == [reply.body]
    assert [verdict.is_done for verdict in result.verdicts] == [False]
    assert isinstance(result.error, SourceUnavailable)


def test_a_query_that_is_refused_is_for_a_person(server: HttpServer, client: Client) -> None:
    server.script(path(0), Reply(status=400))
    with pytest.raises(SourceError, match="answered 400") as caught:
        pull(server, client)
    assert not isinstance(caught.value, SourceUnavailable)


def test_so_is_one_that_is_refused_with_status_200(server: HttpServer, client: Client) -> None:
    error = "<entry><id>http://arxiv.org/api/errors#x</id><summary>no</summary></entry>"
    server.script(path(0), feed(error, total=1))
    result = pull(server, client)
    assert len(result.dumps) == 1
    assert not isinstance(result.error, SourceUnavailable)
    assert [verdict.is_done for verdict in result.verdicts] == [False]


def test_more_than_arxiv_gives_is_left(server: HttpServer, client: Client) -> None:
    for start in range(160):
        server.script(path(start), feed(entry(start), total=40_000))
    result = pull(server, client)
    assert len(result.dumps) == 150
    assert "not at its end after 150 of 40,000 results" in str(result.error)


def test_whatever_the_query_finds_is_wanted(server: HttpServer, client: Client) -> None:
    assert make_source(server, client).wants(make_announcement())
