"""Where each key of a TOML text stands: what tomllib doesn't tell."""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from typing import NoReturn

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
