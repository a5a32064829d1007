"""A BibTeX bibliography → examples: each entry with a title, or with a name that others know.

bibtexparser splits the text; TeX is undone only in the few hundred entries that are kept.

Which paper an entry of somebody's library is: an arXiv id and a DOI, wherever they stand.

When a paper came into somebody's library, or else when it appeared: as programs write it.

Values of a service's JSON, each as text that any database and any mail can hold.

From what people collect to examples: bibliographies, libraries, single records (pure).
"""

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from typing import Any

from bibtexparser.entrypoint import parse_string
from bibtexparser.library import Library as Blocks
from bibtexparser.middlewares.names import split_multiple_persons_names
from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry
from bibtexparser.model import ParsingFailedBlock as Failed

from digest.paper import Paper, PaperId, Rejection, collapse
from digest.ranking.terms import decode_tex
from digest.sources.reading.text import to_text
from digest.subscriber import Example

_MENTION = re.compile(
    r"(?:arXiv\s*:\s*|arxiv\.org/(?:abs|pdf)/|\babs/|10\.48550/arXiv\.)"
    r"(?P<id>\d{4}\.\d{4,5}|[a-z]+(?:-[a-z]+)?(?:\.[a-z]{2})?/\d{7})(?!\d)",
    re.IGNORECASE,
)
_DOI_MENTION = re.compile(
    r"(?:https?://(?:dx\.)?doi\.org/|\bDOI:\s*)(?P<doi>10\.\d{4,9}/\S+)", re.IGNORECASE
)


def identify(named: Iterable[str], mentions: Iterable[str]) -> PaperId:
    """Find both names of a paper, either of which may be None.

    `named` are texts that are an id as a whole, `mentions` such as may have one in them: a
    journal like `arXiv preprint arXiv:2309.06180`, an address, a note.
    """
    arxiv = doi = None
    for text in (*named, *_mentioned(mentions)):
        known = PaperId.parse(text)
        arxiv = arxiv or (known.arxiv if known else None)
        doi = doi or (known.doi if known else None)
    return PaperId(arxiv=arxiv, doi=doi)


def normal(name: str) -> str | None:
    """Write an id as it is compared: an arXiv id without its version, or a DOI in lower case."""
    known = PaperId.parse(name)
    return (known.arxiv or known.doi) if known else None


