"""The service as a process of its own, with a manager's socket to listen on."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Self

from digest import wiring
from digest.store import issues, subscribers
from digest.store.database import writing
from digest.store.issues import Verdict
from world import World


class Running:
    """`digest run` under a manager: what it said to the socket, and what it wrote."""

    def __init__(
        self, world: World, *, watchdog: float | None = None, patience: float = 40.0
    ) -> None:
        self._world = world
        self._patience = patience
        self._watchdog = watchdog
        self.states: list[str] = []
        self.log = world.folder / f"run-{time.monotonic_ns()}.log"

    def __enter__(self) -> Self:
        path = self._world.folder / f"notify-{time.monotonic_ns()}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        environment = os.environ | {"NOTIFY_SOCKET": str(path)}
        if self._watchdog:
            environment["WATCHDOG_USEC"] = str(int(self._watchdog * 1e6))
        command = [sys.executable, "-m", "digest", "--config", str(self._world.config), "run"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=environment, stderr=log, stdout=log)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._socket.close()

    def hear(self, pattern: str) -> str:
        """Wait until it says something that the pattern is found in."""
        return self._wait(lambda: next(filter(re.compile(pattern).search, self.states), None))

    def read(self, pattern: str) -> str:
        """Wait until its log has a line that the pattern is found in."""
        return self._wait(
            lambda: next(
                filter(re.compile(pattern).search, self.log.read_text().splitlines()), None
            )
        )

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it; give its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(timeout=35)
        self.listen(0)
        return code

    def _wait(self, look) -> str:
        deadline = time.monotonic() + self._patience
        while (found := look()) is None:
            ended = self.process.poll()
            assert ended is None, f"ended with {ended}: {self.log.read_text()}"
            assert time.monotonic() < deadline, f"{self.states} {self.log.read_text()}"
            self.listen(0.05)
        return found

    def listen(self, seconds: float) -> None:
        """Take what it says within that time; what nobody takes is soon lost."""
        while select.select([self._socket], [], [], seconds)[0]:
            self.states += self._socket.recv(4096).decode().splitlines()
            seconds = 0


def always_due(world: World, *names: str) -> None:
    """Let everybody's hour be past at once, and let those named be known for long.

    Who is new would have to wait for their hour.
    """
    world.defaults = 'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\nsend_at = "00:00"'
    world.write()
    yesterday = datetime.now(UTC) - timedelta(days=1)
    settings = wiring.load_settings(str(world.config))
    with wiring.open_store(settings, create=True) as engine, writing(engine) as connection:
        for name in names:
            key = f"{name}@example.org"
            subscribers.meet(connection, [key], now=yesterday - timedelta(days=9))
            verdict = Verdict(
                subscriber=key, day=yesterday.date(), why="nothing-new", decided_at=yesterday
            )
            issues.decide(connection, verdict)
