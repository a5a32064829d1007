"""A BibTeX bibliography → examples: each entry with a title, or with a name that others know.

bibtexparser splits the text; TeX is undone only in the few hundred entries that are kept.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from bibtexparser.entrypoint import parse_string
from bibtexparser.library import Library as Blocks
from bibtexparser.middlewares.names import split_multiple_persons_names
from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry
from bibtexparser.model import ParsingFailedBlock as Failed

from digest.examples import MOST, in_order
from digest.examples.days import day_added
from digest.examples.identifiers import identify
from digest.paper import Paper, Rejection, collapse
from digest.ranking.terms import decode_tex
from digest.subscriber import Example

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
