"""Where in a text the feeds stand, and in them the entries, well-formed or not.

From formats.md, failures: a feed that is cut keeps its whole entries and is known to be cut. A
file may hold several feeds. What stands in comments and CDATA is no tag.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

from digest.formats.lines import is_damaged
from digest.paper import Rejection

_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)|(?P<entity><!ENTITY\b)|"
    r"<(?P<end>/?)(?P<tag>(?:[\w.-]+:)?(?P<name>rss|rdf|feed|item|entry))(?=[\s/>])"
    r"(?:\"[^\"<]*\"|'[^'<]*'|[^<>\"'])*+>",
    re.IGNORECASE | re.DOTALL,
)
_LINE_END = re.compile(r"\r\n|\n|\r")
_ENTRIES = {"rss": "item", "rdf": "item", "feed": "entry"}


class DeclaresEntities(ValueError):  # noqa: N818 (reads as what it says)
    """A document type declares entities, of which one can be a bomb; `line` is where."""

    def __init__(self, line: int) -> None:
        super().__init__("declares entities, which are not read")
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An entry as it stands in its feed, tags and all, and the line that it begins on."""

    line: int
    markup: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed: its root's start tag, what stands before the entries, the entries, the damage."""

    tag: str
    root: str
    head: str
    entries: tuple[Element, ...]
    rejections: tuple[Rejection, ...]


def feeds(text: str) -> tuple[Feed, ...]:
    """Every feed in a text; raises DeclaresEntities."""
    scanner = _Scanner(text)
    for token in _TOKEN.finditer(text):
        if token["entity"]:
            raise DeclaresEntities(scanner.line(token.start()))
        if token["tag"]:
            scanner.take(token)
    scanner.end_feed(len(text.rstrip()), is_whole=False)
    return tuple(scanner.found)


class _Scanner:
    """Which feed is open, and which of its entries."""

    def __init__(self, text: str) -> None:
        self.found: list[Feed] = []
        self._text = text
        self._line_starts = [match.end() for match in _LINE_END.finditer(text)]
        self._root: re.Match[str] | None = None
        self._entry: re.Match[str] | None = None
        self._head_ends: int | None = None
        self._entries: list[Element] = []
        self._rejections: list[Rejection] = []

    def line(self, at: int) -> int:
        """The line, counted from 1, of a place in the text."""
        return bisect_right(self._line_starts, at) + 1

    def take(self, token: re.Match[str]) -> None:
        """Go on to the next tag of a feed or an entry."""
        name, is_end = token["name"].lower(), bool(token["end"])
        if name in _ENTRIES and not is_end:
            self._start_feed(token)
        elif name in _ENTRIES and self._root and self._root["tag"] == token["tag"]:
            self.end_feed(token.start(), is_whole=True)
        elif self._root and name == _ENTRIES[self._root["name"].lower()]:
            self._take_entry(token, is_end=is_end)

    def end_feed(self, at: int, *, is_whole: bool) -> None:
        """Put the open feed together; one without its end tag is cut."""
        if self._root is None:
            return
        if self._entry is not None:
            self._break_entry("an entry that has no end" if is_whole else "the feed is cut here")
        elif not is_whole:
            self._reject(at, "the feed is cut here: its end is missing")
        if self._head_ends is None:
            self._head_ends = at
        self.found.append(
            Feed(
                tag=self._root["tag"],
                root=self._root.group(),
                head=self._text[self._root.end() : self._head_ends],
                entries=tuple(self._entries),
                rejections=tuple(self._rejections),
            )
        )
        self._root = self._head_ends = None
        self._entries, self._rejections = [], []

    def _start_feed(self, token: re.Match[str]) -> None:
        self.end_feed(token.start(), is_whole=False)
        self._root = token
        if token.group().endswith("/>"):
            self.end_feed(token.end(), is_whole=True)

    def _take_entry(self, token: re.Match[str], *, is_end: bool) -> None:
        if self._entry is not None and self._entry["tag"] != token["tag"]:
            return  # something of the same name inside an entry
        if self._entry is not None and not is_end:
            self._break_entry("an entry that has no end")
        if not is_end:
            self._entry = token
            self._head_ends = self._head_ends or token.start()
        if self._entry is not None and (is_end or token.group().endswith("/>")):
            self._end_entry(self._entry, token.end())

    def _end_entry(self, entry: re.Match[str], end: int) -> None:
        self._entry = None
        markup = self._text[entry.start() : end]
        if is_damaged(markup):
            self._reject(entry.start(), "an entry whose text is not valid UTF-8")
        else:
            self._entries.append(Element(line=self.line(entry.start()), markup=markup))

    def _break_entry(self, why: str) -> None:
        if self._entry is not None:
            self._reject(self._entry.start(), why)
        self._entry = None

    def _reject(self, at: int, why: str) -> None:
        self._rejections.append(Rejection(line=self.line(at), why=why))
