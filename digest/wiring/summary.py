"""From [summary] to who writes summaries, where somebody does."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from digest.config import Settings
from digest.extras.summary import Endpoint
from digest.pipeline.summaries import StoredSummaries


@contextmanager
def summaries(
    settings: Settings, engine: sa.Engine, *, dry: bool = False
) -> Iterator[StoredSummaries | None]:
    """Open who writes summaries; `dry` asks nobody and gives what is kept."""
    with endpoint(settings) as writer:
        if writer is None:
            yield None
            return
        most = settings.summary.max_per_day
        yield StoredSummaries(engine, writer.model, None if dry else writer, max_per_day=most)


@contextmanager
def endpoint(settings: Settings) -> Iterator[Endpoint | None]:
    """Open the endpoint of the configuration; None if there is none. Its key is read when used."""
    asked = settings.summary
    if asked.url is None or asked.model is None:
        yield None
        return
    key = asked.key
    with Endpoint(
        url=asked.url,
        model=asked.model,
        key=lambda: key.read(os.environ) if key else None,
        timeout=asked.timeout,
    ) as writer:
        yield writer
