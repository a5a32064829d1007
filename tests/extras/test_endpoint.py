"""The endpoint over a real connection: what is sent, what is tried again, and when it ends."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from builders import make_paper
from digest.errors import ConfigError, SummaryFailed, SummaryRefused, SummaryUnavailable
from digest.extras.summary import Endpoint, question_about
from http_server import Reply
from summary_service import DOWN, KEY, SummaryService, completion

SOON = timedelta(seconds=20)
ABOUT = question_about(make_paper(), "en")


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[SummaryService]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with SummaryService() as service:
        yield service


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def make_endpoint(
    service: SummaryService, pauses: list[float]
) -> Iterator[Callable[..., Endpoint]]:
    opened = []

    def make(**rest: Any) -> Endpoint:
        facts = {"url": service.address, "model": "tiny", "sleep": pauses.append, **rest}
        opened.append(Endpoint(**facts))
        return opened[-1]

    yield make
    for each in opened:
        with each:
            pass


Make = Callable[..., Endpoint]


def write(endpoint: Endpoint, within: timedelta = SOON, **rest: Any) -> str:
    assert ABOUT is not None
    return endpoint.write(ABOUT, within=within, **rest)


def test_a_question_is_asked_as_the_interface_has_it(
    service: SummaryService, make_endpoint: Make
) -> None:
    service.key = KEY
    begun: list[int] = []
    endpoint = make_endpoint(key=lambda: KEY, url=f"{service.address}/")
    assert write(endpoint, begin=lambda: begun.append(1)) == "It is about Graphs."
    (request,) = service.requests
    asked = json.loads(request.body)
    assert asked.keys() == {"model", "messages", "temperature", "max_tokens"}
    assert (asked["model"], asked["temperature"], asked["max_tokens"]) == ("tiny", 0, 160)
    assert [each["role"] for each in asked["messages"]] == ["system", "user"]
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert begun == [1]


def test_a_local_server_needs_no_key(service: SummaryService, make_endpoint: Make) -> None:
    write(make_endpoint())
    assert "Authorization" not in service.requests[0].headers


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_time_may_mend_is_tried_again_twice(
    service: SummaryService, make_endpoint: Make, pauses: list[float], status: int
) -> None:
    script = [Reply(status=status), Reply(status=status, headers={"Retry-After": "7"})]
    replies = iter([*script, completion("Well.")])
    service.reply = lambda title: next(replies)
    begun: list[int] = []
    assert write(make_endpoint(), begin=lambda: begun.append(1)) == "Well."
    assert pauses == [1.0, 7.0]
    assert len(begun) == len(service.requests) == 3
    service.reply = lambda title: Reply(status=status)
    with pytest.raises(SummaryUnavailable, match=f"answered {status}"):
        write(make_endpoint())
    assert len(service.requests) == 6


def test_a_pause_that_is_longer_than_the_time_left_is_not_waited_for(
    service: SummaryService, make_endpoint: Make, pauses: list[float]
) -> None:
    service.reply = lambda title: Reply(status=429, headers={"Retry-After": "3600"})
    with pytest.raises(SummaryUnavailable) as caught:
        write(make_endpoint())
    assert caught.value.retry_after == timedelta(hours=1)
    assert (pauses, len(service.requests)) == ([], 1)
    with pytest.raises(SummaryUnavailable, match="no time is left"):
        write(make_endpoint(), within=timedelta(0))
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        pytest.param(Reply(status=400), SummaryFailed, id="a bad request"),
        pytest.param(Reply(status=401), SummaryRefused, id="the key"),
        pytest.param(Reply(status=404), SummaryRefused, id="the model"),
        pytest.param(
            Reply(status=307, headers={"Location": "http://127.0.0.1:9/"}),
            SummaryRefused,
            id="elsewhere: the key would go there",
        ),
        pytest.param(Reply(body=b"<html>"), SummaryFailed, id="no JSON"),
        pytest.param(Reply(body=b" " * 2**21), SummaryFailed, id="too large"),
        pytest.param(
            Reply(body=b"{", headers={"Content-Encoding": "gzip"}), SummaryFailed, id="packed"
        ),
    ],
)
def test_what_time_does_not_mend_is_asked_once(
    service: SummaryService, make_endpoint: Make, reply: Reply, error: type[SummaryFailed]
) -> None:
    service.reply = lambda title: reply
    with pytest.raises(SummaryFailed) as caught:
        write(make_endpoint())
    assert type(caught.value) is error
    assert len(service.requests) == 1


@pytest.mark.parametrize("in_head", [False, True])
def test_a_request_ends_with_its_time_however_slowly_the_answer_drips(
    service: SummaryService, make_endpoint: Make, *, in_head: bool
) -> None:
    body = completion("Well.").body
    service.reply = lambda title: Reply(body=body, trickle=0.1, head=in_head)
    begun = time.monotonic()
    with pytest.raises(SummaryUnavailable, match=r"not finished after 0\.3 s"):
        write(make_endpoint(timeout=timedelta(seconds=0.3)), within=timedelta(seconds=1))
    assert time.monotonic() - begun < 5
    assert len(service.requests) == 1


def test_a_lost_connection_and_a_closed_port_are_out_of_reach(
    service: SummaryService, make_endpoint: Make
) -> None:
    service.reply = lambda title: Reply(body=b"{", claims=100)
    with pytest.raises(SummaryUnavailable):
        write(make_endpoint())
    with pytest.raises(SummaryUnavailable):
        write(make_endpoint(url="http://127.0.0.1:9/v1"))


def test_the_key_is_in_no_message_and_no_log(
    service: SummaryService, make_endpoint: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "digest")
    caplog.set_level(logging.INFO, "httpx")
    service.key = f"{KEY}-other"
    with pytest.raises(SummaryRefused) as refused:
        write(make_endpoint(key=lambda: KEY))
    service.key, service.reply = KEY, lambda title: DOWN
    with pytest.raises(SummaryUnavailable) as down:
        write(make_endpoint(key=lambda: KEY))
    with pytest.raises(SummaryRefused) as unfit:
        write(make_endpoint(key=lambda: f"{KEY}\nX: y"))
    told = "".join(map(str, (refused.value, down.value, unfit.value))) + caplog.text
    assert KEY not in told
    assert "trying again" in told


def test_a_key_that_is_not_to_be_had_costs_the_summary_only(make_endpoint: Make) -> None:
    def key() -> str:
        raise ConfigError(["config.toml:3: summary.key: the secret is empty"])

    with pytest.raises(SummaryRefused, match="secret is empty"):
        write(make_endpoint(key=key))
