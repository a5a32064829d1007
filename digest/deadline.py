"""The bound on the whole time of a request, wherever it hangs: httpx bounds only each read."""

import socket
from contextlib import suppress
from datetime import timedelta
from threading import Timer
from typing import Any, Self


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
