"""A way to a service that is left alone for the rest of a pull once it is out of reach."""

from dataclasses import dataclass

from digest.errors import SourceUnavailable
from digest.sources.client import Client, EmptyReply

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