def _mentioned(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        yield from (match["id"] for match in _MENTION.finditer(text))
        yield from (match["doi"] for match in _DOI_MENTION.finditer(text))


_ADDED = ("date-added", "dateadded", "creationdate", "timestamp", "date")
_DAY = re.compile(r"(?P<year>\d{4})(?:[-./](?P<month>\d{1,2})(?:[-./](?P<day>\d{1,2}))?)?(?!\d)")
_NUMBER = re.compile(r"\d{1,2}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def day_added(fields: Mapping[str, str]) -> date | None:
    """Find the day of an entry: when it was added, else its date, else its year and month."""
    for key in _ADDED:
        day = read_day(fields.get(key, ""))
        if day:
            return day
    year = read_day(fields.get("year", ""))
    return year and year.replace(month=_month(fields.get("month", "")) or year.month)


def read_day(text: str) -> date | None:
    """Read a day, a month (its first day) or a year (likewise), as ISO 8601 or by RFC 5322."""
    text = text.strip(' {}"')
    match = _DAY.match(text)
    try:
        if match:
            return date(int(match["year"]), int(match["month"] or 1), int(match["day"] or 1))
        return parsedate_to_datetime(text).date()
    except (ValueError, OverflowError):
        return None


def _month(text: str) -> int | None:
    """Read a month's number or English name, of which three letters are enough."""
    text = text.strip(' {}"').lower()
    if text[:3] in _MONTHS:
        return _MONTHS.index(text[:3]) + 1
    number = int(text) if _NUMBER.fullmatch(text) else 0
    return number if 1 <= number <= 12 else None


MOST = 500
"""Examples that one bibliography or library gives, the newest: interests move on."""


def in_order(examples: Iterable[Example]) -> tuple[Example, ...]:
    """Put the oldest first; those without a date stand before them, in the order given."""
    return tuple(sorted(examples, key=lambda example: example.added or date.min))


def newest(examples: Iterable[Example], most: int = MOST) -> tuple[Example, ...]:
    """Keep the newest, the oldest of them first."""
    return in_order(examples)[-most:]


logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what it says is in the rejections

Fields = Mapping[str, str]

_KEY = re.compile(r"@\w+\s*[{(]\s*([^\s,={}]+)")
_IDS = ("eprint", "arxivid", "arxiv", "doi", "url")
_MENTIONS = ("journal", "volume", "number", "howpublished", "note", "url")
_TELLING = {"title", *_IDS, "journal"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bibliography:
    """The newest examples of a bibliography, oldest first, and what could not be read."""

    examples: tuple[Example, ...] = ()
    rejections: tuple[Rejection, ...] = ()


def parse(text: str, name: str) -> Bibliography:
    """Read a bibliography; `name`, its file's, tells its entries without an id from others'."""
    blocks = parse_string(text, parse_stack=[])
    entries = [(key, fields, day_added(fields)) for key, fields in _entries(blocks)]
    entries.sort(key=lambda entry: entry[2] or date.min)
    examples = (_example(f"{name}:{key}", fields, day) for key, fields, day in entries[-MOST:])
    rejections = tuple(_rejections(blocks))
    if not (blocks.entries or rejections):
        rejections = (Rejection(line=1, why="holds no entry of BibTeX"),)
    return Bibliography(examples=in_order(filter(None, examples)), rejections=rejections)


def _entries(blocks: Blocks) -> Iterator[tuple[str, Fields]]:
    """Give keys and fields of what may be a paper; of a field written twice the first counts."""
    strings = {key.lower(): text.value for key, text in blocks.strings_dict.items()}
    for block in blocks.blocks:
        entry = block.ignore_error_block if isinstance(block, DuplicateFieldKeyBlock) else block
        if not isinstance(entry, Entry):
            continue
        fields: dict[str, str] = {}
        for field in entry.fields:
            value = strings.get(field.value.lower(), field.value)
            fields.setdefault(field.key.lower(), _unquoted(value))
        if not _TELLING.isdisjoint(fields):
            yield entry.key, fields


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] == '"'
    return value[1:-1] if quoted else value


def _rejections(blocks: Blocks) -> Iterator[Rejection]:
    for block in blocks.failed_blocks:
        line = (block.start_line or 0) + 1
        if isinstance(block, DuplicateBlockKeyBlock):
            first = (block.previous_block.start_line or 0) + 1
            if block.raw != block.previous_block.raw:
                why = f"entry {block.key} stands on line {first} already: the first counts"
                yield Rejection(line=line, why=why)
        elif not isinstance(block, DuplicateFieldKeyBlock):
            yield Rejection(line=line, why=_why(block))


def _why(block: Failed) -> str:
    key = _KEY.match(block.raw or "")
    reason = collapse(getattr(block.error, "abort_reason", str(block.error))).rstrip(" .")
    return f"{f'entry {key[1]}' if key else 'an entry'} cannot be read: {reason}"


def _example(name: str, fields: Fields, added: date | None) -> Example | None:
    """Make the example of an entry; None where it has neither title nor id."""
    title, abstract = (_text(fields.get(key, "")) for key in ("title", "abstract"))
    prefix = _text(fields.get("archiveprefix", fields.get("eprinttype", ""))).lower()
    ids = _IDS if prefix in ("", "arxiv") else _IDS[1:]
    known = identify(
        (_text(fields.get(key, "")) for key in ids),
        (_text(fields.get(key, "")) for key in _MENTIONS),
    )
    if not (title or known.arxiv or known.doi):
        return None
    paper = Paper(
        title=title or None,
        abstract=abstract or None,
        authors=_authors(fields.get("author", "")),
        arxiv_id=known.arxiv,
        doi=known.doi,
    )
    return Example(
        name=known.arxiv or known.doi or name, paper=paper if title else None, added=added
    )


def _text(value: str) -> str:
    """Undo TeX, on one line; no control character gets as far as a database or a mail."""
    line = collapse(decode_tex(value))
    return line if line.isprintable() else "".join(filter(str.isprintable, line))


def _authors(value: str) -> tuple[str, ...]:
    """Give the names as `Given Family`; `and others` is nobody."""
    whole = value.removeprefix("{").removesuffix("}") if value.startswith("{") else value
    names = [_given_first(_text(name)) for name in split_multiple_persons_names(whole)]
    return tuple(name for name in names if name and name != "others")


def _given_first(name: str) -> str:
    family, *others = (part.strip() for part in name.split(","))
    return " ".join(filter(None, (*others[::-1], family)))


Record = Mapping[str, Any]


def read_json(content: bytes) -> Any:
    """Read a document; ValueError where it is none."""
    try:
        return json.loads(content)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def text_of(value: object) -> str:
    """Give a text without its markup, on one line; anything else is none."""
    if not isinstance(value, str):
        return ""
    whole = value.encode("utf-8", "replace").decode()  # no lone surrogates
    return collapse(to_text(whole).replace("\0", ""))


def record_of(value: object) -> Record:
    """Give the members of an object; of anything else, none."""
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[Any]:
    """Give the elements of a list; of anything else, none."""
    return value if isinstance(value, list) else []


def name_of(person: object, given: str, family: str) -> str:
    """Give a person's name, or an organisation's that has only one."""
    record = record_of(person)
    parts = (text_of(record.get(key)) for key in (given, family))
    return " ".join(filter(None, parts)) or text_of(record.get("name"))
