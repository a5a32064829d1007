"""arxiv-oai: what arXiv's OAI-PMH service answers, in `arXiv`, `arXivRaw` and `oai_dc`.

From formats.md, arxiv-oai: only the latest version of each paper; the datestamp is the day of the
last change of the record, so nothing here says what was announced or when. Errors come with
HTTP 200, and `noRecordsMatch` is the normal answer of a quiet day. `arXivRaw` alone has the
versions. In `oai_dc` the subjects are English names, which are no categories, and the comment,
the journal reference and the DOI stand among descriptions and identifiers. Deleted records are
no papers. A record is parsed alone, so that an ill-formed one does not touch its neighbours.
"""

import html
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from digest.paper import Announcement, Dump, Listing, PaperId, Rejection, collapse
from digest.sources.reading.json_text import (
    Facts,
    Found,
    Unreadable,
    day_of,
    make_listing,
    read_paper,
)
from digest.sources.reading.salvage import Answer, DeclaresEntities, OaiElement, answers
from digest.sources.reading.text import decode, looks_like, malformed, shown, split_names

if TYPE_CHECKING:
    from lxml.etree import _Element

NAME = "arxiv-oai"
_LOOKS = "XML (OAI-PMH)"
_TOKEN = re.compile(r"<(?:[\w.-]+:)?resumptionToken(?:\s[^<>]*)?>(?P<token>[^<]*)<")
_COMMENT = "Comment:"
_CATEGORY = re.compile(
    r"[a-z]+(?:-[a-z]+)?\.[A-Za-z][A-Za-z-]+"
    r"|gr-qc|hep-(?:ex|lat|ph|th)|math-ph|nucl-(?:ex|th)|quant-ph"
)


class ArxivOai:
    """The format as the table of formats knows it."""

    name = NAME

    def recognises(self, text: str) -> bool:
        """Whether the root element is OAI-PMH's."""
        return looks_like(text) == _LOOKS

    def parse(self, dump: Dump) -> Listing:
        """Read every record of every answer; raises ListingMalformed for errors too."""
        text = decode(dump)
        if not text.strip():
            raise malformed(dump, "is empty")
        found = _answers(text, dump)
        if not (found and self.recognises(text)):
            raise malformed(dump, f"looks like {looks_like(text) or 'plain text'}, not {NAME}")
        return make_listing(dump, NAME, [_read_answer(answer, dump) for answer in found])


def resumption_token(content: bytes) -> str | None:
    """What asks for the next page, percent-encoded as it stands; None is the last page."""
    tokens = _TOKEN.findall(content.decode("utf-8", "replace"))
    return html.unescape(tokens[-1]).strip() or None if tokens else None


def _answers(text: str, dump: Dump) -> tuple[Answer, ...]:
    try:
        return answers(text)
    except DeclaresEntities as error:
        raise malformed(dump, str(error), error.line) from None


def _read_answer(answer: Answer, dump: Dump) -> list[Found] | Rejection:
    for error in (element for element in answer.elements if element.name == "error"):
        if why := _refusal(error):
            return Rejection(line=error.line, why=why)
    if not answer.elements:
        why = "an answer with neither records nor an error"
        return next(iter(answer.rejections), Rejection(line=answer.line, why=why))
    records = (element for element in answer.elements if element.name == "record")
    found: list[Found] = [item for record in records for item in _read(record, dump)]
    return [*found, *answer.rejections]


def _refusal(error: OaiElement) -> str | None:
    """What the service complains of; that no records match is no complaint."""
    try:
        element = _parsed(error)
    except Unreadable as unreadable:
        return str(unreadable)
    code = element.get("code", "an error")
    text = shown(collapse("".join(element.itertext())))
    return None if code == "noRecordsMatch" else f"the service answered {shown(code)}: {text}"


def _parsed(element: OaiElement) -> "_Element":
    from lxml import etree  # heavy, and not needed for `digest parse` of a text

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(element.document, parser)[0]
    except (etree.XMLSyntaxError, IndexError):
        raise Unreadable(f"{element.name} that is not well-formed XML") from None


