"""Which database: the configured one, or the place this system keeps such things."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from digest.config.places import home
from digest.config.secret import Secret
from digest.config.values import one_line
from digest.errors import ConfigError

SYSTEM_STATE = Path("/var/lib/digest")
"""Where the state of a service of the machine lies, by StateDirectory=digest."""

_URL = re.compile(r"(?P<dialect>[a-z0-9]+)(?:\+[a-z0-9_]+)?://.*")
_SQLITE = re.compile(r"(?P<scheme>sqlite(?:\+\w+)?:///)(?P<file>[^?]+)(?P<options>\?.*)?")
_POSTGRESQL = ("postgres://", "postgresql://")
_PASSWORD = re.compile(r"[^/]*//[^/@]*:[^/@]+@")


def url(value: Any) -> str:
    """An SQLAlchemy URL; it may hold a password, so no message shows it."""
    written = one_line(value)
    match = _URL.fullmatch(written)
    if not match:
        raise ValueError(
            'is no database: write it as "sqlite:///digest.db" or "postgresql+psycopg://…"'
        )
    if written.startswith(_POSTGRESQL):
        return "postgresql+psycopg://" + written.partition("://")[2]
    if not written.startswith(("sqlite", "postgresql+psycopg:")):
        raise ValueError(
            'is of no known kind: allowed are "sqlite:///…" and "postgresql+psycopg://…"'
        )
    sqlite = _SQLITE.fullmatch(written)
    if match["dialect"] == "sqlite" and (not sqlite or ":memory:" in sqlite["file"]):
        raise ValueError('names no file, so it would forget: write it as "sqlite:///digest.db"')
    return written


def holds_password(written: str) -> bool:
    return _PASSWORD.match(written) is not None


def database_url(secret: Secret | None, config: Path, environ: Mapping[str, str]) -> str:
    if secret is None:
        return f"sqlite:///{_default_file(config, environ)}"
    try:
        written = url(secret.read(environ))
    except ValueError as error:
        raise ConfigError([f"{secret.where}: {error}"]) from error
    return _absolute(written, config.parent)


def state_folder(secret: Secret | None, config: Path, environ: Mapping[str, str]) -> Path:
    """Where the database's file lies; for a server's, where a file would by default."""
    match = _SQLITE.fullmatch(database_url(secret, config, environ))
    return Path(match["file"]).parent if match else _default_file(config, environ).parent


def last_good_file(config: Path, environ: Mapping[str, str]) -> Path | None:
    """Where units keep the last good text of a configuration: found without reading either."""
    if not environ.get("STATE_DIRECTORY"):
        return None
    return _default_file(config, environ).with_name(f"last-good-{config.name}")


def _absolute(written: str, folder: Path) -> str:
    match = _SQLITE.fullmatch(written)
    if not match or match["file"].startswith("file:"):
        return written
    return f"{match['scheme']}{folder / match['file']}{match['options'] or ''}"


def _default_file(config: Path, environ: Mapping[str, str]) -> Path:
    if environ.get("STATE_DIRECTORY"):  # systemd gives several with colons between
        return Path(environ["STATE_DIRECTORY"].split(":")[0], "digest.db")
    if config.is_relative_to("/etc"):
        return SYSTEM_STATE / "digest.db"
    state = environ.get("XDG_STATE_HOME")
    return (Path(state) if state else home(environ) / ".local/state") / "digest/digest.db"
