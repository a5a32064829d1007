"""A mail server on loopback that keeps what it receives: no message leaves this machine."""

import asyncio
import ssl
import threading
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as ReceivedEnvelope

from digest.issue import Envelope

HOST = "127.0.0.1"


class LoopbackServer:
    """Listens on a free port of 127.0.0.1 while entered; `received` stays readable after.

    It speaks TLS from the start if it has a context; `options` are those of aiosmtpd's SMTP.
    """

    def __init__(self, *, context: ssl.SSLContext | None = None, **options: Any) -> None:
        self.port = 0
        self._context = context
        self._options = {"hostname": "localhost", "enable_SMTPUTF8": True, **options}
        self._received: list[Envelope] = []
        self._sessions: list[SMTP] = []
        self._is_listening = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve()), name="loopback-smtp", daemon=True
        )

    @property
    def received(self) -> tuple[Envelope, ...]:
        """What has come so far, in order of arrival."""
        return tuple(self._received)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._is_listening.wait(timeout=10):
            raise RuntimeError("the loopback mail server did not start")
        return self

    def __exit__(self, *exception: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def handle_DATA(  # noqa: N802 (the name that aiosmtpd calls)
        self, server: SMTP, session: Session, envelope: ReceivedEnvelope
    ) -> str:
        """Keep a message as it was before its dots were doubled."""
        content = envelope.content or b""
        self._received.append(
            Envelope(
                sender=envelope.mail_from or "",
                recipient=", ".join(envelope.rcpt_tos),
                content=content.encode() if isinstance(content, str) else content,
            )
        )
        return f"250 2.0.0 Ok: queued as {len(self._received)}"

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        server = await self._loop.create_server(self._session, HOST, 0, ssl=self._context)
        self.port = server.sockets[0].getsockname()[1]
        self._is_listening.set()
        await self._stop.wait()
        server.close()
        await self._hang_up()

    def _session(self) -> SMTP:
        session = SMTP(self, loop=self._loop, **self._options)
        self._sessions.append(session)
        return session

    async def _hang_up(self) -> None:
        """End the conversations that are still open, so that nothing is left to be collected."""
        for session in self._sessions:
            if isinstance(session.transport, asyncio.WriteTransport):
                session.transport.abort()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*tasks, return_exceptions=True)
