"""From [digest] to a database that is open and up to date."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from digest import config
from digest.config import Settings
from digest.store import database


def now() -> datetime:
    """Read the clock: the one place that does."""
    return datetime.now(UTC)


def load_settings(explicit: str | None) -> Settings:
    """Read the configuration: the one named, or the first of the usual places."""
    return config.load(config.find(explicit, os.environ, Path.cwd()))


@contextmanager
def open_store(settings: Settings, *, create: bool = False) -> Iterator[sa.Engine]:
    """Open the database; with `create` make it if need be, and bring its schema up to date."""
    engine = database.open_database(settings.database_url(os.environ), create=create)
    try:
        if create:
            database.migrate(engine)
        else:
            database.require_current(engine)
        yield engine
    finally:
        engine.dispose()
