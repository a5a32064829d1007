"""Papers and where they were announced: the values every other module speaks of."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Self


class AnnounceType(StrEnum):
    """How arXiv announces a paper, strongest first; the strings are arXiv's own."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"


_NEW_ID = r"\d{4}\.\d{4,5}"
_OLD_ID = r"[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z]{2})?/\d{7}"
_ARXIV_ID = re.compile(
    r"(?:(?:oai:)?arXiv(?:\.org)?:|https?://(?:\w+\.)?(?:arxiv\.org|alphaxiv\.org|huggingface\.co)"
    r"/(?:abs|pdf|html|papers)/|(?:https?://(?:dx\.)?doi\.org/|doi:)?10\.48550/arXiv\.)?"
    rf"(?P<id>{_NEW_ID}|{_OLD_ID})(?:v(?P<version>[1-9]\d*))?(?:\.pdf)?/?(?:[?#].*)?",
    re.IGNORECASE,
)
_DOI = re.compile(
    r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(?P<doi>10\.\d{4,9}/\S+)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperId:
    """A name for a paper: an arXiv id without its version, or a DOI in lower case."""

    arxiv: str | None = None
    version: int | None = None
    doi: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read any usual form (id, `arXiv:` id, DOI, address of either); None if it is neither.

        `math.GT/0309136` is `math/0309136`, and the DOI `10.48550/arXiv.X` is the arXiv id X.
        """
        text = text.strip()
        if match := _ARXIV_ID.fullmatch(text):
            name = match["id"].lower()
            if "/" in name:
                archive, number = name.split("/")
                name = f"{archive.split('.')[0]}/{number}"
            version = match["version"]
            return cls(arxiv=name, version=int(version) if version else None)
        if match := _DOI.fullmatch(text):
            return cls(doi=match["doi"].lower())
        return None


def collapse(text: str) -> str:
    """Turn every run of white space into one blank."""
    collapsed = " ".join(text.split())
    return text if collapsed == text else collapsed  # the same object costs no second time


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What is known of one paper; unknown is None or (), never a guess.

    `categories` has the primary one first; `published` is the day of the first submission;
    `author_count` may be known where `authors` is not.
    """

    title: str | None = None
    abstract: str | None = None
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    organization: str | None = None
    categories: tuple[str, ...] = ()
    arxiv_id: str | None = None
    version: int | None = None
    doi: str | None = None
    url: str | None = None
    pdf_url: str | None = None
    comment: str | None = None
    journal_ref: str | None = None
    published: date | None = None
    upvotes: int | None = None
    num_comments: int | None = None
    code_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A paper's appearance on a listing.

    `announced` is the day a listing announced it as new, where the listing says so; `line` is
    where it stands in its dump, counted from 1.
    """

    paper: Paper
    format: str
    announce_type: AnnounceType | None = None
    announced: date | None = None
    source: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A part of a dump that could not be read: the line it begins on, and why."""

    line: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave to ask by whether a body has changed (RFC 9110, 8.8), as it wrote it."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """A listing as it came: bytes, what to call it in messages, and from where and when.

    `source` and `pulled_at` (aware, UTC) are None for a file named on the command line. `part`
    is what of the source was asked for (a category), and `day` for which day, where it has such.
    One that `is_on_disk` already need not be kept.
    """

    content: bytes
    name: str
    source: str | None = None
    pulled_at: datetime | None = None
    part: str = ""
    day: date | None = None
    validators: Validators | None = None
    is_on_disk: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What one dump announces, in document order, and what of it could not be read.

    `day` is the day that the listing as a whole says it is for, where it says so.
    """

    format: str
    announcements: tuple[Announcement, ...]
    rejections: tuple[Rejection, ...] = ()
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """When and where the store saw a paper: one source, one announcement."""

    source: str | None
    format: str
    seen_at: datetime
    announce_type: AnnounceType | None = None
    announced: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPaper:
    """A paper as the store holds it: merged facts, and every sighting, oldest first."""

    id: int
    paper: Paper
    sightings: tuple[Sighting, ...]

    @property
    def first_seen_at(self) -> datetime:
        """When any source first showed it."""
        return min(sighting.seen_at for sighting in self.sightings)

    @property
    def announcement(self) -> Announcement:
        """The paper as one announcement: first source, earliest day, strongest type."""
        first = min(self.sightings, key=lambda sighting: sighting.seen_at)
        types = [s.announce_type for s in self.sightings if s.announce_type]
        days = [s.announced for s in self.sightings if s.announced]
        return Announcement(
            paper=self.paper,
            format=first.format,
            source=first.source,
            announce_type=min(types, key=list(AnnounceType).index, default=None),
            announced=min(days, default=None),
        )
