"""The command line: reads arguments, says what happened, ends with the right code."""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from digest.cli.arguments import parse_arguments
from digest.cli.output import be_quiet, complain
from digest.errors import ConfigError, DigestError

log = logging.getLogger(__name__)

INTERRUPTED = 130
_AGAIN = 75
_BAD_USAGE = 2
_TERMINATED = 143
_SYSLOG = {10: 7, 20: 6, 30: 4, 40: 3, 50: 2}
"""Levels of logging as syslog numbers them."""


class _Lines(logging.Formatter):
    """One line an event; to a journal with its level as sd-daemon(3) has it."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")
        self._to_journal = "JOURNAL_STREAM" in os.environ

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        text = super().format(record)
        if not self._to_journal:
            return text
        level = max(each for each in _SYSLOG if each <= max(record.levelno, logging.DEBUG))
        return "\n".join(f"<{_SYSLOG[level]}>{line}" for line in text.splitlines())


class _Terminated(BaseException):
    """SIGTERM: end as after Ctrl-C, with what is past recall seen through."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    _prepare_streams()
    # Our dense matrices are small: a second thread of BLAS would only spin, at full cost.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminate)
    is_piped = "receive" in (sys.argv[1:] if argv is None else argv)
    try:
        arguments = parse_arguments(argv)
    except SystemExit as ended:
        if is_piped and ended.code == _BAD_USAGE:
            return _AGAIN
        raise
    be_quiet(arguments.quiet > 0)
    level = logging.WARNING - 10 * (arguments.verbose - arguments.quiet)
    logging.basicConfig(level=level)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(_Lines())
    for noisy in ("alembic", "httpx", "httpcore", "mail.log"):
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))
    if arguments.command != "returning:receive":
        return _run(arguments)
    try:
        return _AGAIN if _run(arguments) else 0
    except Exception:
        # By sysexits.h a mail system keeps the message; any other code and it is sent back or lost.
        log.exception("the message could not be looked into: it is to be kept")
        return _AGAIN


def _run(arguments: argparse.Namespace) -> int:
    code = 0
    try:
        module, function = arguments.command.split(":")
        command = getattr(import_module(f"digest.cli.{module}"), function)
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:  # until now nothing had begun
            signal.signal(signal.SIGINT, signal.default_int_handler)
        code = int(command(arguments))
        sys.stdout.flush()
    except ConfigError as error:
        complain(str(error))
        return error.exit_code
    except DigestError as error:
        complain(f"digest: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        complain("digest: interrupted; whatever waits is left to the next run")
        return INTERRUPTED
    except _Terminated:
        complain("digest: terminated; whatever waits is left to the next run")
        return _TERMINATED
    except BrokenPipeError:
        _silence_stdout()  # whoever read us has enough
    except OSError as error:
        _silence_stdout()
        complain(f"digest: {error.filename or 'standard output'}: {error.strerror}")
        return 1
    return code


def _terminate(number: int, frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough
    raise _Terminated


def _prepare_streams() -> None:
    """Let no closed stream and no narrow encoding end a command that does its work otherwise."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            nowhere = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 (for good)
            setattr(sys, name, nowhere)
        elif mode == "w" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _silence_stdout() -> None:
    """Keep the interpreter from saying once more at exit that nobody reads."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
