"""The client against a real server: what it takes, what it refuses, how long it waits."""

import gzip
import logging
import socket
import time
from datetime import timedelta
from email.utils import format_datetime

import pytest

from builders import NOW
from digest import __version__
from digest.errors import SourceError, SourceUnavailable
from digest.issue import Outcome
from digest.net.client import Client, EmptyReply, Limits, NotThere, OutOfReach, retry_after, shown
from digest.net.client import Reply as Answer
from digest.paper import Validators
from digest.sources.feed.url import UrlSource
from digest.sources.pull import Memory, Pull, Verdict
from http_server import HttpServer, Reply

GOOD = Reply(body=b"Daily Papers")
DOWN = Reply(status=503)


def test_a_body_is_returned_as_it_is(server: HttpServer, client: Client) -> None:
    body = b"\xef\xbb\xbfline\r\n\x00\xff"
    assert client.get(server.script("/dump", Reply(body=body))) == body


def test_a_body_without_a_length_ends_with_the_connection(
    server: HttpServer, client: Client
) -> None:
    assert client.get(server.script("/dump", Reply(body=b"papers", claims=None))) == b"papers"


def test_a_gzipped_body_is_unpacked_with_all_its_members(
    server: HttpServer, client: Client
) -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"two")
    url = server.script("/dump", Reply(body=packed, headers={"Content-Encoding": "gzip"}))
    assert client.get(url) == b"one two"


@pytest.mark.parametrize(
    ("contact", "agent"),
    [
        pytest.param(None, f"daily-paper-digest/{__version__}", id="nobody"),
        pytest.param(
            "ada+ml@example.org",
            f"daily-paper-digest/{__version__} (+mailto:ada+ml@example.org)",
            id="somebody",
        ),
        pytest.param(
            "ä@example.org\r\nX: y",
            f"daily-paper-digest/{__version__} (+mailto:%C3%A4@example.org%0D%0AX%3A%20y)",
            id="not-a-header",
        ),
    ],
)
def test_the_user_agent_says_who_asks(server: HttpServer, contact: str | None, agent: str) -> None:
    with Client(contact=contact) as client:
        client.get(server.script("/dump", GOOD))
    assert server.requests[0].headers["User-Agent"] == agent


def test_a_service_that_comes_back_is_read(
    server: HttpServer, client: Client, pauses: list[float]
) -> None:
    assert client.get(server.script("/dump", DOWN, DOWN, GOOD)) == GOOD.body
    assert pauses == [2.5, 5.0]


def test_a_service_that_stays_down_is_given_up_after_some_tries(
    server: HttpServer, client: Client, pauses: list[float]
) -> None:
    url = server.script("/dump", DOWN)
    with pytest.raises(SourceUnavailable, match="answered 503 Service Unavailable") as caught:
        client.get(url)
    assert caught.value.retry_after is None
    assert server.paths == ["/dump"] * 3
    assert pauses == [2.5, 5.0]


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        pytest.param(None, 2.5, id="not-said"),
        pytest.param("30", 30.0, id="seconds"),
        pytest.param("0", 2.5, id="never-less-than-our-own"),
        pytest.param(format_datetime(NOW + timedelta(seconds=20), usegmt=True), 20.0, id="date"),
        pytest.param("soon", 2.5, id="nonsense"),
    ],
)
def test_a_service_that_is_too_busy_is_left_for_as_long_as_it_asks(
    server: HttpServer, client: Client, pauses: list[float], asked: str | None, waited: float
) -> None:
    busy = Reply(status=429, headers={} if asked is None else {"Retry-After": asked})
    assert client.get(server.script("/dump", busy, GOOD)) == GOOD.body
    assert pauses == [waited]


def test_a_service_that_asks_for_an_hour_is_not_asked_again_now(
    server: HttpServer, client: Client, pauses: list[float]
) -> None:
    url = server.script("/dump", Reply(status=429, headers={"Retry-After": "3600"}), GOOD)
    with pytest.raises(SourceUnavailable) as caught:
        client.get(url)
    assert caught.value.retry_after == timedelta(hours=1)
    assert pauses == []


