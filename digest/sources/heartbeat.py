"""A call that says that all is well, to whoever raises the alarm when it does not come."""

import httpx

from digest.errors import SourceUnavailable

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
