"""Commands that a later version brings."""

import argparse

from digest.errors import NotYet


def not_yet(arguments: argparse.Namespace) -> int:
    """Say that the command is not there yet."""
    raise NotYet(f"{arguments.name}: not yet in this version")