def _read(record: OaiElement, dump: Dump) -> Iterator[Found]:
    try:
        metadata = _metadata(_parsed(record))
        if metadata is None:
            return
        facts = _reader(metadata)(metadata)
        written = facts["published"]
        day = _day(written)
        paper = read_paper({**facts, "published": day.isoformat() if day else None})
    except Unreadable as error:
        yield Rejection(line=record.line, why=str(error))
        return
    yield Announcement(paper=paper, format=NAME, source=dump.source, line=record.line)
    if written and day is None:
        yield Rejection(line=record.line, why=f"{shown(str(written))} is no day")


def _metadata(record: "_Element") -> "_Element | None":
    """What a record says of its paper; None if the record is deleted."""
    header = record.find("{*}header")
    if header is not None and header.get("status") == "deleted":
        return None
    metadata = record.find("{*}metadata/*")
    if metadata is None:
        raise Unreadable("a record without metadata")
    return metadata


def _reader(metadata: "_Element") -> Callable[["_Element"], Facts]:
    readers = {"arXiv": _arxiv, "arXivRaw": _raw, "dc": _dublin_core}
    name = _local_name(metadata)
    if name not in readers:
        raise Unreadable(f"metadata in {shown(name)}, not in arXiv, arXivRaw or oai_dc")
    return readers[name]


def _arxiv(metadata: "_Element") -> Facts:
    authors = [_name(author) for author in metadata.iterfind("{*}authors/{*}author")]
    return {
        **_common(metadata),
        "authors": [name for name in authors if name.strip(" :")],
        "published": _text(metadata, "created"),
    }


def _name(author: "_Element") -> str:
    parts = (_text(author, part) for part in ("forenames", "keyname", "suffix"))
    return " ".join(part for part in parts if part and part != ":")


def _raw(metadata: "_Element") -> Facts:
    versions = {
        int(number): _text(version, "date")
        for version in metadata.iterfind("{*}version")
        if (number := version.get("version", "").removeprefix("v")) and _is_number(number)
    }
    return {
        **_common(metadata),
        "authors": list(split_names(_text(metadata, "authors") or "")),
        "version": max(versions, default=None),
        "published": versions.get(1),
    }


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _common(metadata: "_Element") -> dict[str, object]:
    """What `arXiv` and `arXivRaw` write alike."""
    return {
        "arxiv_id": _known_id(_text(metadata, "id")),
        "title": _text(metadata, "title"),
        "abstract": _text(metadata, "abstract"),
        "categories": (_text(metadata, "categories") or "").split(),
        "comment": _text(metadata, "comments"),
        "journal_ref": _text(metadata, "journal-ref"),
        "doi": next(iter((_text(metadata, "doi") or "").split()), None),
    }


def _known_id(text: str | None) -> str:
    if text is None:
        raise Unreadable("a record without an arXiv id")
    return text


def _dublin_core(metadata: "_Element") -> Facts:
    names = _texts(metadata, "identifier")
    known = [(name, PaperId.parse(name)) for name in names]
    descriptions = _texts(metadata, "description")
    comments = [text for text in descriptions if text.startswith(_COMMENT)]
    others = [name for name, found in known if not found and not name.startswith("http")]
    return {
        "arxiv_id": _known_id(next((name for name, found in known if found and found.arxiv), None)),
        "title": _text(metadata, "title"),
        "abstract": next((text for text in descriptions if text not in comments), None),
        "authors": _texts(metadata, "creator"),
        "categories": [s for s in _texts(metadata, "subject") if _CATEGORY.fullmatch(s)],
        "comment": comments[0].removeprefix(_COMMENT).strip() if comments else None,
        "journal_ref": next(iter(others), None),
        "doi": next((name for name, found in known if found and found.doi), None),
        "published": next(iter(_texts(metadata, "date")), None),
    }


def _texts(element: "_Element", name: str) -> list[str]:
    children = element.iterfind(f"{{*}}{name}")
    texts = (collapse("".join(child.itertext())) for child in children)
    return [text for text in texts if text]


def _text(element: "_Element", name: str) -> str | None:
    return next(iter(_texts(element, name)), None)


def _local_name(element: "_Element") -> str:
    return str(element.tag).rpartition("}")[2]


def _day(written: object) -> date | None:
    """The UTC day of `YYYY-MM-DD` or of an RFC 822 date."""
    if not isinstance(written, str):
        return None
    try:
        moment = parsedate_to_datetime(written)
        return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError, IndexError, TypeError):
        return day_of(written)
