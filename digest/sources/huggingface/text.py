"""hf-text: the text of a Hugging Face Daily Papers page, in every flavour.

From formats.md, seeds: titles alternate with abstracts, each pair with or without a footer. The
day in the header is when somebody looked at the page; it is no paper's. A footer's date is the
first version's day; one without a year is of the year of viewing, which is the year after the
largest one written in the footers of that page; where none is written, that of the pull if the
dump came from a source, else unknown.

The footer below an abstract in a Hugging Face page's text.

From formats.md, seeds: `• 8 authors` or an organisation directly above the dot, `·`, then a date
and perhaps a number. The number counts comments, not upvotes, and where there is none the paper
had no comments, so they are 0; without a date nothing is known of them. An organisation says
nothing of the number of authors. Of a footer cut short, what was read is kept.

The header lines of a Hugging Face page's text, also where they are glued to the text before.

From formats.md, seeds: `new`, `Get trending papers in your email inbox!`, `Subscribe`, `Daily
Papers`, `byAK and the research community` and the day of viewing, each flavour with some of them;
the one without blank lines has its first title directly after `Subscribe`. A file that does not
end its last line, put before another one, leaves the other's first line glued to its own last.

Which of some lines are titles and which are abstracts, when nothing but their order says so.

Titles alternate with abstracts until one of them is missing: a file may begin or end in the
middle of an entry, or lack a line. Of all ways to read a run of lines as pairs and strays we
take the cheapest: a stray is dear, a title that looks like prose and an abstract that looks like
a title cost a little, so a missing line makes one stray instead of shifting all that follows.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from digest.paper import Announcement, Dump, Listing, Paper, Rejection, collapse
from digest.sources.reading.text import (
    BOM,
    Line,
    decode,
    is_damaged,
    looks_like,
    malformed,
    numbered,
)

_INVITATION = "Get trending papers in your email inbox"
_INVITATIONS = (f"{_INVITATION}!", f"{_INVITATION} once a day!")
_BADGE = "new"
_BUTTON = "Subscribe"
_TITLE = "Daily Papers"
_COMMUNITY = ("byAK and the research community", "by AK and the research community")
_PHRASES = (*_INVITATIONS, *_COMMUNITY, _BADGE, _BUTTON, _TITLE)
_GLUED_TITLE = re.compile(rf"{_BUTTON}[^\W_a-z]|{_BUTTON}[\"“$(\[]")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_VIEWING_DAY = re.compile(rf"(?:{'|'.join(MONTHS)}) \d{{1,2}}", re.ASCII)


def unglued(lines: Iterable[Line]) -> list[Line]:
    """The lines that are not blank, with glued header lines split off."""
    whole: list[Line] = []
    for line in lines:
        for piece in _split(line):
            if piece.text == _INVITATIONS[0] and whole:
                whole[-1] = _without_badge(whole[-1])
            whole.append(piece)
    return whole


def _split(line: Line) -> list[Line]:
    """Split what precedes an invitation from it; a blank line is no piece at all."""
    for invitation in _INVITATIONS:
        if line.text.endswith(invitation):
            before = line.text.removesuffix(invitation).rstrip().removesuffix(BOM)
            texts = (before, invitation)
            return [Line(number=line.number, text=text) for text in texts if text]
    return [line] if line.text else []


def _without_badge(line: Line) -> Line:
    before = line.text.removesuffix(_BADGE)
    if before in ("", line.text) or before[-1].isspace():
        return line
    return Line(number=line.number, text=before.removesuffix(BOM))


def is_telling(lines: Iterable[Line]) -> bool:
    """Whether there is a line of a header or a footer that no other kind of file has."""
    above = None
    for line in lines:
        for piece in _split(line):
            if piece.text in (*_INVITATIONS, *_COMMUNITY):
                return True
            if above is None and piece.text in (_BUTTON, _TITLE):
                return True
            if _author_count(piece.text, cut=False) is not None:
                return True
            if above == _DOT and _DATE.fullmatch(piece.text):
                return True
            above = piece.text
    return False


def begins_header(lines: Sequence[Line], at: int, *, after_header: bool) -> bool:
    """Whether the line at `at` is part of a header.

    The day of viewing is where it follows another header line, or begins a file that was cut
    within the header; such a file may also begin with the end of a header line.
    """
    text = lines[at].text
    if text in _PHRASES:
        return True
    if _VIEWING_DAY.fullmatch(text):
        return after_header or at == 0
    return at == 0 and _is_rest_of_phrase(text) and _goes_on(lines[1:2])


def _is_rest_of_phrase(text: str) -> bool:
    return any(phrase.endswith(text) for phrase in _PHRASES)


def _goes_on(following: Sequence[Line]) -> bool:
    return any(
        line.text.startswith((*_PHRASES, _BUTTON)) or _VIEWING_DAY.fullmatch(line.text)
        for line in following
    )


def title_after_button(lines: Sequence[Line], at: int) -> Line | None:
    """The title that stands on the same line as `Subscribe`, below an invitation.

    A file that lost the invitation begins so; a word like `Subscriber` is left alone there.
    """
    line = lines[at]
    if not line.text.startswith(_BUTTON):
        return None
    title = line.text.removeprefix(_BUTTON).strip()
    if at == 0:
        is_glued = _GLUED_TITLE.match(line.text) is not None
    else:
        is_glued = any(each.endswith(lines[at - 1].text) for each in _INVITATIONS)
    return Line(number=line.number, text=title) if title and is_glued else None


_DOT = "·"
_COUNT = re.compile(r"•\s*(?:(?P<count>\d{1,6})(?:\s+(?P<word>[a-z]+))?)?", re.ASCII)
_DATE = re.compile(
    rf"(?P<month>{'|'.join(MONTHS)})\s+(?P<day>\d{{1,2}})(?:,\s*(?P<year>\d{{4}}))?"
    r"(?:\s+(?P<comments>\d{1,9}))?",
    re.ASCII,
)
_NEARLY_DATE = re.compile(rf"(?:{'|'.join(MONTHS)})\b.{{0,20}}")
_LONGEST_ORGANIZATION = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A footer's date as it stands there, and the number of comments after it."""

    line: int
    month: int
    day: int
    year: int | None
    comments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """What a footer says; `unread` is its lines that say nothing readable, `taken` how many it has.

    `organization` is a whole line, so that damage in it can be told.
    """

    line: int
    taken: int
    author_count: int | None = None
    organization: Line | None = None
    day: Day | None = None
    unread: tuple[int, ...] = ()


