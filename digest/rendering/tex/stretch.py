"""A stretch of text being read, and what was found in it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from digest.rendering.tex.script import Run, Script


def closings(text: str) -> dict[int, int]:
    """Map each brace that opens a group to the one that closes it."""
    found, opened = {}, []
    for match in re.finditer(r"\\.|[{}]", text, re.DOTALL):
        if match[0] == "{":
            opened.append(match.start())
        elif match[0] == "}" and opened:
            found[opened.pop()] = match.start()
    return found


@dataclass(kw_only=True, slots=True)
class Stretch:
    """The stretch that ends at `end`; `closing` is that of the whole text."""

    text: str
    end: int
    closing: dict[int, int]
    deeper: Callable[[int, int], list[Run]]
    found: list[Run] = field(default_factory=list)
    is_quoted: bool = False

    def add(self, text: str, script: Script = Script.LINE) -> None:
        self.found.append(Run(text, script))

    def keep(self, start: int, stop: int) -> int:
        """Leave a part as written; return its end."""
        self.found.append(Run(self.text[start:stop]))
        return stop

    def before(self, at: int, width: int = 1) -> str:
        return self.text[max(0, at - width) : at]

    def after(self, at: int, width: int = 1) -> str:
        return self.text[at : min(at + width, self.end)]

    def has_group(self, at: int) -> bool:
        """Tell whether a balanced group begins here."""
        return self.text.startswith("{", at) and self.closing.get(at, self.end) < self.end

    def skip_empty(self, at: int) -> int:
        return at + 2 if self.text.startswith("{}", at, self.end) else at

    def skip_blank(self, at: int) -> int:
        while at < self.end and self.text[at].isspace():
            at += 1
        return at
