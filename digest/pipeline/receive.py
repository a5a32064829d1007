"""Receive: from a message that came back to what it changes, if it speaks of somebody we know."""

import logging
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from digest.errors import DigestError, StoreError, StoreUnavailable
from digest.mail.inbound import Kind, Returned, read_returned
from digest.mail.tokens import Tokens, candidates
from digest.ownership import make_folder
from digest.store import issues, subscribers
from digest.store.database import writing
from digest.store.subscribers import add_suppression, count, count_bounce
from digest.subscriber import Suppression

log = logging.getLogger(__name__)

SOFT_BOUNCES = 3
WITHIN = timedelta(days=14)
_LARGEST = 20_000_000  # bytes of a message that are read, to be passed on
_LOOKED_AT = 2_000_000  # of which so many are looked into
_MOST_MULTIPARTS = 50  # a parser looks for the end of each of them in every line
_UNPROVEN = "asked by mail from this address, without a token: a sender can be forged"

_SEEN, _PASSED_ON, _UNSEEN = "S", "PS", ""
"""Flags of a maildir's names: what is left unseen shows as new to whoever opens it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a message was, of whom it spoke (None: of nobody we know), and what it changed.

    `returned` is what a person should read; None if there is nothing to answer. `is_broken` is
    one that cannot be read.
    """

    kind: Kind
    why: str
    email: str | None = None
    suppressed: bool = False
    returned: Returned | None = None
    is_passed_on: bool = False
    is_broken: bool = False


Forward = Callable[[Returned, bytes], bool]
"""Passes a letter on to a person; False if it was not done, and need not be tried again."""


def receive(
    engine: sa.Engine,
    content: bytes,
    tokens: Tokens,
    *,
    now: datetime,
    addresses: str = "",
    known: Mapping[str, str] | None = None,
) -> Received:
    """Look into one message; the same one again changes nothing more.

    A bounce or a complaint counts only with a token of ours, for they are easily forged. So is
    a sender; but a forged wish to stop costs little and can be undone, so an address that we
    write to is believed. `known` are the addresses of subscribers' files, and the present ones.
    """
    returned = _read(content[:_LOOKED_AT], addresses)
    if returned is None:
        return Received(kind=Kind.IGNORED, why="cannot be read", is_broken=True)
    for_person = returned if returned.is_for_person else None
    if returned.kind in (Kind.IGNORED, Kind.PERSONAL):
        return Received(kind=returned.kind, why=returned.why, returned=for_person)
    with writing(engine) as connection:
        email, is_proven = _of_whom(connection, returned, tokens, known or {})
        if email is None:
            return _of_nobody(returned)
        why = returned.why if is_proven else _UNPROVEN
        is_new = count_bounce(
            connection, email, kind=returned.kind.value, why=why, message=returned.name, at=now
        )
        ends = is_new and _ends_it(connection, email, returned.kind, now)
        if ends:
            because = why if returned.kind is Kind.UNSUBSCRIBE else f"{returned.kind}: {why}"
            add_suppression(connection, Suppression(email=email, why=because, since=now))
    return Received(kind=returned.kind, why=why, email=email, suppressed=ends, returned=for_person)


def _read(content: bytes, addresses: str) -> Returned | None:
    """Read a message; None for one that breaks whatever reads it: that is its own matter."""
    try:
        if content.lower().count(b"boundary=") > _MOST_MULTIPARTS:
            raise ValueError("too many parts")
        return read_returned(content, addresses=addresses)
    except Exception as error:
        log.warning("letter bytes=%d cannot be read: %r", len(content), error)
        return None


def _of_nobody(returned: Returned) -> Received:
    """Leave a wish of somebody we do not know to a person; reports of nobody tell nothing."""
    why = f"{returned.kind}, of nobody we know"
    if returned.kind is Kind.UNSUBSCRIBE:
        return Received(kind=Kind.PERSONAL, why=why, returned=returned)
    return Received(kind=Kind.IGNORED, why=why)


