"""jsonl: a paper a line in JSON, as the program prints it, and that printing.

`url` and `pdf_url` follow from an arXiv id and `author_count` from the authors where a line does
not say otherwise; the source and the format that a line names are kept.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice

from digest.paper import Announcement, Dump, Listing, Rejection
from digest.sources.reading.json_text import (
    Facts,
    Unreadable,
    read_announce_type,
    read_day,
    read_paper,
    read_text,
)
from digest.sources.reading.text import (
    BOM,
    Line,
    decode,
    is_damaged,
    looks_like,
    malformed,
    numbered,
)

NAME = "jsonl"
_TELLING = {"title", "abstract", "arxiv_id", "doi"}  # an address alone may be of anything
_CONTAINERS = {
    "items", "collection", "messages", "data", "results", "paper", "dailyPapers", "summary",
}  # fmt: skip
_LINES_LOOKED_AT = 5
_ENVELOPE = re.compile(r'\{\s*"(?:messages|collection|dailyPapers|paper)"\s*:\s*[\[{]')
_OBJECT = re.compile(r'\{\s*["}]')
_DECODER = json.JSONDecoder()


class JsonLines:
    """The format as the table of formats knows it."""

    name = NAME

    def recognises(self, text: str) -> bool:
        """Whether one of the first lines is a paper; the very first may be cut off."""
        lines = list(islice((line for line in numbered(text) if line.text), _LINES_LOOKED_AT))
        if not lines or lines[0].text == "{" or lines[0].text.startswith("["):
            return False
        if _ENVELOPE.match(lines[0].text):
            return False
        return any(_is_paper(line) for line in lines)

    def parse(self, dump: Dump) -> Listing:
        """Read every line of a dump; raises ListingMalformed where it is no JSON Lines at all."""
        text = decode(dump)
        first = next((line for line in numbered(text) if line.text), None)
        if first and not (_OBJECT.match(first.text) or self.recognises(text)):
            raise malformed(dump, f"looks like {looks_like(text) or 'plain text'}, not {NAME}")
        found = [result for line in numbered(text) if line.text for result in _read(line, dump)]
        return Listing(
            format=NAME,
            announcements=tuple(item for item in found if isinstance(item, Announcement)),
            rejections=tuple(item for item in found if isinstance(item, Rejection)),
        )


def to_json(announcement: Announcement) -> dict[str, object]:
    """A paper as every command prints it, in the order of its keys; others may add to it."""
    paper = announcement.paper
    return {
        "title": paper.title,
        "abstract": paper.abstract,
        "authors": list(paper.authors),
        "author_count": paper.author_count,
        "organization": paper.organization,
        "categories": list(paper.categories),
        "arxiv_id": paper.arxiv_id,
        "version": paper.version,
        "doi": paper.doi,
        "url": paper.url,
        "pdf_url": paper.pdf_url,
        "comment": paper.comment,
        "journal_ref": paper.journal_ref,
        "announce_type": announcement.announce_type,
        "announced": announcement.announced.isoformat() if announcement.announced else None,
        "published": paper.published.isoformat() if paper.published else None,
        "upvotes": paper.upvotes,
        "num_comments": paper.num_comments,
        "code_url": paper.code_url,
        "format": announcement.format,
        "source": announcement.source,
    }


def dumps(announcement: Announcement) -> str:
    """One line of JSON, without its line end."""
    return json.dumps(to_json(announcement), ensure_ascii=False)


def _is_paper(line: Line) -> bool:
    objects, _ = _objects(line.text)
    return any(_TELLING & facts.keys() and not _CONTAINERS & facts.keys() for facts in objects[:1])


def _objects(text: str) -> tuple[list[Facts], str | None]:
    """The objects on a line, and what is wrong with the rest of it, if anything.

    There are several where files were put together without a line end.
    """
    if is_damaged(text):
        return [], "not valid UTF-8"
    objects: list[Facts] = []
    at = 0
    while at < len(text):
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return objects, "not valid JSON"
        if not isinstance(value, dict):
            return objects, "not a JSON object"
        objects.append(value)
        while at < len(text) and (text[at].isspace() or text[at] == BOM):
            at += 1
    return objects, None


def _read(line: Line, dump: Dump) -> Iterator[Announcement | Rejection]:
    objects, why = _objects(line.text)
    for facts in objects:
        try:
            yield _announcement(facts, line, dump)
        except Unreadable as error:
            yield Rejection(line=line.number, why=str(error))
    if why:
        yield Rejection(line=line.number, why=why)


def _announcement(facts: Facts, line: Line, dump: Dump) -> Announcement:
    return Announcement(
        paper=read_paper(facts),
        format=read_text(facts, "format") or NAME,
        announce_type=read_announce_type(facts),
        announced=read_day(facts, "announced"),
        source=read_text(facts, "source") or dump.source,
        line=line.number,
    )
