"""Where the configuration lies, and how paths inside it are meant.

Which database: the configured one, or the place this system keeps such things.
"""

import glob
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationInfo

from digest.config.secret import Secret
from digest.config.values import one_line, show
from digest.errors import ConfigError
from digest.subscriber import Library

SYSTEM_FILE = Path("/etc/digest/config.toml")


@dataclass(slots=True, kw_only=True)
class Found:
    """What reading a file brings beside its values: warnings, finished lines; keys of libraries."""

    warnings: list[str] = field(default_factory=list)
    keys: dict[Library, Secret] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a file stands, and whether it may point outside its folder.

    What a text from the past names may be gone since (`is_past`).
    """

    folder: Path
    is_trusted: bool = True
    is_past: bool = False
    found: Found = field(default_factory=Found)


def place_of(info: ValidationInfo) -> Place:
    return cast("Place", info.context)


def home(environ: Mapping[str, str]) -> Path:
    return Path(environ["HOME"]) if environ.get("HOME") else Path.home()


def find(explicit: str | None, environ: Mapping[str, str], cwd: Path) -> Path:
    """The configuration to use; ConfigError if there is none, with where it was looked for."""
    named = explicit or environ.get("DIGEST_CONFIG")
    places = [cwd / named] if named else list(_usual_places(environ, cwd))
    for place in places:
        if is_file(place) or (named and place.exists()):  # a pipe may be named
            return place
    looked = ", ".join(map(_shown, places))
    raise ConfigError([f"no configuration: looked for {looked}; `digest init` writes one"])


def _shown(place: Path) -> str:
    """Name a place that has no file for us, and say if we are not let in where it lies."""
    is_closed = os.path.isdir(place.parent) and not os.access(place.parent, os.X_OK)  # noqa: PTH112
    return f"{place} (the folder is closed to you)" if is_closed else str(place)


def _usual_places(environ: Mapping[str, str], cwd: Path) -> Iterator[Path]:
    yield cwd / "config.toml"
    user = environ.get("XDG_CONFIG_HOME")
    yield (Path(user) if user else home(environ) / ".config") / "digest/config.toml"
    yield SYSTEM_FILE


def is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # names that no file system takes
        return False


def is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def file_path(value: Any, info: ValidationInfo) -> Path:
    """A path relative to its file's folder; in a subscriber's file it stays beneath that."""
    place = place_of(info)
    path = place.folder / one_line(value)
    if not place.is_trusted and not path.resolve().is_relative_to(place.folder.resolve()):
        raise ValueError(f"{show(value)} leads out of the folder of this file")
    return path


def existing_file(value: Any, info: ValidationInfo) -> Path:
    path = file_path(value, info)
    if not is_file(path):
        raise ValueError(f"there is no file {show(str(path))}")
    return path


def existing_folder(value: Any, info: ValidationInfo) -> Path:
    path = file_path(value, info)
    if not is_folder(path):
        raise ValueError(f"there is no folder {show(str(path))}")
    return path


def pattern(value: Any, info: ValidationInfo) -> str:
    """A file or glob pattern as an absolute one."""
    place = place_of(info)
    folder = glob.escape(str(place.folder))
    return str(Path(folder) / one_line(value))


def present_pattern(value: Any, info: ValidationInfo) -> str:
    """A pattern that may match nothing yet, or a file that is there."""
    found = pattern(value, info)
    if not glob.has_magic(one_line(value)) and not matches(found):
        raise ValueError(f"there is no file {show(value)}")
    return found


def matches(found: str) -> list[Path]:
    """The files of an absolute pattern, sorted; hidden ones are not meant by a star."""
    names = glob.glob(found, recursive=True)  # noqa: PTH207 (Path.glob takes no absolute pattern)
    return sorted(path for path in map(Path, names) if is_file(path))


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
