"""Mail servers for tests, over sockets: one that works, and one that fails as it is told."""

import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Self

from aiosmtpd.smtp import AuthResult, LoginPassword

from digest.demo.server import HOST, LoopbackServer
from digest.issue import Envelope
from digest.mail.relay import Relay


def make_relay(server: Any, **facts: Any) -> Relay:
    """Return how to reach a server of this module: without TLS, and impatient."""
    return Relay(
        **{
            "host": server.host,
            "port": server.port,
            "security": "none",
            "helo": "digest.example.org",
            "timeout": 5,
            "data_timeout": 5,
            **facts,
        }
    )


def make_envelope(**facts: Any) -> Envelope:
    return Envelope(
        **{
            "sender": "papers@example.org",
            "recipient": "ada@example.org",
            "content": b"Subject: Graphs\r\n\r\n.one\r\n..two\r\n.\r\nthree\r\n",
            **facts,
        }
    )


def nothing() -> None:
    """Do nothing, where a transport wants to be told what to do before the final dot."""


class SmtpServer(LoopbackServer):
    """A mail server that takes everything but what `refuse` (recipient → reply) names."""

    host = HOST

    def __init__(self, refuse: Mapping[str, str], **options: Any) -> None:
        super().__init__(**options)
        self._refuse = refuse

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self._refuse:
            return self._refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def take_away(self) -> tuple[Envelope, ...]:
        """Give what has come since the last time, and keep it no longer."""
        taken = tuple(self._received)
        del self._received[: len(taken)]
        self._sessions.clear()  # each has a message, too
        return taken

    @property
    def connections(self) -> int:
        return len(self._sessions)


@contextmanager
def smtp_server(
    *,
    refuse: Mapping[str, str] | None = None,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    login: tuple[str, str] | None = None,
    **options: Any,
) -> Iterator[SmtpServer]:
    """Serve mail on `.host`, `.port`; `.received` are the envelopes, `.connections` how many.

    `login` is the only name and password it takes, and then it takes nothing without.
    """
    if login is not None:
        expected = LoginPassword(login[0].encode(), login[1].encode())
        options |= {
            "auth_required": True,
            "auth_require_tls": starttls is not None,
            "authenticator": lambda *dialogue: AuthResult(
                success=dialogue[-1] == expected, handled=False
            ),
        }
    if starttls is not None:
        options |= {"tls_context": starttls, "require_starttls": True}
    with SmtpServer(refuse or {}, context=tls, **options) as server:
        yield server


DROP = "(drop)"  # close at once, with a reset
SILENCE = "(silence)"  # say nothing more until the client hangs up

_GOOD = {
    "greeting": "220 peer.example.org ESMTP",
    "EHLO": "250-peer.example.org\r\n250 8BITMIME",
    "MAIL": "250 2.1.0 Ok",
    "RCPT": "250 2.1.5 Ok",
    "DATA": "354 End data with <CR><LF>.<CR><LF>",
    "dot": "250 2.0.0 Ok: queued as PEER",
    "RSET": "250 2.0.0 Ok",
    "QUIT": "221 2.0.0 Bye",
}


class FaultyPeer:
    """A scripted SMTP server: a conversation a connection, in order, the last one repeated.

    A script maps a step (`greeting`, a command, `text` for the middle of the message, `dot`) to
    a reply, DROP or SILENCE, or to a list of these, taken one at a time; a step that is not in
    it gets the usual good reply. `pause` is a step and the seconds it takes. `commands` and
    `texts` are what has come, over all connections.
    """

    def __init__(
        self, *scripts: Mapping[str, str | Sequence[str]], pause: tuple[str, float] | None = None
    ) -> None:
        self.host = HOST
        self.commands: list[str] = []
        self.texts: list[bytes] = []
        self.connections = 0
        self.pause = pause
        self._scripts = scripts or ({},)
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        self._listener.bind((HOST, 0))
        self._listener.listen()
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        # Wakes accept(), which closing alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            script = self._scripts[min(self.connections, len(self._scripts) - 1)]
            self.connections += 1
            with connection:
                connection.settimeout(10)
                conversation = _Conversation(self, connection, script)
                with suppress(OSError):  # a client that is gone, which some tests are about
                    conversation.hold()


class _Conversation:
    """One connection of the faulty peer."""

    def __init__(
        self,
        peer: FaultyPeer,
        connection: socket.socket,
        script: Mapping[str, str | Sequence[str]],
    ) -> None:
        self._peer = peer
        self._connection = connection
        self._replies = {
            step: [replies] if isinstance(replies, str) else list(replies)
            for step, replies in script.items()
        }

    def hold(self) -> None:
        with self._connection.makefile("rb") as lines:
            if not self._answer("greeting"):
                return
            for line in lines:
                command = line.decode(errors="replace").strip()
                self._peer.commands.append(command)
                verb = command.split(" ")[0].upper()
                if not self._answer(verb) or verb == "QUIT":
                    return
                if verb == "DATA" and self._last.startswith("354") and not self._take(lines):
                    return

    def _take(self, lines: Any) -> bool:
        """Read a message; say whether to go on."""
        text = b""
        for line in lines:
            if line == b".\r\n":
                self._peer.texts.append(text)
                return self._answer("dot")
            text += line
            if "text" in self._replies and not self._answer("text"):
                return False
        return False

    def _answer(self, step: str) -> bool:
        """Do what the script says; say whether to go on."""
        if self._peer.pause and self._peer.pause[0] == step:
            time.sleep(self._peer.pause[1])
        replies = self._replies.get(step, [])
        self._last = (
            replies.pop(0) if len(replies) > 1 else (replies or [_GOOD.get(step, "502 ?")])[0]
        )
        if self._last == DROP:
            linger = struct.pack("ii", 1, 0)
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            return False
        if self._last == SILENCE:
            while self._connection.recv(65536):
                pass
            return False
        self._connection.sendall(f"{self._last}\r\n".encode())
        return True
