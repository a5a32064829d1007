"""What a relay's reply, or its silence, means for a delivery; it depends on the stage."""

import re
from enum import StrEnum

from digest.errors import (
    DeliveryDeferred,
    DeliveryError,
    DeliveryFailed,
    DeliveryUncertain,
    RelayRefused,
)


class Stage(StrEnum):
    """How far a transaction has come."""

    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    TEXT = "the message's text"
    DOT = "the final dot"


SERVICE_CLOSING = 421
_AUTHENTICATION = frozenset({530, 534, 535, 538})  # RFC 4954
_STATUS = re.compile(r"\b5\.(?P<subject>\d{1,3})\.(?P<detail>\d{1,3})\b")
_POLICY = "7"  # RFC 3463: security or policy
# Policy that speaks of the recipient: list expansion, a new owner of the mailbox or domain
# (RFC 7293), and 120 to 149, where Exchange says from whom a mailbox takes mail.
_OF_RECIPIENT = frozenset({2, 17, 18, *range(120, 150)})
# 5.7.0 and 5.7.1 are said of anything, so the words decide.
_OF_ANYTHING = frozenset({0, 1})
_OF_US = re.compile(
    r"\brelay|authenticat|\bpolicy|\bspf\b|\bdkim\b|\bdmarc\b|\bptr\b|reverse dns|block ?list"
    r"|blacklist|reputation",
    re.IGNORECASE,
)


def judge(stage: Stage, code: int, reply: str, recipient: str) -> DeliveryError:
    """Return the error that an unwelcome reply amounts to."""
    what = f"{stage}: {code} {reply}".rstrip()
    match code // 100:
        case 4 | 5 if stage is Stage.MAIL and code != SERVICE_CLOSING:
            return RelayRefused(what, code=code, stage=stage)
        case 4:
            return DeliveryDeferred(what, recipient=recipient, code=code, stage=stage)
        case 5 if _speaks_of_us(code, reply):
            return RelayRefused(what, recipient=recipient, code=code, stage=stage)
        case 5:
            return DeliveryFailed(what, recipient=recipient, code=code, stage=stage)
    return lost(stage, f"not a reply to this: {code} {reply}", recipient)


def lost(stage: Stage, why: object, recipient: str) -> DeliveryError:
    """Return the error that a lost connection or a timeout amounts to."""
    error = DeliveryUncertain if stage is Stage.DOT else DeliveryDeferred
    return error(f"{stage}: {why}", recipient=recipient, stage=stage)


def _speaks_of_us(code: int, reply: str) -> bool:
    """Tell a refusal of our setup, which would meet every recipient, from one of this message."""
    if code in _AUTHENTICATION:
        return True
    status = _STATUS.search(reply)
    if status is None:
        return re.search(r"\brelay", reply, re.IGNORECASE) is not None
    detail = int(status["detail"])
    if status["subject"] != _POLICY or detail in _OF_RECIPIENT:
        return False
    return detail not in _OF_ANYTHING or _OF_US.search(reply) is not None
