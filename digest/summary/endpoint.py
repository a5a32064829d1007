"""An OpenAI-compatible endpoint as a writer of summaries: bounded in time, tries and size."""

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from typing import Self

import httpx

from digest import DISTRIBUTION, __version__
from digest.deadline import Deadline
from digest.errors import ConfigError, SummaryFailed, SummaryRefused, SummaryUnavailable
from digest.summary import Question
from digest.summary.answer import read_answer

log = logging.getLogger(__name__)
logging.getLogger("httpx").setLevel(logging.WARNING)  # its INFO shows addresses

MOST_TOKENS = 160
_TRIES = 3
_FIRST_PAUSE = timedelta(seconds=1)
_SIZE = 2**20
_CONNECT = timedelta(seconds=10)


class Endpoint:
    """Writes summaries; threads may share it.

    `url` is what `/chat/completions` stands below; `key` is read with the first request, and is
    in no message. `timeout` bounds one request. `sleep` takes seconds, `clock` gives them.
    """

    def __init__(
        self,
        *,
        url: str,
        model: str,
        key: Callable[[], str | None] = lambda: None,
        timeout: timedelta = timedelta(seconds=20),
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.model = model
        self._url = f"{url.rstrip('/')}/chat/completions"
        self._key = key
        self._timeout = timeout
        self._sleep = sleep
        self._clock = clock
        self._http = httpx.Client(
            headers={"User-Agent": f"{DISTRIBUTION}/{__version__}", "Accept-Encoding": "identity"},
            # A connection kept open would not be traced again, and the deadline could not end it.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def write(
        self, question: Question, *, within: timedelta, begin: Callable[[], None] = lambda: None
    ) -> str:
        """Give a clean line, "" for no answer; what time may mend is tried again `within` it."""
        until = self._clock() + within.total_seconds()
        for attempt in range(1, _TRIES + 1):
            try:
                begin()
                return read_answer(self._post(question, until), self._url)
            except SummaryUnavailable as error:
                pause = max(_FIRST_PAUSE * 2 ** (attempt - 1), error.retry_after or timedelta())
                is_late = self._clock() + pause.total_seconds() >= until
                if attempt == _TRIES or is_late:
                    raise
                log.info("%s; trying again in %.0f s", error, pause.total_seconds())
            self._sleep(pause.total_seconds())
        raise AssertionError  # the last try returns or raises

    def _post(self, question: Question, until: float) -> bytes:
        left = min(self._timeout, timedelta(seconds=until - self._clock()))
        if left <= timedelta():
            raise SummaryUnavailable(f"{self._url}: no time is left")
        seconds = left.total_seconds()
        too_long = f"{self._url}: not finished after {seconds:.3g} s"
        with Deadline(left) as deadline:
            try:
                request = self._request(question, seconds)
                request.extensions = {**request.extensions, "trace": deadline.trace}
                with closing(self._http.send(request, stream=True)) as response:
                    body = self._read(response)
            except (httpx.TransportError, httpx.DecodingError) as error:
                why = f"{self._url}: {str(error) or type(error).__name__}"
                raise SummaryUnavailable(too_long if deadline.passed else why) from error
            except httpx.InvalidURL as error:
                raise SummaryRefused(f"{self._url}: {error}") from error
            if deadline.passed:  # cut there, a body without a length looks whole
                raise SummaryUnavailable(too_long)
        return body

    def _request(self, question: Question, seconds: float) -> httpx.Request:
        return self._http.build_request(
            "POST",
            self._url,
            headers=self._authorization(),
            timeout=httpx.Timeout(seconds, connect=min(seconds, _CONNECT.total_seconds())),
            json={
                "model": self.model,
                "messages": [{"role": role, "content": text} for role, text in question.messages],
                "temperature": 0,
                "max_tokens": MOST_TOKENS,
            },
        )

    def _authorization(self) -> Mapping[str, str]:
        try:
            key = self._key()
        except ConfigError as error:
            raise SummaryRefused(str(error)) from error
        if key is None:
            return {}
        if not (key.isascii() and key.isprintable()):
            raise SummaryRefused(f"{self._url}: its key holds what no header can carry")
        return {"Authorization": f"Bearer {key}"}

    def _read(self, response: httpx.Response) -> bytes:
        """Take the body of a good answer; that of another may repeat the key, and is not read."""
        status = response.status_code
        answer = f"{self._url}: answered {status} {response.reason_phrase}".rstrip()
        if status == 429 or status >= 500:
            raise SummaryUnavailable(answer, retry_after=_retry_after(response.headers))
        if status in (400, 413, 422):  # perhaps of this paper alone
            raise SummaryFailed(answer)
        if not response.is_success:
            raise SummaryRefused(answer)
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > _SIZE:
                raise SummaryFailed(f"{self._url}: its answer is larger than {_SIZE:,} bytes")
        return bytes(body)


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Read Retry-After in seconds, as such endpoints give it."""
    text = headers.get("retry-after", "").strip()
    return timedelta(seconds=int(text)) if text.isdecimal() and len(text) < 7 else None
