"""The command line: reads arguments, says what happened, ends with the right code."""

import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from digest.cli.arguments import parse_arguments
from digest.errors import DigestError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (see docs/exit codes in README)."""
    arguments = parse_arguments(argv)
    level = logging.WARNING - 10 * (arguments.verbose - arguments.quiet)
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")
    for noisy in ("alembic", "httpx", "httpcore", "mail.log"):
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))
    try:
        module, function = arguments.command.split(":")
        command = getattr(import_module(f"digest.cli.{module}"), function)
        code = int(command(arguments))
        sys.stdout.flush()
    except DigestError as error:
        sys.stderr.write(f"digest: {error}\n" if "\n" not in str(error) else f"{error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read us has enough; the interpreter must not say so a second time at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code