def read_footer(lines: Sequence[Line], at: int, *, texts_above: int) -> Footer | None:
    """The footer that begins at `at`, or as much of one as there is.

    `texts_above`: how many lines of text stand above since the last footer; below some, the line
    at `at` may be an organisation.
    """
    first, end = lines[at], at
    has_count = _is_count(first.text)
    has_organization = not has_count and _is_organization(lines, at, texts_above)
    end += has_count or has_organization
    end += end < len(lines) and lines[end].text == _DOT
    last = lines[end] if end < len(lines) else None
    day = _day(last) if last else None
    if end == at and day is None:
        return None
    unread = [first.number] if has_count and _author_count(first.text) is None else []
    if last and not day and _NEARLY_DATE.fullmatch(last.text):
        unread.append(last.number)
    return Footer(
        line=first.number,
        taken=end - at + (last is not None and (day is not None or last.number in unread)),
        author_count=_author_count(first.text),
        organization=first if has_organization else None,
        day=day,
        unread=tuple(unread),
    )


def _is_count(text: str) -> bool:
    match = _COUNT.fullmatch(text)
    return match is not None and "authors".startswith(match["word"] or "")


def _author_count(text: str, *, cut: bool = True) -> int | None:
    """The number in `8 authors`, or, `cut`, in any beginning of it that shows it to be whole."""
    match = _COUNT.fullmatch(text)
    if match is None or match["word"] is None:
        return None
    whole = "authors".startswith(match["word"]) if cut else match["word"] in ("author", "authors")
    return int(match["count"]) if whole else None


def _is_organization(lines: Sequence[Line], at: int, texts_above: int) -> bool:
    """Whether a short line stands directly above the dot, or where no abstract can be.

    A dot that was lost leaves the date.
    """
    here, below = lines[at], lines[at + 1] if at + 1 < len(lines) else None
    if here.text == _DOT or _day(here) or len(here.text) > _LONGEST_ORGANIZATION:
        return False
    if below is None or (below.text != _DOT and _day(below) is None):
        return False
    is_adjacent = below.number == here.number + 1
    return texts_above > 0 and (is_adjacent or texts_above % 2 == 0)


def _day(line: Line) -> Day | None:
    match = _DATE.fullmatch(line.text)
    if match is None:
        return None
    return Day(
        line=line.number,
        month=MONTHS.index(match["month"]) + 1,
        day=int(match["day"]),
        year=int(match["year"]) if match["year"] else None,
        comments=int(match["comments"] or 0),
    )


