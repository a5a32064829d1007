"""DOIs one by one: what is there, what is not, and when no more are asked for."""

import pytest

from digest.errors import SourceError, SourceUnavailable
from digest.libraries.crossref import Crossref
from digest.net.client import Client
from http_server import HttpServer, Reply

DOIS = ["10.5555/a", "10.5555/b", "10.5555/c"]


def crossref(server: HttpServer, client: Client) -> Crossref:
    return Crossref(client=client, base_url=server.url(""))


def test_a_doi_is_asked_for_once_and_written_as_an_address(
    server: HttpServer, client: Client
) -> None:
    server.script("/works/10.5555/a%28b%29%3C1%3E%23", Reply(body=b"{}"))
    answers = crossref(server, client).ask(["10.5555/a(b)<1>#"] * 2)
    assert answers.records == {"10.5555/a(b)<1>#": b"{}"}
    assert (answers.absent, answers.error, len(server.requests)) == ((), None, 1)
    assert "mailto:admin@example.org" in server.requests[0].headers["User-Agent"]


def test_one_that_is_not_there_hides_no_other(server: HttpServer, client: Client) -> None:
    server.script("/works/10.5555/a", Reply(body=b"1"))
    server.script("/works/10.5555/c", Reply(body=b"3"))
    answers = crossref(server, client).ask(DOIS)
    assert answers.records == {"10.5555/a": b"1", "10.5555/c": b"3"}
    assert (answers.absent, answers.error) == (("10.5555/b",), None)


@pytest.mark.parametrize(
    ("reply", "error", "asked"),
    [
        pytest.param(Reply(status=503), SourceUnavailable, 1, id="down"),
        pytest.param(Reply(status=400), SourceError, 3, id="refused"),
    ],
)
def test_one_that_is_down_is_left_alone(
    server: HttpServer, client: Client, reply: Reply, error: type[SourceError], asked: int
) -> None:
    for doi in DOIS:
        server.script(f"/works/{doi}", reply)
    answers = crossref(server, client).ask(DOIS)
    assert type(answers.error) is error
    assert len(set(server.paths)) == asked
