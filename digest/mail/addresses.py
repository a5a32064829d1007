"""Addresses as people write them, made fit for headers and SMTP commands or refused."""

import re
from dataclasses import dataclass

import idna

from digest.errors import DeliveryFailed, RelayRefused

_MAILBOX = re.compile(r"(?P<name>.*?)<(?P<address>[^<>]*)>\s*", re.DOTALL)
# Nothing that could end an SMTP command or header early. Quoted local parts are not taken.
_LOCAL_PART = re.compile(r"""[^\s\x00-\x20\x7f-\x9f\ud800-\udfff()<>\[\],;:\\"@]{1,64}""")
_DOMAIN = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._-]{0,252}[A-Za-z0-9_])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """An address, its domain as A-labels, and the name that stands before it."""

    name: str | None
    address: str


def ascii_domain(domain: str) -> str:
    """Return the domain as A-labels (RFC 5890); ValueError if it is none."""
    try:
        name = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise ValueError(f"{domain!r} is not a domain: {error}") from error
    if not _DOMAIN.fullmatch(name) or ".." in name:
        raise ValueError(f"{domain!r} is not a domain")
    return name


def _ascii_address(address: str) -> str:
    local_part, _, domain = address.strip().rpartition("@")
    if not _LOCAL_PART.fullmatch(local_part):
        raise ValueError(f"{address!r} is not an address")
    return f"{local_part}@{ascii_domain(domain)}"


def recipient_address(address: str) -> str:
    """Return the address with its domain as A-labels; DeliveryFailed if it is none."""
    try:
        return _ascii_address(address)
    except ValueError as error:
        raise DeliveryFailed(f"recipient: {error}", recipient=address) from error


def own_mailbox(text: str) -> Mailbox:
    """Read one of our own addresses, `a@b` or `Name <a@b>`; RelayRefused if it is none.

    The name is taken as it stands, so that commas and dots need no quotes.
    """
    match = _MAILBOX.fullmatch(text)
    try:
        address = _ascii_address(match["address"] if match else text)
    except ValueError as error:
        raise RelayRefused(f"our own address: {error}") from error
    name = match["name"].strip() if match else ""
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1], flags=re.DOTALL)
    return Mailbox(name=name or None, address=address)


def sender_address(from_: str) -> str:
    """Return the bare address of `Name <a@b>`: the envelope's sender."""
    return own_mailbox(from_).address


def sender_domain(from_: str) -> str:
    """Return the domain of `Name <a@b>` as A-labels: where our Message-IDs live."""
    return sender_address(from_).rpartition("@")[2]
