"""From [digest] to a database that is open and up to date."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from digest import config
from digest.config import Settings
from digest.store import copies, database
from digest.store.database import reading, writing

log = logging.getLogger(__name__)


def now() -> datetime:
    """Read the clock: the one place that does."""
    return datetime.now(UTC)


def load_settings(explicit: str | None) -> Settings:
    """Read the configuration: the one named, or the first of the usual places."""
    return config.load(config.find(explicit, os.environ, Path.cwd()))


def _revive(engine: sa.Engine) -> None:
    """Take a copy into service that somebody has put in place by hand."""
    with reading(engine) as connection:
        is_copy = copies.is_copy(connection)
    if is_copy:
        with writing(engine) as connection:
            held = copies.revive(connection, had_until=now())
        log.warning("database=copy held=%d: what was announced until now counts as had", held)


@contextmanager
def open_store(settings: Settings, *, create: bool = False) -> Iterator[sa.Engine]:
    """Open the database; with `create` make it if need be, and bring its schema up to date."""
    engine = database.open_database(settings.database_url(os.environ), create=create)
    try:
        if create:
            database.migrate(engine)
            _revive(engine)
        else:
            database.require_current(engine)
        yield engine
    finally:
        engine.dispose()
