"""run: the service."""

import argparse
import logging


def run(arguments: argparse.Namespace) -> int:
    """Work until SIGTERM: pull, make and send what is due, and tell the operator."""
    from digest.service.process import serve

    if not arguments.verbose and not arguments.quiet:
        logging.getLogger("digest").setLevel(logging.INFO)
    return serve(arguments.config)
