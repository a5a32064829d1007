"""A polite HTTP client: it says who asks, waits when told to, and reads nothing without a bound.

What a server's answer says beside its body: whether it changed, and when to come back.

Addresses as messages and logs may show them: they may hold secrets.

A way to a service that is left alone for the rest of a pull once it is out of reach.

A call that says that all is well, to whoever raises the alarm when it does not come.
"""

import gzip
import io
import itertools
import logging
import random
import re
import ssl
import time
import zlib
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from types import MappingProxyType
from typing import Self
from urllib.parse import quote, urlsplit, urlunsplit

import httpx

from digest import DISTRIBUTION, __version__
from digest.errors import SourceError, SourceUnavailable
from digest.net.pace import PACE, Deadline, Pace
from digest.paper import Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A body, unpacked, and what to ask with next time; `content` is None if it is unchanged.

    The names of `headers` are in any case.
    """

    content: bytes | None
    validators: Validators | None = None
    headers: Mapping[str, str] = field(default_factory=dict, compare=False)


CONDITIONAL = ("If-None-Match", "If-Modified-Since", "If-Modified-Since-Version")
"""What asks for a body only if it changed; the last is Zotero's."""


def conditions(validators: Validators | None) -> list[tuple[bytes, bytes]]:
    """Give the headers that ask for a body only if it changed (RFC 9110, 13.1)."""
    if validators is None:
        return []
    fields = ((b"If-None-Match", validators.etag), (b"If-Modified-Since", validators.last_modified))
    return [(name, value.encode("latin-1")) for name, value in fields if value]


def validators_in(headers: httpx.Headers, url: str) -> Validators | None:
    """Keep validators byte for byte: arXiv's ETag has no quotes (formats.md, arxiv-feed 7)."""
    raw = {name.lower(): value.decode("latin-1") for name, value in reversed(headers.raw)}
    etag, last_modified = raw.get(b"etag") or None, raw.get(b"last-modified") or None
    if etag is None and last_modified is None:
        return None
    return Validators(url=url, etag=etag, last_modified=last_modified)


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Read Retry-After (RFC 9110, 10.2.3); a date counts from the service's own clock."""
    text = headers.get("retry-after", "").strip()
    try:
        if text.isdecimal():
            return timedelta(seconds=int(text))
        return max(_instant(text) - _instant(headers.get("date", "")), timedelta(0))
    except (ValueError, OverflowError):
        return None


def backoff(headers: Mapping[str, str]) -> timedelta | None:
    """Read Backoff: beside a good answer, how long to leave the service alone (Zotero, v3)."""
    text = headers.get("backoff", "").strip()
    return timedelta(seconds=min(int(text), 86_400)) if text.isdecimal() else None


