"""One TOML file, read: its data, the line of each key, and a hint for a broken syntax."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from digest.config.positions import KeyPath, key_lines
from digest.config.values import show
from digest.errors import ConfigError

_WHERE = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A TOML file; `lines` counts from 1, and a path of a key counts lists from 0."""

    path: Path
    text: str
    data: dict[str, Any]
    lines: Mapping[KeyPath, int]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file; ConfigError if it can't be read, is not UTF-8 or is no TOML."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from error
        return cls.parse(_decode(content, path), path)

    @classmethod
    def parse(cls, text: str, path: Path) -> Self:
        text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        try:
            data = tomllib.loads(text)
            return cls(path=path, text=text, data=data, lines=key_lines(text))
        except tomllib.TOMLDecodeError as error:
            raise ConfigError([_syntax_problem(str(error), text, path)]) from error
        except ValueError as error:  # an integer of thousands of digits
            raise ConfigError([f"{path}:1: this is no TOML: a number is too long"]) from error
        except RecursionError as error:
            raise ConfigError([f"{path}:1: lists or tables are nested too deeply"]) from error

    def line(self, path: KeyPath) -> int:
        """The line of a key; of a missing one, that of the table it should be in."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def where(self, path: KeyPath) -> str:
        """Write FILE:LINE: key."""
        return f"{self.path}:{self.line(path)}: {show_path(path)}".removesuffix(": ")


def show_path(path: KeyPath) -> str:
    """Write a key's path as `source[0].categories`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{_show_key(part)}" for part in path)
    return "".join(parts).removeprefix(".")


def _show_key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else show(key)


def _decode(content: bytes, path: Path) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError([f"{path}:{line}: is not UTF-8: save the file as UTF-8"]) from error


def _syntax_problem(message: str, text: str, path: Path) -> str:
    match = _WHERE.search(message)
    number = int(match["line"]) if match and match["line"] else max(1, len(text.splitlines()))
    line = (text.split("\n")[number - 1 : number] or [""])[0]
    what = _WHERE.sub("", message)
    return f"{path}:{number}: this is no TOML: {what}{_hint(what, line)}"


def _hint(what: str, line: str) -> str:
    if "\\" in line and '"' in line and ("escape" in what.lower() or "hex" in what.lower()):
        return "; a backslash in double quotes begins an escape: use single quotes, '…'"
    if "overwrite" in what or "twice" in what:
        return "; a key or a table stands here a second time (repeat only [[…]])"
    if what in ("Invalid value", "Expected newline or end of document after a statement"):
        return '; text stands in quotes, "…"; true and false are lower case; a list ends with ]'
    return ""
