"""Where in a text the feeds stand, and in them the entries, well-formed or not.

From formats.md, failures: a feed that is cut keeps its whole entries and is known to be cut. A
file may hold several feeds. What stands in comments and CDATA is no tag.

Where in a text the answers of an OAI-PMH service stand, and in them records and errors.

From formats.md, failures: an answer that is cut keeps its whole records and is known to be cut;
a file may hold several answers. What stands in comments and CDATA is no tag.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

from digest.paper import Rejection
from digest.sources.reading.text import is_damaged

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
class FeedElement:
    """An entry as it stands in its feed, tags and all, and the line that it begins on."""

    line: int
    markup: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed: its root's start tag, what stands before the entries, the entries, the damage."""

    tag: str
    root: str
    head: str
    entries: tuple[FeedElement, ...]
    rejections: tuple[Rejection, ...]


def feeds(text: str) -> tuple[Feed, ...]:
    """Every feed in a text; raises DeclaresEntities."""
    scanner = _FeedScanner(text)
    for token in _TOKEN.finditer(text):
        if token["entity"]:
            raise DeclaresEntities(scanner.line(token.start()))
        if token["tag"]:
            scanner.take(token)
    scanner.end_feed(len(text.rstrip()), is_whole=False)
    return tuple(scanner.found)


class _FeedScanner:
    """Which feed is open, and which of its entries."""

    def __init__(self, text: str) -> None:
        self.found: list[Feed] = []
        self._text = text
        self._line_starts = [match.end() for match in _LINE_END.finditer(text)]
        self._root: re.Match[str] | None = None
        self._entry: re.Match[str] | None = None
        self._head_ends: int | None = None
        self._entries: list[FeedElement] = []
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
            self._entries.append(FeedElement(line=self.line(entry.start()), markup=markup))

    def _break_entry(self, why: str) -> None:
        if self._entry is not None:
            self._reject(self._entry.start(), why)
        self._entry = None

    def _reject(self, at: int, why: str) -> None:
        self._rejections.append(Rejection(line=self.line(at), why=why))


_OAI_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|(?P<entity><!ENTITY\b)|"
    r"<(?P<end>/?)(?P<tag>(?:[\w.-]+:)?(?P<name>OAI-PMH|record|error))(?=[\s/>])"
    r"(?:\"[^\"<]*\"|'[^'<]*'|[^<>\"'])*+>",
    re.DOTALL,
)
_OAI_ROOT = "OAI-PMH"
_OAI_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class OaiElement:
    """A record or an error as a document of its own, and the line that it begins on."""

    name: str
    line: int
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer: its whole records and errors, and what of it is damaged."""

    line: int
    elements: tuple[OaiElement, ...]
    rejections: tuple[Rejection, ...]


def answers(text: str) -> tuple[Answer, ...]:
    """Every answer in a text; raises DeclaresEntities."""
    scanner = _OaiScanner(text)
    for token in _OAI_TOKEN.finditer(text):
        if token["entity"]:
            raise DeclaresEntities(scanner.line(token.start()))
        if token["name"] == _OAI_ROOT:
            scanner.take_root(token)
        elif token["name"]:
            scanner.take_element(token)
    scanner.cut(len(text.rstrip()))
    return tuple(scanner.found)


class _OaiScanner:
    """Which answer is open, and which of its elements."""

    def __init__(self, text: str) -> None:
        self.found: list[Answer] = []
        self._text = text
        self._line_starts = [match.end() for match in _OAI_LINE_END.finditer(text)]
        self._root: re.Match[str] | None = None
        self._open: re.Match[str] | None = None
        self._elements: list[OaiElement] = []
        self._rejections: list[Rejection] = []

    def line(self, at: int) -> int:
        """The line, counted from 1, of a place in the text."""
        return bisect_right(self._line_starts, at) + 1

    def take_root(self, token: re.Match[str]) -> None:
        """Begin an answer, or end one."""
        if not token["end"]:
            self.cut(token.start())
            self._root = token
        if token["end"] or token.group().endswith("/>"):
            self._end()

    def take_element(self, token: re.Match[str]) -> None:
        """Begin a record or an error, or end one; outside of an answer there is none."""
        if self._root is None:
            return
        is_end = bool(token["end"])
        if not is_end:
            self._break()
            self._open = token
        if self._open and (is_end or token.group().endswith("/>")):
            self._end_element(self._root, self._open, token.end())

    def cut(self, at: int) -> None:
        """Say that the open answer has no end."""
        if self._root is None:
            return
        begins = self._open.start() if self._open else at
        self._open = None
        self._reject(begins, "the answer is cut here: its end is missing")
        self._end()

    def _end(self) -> None:
        self._break()
        if self._root is not None:
            self.found.append(
                Answer(
                    line=self.line(self._root.start()),
                    elements=tuple(self._elements),
                    rejections=tuple(self._rejections),
                )
            )
        self._root = None
        self._elements, self._rejections = [], []

    def _end_element(self, root: re.Match[str], begin: re.Match[str], end: int) -> None:
        self._open = None
        markup = self._text[begin.start() : end]
        document = f"{root.group()}{markup}</{root['tag']}>"
        if is_damaged(document):
            self._reject(begin.start(), f"{begin['name']} whose text is not valid UTF-8")
            return
        line = self.line(begin.start())
        self._elements.append(OaiElement(name=begin["name"], line=line, document=document))

    def _break(self) -> None:
        if self._open is not None:
            self._reject(self._open.start(), f"{self._open['name']} without its end")
        self._open = None

    def _reject(self, at: int, why: str) -> None:
        self._rejections.append(Rejection(line=self.line(at), why=why))
