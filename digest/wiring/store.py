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
from digest.config.paths import SYSTEM_STATE, last_good_file
from digest.errors import ConfigError
from digest.ownership import Account, make_file, make_folder, service_account
from digest.store import backup, database
from digest.store.database import reading, writing

log = logging.getLogger(__name__)


def now() -> datetime:
    """Read the clock: the one place that does."""
    return datetime.now(UTC)


def load_settings(explicit: str | None) -> Settings:
    """Read the configuration: the one named, or the first of the usual places."""
    return config.load(config.find(explicit, os.environ, Path.cwd()))


def keep_good(settings: Settings) -> None:
    """Keep the text of a configuration that works, for `load_last_good`, where units run."""
    kept = last_good_file(settings.path, os.environ)
    if kept is None or not settings.path.is_file():
        return
    part = kept.with_name(f".{kept.name}.part")
    try:
        make_folder(kept.parent)
        make_file(part)
        part.write_bytes(settings.path.read_bytes())
        part.replace(kept)
    except OSError as error:
        log.info("%s: cannot be kept: %s", kept, error.strerror)


def load_last_good(explicit: str | None) -> Settings | None:
    """Read the last configuration that a service worked with; None if there is none."""
    path = config.find(explicit, os.environ, Path.cwd()).absolute()
    kept = last_good_file(path, os.environ)
    if kept is None:
        return None
    try:
        return config.load(path, text=kept.read_text(encoding="utf-8"))
    except (OSError, ValueError, ConfigError):
        return None


def _revive(engine: sa.Engine) -> None:
    """Take a copy into service that somebody has put in place by hand."""
    with reading(engine) as connection:
        is_copy = backup.is_copy(connection)
    if is_copy:
        with writing(engine) as connection:
            held = backup.revive(connection, had_until=now())
        log.warning("database=copy held=%d: what was announced until now counts as had", held)


def unwritable(settings: Settings) -> list[str]:
    """Return what whoever the service runs as could not write, each a line with its remedy."""
    state = settings.state_folder(os.environ)
    places = [(settings.where("digest", "database"), state), *_elsewhere(settings)]
    blocked = {folder: why for _, folder in places if (why := _in_the_way(folder))}
    account = service_account(settings.path, state)
    found = []
    for where, folder in places:
        if folder in blocked:
            found.append(f"{where}: {blocked[folder]}: name another place")
        elif account and (why := _why_not(settings, account, folder, state)):
            found.append(f"{where}: {why}: as root, chown -R {account.name}: {folder}")
    return list(dict.fromkeys(found))


def _in_the_way(folder: Path) -> str | None:
    """Return why nobody could make or write a folder."""
    there = next(each for each in (folder, *folder.parents) if os.path.lexists(each))
    if not there.is_dir():
        return f"{there} is no folder"
    if os.geteuid() == 0 and not os.access(there, os.W_OK):
        return f"the file system of {there} is read-only"
    return None


def _why_not(settings: Settings, account: Account, folder: Path, state: Path) -> str | None:
    if folder != state:
        return account.cannot_write(folder)
    # A folder that systemd makes, or finds to be root's, it hands over when the service starts.
    if state == SYSTEM_STATE and not (state.exists() and state.stat().st_uid != 0):
        return None
    whys = map(account.cannot_write, _state_files(settings, state))
    return next(filter(None, whys), None)  # one is enough: the remedy is for all


def _state_files(settings: Settings, state: Path) -> Iterator[Path]:
    yield state
    file = database.sqlite_file(sa.make_url(settings.database_url(os.environ)))
    if file:
        names = (file.name, f"{file.name}-wal", f"{file.name}-shm", f"{file.name}.*.lock")
        yield from (path for name in names for path in sorted(state.glob(name)))
    for folder in ("pulled", "pulled/*", "models"):
        yield from sorted(state.glob(folder))


def _elsewhere(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Return the folders outside the state folder that we write to, and where each is named."""
    mail = settings.mail
    if mail and mail.directory:
        yield settings.where("mail", "directory"), mail.directory
    if mail and mail.inbox:
        for name in ("new", "cur"):
            yield settings.where("mail", "inbox"), mail.inbox / name
    if settings.metrics.file:
        yield settings.where("metrics", "file"), settings.metrics.file.parent


@contextmanager
def open_store(
    settings: Settings, *, create: bool = False, read_only: bool = False
) -> Iterator[sa.Engine]:
    """Open the database; with `create` make it if need be, and bring its schema up to date.

    With `read_only` nothing of it changes, and it may be one that cannot be written.
    """
    url = settings.database_url(os.environ)
    try:
        engine = database.open_database(url, create=create, read_only=read_only)
    except ConfigError as error:  # it does not know where the key stands
        where = settings.where("digest", "database")
        lines = [line.removeprefix("digest.database") for line in error.problems]
        raise ConfigError([f"{where}{line}" for line in lines]) from error
    try:
        if create:
            database.migrate(engine)
            _revive(engine)
        else:
            database.require_current(engine)
        yield engine
    finally:
        engine.dispose()
