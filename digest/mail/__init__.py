"""Messages out into the world: what they are made of, and the transports that carry them."""

from collections.abc import Callable
from typing import Protocol, Self

from digest.issue import Envelope


class Transport(Protocol):
    """Carries envelopes one after another; for one thread, a context manager that closes itself."""

    def send(self, envelope: Envelope, *, on_data: Callable[[], None]) -> str:
        """Hand the envelope over; return the reply, with whatever name the relay gave it.

        `on_data` is called once, just before what can't be undone (the final dot), and not at
        all if that is never reached. Raises DeliveryDeferred, RelayRefused, DeliveryFailed or
        DeliveryUncertain; after each the next envelope may be sent.
        """

    def close(self) -> None:
        """Let go of the connection, if any; a later `send` opens another."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exception: object) -> None: ...
