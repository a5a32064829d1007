"""run and alert: the service, and what tells the operator that it failed."""

import argparse
import logging
import sys

from digest import wiring
from digest.cli import configuration
from digest.cli.output import emit, exit_code, note
from digest.config import Settings
from digest.errors import ConfigError, StoreError
from digest.service import alerting
from digest.service.troubles import Trouble

_MOST = 20_000  # characters of what more is said


def run(arguments: argparse.Namespace) -> int:
    """Work until SIGTERM: pull, make and send what is due, and tell the operator."""
    from digest.service.process import serve

    if not arguments.verbose and not arguments.quiet:
        logging.getLogger("digest").setLevel(logging.INFO)
    configuration.find(arguments, acts=True)
    return serve(arguments.config)


def _settings(explicit: str | None) -> tuple[Settings, str]:
    """Read the configuration; if it is wrong, the last that a service worked with, and say so.

    That it is wrong may be what there is to tell.
    """
    try:
        return wiring.load_settings(explicit), ""
    except ConfigError as error:
        last = wiring.load_last_good(explicit)
        if last is None:
            raise
        return last, f"The configuration is wrong:\n{error}"


def alert(arguments: argparse.Namespace) -> int:
    """Mail a subject and what stands on standard input to alerts_to, as OnFailure= does."""
    configuration.find(arguments, acts=True)
    settings, wrong = _settings(arguments.config)
    if not settings.alerts_to:
        raise ConfigError([f"{settings.path}: digest.alerts_to: names nobody to tell"])
    more = "" if sys.stdin.isatty() else sys.stdin.read(_MOST)
    text = "\n\n".join(filter(None, (arguments.subject, wrong, more))).rstrip()
    trouble = Trouble(cause=f"alert:{arguments.subject}", text=text)
    now = wiring.now()
    try:
        with wiring.open_store(settings) as engine:
            is_new = alerting.is_untold(engine, trouble, now=now)
            told = bool(is_new and alerting.tell(settings, engine, [trouble], now=now))
    except StoreError:  # that may be why
        is_new, told = True, alerting.send(settings, [trouble], now=now)
    if arguments.json:
        emit({"told": told})
    elif told:
        note(f"told {', '.join(settings.alerts_to)}")
    elif not is_new:
        note("this was told today already")
    return exit_code(failed=False, waits=is_new and not told)
