"""From a saved mail to the lines of its text: the headers, multipart and encodings undone.

A body alone is given back as it is. From formats.md, arxiv-mail and etiquette: the mailing may
come quoted-printable, with or without headers, and several of them in one mbox file.
"""

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from email import message_from_string
from email.message import Message

from digest.sources.reading.text import BOM, Line

_LINE_END = re.compile(r"\r\n|\n|\r")
_MBOX = re.compile(r"(?:\A|(?:\r\n|\n|\r){2})From \S+[^\r\n]*(?:\r\n|\n|\r)(?=[\w-]+:)")
_HEADER = re.compile(r"\s*(?!arXiv:|Paper:)[A-Za-z][\w-]*:", re.ASCII)
_CHARSET = re.compile(r"charset\s*=\s*\"?(?P<name>iso-8859-1|latin-?1|windows-1252|cp1252)\b", re.I)
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(
    rf"(?:[A-Z][a-z]{{2}},?\s+)?(?P<day>\d{{1,2}})\s+(?P<month>{'|'.join(_MONTHS)})\s+"
    r"(?P<year>\d{4}|\d\d)\s+(?P<hour>\d\d):(?P<minute>\d\d)(?::\d\d)?\s+"
    r"(?:GMT|UTC|UT|Z|(?P<sign>[+-])(?P<hours>\d\d)(?P<minutes>\d\d)|(?P<other>[A-Z]{2,5}))"
    r"(?:\s+\([A-Z]+\))?",
    re.ASCII,
)
_FIRST_YEAR = 91  # of arXiv: where a year has two digits, a smaller one is of this century


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The text of a mail, its lines with the white space that begins them, and the mail's day."""

    lines: tuple[Line, ...]
    day: date | None


def bodies(text: str) -> tuple[Body, ...]:
    """Every plain text in a file of one or several mails, or the text that is no mail at all."""
    begins = [0, *(match.end() for match in _MBOX.finditer(text))]
    ends = [*(match.start() for match in _MBOX.finditer(text)), len(text)]
    parts = [(begin, text[begin:end]) for begin, end in zip(begins, ends, strict=True)]
    return tuple(
        body
        for begin, part in parts
        if part.strip()
        for body in _bodies(part, first_line=len(_LINE_END.findall(text, 0, begin)) + 1)
    )


def read_date(text: str, *, any_zone: bool = False) -> date | None:
    """The UTC day of a mail's date; None where it is none.

    A zone by its name says nothing sure: None, or with `any_zone` the day as it is written.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None or (match["other"] and not any_zone):
        return None
    year = int(match["year"])
    if len(match["year"]) == 2:
        year += 1900 if year >= _FIRST_YEAR else 2000
    month = _MONTHS.index(match["month"]) + 1
    offset = timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    try:
        zone = timezone(-offset if match["sign"] == "-" else offset)
        clock = (int(match["hour"]), int(match["minute"]))
        at = datetime(year, month, int(match["day"]), *clock, tzinfo=zone)
        return at.astimezone(UTC).date()
    except (ValueError, OverflowError):
        return None


def _bodies(text: str, *, first_line: int) -> Iterator[Body]:
    if _HEADER.match(text) is None:
        yield Body(lines=_lines(text, first_line), day=None)
        return
    raw = _as_bytes(text.lstrip()).decode("latin-1")
    above = first_line + len(_LINE_END.findall(text, 0, len(text) - len(text.lstrip())))
    day = None
    for part in _parts(raw):
        day = read_date(str(part.get("Date", ""))) or day
        payload = part.get_payload()
        if part.get_content_type() == "text/plain" and isinstance(payload, str):
            at = above + len(_LINE_END.findall(raw, 0, max(raw.find(payload), 0)))
            yield Body(lines=_decoded(part, payload, at), day=day)


def _parts(raw: str) -> tuple[Message, ...]:
    try:
        return tuple(message_from_string(raw).walk())
    except RecursionError:  # multiparts within multiparts: nobody's mailing
        return ()


def _as_bytes(text: str) -> bytes:
    """The bytes a text was decoded from, so that each part can be decoded as it asks."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _decoded(part: Message, payload: str, first_line: int) -> tuple[Line, ...]:
    """The lines of a part; those of an encoded one all stand where the part begins."""
    data = payload.encode("latin-1")
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if encoding == "base64":
        data = _from_base64(data)
    elif encoding == "quoted-printable":
        data = quopri.decodestring(data)
    else:
        return _lines(_text(part, data), first_line)
    lines = _lines(_text(part, data), 0)
    return tuple(Line(number=first_line, text=line.text) for line in lines)


def _from_base64(data: bytes) -> bytes:
    """What can be decoded of it, where it is cut too."""
    clean = _NO_BASE64.sub(b"", data)
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


def _text(part: Message, data: bytes) -> str:
    """UTF-8 where it can be, for few programs declare what they wrote; else as declared."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        declared = _CHARSET.search(str(part.get("Content-Type", "")))
        return data.decode("cp1252" if declared else "utf-8", "surrogateescape")


def _lines(text: str, first_line: int) -> tuple[Line, ...]:
    return tuple(
        Line(number=number, text=line.removeprefix(BOM).rstrip())
        for number, line in enumerate(_LINE_END.split(text), start=first_line)
    )
