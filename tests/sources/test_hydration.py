"""Records by id: how they are asked for, and what is kept when the interface fails."""

from datetime import timedelta

import pytest

from builders import NOW
from digest.errors import SourceError, SourceUnavailable
from digest.net.client import Client
from digest.sources.arxiv.api_source import Hydrator
from http_server import HttpServer, Reply

IDS = [f"2603.{number:05}" for number in range(1, 251)]
BATCHES = [",".join(IDS[start : start + 100]) for start in (0, 100, 200)]


def path(ids: str) -> str:
    return f"/api/query?id_list={ids}&max_results=100"


def hydrator(server: HttpServer, client: Client) -> Hydrator:
    return Hydrator(client=client, api_url=server.url("/"))


def test_a_hundred_are_asked_for_at_once(server: HttpServer, client: Client) -> None:
    for number, ids in enumerate(BATCHES):
        server.script(path(ids), Reply(body=b"batch %d" % number))
    result = hydrator(server, client).ask(IDS, now=NOW)
    assert [dump.content for dump in result.dumps] == [b"batch 0", b"batch 1", b"batch 2"]
    assert server.paths == [path(ids) for ids in BATCHES]
    assert {dump.pulled_at for dump in result.dumps} == {NOW}
    assert result.error is None


def test_an_id_is_asked_for_once_and_old_ones_keep_their_slash(
    server: HttpServer, client: Client
) -> None:
    asked = path("math/0309136,2603.00001")
    server.script(asked, Reply(body=b"two"))
    result = hydrator(server, client).ask(["math/0309136", "2603.00001", "math/0309136"], now=NOW)
    assert [dump.content for dump in result.dumps] == [b"two"]
    assert result.dumps[0].name == server.url("/api/query?id_list=…&max_results=100")


def test_no_ids_are_no_request(server: HttpServer, client: Client) -> None:
    result = hydrator(server, client).ask([], now=NOW)
    assert (result.dumps, result.error, server.paths) == ((), None, [])


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(status=429, headers={"Retry-After": "600"}), id="too-busy"),
        pytest.param(Reply(), id="empty"),
    ],
)
def test_an_interface_that_goes_down_is_left_alone_and_what_it_gave_is_kept(
    server: HttpServer, client: Client, reply: Reply
) -> None:
    server.script(path(BATCHES[0]), Reply(body=b"batch 0"))
    server.script(path(BATCHES[1]), reply)
    result = hydrator(server, client).ask(IDS, now=NOW)
    assert [dump.content for dump in result.dumps] == [b"batch 0"]
    assert isinstance(result.error, SourceUnavailable)
    assert server.paths == [path(ids) for ids in BATCHES[:2]]


def test_how_long_to_leave_it_alone_is_passed_on(server: HttpServer, client: Client) -> None:
    server.script(path(BATCHES[0]), Reply(status=503, headers={"Retry-After": "600"}))
    error = hydrator(server, client).ask(IDS, now=NOW).error
    assert isinstance(error, SourceUnavailable)
    assert error.retry_after == timedelta(minutes=10)


def test_a_batch_that_is_refused_hides_no_other(server: HttpServer, client: Client) -> None:
    server.script(path(BATCHES[0]), Reply(status=400, body=b"<feed/>"))
    for ids in BATCHES[1:]:
        server.script(path(ids), Reply(body=b"good"))
    result = hydrator(server, client).ask(IDS, now=NOW)
    assert len(result.dumps) == 2
    assert type(result.error) is SourceError
