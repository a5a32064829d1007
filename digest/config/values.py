"""Single values of a configuration, each read or refused in our own words.

Every reader takes what TOML holds and raises ValueError: what is wrong and what is allowed.

Durations, dates, hours, weekdays and time zones of a configuration.

Addresses in a configuration: mailboxes, mail servers and places on the web.
"""

import difflib
import ipaddress
import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import idna

from digest import taxonomy
from digest.paper import PaperId, collapse
from digest.subscriber import WEEKDAYS

Reader = Callable[[Any], Any]

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}")
_LARGEST_WEIGHT = 1e6  # sums of thousands of them stay finite


def show(value: object) -> str:
    """Write a value as TOML would, short and on one line."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) > 10**18:
        return "so large a number"
    text = _quote(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _quote(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in quoted)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A closing remark that names the nearest known word, or else all of them."""
    words = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(word.casefold(), words, n=1)
    if near:
        return f"; did you mean {show(words[near[0]])}?"
    return f"; allowed: {', '.join(words.values())}"


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{show(value)} is no text: write it in quotes")
    if not value.strip():
        raise ValueError("is empty")
    return value.strip()


def one_line(value: Any) -> str:
    line = text(value)
    if any(unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in line):
        raise ValueError(f"{show(line)} holds a line break or a control character")
    return line


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{show(value)} is neither true nor false")
    return value


def whole(low: int, high: int | None = None) -> Reader:
    allowed = f"of at least {low}" if high is None else f"from {low} to {high}"

    def read(value: Any) -> int:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole or value < low or value > (10**9 if high is None else high):
            raise ValueError(f"{show(value)} is no whole number {allowed}")
        return int(value)

    return read


def number(low: float, high: float) -> Reader:
    def read(value: Any) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not low <= value <= high:  # nan is between nothing
            raise ValueError(f"{show(value)} is no number from {low:.9g} to {high:.9g}")
        return float(value)

    return read


weight = number(-_LARGEST_WEIGHT, _LARGEST_WEIGHT)


def positive(value: Any) -> float:
    amount: float = weight(value)
    if amount <= 0:
        raise ValueError(f"{show(value)} is no number above 0")
    return amount


def choice(*options: str) -> Reader:
    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in options:
            allowed = ", ".join(show(option) for option in options)
            raise ValueError(f"{show(value)} is none of {allowed}")
        return value

    return read


def language(value: Any) -> str:
    """A language tag (BCP 47): of any language, since words.LANG.toml may be the user's."""
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        raise ValueError(f'{show(value)}: must be a language like "en", "de" or "pt-BR"')
    return value


def keyword(value: Any) -> str:
    term = collapse(one_line(value))
    if "*" in term[1:-1] or not any(char.isalnum() for char in term):
        raise ValueError(
            f"{show(term)} is no keyword: it needs a letter or digit, and * only at either end"
        )
    return term


def author(value: Any) -> str:
    name = collapse(one_line(value))
    words = "".join(char if char.isalpha() else " " for char in name).split()
    has_family_name = any(len(word) > 1 or not word.isascii() for word in words)
    if "*" in name or not has_family_name:
        raise ValueError(f"{show(name)} is no author: write at least a family name, without *")
    return name


def category(value: Any) -> str:
    name = collapse(one_line(value))
    if "*" in name:
        raise ValueError(
            f'{show(name)} is no category: an archive ("cs") is all its categories, * is not used'
        )
    # A feed may have categories of any name, but none of arXiv's archives with a wrong ending.
    known = taxonomy.ARCHIVES.get(taxonomy.archive(name).lower(), ())
    if "." in name and known and not taxonomy.expand(name):
        raise ValueError(f"{show(name)} is no category of arXiv{did_you_mean(name, known)}")
    return name


def example(value: Any) -> str:
    paper = PaperId.parse(one_line(value))
    name = paper and (paper.arxiv or paper.doi)
    if not name:
        raise ValueError(f"{show(value)} is no arXiv id, DOI or address of either")
    return name


_DURATION = re.compile(r"([0-9]{1,6}) ?([smhdwy])")
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "y": timedelta(days=365),
}
_LONGEST = 100 * _UNITS["y"]  # any instant minus this is still an instant


def duration(shortest: timedelta = timedelta(0)) -> Reader:
    def read(value: Any) -> timedelta:
        match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
        length = int(match[1]) * _UNITS[match[2]] if match else None
        if length is None or length > _LONGEST:
            raise ValueError(
                f'{show(value)} is no duration: a whole number and s, m, h, d, w or y, as in "2h"'
            )
        if length < shortest:
            raise ValueError(f"{show(value)} is too short: at least {shortest.seconds} s")
        return length

    return read


def day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{show(value)} is no date: write it as 2026-12-24") from error


def hour(value: Any) -> time:
    if isinstance(value, time):
        return value
    try:
        return datetime.strptime(value, "%H:%M").time()  # noqa: DTZ007 (an hour has no zone yet)
    except (TypeError, ValueError) as error:
        raise ValueError(f'{show(value)} is no time of the day: write it as "07:30"') from error


def weekday(value: Any) -> int:
    if not isinstance(value, str) or value.casefold() not in WEEKDAYS:
        raise ValueError(f"{show(value)} is no day of the week: {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(value.casefold())


def zone(value: Any) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, TypeError, AttributeError, OSError) as error:
        raise ValueError(f"{show(value)} is no time zone{_nearest_zone(value)}") from error


def _nearest_zone(value: Any) -> str:
    zones = sorted(available_timezones())
    cities = {name.rpartition("/")[2].casefold(): name for name in zones}
    folded = str(value).strip().replace(" ", "_").casefold()
    known = {**cities, **{name.casefold(): name for name in zones}}
    near = difflib.get_close_matches(folded, known, n=1, cutoff=0.75)
    if near:
        return f"; did you mean {show(known[near[0]])}?"
    return ': use a name of the IANA list, as in "Europe/London"'


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
