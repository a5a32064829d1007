"""What comes back by mail: bounces, complaints, wishes to stop; everything else is ignored.

Delivery status notifications are those of RFC 3464, complaints those of RFC 5965; the kinds of
bounces from before there were rules are flufl.bounce's matter.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from enum import StrEnum
from hashlib import sha256

from digest.mail.headers import clean

_LOOKED_AT = 300_000  # characters; a report has the tokens in its headers or in ours
_ADDRESSED = ("delivered-to", "x-original-to", "envelope-to", "to", "cc", "x-failed-recipients")
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
# A whole line of it, so that nobody is taken at a word of a sentence.
_STOP = re.compile(
    r"\W*(?:(?:re|aw|fwd?): *)?(?:please )?(?:unsubscribe(?: me)?|stop|abmelden)"
    r"(?:\W+(?:[0-9a-f]{20}|[0-9a-f]{34}|please))*\W*",
    re.IGNORECASE,
)


# What flufl.bounce's detectors raise at a message that is like no bounce at all.
_STUMBLES = (LookupError, ValueError, AttributeError, TypeError)
_TOKEN = re.compile(r"[0-9a-f]{20}")


class Kind(StrEnum):
    """What a message that came back is."""

    HARD = "hard bounce"
    SOFT = "soft bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBE = "unsubscribe"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A message that came back: what it is, why, and the text in which tokens may stand.

    `name` tells it from others, and is the same when it comes twice.
    """

    kind: Kind
    why: str
    text: str
    name: str


def read_returned(content: bytes, *, addresses: str = "") -> Returned:
    """Read a message; `addresses` are those that the mail system says it was for."""
    message = message_from_bytes(content)
    kind, why = _judge(message)
    heads = [value for name in _ADDRESSED for value in message.get_all(name, [])]
    identity = str(message.get("Message-ID") or sha256(content).hexdigest())
    text = "\n".join((addresses, *map(str, heads), _plain(content)[:_LOOKED_AT]))
    return Returned(kind=kind, why=clean(why)[:200], text=text, name=clean(identity)[:200])


def _plain(content: bytes) -> str:
    """Give all that is legible, without the line ends that quoted-printable puts into tokens."""
    return content.decode("utf-8", errors="replace").replace("=\r\n", "").replace("=\n", "")


def _judge(message: Message) -> tuple[Kind, str]:
    if (complaint := _complaint(message)) is not None:
        return complaint
    if (notified := _notification(message)) is not None:
        return notified
    if (legacy := _legacy(message)) is not None:
        return legacy
    if _is_automatic(message):
        return Kind.IGNORED, "an automatic reply"
    subject = clean(str(message.get("Subject") or ""))
    if _STOP.fullmatch(subject) or any(map(_STOP.fullmatch, _first_lines(message))):
        return Kind.UNSUBSCRIBE, "asked for by mail"
    if _is_bare(subject, message):
        return Kind.UNSUBSCRIBE, "asked for by mail"
    return Kind.IGNORED, f"an ordinary message: {subject}"


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

    try:
        temporary, permanent = all_failures(message)
    except _STUMBLES:
        return None
    if permanent:
        return Kind.HARD, "a bounce of an old kind"
    return (Kind.SOFT, "a bounce of an old kind") if temporary else None


def _is_automatic(message: Message) -> bool:
    """Tell what a machine wrote (RFC 3834)."""
    said = str(message.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    precedence = str(message.get("Precedence", "")).strip().lower()
    is_null = str(message.get("Return-Path", "")).strip() == "<>"
    marked = any(name in message for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From"))
    return said != "no" or precedence in ("auto_reply", "junk", "bulk") or is_null or marked


def _is_bare(subject: str, message: Message) -> bool:
    """Say whether a message is a token alone: a mail program sent it at a click."""
    return bool(_TOKEN.fullmatch(subject)) and not any(map(str.strip, _first_lines(message)))


def _first_lines(message: Message) -> list[str]:
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            payload = part.get_payload(decode=True)
            text = payload.decode("utf-8", errors="replace") if isinstance(payload, bytes) else ""
            return [line[:200] for line in text.splitlines()[:3]]
    return []


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
