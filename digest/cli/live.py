"""preview --serve: a page on loopback that shows an issue anew whenever what makes it changes."""

import json
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from digest.errors import DigestError
from digest.issue import Message

_LOOPBACK = "127.0.0.1"
_DARK = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)")
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "connect-src 'self'; frame-src 'self'"
)
_PAGE = Path(__file__).with_name("live.html")


@dataclass(slots=True)
class Live:
    """An issue as it looks now: `make` renders it, from the files that `watched` names."""

    make: Callable[[], Message]
    watched: Callable[[], Iterable[Path]]
    version: str = ""
    message: Message | None = None
    trouble: str | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refresh(self) -> None:
        """Render again if a file has changed; a mistake is shown, and the last good issue stays."""
        with self._lock:
            now = _fingerprint(self.watched())
            if now == self.version:
                return
            self.version = now
            try:
                self.message, self.trouble = self.make(), None
            except DigestError as error:
                self.trouble = str(error)

    def state(self) -> dict[str, str | None]:
        """Say what the page shows around the issue."""
        message = self.message
        size = f"{len(message.html.encode()):,} bytes of HTML" if message else None
        return {
            "version": self.version,
            "trouble": self.trouble,
            "subject": message.subject if message else None,
            "size": size,
        }

    def page(self, name: str) -> tuple[str, str] | None:
        """Give a page and its type by its name; None if there is no such page."""
        if name == "":
            return _PAGE.read_text(encoding="utf-8"), "text/html"
        if name == "state.json":
            self.refresh()
            return json.dumps(self.state()), "application/json"
        if self.message is None:
            return None
        pages = {
            "issue-light.html": (_DARK.sub("@media not all", self.message.html), "text/html"),
            "issue-dark.html": (_DARK.sub("@media all", self.message.html), "text/html"),
            "issue.txt": (self.message.text, "text/plain"),
        }
        return pages.get(name)


def server(live: Live, port: int = 0) -> ThreadingHTTPServer:
    """Make the server of the page, on loopback alone; port 0 is any that is free."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # seconds that a request may take to come

        def do_GET(self) -> None:
            port = self.connection.getsockname()[1]
            here = {f"{host}:{port}" for host in (_LOOPBACK, "localhost")}
            if self.headers.get("Host") not in here:  # a name of somebody else's that leads here
                self.send_error(HTTPStatus.FORBIDDEN)
                return
            found = live.page(self.path.lstrip("/").partition("?")[0])
            if found is None:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            body = found[0].encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", f"{found[1]}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", _POLICY)
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing: the page asks every moment."""

    return ThreadingHTTPServer((_LOOPBACK, port), Handler)


def _fingerprint(paths: Iterable[Path]) -> str:
    """Tell one state of some files from another by their times and sizes."""
    facts = []
    for path in sorted(paths):
        try:
            stat = path.stat()
        except OSError:
            facts.append((str(path), 0, 0))
        else:
            facts.append((str(path), stat.st_mtime_ns, stat.st_size))
    return sha256(repr(facts).encode()).hexdigest()[:16]
