"""Addresses in a configuration: mailboxes, mail servers and places on the web."""

import ipaddress
import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

import idna

from digest.config.values import one_line, show

_ATOM = r"[^\s()<>\[\]:;@\\,.\"]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")  # RFC 5322 dot-atom; RFC 6531 adds other scripts
_MAILBOX = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
_SELECTOR = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")
_PORT_AT_END = re.compile(r"[^:]+:\d+")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}|[{}]")


def address(value: Any) -> str:
    """An e-mail address, internationalised or not."""
    written = unicodedata.normalize("NFC", one_line(value))
    local, at, domain = written.rpartition("@")
    fits = written.isprintable() and len(local.encode()) <= 64
    if not (at and fits and _LOCAL.fullmatch(local) and _is_domain(domain)):
        raise ValueError(f'{show(value)} is no e-mail address, as in "ada@example.org"')
    return written


def mailbox(value: Any) -> str:
    """An address with or without a name, as in `Daily Papers <papers@example.org>`."""
    written = one_line(value)
    match = _MAILBOX.fullmatch(written)
    if not match:
        return address(written)
    return f"{match['name'].strip()} <{address(match['address'])}>".strip()


def bare_address(mailbox: str) -> str:
    match = _MAILBOX.fullmatch(mailbox)
    return match["address"] if match else mailbox


def domain_name(value: Any) -> str:
    """The name of a domain, internationalised or not, as A-labels (RFC 5890)."""
    written = one_line(value).removesuffix(".")
    if not _is_domain(written):
        raise ValueError(f'{show(value)} is no domain, as in "example.org"')
    return ascii_domain(written)


def ascii_domain(written: str) -> str:
    return idna.encode(written, uts46=True).decode().lower()


def key_selector(value: Any) -> str:
    """What RFC 6376 section 3.1 lets stand before ._domainkey."""
    written = one_line(value)
    if len(written) > 63 or not all(map(_SELECTOR.fullmatch, written.split("."))):
        raise ValueError(f"{show(value)} is no selector: letters, digits, - and dots between them")
    return written


def mail_host(value: Any) -> str:
    host = one_line(value)
    if not (_is_ip(host) or _is_domain(host)):
        hint = ": its port stands apart, as port = 587" if _PORT_AT_END.fullmatch(host) else ""
        raise ValueError(f"{show(host)} is no name or IP address of a host{hint}")
    return host


def helo_name(value: Any) -> str:
    """A host name, or an address literal as RFC 5321 section 4.1.3 has it."""
    name = one_line(value)
    literal = name.removeprefix("[").removesuffix("]").removeprefix("IPv6:")
    if name.startswith("[") and name.endswith("]") and _is_ip(literal):
        return name
    return mail_host(name)


def is_loopback(host: str) -> bool:
    return host.casefold() == "localhost" or (
        _is_ip(host) and ipaddress.ip_address(host).is_loopback
    )


def web_address(value: Any) -> str:
    """An http or https address; it may hold a token, so no message shows it."""
    url = one_line(value)
    if not _is_web(url, ("http", "https")):
        raise ValueError("is no http:// or https:// address")
    return url


def endpoint_address(value: Any) -> str:
    """Where an OpenAI-compatible interface stands; on loopback only it may be http."""
    url = one_line(value).rstrip("/").removesuffix("/chat/completions")
    if not _is_web(url, ("http", "https")):
        raise ValueError("is no http:// or https:// address")
    parts = urlsplit(url)
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("holds more than host and path: a secret stands in key")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("is http:// beyond this machine: allowed is https://, or http on loopback")
    return url


def dated_web_address(value: Any) -> str:
    url = web_address(value)
    if set(_PLACEHOLDER.findall(url)) - {"{date}"}:
        raise ValueError("holds a placeholder other than {date}")
    return url


def unsubscribe_address(value: Any) -> str:
    """What RFC 2369 and RFC 8058 let stand in List-Unsubscribe."""
    url = one_line(value)
    recipient = url.removeprefix("mailto:").partition("?")[0]
    is_mail = url.startswith("mailto:") and "@" in recipient
    if not (is_mail or _is_web(url, ("https",))) or re.search(r"[^!-~]|[<>,]", url):
        raise ValueError("is no mailto: or https: address (ASCII, no blanks)")
    if set(_PLACEHOLDER.findall(url)) - {"{token}"}:
        raise ValueError("holds a placeholder other than {token}")
    return url


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_domain(domain: str) -> bool:
    if len(domain) > 253 or not domain.isprintable():
        return False
    try:
        idna.encode(domain, uts46=True)
    except (idna.IDNAError, UnicodeError):
        return False
    return True


def _is_web(url: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return url.isprintable() and " " not in url and parts.scheme in schemes and bool(host)
