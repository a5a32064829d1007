"""One TOML file, read: its data, the line of each key, and a hint for a broken syntax.

Where each key of a TOML text stands: what tomllib doesn't tell.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Self

from digest.config.values import show
from digest.errors import ConfigError

KeyPath = tuple[str | int, ...]

_BLANK = re.compile(r"[ \t]*")
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_OTHER_VALUE = re.compile(r"[^,\]}#\n]+")


def key_lines(text: str) -> Mapping[KeyPath, int]:
    """Map every table, key and element of a list to its line; `text` must be valid TOML."""
    return _Scanner(text).scan()


class _Scanner:
    """Reads what tomllib has accepted, so it need not look for mistakes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.breaks = [match.start() for match in re.finditer("\n", text)]
        self.lines: dict[KeyPath, int] = {(): 1}
        self.last: dict[KeyPath, int] = {}  # an array of tables: the number of its last one

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        self.skip(_SPACE)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip(_SPACE)
        return self.lines

    def header(self) -> KeyPath:
        line = self.line()
        is_array = self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        *parents, name = self.key()
        self.at += 2 if is_array else 1
        path: KeyPath = ()
        for parent in parents:
            path = self.below((*path, parent), line)
        path = (*path, name)
        if is_array:
            self.lines.setdefault(path, line)
            self.last[path] = self.last.get(path, -1) + 1
            path = (*path, self.last[path])
        self.lines[path] = line
        return path

    def below(self, path: KeyPath, line: int) -> KeyPath:
        """The table that `path` means in a header: of an array of tables, the last."""
        self.lines.setdefault(path, line)
        return (*path, self.last[path]) if path in self.last else path

    def pair(self, table: KeyPath) -> None:
        line = self.line()
        path = table
        for name in self.key():
            path = (*path, name)
            self.lines.setdefault(path, line)
        self.at += 1  # =
        self.skip(_BLANK)
        self.value(path)

    def key(self) -> list[str]:
        names = [self.name()]
        while self.text[self.at] == ".":
            self.at += 1
            names.append(self.name())
        return names

    def name(self) -> str:
        """One part of a key, and the blanks around it."""
        self.skip(_BLANK)
        if self.text[self.at] in "\"'":
            name = str(tomllib.loads(f"key = {self.take(_STRING)}")["key"])
        else:
            name = self.take(_BARE_KEY)
        self.skip(_BLANK)
        return name

    def value(self, path: KeyPath) -> None:
        opening = self.text[self.at]
        if opening == "[":
            self.array(path)
        elif opening == "{":
            self.inline_table(path)
        else:
            self.take(_STRING if opening in "\"'" else _OTHER_VALUE)

    def array(self, path: KeyPath) -> None:
        self.at += 1
        self.skip(_SPACE)
        number = 0
        while self.text[self.at] != "]":
            element = (*path, number)
            self.lines[element] = self.line()
            self.value(element)
            self.skip(_SPACE)
            self.comma()
            number += 1
        self.at += 1

    def inline_table(self, path: KeyPath) -> None:
        self.at += 1
        self.skip(_SPACE)
        while self.text[self.at] != "}":
            self.pair(path)
            self.skip(_SPACE)
            self.comma()
        self.at += 1

    def comma(self) -> None:
        if self.text[self.at] == ",":
            self.at += 1
            self.skip(_SPACE)

    def line(self) -> int:
        return bisect_right(self.breaks, self.at - 1) + 1

    def skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            self.lost()
        self.at = match.end()
        return match[0]

    def lost(self) -> NoReturn:
        raise AssertionError(f"the scanner is lost on line {self.line()}")


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
