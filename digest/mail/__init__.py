"""Messages out into the world: what they are made of, and the transports that carry them."""

from collections.abc import Callable, Iterator
from typing import Protocol, Self

from digest.errors import DeliveryError
from digest.issue import Envelope

Outcome = str | DeliveryError | None
"""What became of an envelope: the reply that took it, why not, or None: it was called back."""


class Transport(Protocol):
    """Carries envelopes one after another; for one thread, a context manager that closes itself."""

    def stream(
        self, envelopes: Iterator[Envelope], *, on_data: Callable[[Envelope], bool]
    ) -> Iterator[tuple[Envelope, Outcome]]:
        """Hand envelopes over, and give each one back in its order with its outcome.

        `on_data` is called for each just before what can't be undone (the final dot), and not
        at all if that is never reached; if it answers no, the envelope is not sent. The next
        envelope may be asked for while the one before is under way.
        """

    def send(self, envelope: Envelope, *, on_data: Callable[[], None] = ...) -> str:
        """Hand a single envelope over; return the reply, or raise a DeliveryError.

        `on_data` is called as in `stream`; what it raises calls the envelope back.
        """

    def abort(self) -> None:
        """Break the connection from another thread: whatever is under way ends at once."""

    def close(self) -> None:
        """Let go of the connection, if any; what comes later opens another."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exception: object) -> None: ...
