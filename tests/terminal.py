"""A person at a terminal: a program on a pseudo-terminal, what it shows, and what is typed."""

import os
import pty
import re
import select
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")


class Terminal:
    """Runs a command on a terminal of its own until the `with` block is left."""

    def __init__(self, command: Sequence[str], folder: Path, **environ: str) -> None:
        self._command = command
        self._folder = folder
        self._environ: Mapping[str, str] = {"TERM": "dumb", **environ}
        self.shown = ""
        """What it has shown, without colours and the like."""
        self.raw = ""
        self._read_to = 0

    def __enter__(self) -> Self:
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.chdir(self._folder)
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever started us may ignore it
            os.execvpe(  # noqa: S606 (there is no shell here)
                self._command[0], self._command, {**os.environ, **self._environ}
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._terminal)

    def type(self, line: str) -> None:
        """Type a line."""
        os.write(self._terminal, f"{line}\n".encode())

    def press(self, key: str, *, until: str) -> None:
        """Press Ctrl and a key, again where readline misses one just after its prompt."""
        for _ in range(20):
            os.write(self._terminal, bytes([ord(key.upper()) - 64]))
            with suppress(AssertionError):
                return self.see(until, patience=2)
        raise AssertionError(f"not shown: {until!r} after {self.shown!r}")

    def see(self, text: str, patience: float = 60) -> None:
        """Wait until it shows a text, after what was seen before."""
        deadline = time.monotonic() + patience
        while (at := self.shown.find(text, self._read_to)) < 0:
            assert self._read(deadline), f"not shown: {text!r} after {self.shown!r}"
        self._read_to = at + len(text)

    def end(self, patience: float = 60) -> int:
        """Wait until it ends; return its exit code, negative for a signal."""
        deadline = time.monotonic() + patience
        while self._read(deadline):
            pass
        pid, status = os.waitpid(self._pid, 0)
        self._pid = 0
        assert pid
        return os.waitstatus_to_exitcode(status)

    def _read(self, deadline: float) -> bool:
        """Take in more of what it shows; False once it has ended."""
        ready, _, _ = select.select([self._terminal], [], [], max(0, deadline - time.monotonic()))
        assert ready, f"nothing more after {self.shown!r}"
        try:
            more = os.read(self._terminal, 65_536)
        except OSError:  # Linux: nobody has the other end open any more
            return False
        self.raw += (text := more.decode(errors="replace"))
        self.shown += _ESCAPES.sub("", text)
        return bool(more)
