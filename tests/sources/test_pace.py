"""Turns at a host, with a clock that only pauses move."""

import threading
from contextlib import ExitStack
from datetime import timedelta

import pytest

from digest.net.client import Client
from digest.net.pace import PACE, Pace
from http_server import HttpServer, Reply


class Clock:
    """A monotonic clock in seconds; sleeping moves it."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(PACE, sleep=clock.sleep, clock=clock)


def visit(pace: Pace, *hosts: str) -> None:
    for host in hosts:
        with pace.turn(host):
            pass


@pytest.mark.parametrize(
    ("hosts", "slept"),
    [
        pytest.param(["arxiv.org"], [], id="the-first-never-waits"),
        pytest.param(["arxiv.org", "arxiv.org"], [3], id="arxiv"),
        pytest.param(["rss.arxiv.org", "export.arxiv.org"], [3], id="all-of-arxiv-is-one"),
        pytest.param(["arxiv.org.", "RSS.arXiv.org"], [3], id="however-written"),
        pytest.param(["api.biorxiv.org", "api.biorxiv.org"], [1], id="biorxiv"),
        pytest.param(["api.biorxiv.org", "api.medrxiv.org"], [], id="two-services"),
        pytest.param(["notarxiv.org", "notarxiv.org"], [], id="a-name-that-only-ends-alike"),
        pytest.param(["127.0.0.1", "127.0.0.1"], [], id="anybody-else"),
        pytest.param(["arxiv.org", "example.org", "arxiv.org"], [3], id="another-between"),
    ],
)
def test_each_service_is_asked_at_its_pace(
    pace: Pace, clock: Clock, hosts: list[str], slept: list[float]
) -> None:
    visit(pace, *hosts)
    assert clock.slept == slept


def test_time_that_passed_anyway_counts(pace: Pace, clock: Clock) -> None:
    visit(pace, "arxiv.org")
    clock.time += 2
    visit(pace, "arxiv.org")
    clock.time += 60
    visit(pace, "arxiv.org")
    assert clock.slept == [1]


def test_the_longest_name_that_covers_a_host_counts(clock: Clock) -> None:
    least = {"example.org": timedelta(seconds=1), "slow.example.org": timedelta(seconds=9)}
    visit(Pace(least, sleep=clock.sleep, clock=clock), *["a.slow.example.org"] * 2)
    assert clock.slept == [9]


def test_a_host_serves_one_thread_at_a_time(pace: Pace) -> None:
    inside, entered = threading.Event(), threading.Event()

    def second() -> None:
        inside.set()
        with pace.turn("127.0.0.1"):
            entered.set()

    thread = threading.Thread(target=second)
    with pace.turn("127.0.0.1"):
        thread.start()
        assert inside.wait(5)
        assert not entered.wait(0.05)
    assert entered.wait(5)
    thread.join()


def test_hosts_do_not_wait_for_one_another(pace: Pace) -> None:
    with ExitStack() as stack:
        for host in ("arxiv.org", "api.biorxiv.org", "127.0.0.1"):
            stack.enter_context(pace.turn(host))


def test_a_turn_that_fails_is_over(pace: Pace, clock: Clock) -> None:
    with pytest.raises(OSError, match="gone"), pace.turn("arxiv.org"):
        raise OSError("gone")
    visit(pace, "arxiv.org")
    assert clock.slept == [3]


def test_the_client_keeps_the_pace_on_redirects_too(server: HttpServer, clock: Clock) -> None:
    server.script("/new", Reply(body=b"papers"))
    url = server.script("/old", Reply(status=302, headers={"Location": "/new"}))
    pace = {"127.0.0.1": timedelta(seconds=3)}
    with Client(pace=pace, sleep=clock.sleep, clock=clock) as client:
        assert [client.get(url), client.get(url)] == [b"papers"] * 2
    assert clock.slept == [3, 3, 3]


def test_threads_that_share_a_client_are_served_one_after_another(
    server: HttpServer, clock: Clock
) -> None:
    url = server.script("/dump", Reply(body=b"papers", trickle=0.001))
    pace = {"127.0.0.1": timedelta(seconds=3)}
    with Client(pace=pace, sleep=clock.sleep, clock=clock) as client:
        threads = [threading.Thread(target=client.get, args=(url,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert clock.slept == [3, 3, 3]
    assert server.paths == ["/dump"] * 4
