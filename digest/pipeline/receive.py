"""Receive: from a message that came back to what it changes, if its token is ours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from digest.errors import StoreUnavailable
from digest.mail.returned import Kind, Returned, read_returned
from digest.mail.tokens import Tokens, candidates
from digest.ownership import make_folder
from digest.store import bounces, issues, suppressions
from digest.store.database import writing
from digest.subscriber import Suppression

SOFT_BOUNCES = 3
WITHIN = timedelta(days=14)
_LARGEST = 20_000_000  # bytes of a message that is looked into


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a message was, of whom it spoke (None: of nobody we know), and what it changed."""

    kind: Kind
    why: str
    email: str | None = None
    suppressed: bool = False


def receive(
    engine: sa.Engine, content: bytes, tokens: Tokens, *, now: datetime, addresses: str = ""
) -> Received:
    """Look into one message; the same one again changes nothing more.

    Only a token of ours says of whom it speaks: names and addresses are easily forged.
    """
    returned = read_returned(content[:_LARGEST], addresses=addresses)
    if returned.kind is Kind.IGNORED:
        return Received(kind=returned.kind, why=returned.why)
    with writing(engine) as connection:
        email = _of_whom(connection, returned, tokens)
        if email is None:
            return Received(kind=Kind.IGNORED, why=f"{returned.kind} without a token of ours")
        is_new = bounces.add(
            connection,
            email,
            kind=returned.kind.value,
            why=returned.why,
            message=returned.name,
            at=now,
        )
        ends = is_new and _ends_it(connection, email, returned.kind, now)
        if ends:
            why = f"{returned.kind}: {returned.why}"
            suppressions.add(connection, Suppression(email=email, why=why, since=now))
    return Received(kind=returned.kind, why=returned.why, email=email, suppressed=ends)


def receive_inbox(
    engine: sa.Engine, inbox: Path, tokens: Tokens, *, now: datetime
) -> Iterator[Received]:
    """Look into what is new in a maildir; what was looked into is moved to `cur`, as seen."""
    for path in _new(inbox):
        received = receive(engine, path.read_bytes(), tokens, now=now)
        make_folder(inbox / "cur")
        path.rename(inbox / "cur" / f"{path.name}:2,S")
        yield received


def _new(inbox: Path) -> list[Path]:
    folder = inbox / "new"
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StoreUnavailable(f"{folder}: {error.strerror}") from error


def _of_whom(connection: sa.Connection, returned: Returned, tokens: Tokens) -> str | None:
    for beginning in tokens.messages(returned.text):
        if (email := issues.subscriber_of(connection, beginning)) is not None:
            return email
    wanted = candidates(returned.text)
    if wanted:
        for email in issues.addresses(connection):
            if tokens.of_subscriber(email) in wanted:
                return email
    return None


def _ends_it(connection: sa.Connection, email: str, kind: Kind, now: datetime) -> bool:
    if kind is not Kind.SOFT:
        return True
    since = now - WITHIN
    return bounces.count(connection, email, kind=kind.value, since=since) >= SOFT_BOUNCES
