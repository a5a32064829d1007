"""The program `digest`, which is also `python -m digest`."""

import os
import signal
import sys
from contextlib import suppress


def start() -> None:
    """Run the command and end the process as it ended; never returns.

    While the program is being loaded there is nothing to end well: Ctrl-C then ends the process
    itself, without a word. Who is interrupted later has died of it for the shell, too, so that a
    script ends with us.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where it is ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        from digest.cli import INTERRUPTED, main
    except ImportError as error:  # amid an upgrade
        if "receive" not in sys.argv:
            raise
        sys.stderr.write(f"digest: the installation is not whole: {error}\n")
        sys.exit(75)  # so that the mail system keeps the message

    code = main()
    if code == INTERRUPTED:
        with suppress(OSError):
            sys.stdout.flush()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    sys.exit(code)


if __name__ == "__main__":
    start()