def _instant(text: str) -> datetime:
    instant = parsedate_to_datetime(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


_HARMLESS = re.compile(r"[0-9]{1,3}|true|false", re.IGNORECASE)


def shown(url: str) -> str:
    """Return an address as it may be shown: no user, no fragment, of the query what is no secret.

    These are dates, switches and small numbers, as of pages.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that cannot be read"
    query = "&".join(map(_shown_pair, parts.query.split("&"))) if parts.query else ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))


def _shown_pair(pair: str) -> str:
    key, equals, value = pair.partition("=")
    is_harmless = _HARMLESS.fullmatch(value) or _is_date(value)
    return pair if equals and is_harmless else f"{key}=…" if equals else "…"


def _is_date(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).date().isoformat() == text
    except ValueError:
        return False


log = logging.getLogger(__name__)
logging.getLogger("httpx").setLevel(logging.WARNING)  # its INFO shows addresses with their secrets


class NotThere(SourceError):  # noqa: N818
    """404 or 410: there is nothing at this address."""


class OutOfReach(SourceUnavailable):
    """There is no connection to a host: its name is unknown, or nobody answers there."""


class EmptyReply(SourceUnavailable):
    """200 with nothing in it: never "no papers"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long, how often and how much; `total` bounds one try, its redirects included.

    A service that asks for more than `longest_pause` is left alone instead.
    """

    connect: timedelta = timedelta(seconds=10)
    read: timedelta = timedelta(seconds=60)  # arXiv has been seen to answer after 46 s
    total: timedelta = timedelta(minutes=2)
    tries: int = 4
    first_pause: timedelta = timedelta(seconds=2)
    longest_pause: timedelta = timedelta(minutes=1)
    redirects: int = 5
    size: int = 64 * 2**20  # bytes, packed and unpacked


DEFAULT = Limits()


class Client:
    """Gets whole bodies over http and https; threads that share it take turns at each host.

    `pace` is by host, as in `PACE`; `sleep` takes seconds, `clock` (monotonic) gives them,
    `jitter` gives 0 to 1. `tell` is told why nothing happens for a while.

    A host that there is no connection to is not tried again, and while none has answered at all,
    the others are tried once: without a network everything is soon over.
    """

    def __init__(
        self,
        *,
        contact: str | None = None,
        limits: Limits = DEFAULT,
        pace: Mapping[str, timedelta] = PACE,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
        tell: Callable[[str], None] = log.info,
    ) -> None:
        self._limits = limits
        self._tell = tell
        self._out_of_reach: dict[str, str] = {}
        self._has_answered = False
        self._pace = Pace(pace, sleep=sleep, clock=clock)
        self._sleep = sleep
        self._clock = clock
        self._jitter = jitter
        about = f" (+mailto:{quote(contact, safe='@+')})" if contact else ""
        self._http = httpx.Client(
            verify=_authorities(),
            headers={
                "User-Agent": f"{DISTRIBUTION}/{__version__}{about}",
                "Accept-Encoding": "gzip",
            },
            timeout=httpx.Timeout(limits.connect.total_seconds(), read=limits.read.total_seconds()),
            # A connection kept open would not be traced again, and the deadline could not end it.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, url: str) -> bytes:
        """Return the body at `url`, unpacked; raises as `fetch` does."""
        content = self.fetch(url).content
        if content is None:
            raise AssertionError  # unchanged is an answer only to those who asked
        return content

    def fetch(
        self,
        url: str,
        validators: Validators | None = None,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Reply:
        """Return the body at `url`, or that it is what it was when `validators` were given.

        `headers` may hold a secret: they go to the host of `url` alone, redirected or not.

        Raises SourceUnavailable (network, time, 429, 5xx after some tries; EmptyReply) or
        SourceError (NotThere, other statuses, too large, redirects astray).
        """
        host = url.partition("://")[2].partition("/")[0]
        if why := self._out_of_reach.get(host):
            raise OutOfReach(why)
        for attempt in itertools.count(1):
            try:
                return self._try(url, validators, headers)
            except EmptyReply:
                raise
            except SourceUnavailable as error:
                is_cut_off = isinstance(error, OutOfReach)
                pause = self._pause(attempt, error.retry_after)
                if is_cut_off and self._out_of_reach and not self._has_answered:
                    pause = None
                if pause is None:
                    if is_cut_off:
                        self._give_up(host, error)
                    raise
                again = f"{attempt + 1} of {self._limits.tries}"
                self._tell(f"{error}; trying again in {pause.total_seconds():.0f} s ({again})")
            self._sleep(pause.total_seconds())
        raise AssertionError  # count() does not end

    def _give_up(self, host: str, error: SourceUnavailable) -> None:
        """Leave a host alone, and say what that looks like where none has answered."""
        self._out_of_reach[host] = str(error)
        if len(self._out_of_reach) == 1 and not self._has_answered:
            self._tell(f"{error}: is there no network? The other hosts are tried once")

    def _pause(self, attempt: int, asked: timedelta | None) -> timedelta | None:
        """Return how long to wait before the next try, or None to give up."""
        asked = asked or timedelta(0)
        if attempt >= self._limits.tries or asked > self._limits.longest_pause:
            return None
        own = self._limits.first_pause * 2.0 ** (attempt - 1) * (1 + self._jitter() / 2)
        return max(asked, min(own, self._limits.longest_pause))

    def _try(self, url: str, asked: Validators | None, headers: Mapping[str, str]) -> Reply:
        try:
            return self._follow(url, asked, headers)
        except httpx.InvalidURL as error:
            raise SourceError(f"{shown(url)}: {error}") from error

    def _follow(self, url: str, asked: Validators | None, own: Mapping[str, str]) -> Reply:
        """Follow redirects by hand: httpx would read their bodies without a bound.

        Only time on the wire counts against the limit, not the wait for a turn.
        """
        request = self._http.build_request("GET", url, headers=conditions(asked))
        request.headers.update(own)
        home = _origin(request.url)
        left = self._limits.total
        for _ in range(self._limits.redirects + 1):
            if request.url.scheme not in ("http", "https"):
                raise SourceError(
                    f"{shown(url)}: leads to {request.url.scheme}:, not http or https"
                )
            self._leave_alone(request.url.host, url)
            with self._pace.turn(request.url.host):
                begun = self._clock()
                answer = self._exchange(request, url, asked, left)
                left -= timedelta(seconds=self._clock() - begun)
            if isinstance(answer, Reply):
                return answer
            request = answer
            if _origin(request.url) != home:
                for name in own:
                    request.headers.pop(name, None)
        raise SourceError(f"{shown(url)}: more than {self._limits.redirects} redirects")

    def _leave_alone(self, host: str, url: str) -> None:
        """Raise SourceUnavailable while a host has asked for a longer pause than we wait."""
        wait = timedelta(seconds=self._pace.wait(host))
        if wait > self._limits.longest_pause:
            why = f"{shown(url)}: asked to be left alone for {wait.total_seconds():.0f} s"
            raise SourceUnavailable(why, retry_after=wait)

    def _exchange(
        self, request: httpx.Request, url: str, asked: Validators | None, left: timedelta
    ) -> Reply | httpx.Request:
        """Send one request: what it is answered with, or the request that it is redirected to."""
        too_long = f"{shown(url)}: not finished after {self._limits.total.total_seconds():g} s"
        with Deadline(left) as deadline:
            request.extensions = {**request.extensions, "trace": deadline.trace}
            try:
                with closing(self._http.send(request, stream=True)) as response:
                    self._has_answered = True
                    answer = response.next_request or self._reply(response, url, asked)
            except httpx.TransportError as error:
                why = f"{shown(url)}: {str(error) or type(error).__name__}"
                if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                    raise OutOfReach(too_long if deadline.passed else why) from error
                raise SourceUnavailable(too_long if deadline.passed else why) from error
            if deadline.passed:  # cut there, a body without a length looks whole
                raise SourceUnavailable(too_long)
            return answer

    def _reply(self, response: httpx.Response, url: str, asked: Validators | None) -> Reply:
        where, status = shown(str(response.url)), response.status_code
        answer = f"{where}: answered {status} {response.reason_phrase}".rstrip()
        if pause := backoff(response.headers):
            self._pace.hold(response.url.host, pause)
        if status == 304 and any(name in response.request.headers for name in CONDITIONAL):
            return Reply(content=None, validators=asked, headers=response.headers)
        if status in (404, 410):
            raise NotThere(answer)
        if status == 429 or status >= 500:
            raise SourceUnavailable(answer, retry_after=retry_after(response.headers))
        if not response.is_success:
            raise SourceError(answer)
        body = self._unpack(self._read(response), response, where)
        if not body or body.isspace():
            raise EmptyReply(f"{where}: an empty answer")
        return Reply(
            content=body,
            validators=validators_in(response.headers, url),
            headers=response.headers,
        )

    def _read(self, response: httpx.Response) -> bytes:
        raw = bytearray()
        for chunk in response.iter_raw():
            raw += chunk
            if len(raw) > self._limits.size:
                raise self._too_large(shown(str(response.url)))
        return bytes(raw)

    def _unpack(self, raw: bytes, response: httpx.Response, where: str) -> bytes:
        """Undo gzip here, where the size has a bound and an end that is missing is noticed."""
        coding = response.headers.get("content-encoding", "").strip().lower()
        if coding in ("", "identity"):
            return raw
        if coding not in ("gzip", "x-gzip"):
            raise SourceError(f"{where}: packed with {coding!r}, which was not asked for")
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as unzipped:
                body = unzipped.read(self._limits.size + 1)
        except (EOFError, OSError, zlib.error) as error:
            raise SourceUnavailable(f"{where}: cannot be unpacked: {error}") from error
        if len(body) > self._limits.size:
            raise self._too_large(where)
        return body

    def _too_large(self, where: str) -> SourceError:
        return SourceError(f"{where}: larger than {self._limits.size:,} bytes")


@cache
def _authorities() -> ssl.SSLContext:
    """Load whom to trust, once: reading the certificates takes longer than most requests."""
    return httpx.create_ssl_context()


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


_STRIKES = 3


@dataclass(slots=True, kw_only=True)
class Route:
    """Gets from one service; three failures in a row, or a wish to be left alone, close it."""

    client: Client
    strikes: int = 0
    closed_by: SourceUnavailable | None = None

    def get(self, url: str) -> bytes:
        """Return the body at `url`; raises as the client does, or what closed the route."""
        if self.closed_by:
            raise self.closed_by
        try:
            content = self.client.get(url)
        except EmptyReply:
            raise
        except SourceUnavailable as error:
            self.strikes += 1
            if error.retry_after is not None or self.strikes >= _STRIKES:
                self.closed_by = error
            raise
        self.strikes = 0
        return content


_SECONDS = 10


def beat(url: str) -> None:
    """Call the address once; raises SourceUnavailable, which names its host alone."""
    try:
        response = httpx.get(url, timeout=_SECONDS, follow_redirects=True)
        response.raise_for_status()
    except httpx.HTTPStatusError as error:
        raise SourceUnavailable(f"heartbeat: answered {error.response.status_code}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceUnavailable(f"heartbeat: {type(error).__name__}") from error
