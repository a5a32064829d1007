"""What a service tells systemd: that it is ready, alive, reloading, ending (sd_notify(3))."""

import os
import socket
import time
from collections.abc import Mapping
from datetime import timedelta


class Notifier:
    """Sends states to the socket that systemd named; without one it says nothing."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        # A leading @ stands for the NUL of an abstract socket.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        usec = environ.get("WATCHDOG_USEC", "")
        ours = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.watchdog = timedelta(microseconds=int(usec)) if usec.isdigit() and ours else None
        """How long systemd waits between two signs of life; None if it does not."""

    def ready(self) -> None:
        """Say that start or reload is done."""
        self._send("READY=1")

    def reloading(self) -> None:
        """Say that the configuration is being read again."""
        usec = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1_000
        self._send(f"RELOADING=1\nMONOTONIC_USEC={usec}")

    def stopping(self) -> None:
        """Say that this ends."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Give a sign of life."""
        self._send("WATCHDOG=1")

    def status(self, text: str) -> None:
        """Say in a line what is going on."""
        self._send(f"STATUS={' '.join(text.split())}")

    def _send(self, state: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.settimeout(1)
            try:
                sender.sendto(state.encode(), self._address)
            except OSError:
                return  # a manager that does not listen is no reason not to work
