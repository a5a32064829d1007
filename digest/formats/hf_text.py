"""hf-text: the text of a Hugging Face Daily Papers page, in every flavour.

From formats.md, seeds: titles alternate with abstracts, each pair with or without a footer. The
day in the header is when somebody looked at the page; it is no paper's. A footer's date is the
first version's day; one without a year is of the year of viewing, which is the year after the
largest one written in the footers of that page; where none is written, that of the pull if the
dump came from a source, else unknown.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from digest.formats import hf_footer, hf_header
from digest.formats.alternation import Pair, Part, alternate, is_convincing
from digest.formats.hf_footer import Day, Footer
from digest.formats.kinds import looks_like
from digest.formats.lines import Line, decode, is_damaged, malformed, numbered
from digest.paper import Announcement, Dump, Listing, Paper, Rejection, collapse

NAME = "hf-text"
_LEAP_YEAR = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Text down to a footer or the end of the page; `is_cut`: its beginning may be missing."""

    texts: tuple[Line, ...]
    footer: Footer | None
    is_cut: bool


Page = Sequence[Block]


class HfText:
    """The format as the table of formats knows it."""

    name = NAME

    def recognises(self, text: str) -> bool:
        """Whether there is a header or footer line."""
        lines = hf_header.unglued(numbered(text))
        is_telling = hf_header.is_telling(lines) or hf_footer.is_telling(lines)
        return is_telling and looks_like(text) is None

    def parse(self, dump: Dump) -> Listing:
        """Read every page in a dump; raises ListingMalformed where it holds none."""
        text = decode(dump)
        pages = _pages(hf_header.unglued(numbered(text)))
        if not self.recognises(text):
            _check(dump, text, pages)
        found = [result for page in pages for result in _read_page(page, dump)]
        return Listing(
            format=NAME,
            announcements=tuple(item for item in found if isinstance(item, Announcement)),
            rejections=tuple(item for item in found if isinstance(item, Rejection)),
        )


def _check(dump: Dump, text: str, pages: Iterable[Page]) -> None:
    """Refuse what no header or footer marks, unless it reads as titles and abstracts."""
    if kind := looks_like(text):
        raise malformed(dump, f"looks like {kind}, not {NAME}")
    if not is_convincing([part for page in pages for block in page for part in _parts(block)]):
        raise malformed(dump, f"is not {NAME}: no titles that alternate with abstracts")


def _pages(lines: Sequence[Line]) -> list[Page]:
    """Cut a dump after its headers; what stands above the first one may have begun before."""
    below: list[list[Line]] = [[]]
    after_header = False
    for at, line in enumerate(lines):
        is_header = hf_header.is_header(lines, at, after_header=after_header)
        if is_header and not after_header:
            below.append([])
        elif not is_header:
            below[-1].append(hf_header.title_after_button(lines, at) or line)
        after_header = is_header
    return [_blocks(page, is_cut=number == 0) for number, page in enumerate(below)]


def _blocks(lines: Sequence[Line], *, is_cut: bool) -> Page:
    """Cut a page after its footers."""
    blocks: list[Block] = []
    texts: list[Line] = []
    at = 0
    while at < len(lines):
        if footer := hf_footer.read_footer(lines, at, texts_above=len(texts)):
            at += footer.taken
            is_first = is_cut and not blocks
            blocks.append(Block(texts=tuple(texts), footer=footer, is_cut=is_first))
            texts = []
        else:
            texts.append(lines[at])
            at += 1
    return [*blocks, Block(texts=tuple(texts), footer=None, is_cut=is_cut and not blocks)]


def _parts(block: Block) -> tuple[Part, ...]:
    """A lone line that begins a file and has a footer is the end of an abstract, not a title."""
    has_title = block.footer is not None and not (block.is_cut and len(block.texts) == 1)
    return alternate(block.texts, lone_title=has_title)


def _read_page(page: Page, dump: Dump) -> Iterator[Announcement | Rejection]:
    year = _year_of_viewing(page, dump)
    for block in page:
        parts = _parts(block)
        if block.footer and not parts:
            yield Rejection(line=block.footer.line, why="a footer without a paper")
        for part in parts:
            footer = block.footer if part is parts[-1] else None
            yield from _read_part(part, footer, year, dump)


def _year_of_viewing(page: Page, dump: Dump) -> int | None:
    days = [block.footer.day for block in page if block.footer and block.footer.day]
    years = [day.year for day in days if day.year is not None]
    if years:
        return max(years) + 1
    return dump.pulled_at.year if dump.source is not None and dump.pulled_at else None


def _read_part(
    part: Part, footer: Footer | None, year: int | None, dump: Dump
) -> Iterator[Announcement | Rejection]:
    if not isinstance(part, Pair):
        yield _stray(part.line)
        return
    for line in (part.title, part.abstract):
        if line and is_damaged(line.text):
            why = f"a paper whose text is not valid UTF-8 in line {line.number}"
            yield Rejection(line=part.title.number, why=why)
            return
    published = _published(footer.day, year) if footer and footer.day else None
    yield Announcement(
        paper=_paper(part, footer, published),
        format=NAME,
        source=dump.source,
        line=part.title.number,
    )
    if footer:
        yield from _unread(footer, year)


def _stray(line: Line) -> Rejection:
    if is_damaged(line.text):
        return Rejection(line=line.number, why="text that is not valid UTF-8")
    return Rejection(line=line.number, why="text that is no title with an abstract")


def _paper(pair: Pair, footer: Footer | None, published: date | None) -> Paper:
    title, abstract = pair.title, pair.abstract
    organization = footer.organization if footer else None
    return Paper(
        title=collapse(title.text),
        abstract=collapse(abstract.text) if abstract else None,
        author_count=footer.author_count if footer else None,
        organization=(
            organization.text if organization and not is_damaged(organization.text) else None
        ),
        published=published,
        num_comments=footer.day.comments if footer and footer.day else None,
    )


def _published(day: Day, year: int | None) -> date | None:
    year = year if day.year is None else day.year
    return date(year, day.month, day.day) if year is not None and _exists(day, year) else None


def _exists(day: Day, year: int | None) -> bool:
    """Whether there is such a day, in that year or, where none is known, in any."""
    year = year if day.year is None else day.year
    try:
        date(_LEAP_YEAR if year is None else year, day.month, day.day)
    except ValueError:
        return False
    return True


def _unread(footer: Footer, year: int | None) -> Iterator[Rejection]:
    """What of a footer could not be read, while its paper could."""
    if footer.organization and is_damaged(footer.organization.text):
        yield Rejection(line=footer.line, why="an organisation that is not valid UTF-8")
    for number in footer.unread:
        yield Rejection(line=number, why="a footer line that is cut short or unreadable")
    if footer.day and not _exists(footer.day, year):
        yield Rejection(line=footer.day.line, why="a date that does not exist")
