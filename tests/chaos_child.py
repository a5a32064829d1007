"""`digest send` in a process that kills itself: python chaos_child.py POINT TIMES ARGUMENTS…

POINT is one of POINTS; it dies when it has come there so many TIMES. The points are those at
which a delivery can be caught; nothing but the kill is added to what the program does.
"""

import os
import signal
import smtplib
import sys
import threading
from collections.abc import Callable

POINTS = (
    "composed", "claimed", "sending committed", "MAIL", "RCPT", "DATA",
    "half the body", "dot sent", "250 read", "settled",
)  # fmt: skip
_COMMANDS = ("MAIL", "RCPT", "DATA")


class Fuse:
    """Counts how often a point was reached, and ends the process at the last."""

    def __init__(self, point: str, times: int) -> None:
        self.point = point
        self._left = times
        self._lock = threading.Lock()

    def burn(self, point: str, before: Callable[[], object] = lambda: None) -> None:
        if point != self.point:
            return
        with self._lock:
            self._left -= 1
            if self._left > 0:
                return
            before()
            os.kill(os.getpid(), signal.SIGKILL)
            signal.pause()


def set_up(fuse: Fuse) -> None:
    from digest.cli import mailing
    from digest.pipeline.stint import Stint

    compose, claim, begin = mailing.compose, Stint._claim, Stint._begin
    note, write_down, send = Stint._note, Stint._write_down, smtplib.SMTP.send

    def composing(*arguments, **options):
        composed = compose(*arguments, **options)
        fuse.burn("composed")
        return composed

    def settling(work):
        def inner(self, *arguments):
            had = bool(self.accepted)
            result = work(self, *arguments)
            if had and not self.accepted:
                fuse.burn("settled")
            return result

        return inner

    def claiming(self):
        claimed = claim(self)
        if claimed:
            fuse.burn("claimed")
        return claimed

    def beginning(self, envelope):
        begun = begin(self, envelope)
        if begun:
            fuse.burn("sending committed")
        return begun

    def noting(self, row, outcome):
        if isinstance(outcome, str):
            fuse.burn("250 read")
        note(self, row, outcome)

    def sending(self, data):
        if isinstance(data, str):
            return send(self, data)
        if data.startswith(b"MAIL"):
            ends = [data.index(b"\r\n") + 2]
            for _ in _COMMANDS[1:]:
                end = data.find(b"\r\n", ends[-1])
                ends.append(end + 2 if end > 0 else len(data))
            for command, end in zip(_COMMANDS, ends, strict=True):
                fuse.burn(command, lambda end=end: send(self, data[:end]))
        elif data.startswith(b".\r\n"):
            fuse.burn("dot sent", lambda: send(self, data))
        elif len(data) > 1_000:
            fuse.burn("half the body", lambda: send(self, data[: len(data) // 2]))
        return send(self, data)

    mailing.compose = composing
    Stint._claim = settling(claiming)
    Stint._begin = settling(beginning)
    Stint._note = noting
    Stint._write_down = settling(write_down)
    smtplib.SMTP.send = sending


if __name__ == "__main__":
    set_up(Fuse(sys.argv[1], int(sys.argv[2])))
    from digest.cli import main

    sys.exit(main(sys.argv[3:]))
