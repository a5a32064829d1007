"""A real HTTP server on loopback with scripted replies and the faults that servers have."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from builders import NOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer; `claims` is the Content-Length it gives (None: none, the end is the end).

    `trickle` is a pause in seconds before each byte of the body, or with `head` of the head too.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    claims: int | None = -1
    trickle: float = 0.0
    head: bool = False

    def head_bytes(self) -> bytes:
        length = len(self.body) if self.claims == -1 else self.claims
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}"]
        fields = {"Date": format_datetime(NOW, usegmt=True), "Connection": "close", **self.headers}
        if length is not None:
            fields["Content-Length"] = str(length)
        lines += [f"{name}: {value}" for name, value in fields.items()]
        return "\r\n".join([*lines, "", ""]).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


class HttpServer:
    """Serves what was scripted: each path's replies in turn, the last one for ever; else 404."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self._script: dict[str, list[Reply]] = {}
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def script(self, path: str, *replies: Reply) -> str:
        """Answer `path` with `replies`; return its whole address."""
        self._script[path] = list(replies)
        return self.url(path)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [request.path for request in self.requests]

    def answer(self, request: Request) -> Reply:
        """Give the reply to one request; several may come at once."""
        return self.take(request.path)

    def take(self, path: str) -> Reply:
        replies = self._script.get(path, [Reply(status=404, body=b"nothing here")])
        return replies.pop(0) if len(replies) > 1 else replies[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing the server waits for its threads: none outlives the test
    owner: HttpServer


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        owner = self.server.owner
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(path=self.path, headers=dict(self.headers), body=body)
        owner.requests.append(request)
        reply = owner.answer(request)
        self.close_connection = True
        with suppress(OSError):  # the client may go whenever it likes
            self._write(reply.head_bytes(), reply.trickle if reply.head else 0.0)
            self._write(reply.body, reply.trickle)

    do_POST = do_GET  # noqa: N815 (the base class calls it so)

    def _write(self, data: bytes, pause: float) -> None:
        if not pause:
            self.wfile.write(data)
            return
        for byte in data:
            if self.server.owner.stopping.wait(pause):
                return
            self.wfile.write(bytes([byte]))

    def log_message(self, *_: object) -> None:
        """Say nothing."""
