"""A server to pull from, and a client whose pauses are written down instead of slept."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from digest.net.client import Client, Limits
from http_server import HttpServer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with HttpServer() as server:
        yield server


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(pauses: list[float]) -> Iterator[Client]:
    limits = Limits(
        total=timedelta(seconds=30),
        tries=3,
        first_pause=timedelta(seconds=2),
        longest_pause=timedelta(minutes=1),
        redirects=3,
        size=10_000,
    )
    with Client(
        contact="admin@example.org", limits=limits, sleep=pauses.append, jitter=lambda: 0.5
    ) as client:
        yield client
