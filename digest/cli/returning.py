"""suppress, receive, retry: whom never to write to, what comes back, and what is tried again."""

import argparse
import os
import sys
from dataclasses import replace

import sqlalchemy as sa

from digest import wiring
from digest.cli import configuration
from digest.cli.output import complain, emit, exit_code, local, note, say, table, warn
from digest.config import Settings
from digest.config.values import address as read_address
from digest.errors import ConfigError, StoreUnavailable
from digest.issue import Status
from digest.pipeline.receive import Received, receive_inbox
from digest.pipeline.receive import receive as look_into
from digest.store import issues, outbox, subscribers
from digest.store.database import reading, writing
from digest.subscriber import Suppression
from digest.wiring import people

_BY_HAND = "by hand"
# What a mail system says of whom a message was for (Postfix's local and pipe daemons).
_ENVIRONMENT = ("ORIGINAL_RECIPIENT", "RECIPIENT", "EXTENSION")


def suppress(arguments: argparse.Namespace) -> int:
    """Never write to an address again, or list and end suppressions."""
    settings = configuration.load(arguments, acts=not arguments.list)
    if bool(arguments.address) == arguments.list:
        raise ConfigError(["suppress takes an ADDRESS, or --list"])
    if arguments.remove and not arguments.address:
        raise ConfigError(["--remove needs an ADDRESS"])
    with wiring.open_store(settings, read_only=arguments.list) as engine:
        if arguments.list:
            with reading(engine) as connection:
                found = subscribers.load_suppressions(connection)
            _show(list(found.values()), as_json=arguments.json)
            return 0
        if arguments.remove:
            _write_again(engine, arguments.address.strip())
        else:
            _stop(settings, engine, arguments)
    return 0


def _write_again(engine: sa.Engine, address: str) -> None:
    with writing(engine) as connection:
        if not subscribers.remove_suppression(connection, address):
            meant = people.nearest(address, subscribers.load_suppressions(connection))
            raise ConfigError([f"{address} is not suppressed{meant}"])
    note(f"{address} gets mail again")


def _stop(settings: Settings, engine: sa.Engine, arguments: argparse.Namespace) -> None:
    try:
        address = read_address(arguments.address)
    except ValueError as error:
        raise ConfigError([f"suppress: {error}"]) from error
    everyone, _ = people.subscribers(settings, engine)
    known = {key for each in everyone for key in each.keys}
    with writing(engine) as connection:
        before = subscribers.load_suppressions(connection).get(address.casefold())
        why = arguments.why or _BY_HAND
        subscribers.add_suppression(
            connection, Suppression(email=address, why=why, since=wiring.now())
        )
        known.update(issues.addresses(connection))
    if address.casefold() not in known:
        meant = people.nearest(address, known)
        complain(f"{address}: nobody of this address is subscribed, or ever was{meant}")
    if before:
        note(f"{address} gets no mail already, since {local(before.since)}: {before.why}")
    else:
        note(f"{address} gets no more mail")


def _show(found: list[Suppression], *, as_json: bool) -> None:
    if as_json:
        since = [each.since.isoformat(timespec="seconds") for each in found]
        rows = zip(found, since, strict=True)
        emit([{"email": each.email, "why": each.why, "since": at} for each, at in rows])
    else:
        say(f"{len(found) or 'nobody'} suppressed")
        shown = ((local(each.since), each.email, each.why) for each in found)
        table(("since", "email", "why"), shown, texts=1)


def receive(arguments: argparse.Namespace) -> int:
    """Look into one message on standard input, as a mail system pipes it."""
    settings = configuration.load(arguments)
    content = sys.stdin.buffer.read()
    addresses = "\n".join(os.environ.get(name, "") for name in _ENVIRONMENT)
    with wiring.open_store(settings) as engine:
        tokens = wiring.tokens(engine)
        received = look_into(
            engine, content, tokens, now=wiring.now(), addresses=addresses, known=_known(settings)
        )
        if received.returned and settings.mail:
            is_passed_on = wiring.forwarder(settings, engine)(received.returned, content)
            received = replace(received, is_passed_on=is_passed_on)
    _tell(received, as_json=arguments.json)
    return 0  # looked into, whatever it was: nothing is sent back to whoever wrote it


def _tell(received: Received, *, as_json: bool) -> None:
    if as_json:
        said: dict[str, object] = {
            "kind": received.kind.value,
            "why": received.why,
            "subscriber": received.email,
            "suppressed": received.suppressed,
        }
        emit(said | ({"passed_on": received.is_passed_on} if received.returned else {}))
        return
    what = f"{received.email}: {received.kind}" if received.email else f"{received.kind}"
    note(f"{what}: {received.why}{_consequence(received)}")


def _consequence(received: Received) -> str:
    ended = "; gets no more mail" if received.suppressed else ""
    if received.is_passed_on:
        return f"{ended}; passed on"
    return f"{ended}; nobody is there to pass it on to: set contact" if received.returned else ended


def _known(settings: Settings) -> dict[str, str]:
    """Return the addresses that subscribers of files have or had, and the present one of each."""
    return {key: each.key for each in settings.subscribers for key in each.keys}


def look_into_inbox(settings: Settings) -> None:
    """Look into the maildir of the configuration, where there is one."""
    mail = settings.mail
    if mail is None or mail.inbox is None:
        return
    with wiring.open_store(settings) as engine:
        try:
            for received in receive_inbox(
                engine,
                mail.inbox,
                wiring.tokens(engine),
                now=wiring.now(),
                known=_known(settings),
                forward=wiring.forwarder(settings, engine),
            ):
                if received.email:
                    warn(f"inbox: {received.email}: {received.kind}: {received.why}")
                elif received.is_broken:
                    complain(f"inbox: {received.why}")
        except StoreUnavailable as error:  # sending does not wait for what comes in
            complain(f"inbox: {error}")


def retry(arguments: argparse.Namespace) -> int:
    """Put what failed, or is in doubt, back into the outbox for the next run."""
    settings = configuration.load(arguments, acts=True)
    states = [Status(arguments.state)] if arguments.state else [Status.FAILED, Status.UNCERTAIN]
    with wiring.open_store(settings) as engine, writing(engine) as connection:
        again, late = outbox.retry(connection, states, now=wiring.now())
    if arguments.json:
        emit({"retried": again, "late": late})
    else:
        note(f"{again} wait for the next run")
        if late:
            note(f"{late} stay as they are: a later issue has gone to the same subscriber")
    return exit_code(failed=False, waits=bool(again))
