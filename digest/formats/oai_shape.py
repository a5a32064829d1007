"""Where in a text the answers of an OAI-PMH service stand, and in them records and errors.

From formats.md, failures: an answer that is cut keeps its whole records and is known to be cut;
a file may hold several answers. What stands in comments and CDATA is no tag.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

from digest.formats.lines import is_damaged
from digest.paper import Rejection

_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|(?P<entity><!ENTITY\b)|"
    r"<(?P<end>/?)(?P<tag>(?:[\w.-]+:)?(?P<name>OAI-PMH|record|error))(?=[\s/>])"
    r"(?:\"[^\"<]*\"|'[^'<]*'|[^<>\"'])*+>",
    re.DOTALL,
)
_ROOT = "OAI-PMH"
_LINE_END = re.compile(r"\r\n|\n|\r")


class DeclaresEntities(ValueError):  # noqa: N818 (reads as what it says)
    """A document type declares entities, of which one can be a bomb; `line` is where."""

    def __init__(self, line: int) -> None:
        super().__init__("declares entities, which are not read")
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A record or an error as a document of its own, and the line that it begins on."""

    name: str
    line: int
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer: its whole records and errors, and what of it is damaged."""

    line: int
    elements: tuple[Element, ...]
    rejections: tuple[Rejection, ...]


def answers(text: str) -> tuple[Answer, ...]:
    """Every answer in a text; raises DeclaresEntities."""
    scanner = _Scanner(text)
    for token in _TOKEN.finditer(text):
        if token["entity"]:
            raise DeclaresEntities(scanner.line(token.start()))
        if token["name"] == _ROOT:
            scanner.take_root(token)
        elif token["name"]:
            scanner.take_element(token)
    scanner.cut(len(text.rstrip()))
    return tuple(scanner.found)


class _Scanner:
    """Which answer is open, and which of its elements."""

    def __init__(self, text: str) -> None:
        self.found: list[Answer] = []
        self._text = text
        self._line_starts = [match.end() for match in _LINE_END.finditer(text)]
        self._root: re.Match[str] | None = None
        self._open: re.Match[str] | None = None
        self._elements: list[Element] = []
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
        self._elements.append(Element(name=begin["name"], line=line, document=document))

    def _break(self) -> None:
        if self._open is not None:
            self._reject(self._open.start(), f"{self._open['name']} without its end")
        self._open = None

    def _reject(self, at: int, why: str) -> None:
        self._rejections.append(Rejection(line=self.line(at), why=why))
