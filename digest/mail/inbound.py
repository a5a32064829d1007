"""What comes back by mail: bounces, complaints, wishes to stop, and letters for a person.

Delivery status notifications are those of RFC 3464, complaints those of RFC 5965; the kinds of
bounces from before there were rules are flufl.bounce's matter.
"""

import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from enum import StrEnum
from hashlib import sha256

from digest.mail.headers import clean
from digest.mail.letters import Letter, read_letter
from digest.mail.wishes import is_wish, says_more

# RFC 3463, section 3: no such mailbox, domain or system, moved away; a mailbox that is disabled.
_FOR_GOOD = re.compile(r"5\.(?:1\.(?:0|1|2|3|4|6|8|10)|2\.1|4\.1|4\.4)\b")
_IN_WORDS = re.compile(
    r"user unknown|unknown (?:user|recipient|local)|no such (?:user|recipient|mailbox|person)|"
    r"does ?n[o']t exist|mailbox (?:not found|unavailable)|invalid recipient|"
    r"account (?:has been )?(?:disabled|closed|deleted)|address rejected|"
    r"host (?:unknown|not found)",
    re.IGNORECASE,
)
_NOT_FOR_GOOD = re.compile(r"4\.\d{1,3}\.\d{1,3}|5\.2\.2|5\.3\.|5\.7\.")
# What flufl.bounce's detectors raise at a message that is like no bounce at all.
_STUMBLES = (LookupError, ValueError, AttributeError, TypeError)
_TOKEN = re.compile(r"(?<![0-9a-z])[0-9a-f]{20}(?![0-9a-z])")


class Kind(StrEnum):
    """What a message that came back is."""

    HARD = "hard bounce"
    SOFT = "soft bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBE = "unsubscribe"
    PERSONAL = "from a person"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A message that came back: what it is, why, and what stands in it.

    `name` tells it from others, and is the same when it comes twice. `is_for_person` holds if
    somebody wrote what only a person can answer, beside a wish to stop, too.
    """

    kind: Kind
    why: str
    letter: Letter
    name: str
    is_for_person: bool = False


def read_returned(content: bytes, *, addresses: str = "") -> Returned:
    """Read a message; `addresses` are those that the mail system says it was for."""
    message = message_from_bytes(content)
    letter = read_letter(message, content, addresses=addresses)
    kind, why = _judge(message, letter)
    identity = str(message.get("Message-ID") or sha256(content).hexdigest())
    return Returned(
        kind=kind,
        why=clean(why)[:200],
        letter=letter,
        name=clean(identity)[:200],
        is_for_person=kind is Kind.PERSONAL
        or (kind is Kind.UNSUBSCRIBE and says_more(letter.own, addresses=letter.addresses)),
    )


def _judge(message: Message, letter: Letter) -> tuple[Kind, str]:
    for judged in (_complaint(message), _notification(message), _legacy(message)):
        if judged is not None:
            return judged
    if letter.is_of_machine:
        return Kind.IGNORED, "a machine's mail"
    if _is_wish(letter):
        return Kind.UNSUBSCRIBE, "asked by mail"
    if letter.is_automatic:
        return Kind.IGNORED, "an automatic reply"
    if letter.sender is None or not (letter.subject or letter.own):
        return Kind.IGNORED, "a message without a sender or without words"
    return Kind.PERSONAL, letter.subject or "without a subject"


def _is_wish(letter: Letter) -> bool:
    if not letter.own and (not letter.subject or _TOKEN.fullmatch(letter.subject)):
        # A mail program sent it at a click: it says by its subject or its address whose wish it is.
        return bool(_TOKEN.search(f"{letter.subject}\n{letter.addressed}"))
    return is_wish(
        letter.subject,
        letter.own,
        addresses=letter.addresses,
        is_automatic=letter.is_automatic,
    )


def _complaint(message: Message) -> tuple[Kind, str] | None:
    for part in message.walk():
        if part.get_content_type() == "message/feedback-report":
            fields = _fields(part)
            kind = fields.get("feedback-type", "").strip().lower()
            if kind == "not-spam":
                return Kind.IGNORED, "a report that a message is no spam"
            return Kind.COMPLAINT, f"reported as {kind or 'abuse'}"
    return None


def _notification(message: Message) -> tuple[Kind, str] | None:
    """Judge a delivery status notification by the worst that it says of a recipient."""
    found: tuple[Kind, str] | None = None
    for block in _status_blocks(message):
        if str(block.get("Action", "")).strip().lower() != "failed":
            found = found or (Kind.IGNORED, f"only {clean(str(block.get('Action', 'a report')))}")
            continue
        status = str(block.get("Status", "")).strip()
        said = clean(f"{status} {block.get('Diagnostic-Code', '')}")
        if _is_for_good(status, said):
            return Kind.HARD, said
        found = Kind.SOFT, said
    return found


def _is_for_good(status: str, said: str) -> bool:
    if _FOR_GOOD.match(status):
        return True
    return bool(_IN_WORDS.search(said)) and not _NOT_FOR_GOOD.match(status)


def _status_blocks(message: Message) -> Iterator[Message]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            for block in blocks if isinstance(blocks, list) else ():
                if isinstance(block, Message) and "Action" in block:
                    yield block


def _legacy(message: Message) -> tuple[Kind, str] | None:
    from flufl.bounce import all_failures

    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it logs each stumble
    try:
        temporary, permanent = all_failures(message)
    except _STUMBLES:
        return None
    if permanent:
        return Kind.HARD, "a bounce of an old kind"
    return (Kind.SOFT, "a bounce of an old kind") if temporary else None


def _fields(part: Message) -> dict[str, str]:
    """Read the fields of a machine-readable part, which parsers nest or leave as text."""
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    if isinstance(inner, Message):
        # A parser takes the first fields of the part for a header of its own.
        fields = {name.lower(): str(value) for name, value in inner.items()}
        if fields:
            return fields
        payload = inner.get_payload()
    text = os.linesep.join(map(str, payload)) if isinstance(payload, list) else str(payload)
    lines = (line.partition(":") for line in text.splitlines() if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in lines}