@pytest.mark.parametrize(
    ("reply", "error", "why"),
    [
        pytest.param(Reply(status=404), NotThere, "404 Not Found", id="404"),
        pytest.param(Reply(status=410), NotThere, "410 Gone", id="410"),
        pytest.param(Reply(status=403, body=b"no"), SourceError, "403 Forbidden", id="403"),
        pytest.param(Reply(status=304), SourceError, "304 Not Modified", id="304-unasked"),
        pytest.param(Reply(), EmptyReply, "an empty answer", id="empty"),
        pytest.param(Reply(body=b" \n"), EmptyReply, "an empty answer", id="blank"),
        pytest.param(
            Reply(body=gzip.compress(b""), headers={"Content-Encoding": "gzip"}),
            EmptyReply,
            "an empty answer",
            id="empty-gzip",
        ),
        pytest.param(Reply(body=b"x" * 10_001), SourceError, "larger than 10,000", id="large"),
        pytest.param(
            Reply(body=gzip.compress(bytes(10**6)), headers={"Content-Encoding": "gzip"}),
            SourceError,
            "larger than 10,000 bytes",
            id="gzip-bomb",
        ),
        pytest.param(
            Reply(body=b"x", headers={"Content-Encoding": "br"}), SourceError, "'br'", id="brotli"
        ),
    ],
)
def test_what_another_try_would_not_change_is_said_at_once(
    server: HttpServer, client: Client, reply: Reply, error: type[SourceError], why: str
) -> None:
    url = server.script("/dump", reply)
    with pytest.raises(SourceError, match=why) as caught:
        client.get(url)
    assert type(caught.value) is error
    assert str(caught.value).startswith(url)
    assert server.paths == ["/dump"]


def test_a_body_of_just_the_allowed_size_is_read(server: HttpServer, client: Client) -> None:
    packed = Reply(body=gzip.compress(b"x" * 10_000), headers={"Content-Encoding": "gzip"})
    assert client.get(server.script("/packed", packed)) == b"x" * 10_000
    assert client.get(server.script("/plain", Reply(body=b"x" * 10_000))) == b"x" * 10_000


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(body=b"half", claims=8), id="shorter-than-said"),
        pytest.param(
            Reply(body=b"5\r\nhal", headers={"Transfer-Encoding": "chunked"}, claims=None),
            id="in-a-chunk",
        ),
        pytest.param(
            Reply(
                body=gzip.compress(b"papers")[:-4],
                headers={"Content-Encoding": "gzip"},
                claims=None,
            ),
            id="gzip-without-its-end",
        ),
    ],
)
def test_a_body_that_was_cut_is_asked_for_again(
    server: HttpServer, client: Client, pauses: list[float], reply: Reply
) -> None:
    url = server.script("/dump", reply, GOOD)
    assert client.get(url) == GOOD.body
    assert len(pauses) == 1


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(body=b"x" * 100, trickle=0.05), id="body"),
        pytest.param(Reply(body=b"x" * 100, claims=None, trickle=0.05), id="body-without-length"),
        pytest.param(Reply(body=b"x", head=True, trickle=0.05), id="head"),
        pytest.param(Reply(body=b"x", head=True, trickle=60), id="nothing-at-all"),
    ],
)
def test_a_trickle_ends_with_the_time_for_the_whole_request(
    server: HttpServer, reply: Reply
) -> None:
    url = server.script("/dump", reply)
    limits = Limits(total=timedelta(seconds=0.4), tries=1)
    begun = time.monotonic()
    with Client(limits=limits) as client, pytest.raises(SourceUnavailable, match=r"after 0\.4 s"):
        client.get(url)
    assert time.monotonic() - begun < 4


