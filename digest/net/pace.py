"""Turns at a host: one request at a time, and none sooner than those who run it ask for.

The bound on the whole time of a request, wherever it hangs: httpx bounds only each read.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Timer
from types import MappingProxyType
from typing import Any, Self

PACE: Mapping[str, timedelta] = MappingProxyType(
    {
        "arxiv.org": timedelta(seconds=3),
        "api.biorxiv.org": timedelta(seconds=1),
        "api.medrxiv.org": timedelta(seconds=1),
        "api.crossref.org": timedelta(milliseconds=250),
    }
)
"""The least time from one request to the next (formats.md, etiquette).

A name covers the hosts below it, and they take turns: arXiv's terms count its hosts together.
"""


@dataclass(slots=True)
class _Queue:
    lock: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = float("-inf")


class Pace:
    """Gives threads their turns at hosts; `sleep` and `clock` (monotonic) are in seconds."""

    def __init__(
        self,
        least: Mapping[str, timedelta] = PACE,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._least = least
        self._sleep = sleep
        self._clock = clock
        self._lock = threading.Lock()
        self._queues: dict[str, _Queue] = {}

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Wait for the host to be free and for its time; keep others out until the end."""
        name, queue = self._queue(host)
        with queue.lock:
            wait = queue.free_at - self._clock()
            if wait > 0:
                self._sleep(wait)
            queue.free_at = self._clock() + self._least.get(name, timedelta(0)).total_seconds()
            yield

    def hold(self, host: str, pause: timedelta) -> None:
        """Give no turn at a host for so long."""
        _, queue = self._queue(host)
        queue.free_at = max(queue.free_at, self._clock() + pause.total_seconds())

    def wait(self, host: str) -> float:
        """Say how many seconds the next turn at a host is away."""
        _, queue = self._queue(host)
        return max(queue.free_at - self._clock(), 0.0)

    def _queue(self, host: str) -> tuple[str, _Queue]:
        name = self._name(host.rstrip(".").lower())
        with self._lock:
            return name, self._queues.setdefault(name, _Queue())

    def _name(self, host: str) -> str:
        """Give the longest name that covers a host, else the host."""
        covering = (name for name in self._least if host == name or host.endswith(f".{name}"))
        return max(covering, key=len, default=host)


class Deadline:
    """Shuts down the connection of one request when its time is up; `passed` tells that it was.

    `trace` is httpcore's hook for what happens on a connection.
    """

    def __init__(self, total: timedelta) -> None:
        self.passed = False
        self._socket: socket.socket | None = None
        self._timer = Timer(total.total_seconds(), self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def trace(self, event: str, info: dict[str, Any]) -> None:
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            if self.passed:
                self._shut_down()

    def _end(self) -> None:
        self.passed = True
        self._shut_down()

    def _shut_down(self) -> None:
        if self._socket is not None:
            with suppress(OSError):  # closed already
                # Not SSLSocket's own shutdown: that drops TLS under the thread that reads.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
