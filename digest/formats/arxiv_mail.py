"""arxiv-mail: arXiv's announcement e-mail, daily mailings and monthly files alike.

From formats.md, arxiv-mail: a mailing has sections for new papers, cross-lists and replacements;
a monthly file marks its cross-lists alone. The day of the mail itself, in UTC, is the day of the
announcement; an entry's `Date` is that of the first submission. Text without mail headers is read
as well, and then announces on no day that is known.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from digest.formats.addresses import abs_url, pdf_url
from digest.formats.arxiv_entry import Entry
from digest.formats.arxiv_mailing import Mailing, mailings
from digest.formats.authors import split_names
from digest.formats.kinds import looks_like
from digest.formats.lines import decode, malformed, shown
from digest.formats.mail_body import bodies, read_date
from digest.paper import Announcement, AnnounceType, Dump, Listing, Paper, PaperId, Rejection

NAME = "arxiv-mail"
_HEAD = 100_000  # mail headers and a preamble are shorter
_ENTRY = re.compile(r"(?:\A|[\r\n])\\\\[ \t]*[\r\n]+(?:arXiv:|Paper(?: \(\*cross-listing\*\))?:)")
_RULE = re.compile(r"(?:\A|[\r\n])(?:(?:%-){10}|%%--%%--%%--%%|%%%---%%%---%%%)")
_SUBJECT = re.compile(
    r"(?:\A|[\r\n])Subject:.*\bdaily\b.*(?:\bSubj-class mailing|\bnew\b.*\bcrosses)"
)
_SIZE = re.compile(r"\s*\(\d+kb\b.*")
_OTHERS = re.compile(
    r"[,\s]*\bet\s+al\b\.?(?:\s*\((?P<hidden>\d{1,6}) additional authors? not shown\))?\s*\Z"
)
_CATEGORY = re.compile(r"[a-z][a-z-]+(?:\.[A-Za-z-]{2,})?")


class ArxivMail:
    """The format as the table of formats knows it."""

    name = NAME

    def recognises(self, text: str) -> bool:
        """Whether an entry, a rule between sections or the subject of a mailing is near the top."""
        head = text[:_HEAD]
        return looks_like(head) is None and any(
            pattern.search(head) for pattern in (_ENTRY, _RULE, _SUBJECT)
        )

    def parse(self, dump: Dump) -> Listing:
        """Read every mailing in a dump; raises ListingMalformed where it holds none."""
        text = decode(dump)
        if kind := looks_like(text):
            raise malformed(dump, f"looks like {kind}, not {NAME}")
        read = [mailing for body in bodies(text) for mailing in mailings(body)]
        if not read:
            raise malformed(dump, rf"is not {NAME}: no entries between lines of \\")
        found = [result for mailing in read for result in _read(mailing, dump)]
        return Listing(
            format=NAME,
            announcements=tuple(item for item in found if isinstance(item, Announcement)),
            rejections=tuple(item for item in found if isinstance(item, Rejection)),
            day=_only_day(read),
        )


def _only_day(read: Iterable[Mailing]) -> date | None:
    days = {mailing.day for mailing in read}
    return days.pop() if len(days) == 1 else None


def _read(mailing: Mailing, dump: Dump) -> Iterator[Announcement | Rejection]:
    for found in mailing.found:
        if isinstance(found, Entry):
            yield from _read_entry(found, mailing.day, dump)
        else:
            yield found
    if mailing.is_cut:
        yield Rejection(line=mailing.last_line, why="the mailing is cut: it lacks its end")


def _read_entry(entry: Entry, day: date | None, dump: Dump) -> Iterator[Announcement | Rejection]:
    paper_id = PaperId.parse(entry.arxiv_id)
    if paper_id is None or paper_id.arxiv is None:
        yield Rejection(line=entry.line, why=f"{shown(entry.arxiv_id)} is no arXiv id")
        return
    if entry.title is None:
        yield Rejection(line=entry.line, why="an entry without a title")
        return
    published = _published(entry)
    yield Announcement(
        paper=_paper(entry, paper_id.arxiv, paper_id.version or entry.version, published),
        format=NAME,
        announce_type=_announce_type(entry),
        announced=None if entry.is_replacement else day,
        source=dump.source,
        line=entry.line,
    )
    if entry.date and published is None:
        yield Rejection(line=entry.date.number, why=f"{shown(entry.date.text)} holds no day")


def _announce_type(entry: Entry) -> AnnounceType:
    if entry.is_replacement:
        return AnnounceType.REPLACE_CROSS if entry.is_cross else AnnounceType.REPLACE
    return AnnounceType.CROSS if entry.is_cross else AnnounceType.NEW


def _published(entry: Entry) -> date | None:
    return read_date(_SIZE.sub("", entry.date.text), any_zone=True) if entry.date else None


def _paper(entry: Entry, arxiv_id: str, version: int | None, published: date | None) -> Paper:
    authors, author_count = _authors(entry)
    return Paper(
        title=entry.title,
        abstract=entry.abstract,
        authors=authors,
        author_count=author_count,
        categories=_categories(entry),
        arxiv_id=arxiv_id,
        version=version,
        doi=_doi(entry),
        url=abs_url(arxiv_id),
        pdf_url=pdf_url(arxiv_id),
        comment=entry.comment,
        journal_ref=entry.journal_ref,
        published=published,
    )


def _authors(entry: Entry) -> tuple[tuple[str, ...], int | None]:
    """The names that are given, and how many there are where that is told."""
    text = entry.authors or ""
    others = _OTHERS.search(text)
    names = split_names(text[: others.start()] if others else text)
    if others and not others["hidden"]:
        return names, None
    return names, len(names) + int(others["hidden"] if others else 0) or None


def _categories(entry: Entry) -> tuple[str, ...]:
    words = (entry.categories or "").replace(",", " ").split()
    return tuple(dict.fromkeys(word for word in words if _CATEGORY.fullmatch(word)))


def _doi(entry: Entry) -> str | None:
    """The first of what may be several."""
    words = (entry.doi or "").split()
    return words[0] if words and PaperId.parse(words[0]) else None