LONGEST_TITLE = 400
_ABSTRACT_LENGTH = 300  # from here on a line is as long as an abstract usually is
_SENTENCE_ENDS = (".", "!", "?", ".)", '."', "。")
_STRAY = 2.0
_LONE_TITLE = 1.9  # just better than a stray


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A title and its abstract, which only a title in front of a footer may lack."""

    title: Line
    abstract: Line | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A line that is the title or abstract of nothing."""

    line: Line


Part = Pair | Stray


def alternate(lines: Sequence[Line], *, lone_title: bool) -> tuple[Part, ...]:
    """Read lines as pairs and strays, in order; `lone_title`: the last may be without abstract."""
    costs = [0.0]
    steps: list[Part] = []
    for end in range(1, len(lines) + 1):
        is_last = end == len(lines)
        choices = _choices(lines[max(0, end - 2) : end], costs[-2:], lone=is_last and lone_title)
        cost, step = min(choices, key=lambda choice: choice[0])
        costs.append(cost)
        steps.append(step)
    return tuple(_walked_back(steps))


def _choices(
    last_two: Sequence[Line], costs: Sequence[float], *, lone: bool
) -> list[tuple[float, Part]]:
    """Every way to read the last line, with the cost of the cheapest reading that ends so."""
    line = last_two[-1]
    choices: list[tuple[float, Part]] = []
    if len(last_two) == 2 and _may_be_title(last_two[0]):
        misfit = _prose(last_two[0].text) + 1 - _prose(line.text)
        choices.append((costs[-2] + misfit, Pair(title=last_two[0], abstract=line)))
    if lone and _may_be_title(line):
        cost = _LONE_TITLE + (_STRAY - _LONE_TITLE) * _prose(line.text)
        choices.append((costs[-1] + cost, Pair(title=line, abstract=None)))
    choices.append((costs[-1] + _STRAY, Stray(line=line)))
    return choices


def _walked_back(steps: Sequence[Part]) -> list[Part]:
    parts = []
    end = len(steps)
    while end:
        part = steps[end - 1]
        parts.append(part)
        end -= 2 if isinstance(part, Pair) and part.abstract else 1
    return parts[::-1]


def _may_be_title(line: Line) -> bool:
    return len(line.text) <= LONGEST_TITLE


def _prose(text: str) -> float:
    """From 0, looks like a title, to 1, looks like an abstract."""
    return 0.7 * min(1.0, len(text) / _ABSTRACT_LENGTH) + 0.3 * text.endswith(_SENTENCE_ENDS)


def is_convincing(parts: Sequence[Part]) -> bool:
    """Whether lines that nothing else marks as a listing read as titles and abstracts.

    A stray at either end is a cut; of the rest three in four must be a title, which is no
    sentence, and a longer abstract, which is one or is long, or is the last and may be cut.
    """
    inner = list(parts)
    if inner and isinstance(inner[0], Stray):
        inner.pop(0)
    if inner and isinstance(inner[-1], Stray):
        inner.pop()
    good = sum(
        isinstance(part, Pair)
        and _is_convincing_pair(part, may_be_cut=len(inner) > 1 and part is inner[-1])
        for part in inner
    )
    return good > 0 and good >= 0.75 * len(inner)


def _is_convincing_pair(pair: Pair, *, may_be_cut: bool) -> bool:
    if pair.abstract is None or pair.title.text.endswith((".", ",", ";", "{", "}")):
        return False
    abstract = pair.abstract.text
    is_prose = abstract.endswith(_SENTENCE_ENDS) or len(abstract) >= _ABSTRACT_LENGTH
    is_longer = len(abstract) > len(pair.title.text) and " " in abstract
    return may_be_cut or (is_prose and is_longer)


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
        return looks_like(text) is None and is_telling(numbered(text))

    def parse(self, dump: Dump) -> Listing:
        """Read every page in a dump; raises ListingMalformed where it holds none."""
        text = decode(dump)
        pages = _pages(unglued(numbered(text)))
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
        is_header = begins_header(lines, at, after_header=after_header)
        if is_header and not after_header:
            below.append([])
        elif not is_header:
            below[-1].append(title_after_button(lines, at) or line)
        after_header = is_header
    return [_blocks(page, is_cut=number == 0) for number, page in enumerate(below)]


def _blocks(lines: Sequence[Line], *, is_cut: bool) -> Page:
    """Cut a page after its footers."""
    blocks: list[Block] = []
    texts: list[Line] = []
    at = 0
    while at < len(lines):
        if footer := read_footer(lines, at, texts_above=len(texts)):
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
