"""Processes that end with the test that started them, however it ends."""

import subprocess
from types import TracebackType


class Child(subprocess.Popen[bytes]):
    """A process that is killed, not waited for, when its `with` block is left by an error.

    A `Popen` would wait for ever there, and a test that has run out of time would not end.
    """

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.kill()
        super().__exit__(kind, error, trace)