def test_a_server_that_is_not_there_is_tried_again(client: Client, pauses: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(SourceUnavailable, match=f"http://127.0.0.1:{port}/dump: .*refused"):
        client.get(f"http://127.0.0.1:{port}/dump")
    assert len(pauses) == 2


def test_redirects_are_followed(server: HttpServer, client: Client) -> None:
    server.script("/new", GOOD)
    url = server.script("/old", Reply(status=301, headers={"Location": "/new"}))
    assert client.get(url) == GOOD.body


def test_the_body_of_a_redirect_is_not_read(server: HttpServer, client: Client) -> None:
    server.script("/new", GOOD)
    moved = Reply(status=302, headers={"Location": "/new"}, body=b"x" * 100, trickle=0.05)
    assert client.get(server.script("/old", moved)) == GOOD.body


def test_a_redirect_loop_is_left(server: HttpServer, client: Client) -> None:
    url = server.script("/loop", Reply(status=302, headers={"Location": "/loop"}))
    with pytest.raises(SourceError, match="more than 3 redirects") as caught:
        client.get(url)
    assert not isinstance(caught.value, SourceUnavailable)
    assert len(server.paths) == 4


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.org/x"])
def test_only_http_is_followed(server: HttpServer, client: Client, target: str) -> None:
    url = server.script("/out", Reply(status=302, headers={"Location": target}))
    with pytest.raises(SourceError, match="not http or https") as caught:
        client.get(url)
    assert not isinstance(caught.value, SourceUnavailable)


@pytest.mark.parametrize("url", ["http://[::1/x", "http://example.org:port/", "/etc/passwd", ""])
def test_an_address_that_is_none_is_an_error_of_ours(client: Client, url: str) -> None:
    with pytest.raises(SourceError) as caught:
        client.get(url)
    assert not isinstance(caught.value, SourceUnavailable)


def test_secrets_in_an_address_are_neither_in_errors_nor_in_the_log(
    server: HttpServer, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script("/dump?key=hidden&day=2026-03-10", Reply(status=503), Reply(status=403))
    url = server.url("/dump?key=hidden&day=2026-03-10").replace("//", "//ada:hidden@")
    with pytest.raises(SourceError) as caught:
        client.get(url)
    assert "/dump?key=…&day=2026-03-10: answered 403" in str(caught.value)
    assert "trying again" in caplog.text
    assert "hidden" not in str(caught.value) + caplog.text


@pytest.mark.parametrize(
    ("url", "text"),
    [
        pytest.param("https://example.org/a?b=c#d", "https://example.org/a?b=…", id="query"),
        pytest.param("https://u:p@example.org:8/a", "https://example.org:8/a", id="user"),
        pytest.param("https://example.org/?secret", "https://example.org/?…", id="bare-query"),
        pytest.param(
            "https://example.org/?d=2026-03-10",
            "https://example.org/?d=2026-03-10",
            id="a-date-is-no-secret",
        ),
        pytest.param(
            "https://example.org/?abs=True&page=2&pin=1234",
            "https://example.org/?abs=True&page=2&pin=…",
            id="nor-is-a-page",
        ),
        pytest.param("http://[broken", "an address that cannot be read", id="broken"),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret(url: str, text: str) -> None:
    assert shown(url) == text


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({}, None, id="absent"),
        pytest.param({"retry-after": "120"}, 120, id="seconds"),
        pytest.param({"retry-after": "-5"}, None, id="negative"),
        pytest.param({"retry-after": "9" * 20}, None, id="beyond-all-time"),
        pytest.param({"retry-after": "Tue, 10 Mar 2026 07:30:00 GMT"}, None, id="no-date-to-count"),
        pytest.param(
            {
                "retry-after": "Tue, 10 Mar 2026 07:30:10 GMT",
                "date": "Tue, 10 Mar 2026 07:30:00 GMT",
            },
            10,
            id="date",
        ),
        pytest.param(
            {
                "retry-after": "Tue, 10 Mar 2026 07:29:00 -0000",
                "date": "Tue, 10 Mar 2026 07:30:00 GMT",
            },
            0,
            id="gone-by",
        ),
    ],
)
def test_retry_after_is_read_in_both_forms(headers: dict[str, str], seconds: int | None) -> None:
    assert retry_after(headers) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        pytest.param({"ETag": '"abc"'}, {"If-None-Match": '"abc"'}, id="quoted"),
        pytest.param({"ETag": 'W/"abc"'}, {"If-None-Match": 'W/"abc"'}, id="weak"),
        pytest.param({"ETag": "0ab1c2"}, {"If-None-Match": "0ab1c2"}, id="arxiv-s-without-quotes"),
        pytest.param({"ETag": '"é"'}, {"If-None-Match": '"Ã©"'}, id="byte-for-byte"),
        pytest.param(
            {"Last-Modified": "Tue, 10 Mar 2026 07:30:00 GMT"},
            {"If-Modified-Since": "Tue, 10 Mar 2026 07:30:00 GMT"},
            id="a-date",
        ),
        pytest.param(
            {"ETag": '"a"', "Last-Modified": "yesterday"},
            {"If-None-Match": '"a"', "If-Modified-Since": "yesterday"},
            id="both-as-written",
        ),
        pytest.param({}, {}, id="none"),
        pytest.param({"ETag": ""}, {}, id="an-empty-one"),
    ],
)
def test_validators_go_back_as_they_came(
    server: HttpServer, client: Client, given: dict[str, str], asked: dict[str, str]
) -> None:
    url = server.script("/dump", Reply(body=b"papers", headers=given))
    first = client.fetch(url)
    second = client.fetch(url, first.validators)
    assert first.content == second.content == b"papers"
    assert (first.validators is None) == (not asked)
    names = ("If-None-Match", "If-Modified-Since")
    sent = [{name: r.headers[name] for name in names if name in r.headers} for r in server.requests]
    assert sent == [{}, asked]


def test_a_body_that_did_not_change_is_not_sent_again(server: HttpServer, client: Client) -> None:
    url = server.script("/dump", Reply(body=b"papers", headers={"ETag": "0ab"}), Reply(status=304))
    validators = client.fetch(url).validators
    assert validators == Validators(url=url, etag="0ab")
    assert client.fetch(url, validators) == Answer(content=None, validators=validators)