def receive_inbox(
    engine: sa.Engine,
    inbox: Path,
    tokens: Tokens,
    *,
    now: datetime,
    known: Mapping[str, str] | None = None,
    forward: Forward | None = None,
) -> Iterator[Received]:
    """Look into what is new in a maildir; what was looked into is moved to `cur`.

    What a person should read stays unseen there, unless it could be passed on to one. A letter
    that cannot be passed on for now stays in `new` until it can; what is no letter, or cannot be
    read, is moved to `unreadable`. None of them keeps the others waiting.
    """
    for path in new_letters(inbox):
        try:
            content = _content(path)
            received = receive(engine, content, tokens, now=now, known=known)
            if received.is_broken:
                yield _put_aside(path, inbox / "unreadable", "it is like no letter")
                continue
            flags = _SEEN
            if received.returned is not None:
                is_passed_on = forward is not None and forward(received.returned, content)
                flags = _PASSED_ON if is_passed_on else _UNSEEN
                received = replace(received, is_passed_on=is_passed_on)
            _move(path, inbox / "cur" / f"{path.name}:2,{flags}")
        except StoreError:
            raise
        except FileNotFoundError:
            continue  # another run has looked into it
        except DigestError as error:
            log.warning("inbox file=%s waits: %s", path.name, error)
            forward = _wait(error)
        except Exception as error:
            yield _put_aside(path, inbox / "unreadable", error)
        else:
            yield received


def _wait(error: DigestError) -> Forward:
    """Let what else is to be passed on wait for the same reason, without another try."""

    def forward(returned: Returned, content: bytes) -> bool:
        raise error

    return forward


def new_letters(inbox: Path) -> list[Path]:
    """Return what lies in `new` of a maildir; nothing if there is none yet."""
    folder = inbox / "new"
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StoreUnavailable(f"{folder}: {error.strerror}") from error


def _content(path: Path) -> bytes:
    if not stat.S_ISREG(path.lstat().st_mode):  # a pipe would never end
        raise OSError("is no file")
    with path.open("rb") as file:
        return file.read(_LARGEST)


def _move(path: Path, to: Path) -> None:
    make_folder(to.parent)
    path.rename(to)


def _put_aside(path: Path, folder: Path, reason: object) -> Received:
    why = f"{path}: cannot be read: {reason}"
    try:
        _move(path, folder / path.name)
    except OSError as another:
        why = f"{why}; nor can it be moved to {folder}: {another.strerror}"
    return Received(kind=Kind.IGNORED, why=why, is_broken=True)


def _of_whom(
    connection: sa.Connection, returned: Returned, tokens: Tokens, known: Mapping[str, str]
) -> tuple[str | None, bool]:
    """Return whose address this is about now, and whether a token says so.

    A wish is its sender's, whoever's mail is quoted below it.
    """
    letter = returned.letter
    found = None
    if returned.kind is Kind.UNSUBSCRIBE:
        own = f"{letter.addressed}\n{letter.subject}\n{letter.own}"
        found = _by_token(connection, own, tokens)
        sender = letter.sender
        if found is None and sender and (present := _present(connection, sender, known)):
            return present, False
    found = found or _by_token(connection, letter.text, tokens)
    return (_present(connection, found, known) or found if found else None), True


def _by_token(connection: sa.Connection, text: str, tokens: Tokens) -> str | None:
    for beginning in tokens.messages(text):
        if (email := issues.subscriber_of(connection, beginning)) is not None:
            return email
    wanted = candidates(text)
    if wanted:
        for email in issues.addresses(connection):
            if tokens.of_subscriber(email) in wanted:
                return email
    return None


def _present(connection: sa.Connection, address: str, known: Mapping[str, str]) -> str | None:
    """Return the address that somebody has now; None if we write to nobody of this one."""
    if present := known.get(address):
        return present
    if subscribers.find(connection, address):
        return address
    for kept in subscribers.load(connection):
        if address in (old.casefold() for old in kept.facts.get("formerly", ())):
            return kept.email
    return address if issues.is_known(connection, address) else None


def _ends_it(connection: sa.Connection, email: str, kind: Kind, now: datetime) -> bool:
    if kind is not Kind.SOFT:
        return True
    since = now - WITHIN
    return count(connection, email, kind=kind.value, since=since) >= SOFT_BOUNCES
