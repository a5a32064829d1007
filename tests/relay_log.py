"""A relay in a process of its own that fails as it is told, and logs what it took.

    python relay_log.py LOG [FAULT]

prints its port. LOG gets a line for each message the moment its 250 is written: Message-ID,
recipient, a hash of the text. FAULT is one of FAULTS; it befalls about one message in seven, and
never the same message for ever, so that everything can be delivered in the end.
"""

import hashlib
import os
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

HOST = "127.0.0.1"
FAULTS = ("none", "421", "451", "550", "drop before dot", "drop after dot", "slow", "two at most")
_EVERY = 7


class Relay:
    """Serves SMTP with pipelining until it is killed."""

    def __init__(self, log: Path, fault: str) -> None:
        self.fault = fault
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._lock = threading.Lock()
        self._count = 0
        self.open = 0

    def serve(self) -> None:
        listener = socket.create_server((HOST, 0), backlog=64)
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self._hold, args=(connection,), daemon=True).start()

    def unlucky(self) -> bool:
        """Say whether this one is to fail."""
        with self._lock:
            self._count += 1
            return self._count % _EVERY == 3

    def took(self, recipient: str, text: bytes) -> None:
        message_id = next(
            line.split(b":", 1)[1].strip().decode()
            for line in text.splitlines()
            if line.lower().startswith(b"message-id:")
        )
        line = f"{message_id}\t{recipient}\t{hashlib.sha256(text).hexdigest()[:16]}\n"
        os.write(self._log, line.encode())

    def _hold(self, connection: socket.socket) -> None:
        with self._lock:
            self.open += 1
            crowded = self.fault == "two at most" and self.open > 2
        try:
            with connection, connection.makefile("rb") as lines, suppress(OSError):
                if crowded:
                    connection.sendall(b"421 4.7.0 too many connections\r\n")
                    return
                self._talk(connection, lines)
        finally:
            with self._lock:
                self.open -= 1

    def _talk(self, connection: socket.socket, lines) -> None:
        def say(reply: str) -> None:
            connection.sendall(reply.encode() + b"\r\n")

        say("220 relay.example.org ESMTP")
        recipient = None
        for line in lines:
            verb = line[:4].upper()
            if verb == b"EHLO":
                say("250-relay.example.org\r\n250-PIPELINING\r\n250 8BITMIME")
            elif verb == b"MAIL":
                recipient = None
                say("250 2.1.0 Ok")
            elif verb == b"RCPT":
                if self.fault in ("421", "451", "550") and self.unlucky():
                    say({"421": "421 4.3.2 shutting down", "451": "451 4.7.1 later",
                         "550": "550 5.1.1 no such user"}[self.fault])  # fmt: skip
                    if self.fault == "421":
                        return
                    continue
                recipient = line.split(b"<")[1].split(b">")[0].decode()
                say("250 2.1.5 Ok")
            elif verb == b"DATA":
                if recipient is None:
                    say("554 5.5.1 no valid recipients")
                elif not self._take(say, lines, recipient):
                    return
            elif verb == b"QUIT":
                say("221 2.0.0 Bye")
                return
            else:
                say("250 2.0.0 Ok")

    def _take(self, say, lines, recipient: str) -> bool:
        """Take a message; say whether to go on."""
        say("354 go on")
        unlucky = self.fault in ("drop before dot", "drop after dot", "slow") and self.unlucky()
        text = bytearray()
        for line in lines:
            if line == b".\r\n":
                break
            text += line
            if unlucky and self.fault == "drop before dot" and len(text) > 2_000:
                return False
        else:
            return False
        if unlucky and self.fault == "slow":
            time.sleep(0.3)
        # The relay is bound from here on, whether or not anybody hears its reply.
        self.took(recipient, bytes(text))
        if unlucky and self.fault == "drop after dot":
            return False
        say("250 2.0.0 Ok: queued")
        return True


if __name__ == "__main__":
    Relay(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "none").serve()
