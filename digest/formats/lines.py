"""From the bytes of a dump to numbered lines of text, whatever wrote them."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from digest.errors import ListingMalformed
from digest.paper import Dump

_BINARY = (
    (b"%PDF-", "PDF"),
    (b"\x1f\x8b", "gzip data"),
    (b"PK\x03\x04", "a zip archive"),
)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DECLARED = re.compile(rb"<\?xml[^>]{1,60}encoding")  # XML says itself what it is in
_LINE_END = re.compile(r"\r\n|\n|\r")
_DAMAGE = re.compile("[\x00\ud800-\udfff]")
_DAMAGE_OF_TEXT = 0.3
BOM = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a dump without the white space around it, counted from 1."""

    number: int
    text: str


def malformed(dump: Dump, why: str, line: int | None = None) -> ListingMalformed:
    """Say that a dump is no listing."""
    return ListingMalformed(why, name=dump.name, line=line, source=dump.source)


def decode(dump: Dump) -> str:
    """The text of a dump; bytes that are no UTF-8 stand in it as lone surrogates.

    A character cut off by the very end of the dump is left out. Raises ListingMalformed where
    the bytes are no text.
    """
    for magic, kind in _BINARY:
        if dump.content.startswith(magic):
            raise malformed(dump, f"looks like {kind}, which is no listing")
    if b"\0" in dump.content and not dump.content.startswith(_UTF16):
        raise malformed(dump, "looks like binary data, which is no listing")
    text = _decoded(dump.content).removeprefix(BOM)
    if "\0" in text:
        raise malformed(dump, "looks like binary data, which is no listing")
    if not text.isascii() and _is_mostly_damage(text) and not _DECLARED.match(dump.content):
        raise malformed(dump, "looks like binary data or text that is not UTF-8")
    return text


def _decoded(content: bytes) -> str:
    if content.startswith(_UTF16):
        return codecs.getincrementaldecoder("utf-16")("surrogatepass").decode(content)
    try:
        return content.decode()  # the fast and the usual case
    except UnicodeDecodeError:
        return codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(content)


def _is_mostly_damage(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return len(_DAMAGE.findall(text)) > _DAMAGE_OF_TEXT * len(text)
    return False


def numbered(text: str) -> Iterator[Line]:
    """Every line of a text, blank ones too, one after the other: a dump may be large.

    Only LF, CRLF and CR end a line: a form feed or U+2028 is part of somebody's abstract. A BOM
    that begins a line is where one file was put after another.
    """
    begin = number = 0
    for number, end in enumerate(_LINE_END.finditer(text), start=1):
        yield _line(number, text[begin : end.start()])
        begin = end.end()
    yield _line(number + 1, text[begin:])


def _line(number: int, text: str) -> Line:
    return Line(number=number, text=text.strip().removeprefix(BOM).lstrip())


def is_damaged(text: str) -> bool:
    """Whether a text holds what no text should: bytes that are no UTF-8, or a NUL."""
    return _DAMAGE.search(text) is not None


def shown(text: str) -> str:
    """A piece of a dump as a message may quote it: short, on one line, safe on a terminal."""
    return ascii(text if len(text) <= 40 else text[:37] + "...")