def test_validators_are_those_of_the_address_that_was_asked(
    server: HttpServer, client: Client
) -> None:
    server.script("/new", Reply(body=b"papers", headers={"ETag": "0ab"}), Reply(status=304))
    url = server.script("/old", Reply(status=302, headers={"Location": "/new"}))
    validators = client.fetch(url).validators
    assert validators == Validators(url=url, etag="0ab")
    assert client.fetch(url, validators).content is None


def test_not_modified_is_an_answer_only_to_a_condition(server: HttpServer, client: Client) -> None:
    url = server.script("/dump", Reply(status=304))
    with pytest.raises(SourceError, match="answered 304"):
        client.fetch(url, Validators(url=url))


def test_one_address_is_asked_whether_its_listing_changed(
    server: HttpServer, client: Client
) -> None:
    url = server.script("/dump", Reply(body=b"papers", headers={"ETag": "0ab"}), Reply(status=304))
    source = UrlSource(name="any", url=url, client=client)
    (dump,) = source.pull(now=NOW).dumps
    assert dump.validators == Validators(url=url, etag="0ab")
    result = source.pull(now=NOW, memory=Memory(validators={url: dump.validators}))
    why = "unchanged since the last pull"
    assert result == Pull(verdicts=(Verdict(outcome=Outcome.QUIET, why=why),))
    assert server.requests[1].headers["If-None-Match"] == "0ab"


def test_headers_of_one_request_stay_with_its_host(server: HttpServer, client: Client) -> None:
    server.script("/there", Reply(body=b"there"))
    with HttpServer() as other:
        elsewhere = other.script("/elsewhere", Reply(body=b"elsewhere"))
        server.script("/near", Reply(status=302, headers={"Location": "/there"}))
        server.script("/far", Reply(status=302, headers={"Location": elsewhere}))
        near = client.fetch(server.url("/near"), headers={"Zotero-API-Key": "hunter2"})
        far = client.fetch(server.url("/far"), headers={"Zotero-API-Key": "hunter2"})
        again = client.fetch(server.url("/there"))
    assert [near.content, far.content, again.content] == [b"there", b"elsewhere", b"there"]
    keys = [request.headers.get("Zotero-API-Key") for request in server.requests]
    assert keys == ["hunter2", "hunter2", "hunter2", None]
    assert "Zotero-API-Key" not in other.requests[0].headers


def test_what_a_service_says_beside_the_body_is_given(server: HttpServer, client: Client) -> None:
    url = server.script("/", Reply(body=b"x", headers={"Last-Modified-Version": "7"}))
    assert client.fetch(url).headers["last-modified-version"] == "7"


def test_a_service_that_asks_for_a_pause_beside_its_answer_gets_it(
    server: HttpServer, client: Client, pauses: list[float]
) -> None:
    url = server.script("/", Reply(body=b"x", headers={"Backoff": "30"}), Reply(body=b"y"))
    assert client.fetch(url).content == b"x"
    assert client.fetch(url).content == b"y"
    assert [round(pause) for pause in pauses] == [30]


def test_one_that_asks_for_a_long_pause_is_left_alone(server: HttpServer, client: Client) -> None:
    url = server.script("/", Reply(body=b"x", headers={"Backoff": "3600"}))
    client.fetch(url)
    with pytest.raises(SourceUnavailable, match="left alone for 3600 s") as caught:
        client.fetch(url)
    assert len(server.requests) == 1
    assert caught.value.retry_after is not None


def test_a_host_out_of_reach_is_not_asked_again_and_others_once(pauses: list[float]) -> None:
    told: list[str] = []
    limits = Limits(tries=3, first_pause=timedelta(seconds=2))
    with Client(limits=limits, sleep=pauses.append, jitter=lambda: 0.5, tell=told.append) as client:
        for url in ("http://127.0.0.1:9/a", "http://127.0.0.1:9/b", "http://localhost:9/"):
            with pytest.raises(OutOfReach):
                client.get(url)
    assert pauses == [2.5, 5.0]
    assert len(told) == 3
    assert "no network?" in told[-1]


def test_one_host_out_of_reach_costs_those_that_answer_no_try(
    server: HttpServer, pauses: list[float]
) -> None:
    told: list[str] = []
    limits = Limits(tries=3, first_pause=timedelta(seconds=2))
    with Client(limits=limits, sleep=pauses.append, jitter=lambda: 0.5, tell=told.append) as client:
        client.get(server.script("/one", GOOD))
        with pytest.raises(OutOfReach):
            client.get("http://127.0.0.1:9/")
        assert client.get(server.script("/two", DOWN, DOWN, GOOD)) == GOOD.body
    assert pauses == [2.5, 5.0] * 2
    assert not any("no network" in line for line in told)
