"""arXiv on loopback: feeds and catchup pages of invented announcements, on a clock of the test's.

The markup is that of tests/data/arxiv-rss and tests/data/arxiv-html.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from http_server import HttpServer, Reply

EASTERN = ZoneInfo("America/New_York")
DAY = timedelta(days=1)
NOTHING = "Total of 0 entries for {day:%a, %d %b %Y}"


@dataclass(frozen=True)
class Entry:
    """A paper on one category's listing of one day."""

    arxiv_id: str
    kind: str  # an announce type
    categories: tuple[str, ...]
    version: int = 1


@dataclass
class Arxiv:
    """What arXiv announces: three new papers a category and day, a cross-list, a replacement.

    `silent` are listing days without an announcement, `stale` feeds that still show the day
    before, `down` the days (Eastern) on which nothing answers.
    """

    categories: tuple[str, str]
    first: date
    silent: frozenset[date] = frozenset()
    stale: frozenset[tuple[str, date]] = frozenset()
    down: frozenset[date] = frozenset()
    now: datetime | None = None
    entries: dict[tuple[str, date], list[Entry]] = field(default_factory=dict)

    def is_listed(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.silent

    def announce(self, last: date) -> None:
        """Invent every listing from the first day to the last."""
        one, other = self.categories
        day, number = self.first, 0
        older: list[Entry] = []
        while day <= last:
            if self.is_listed(day):
                ids = [f"{day:%y%m}.{90000 + number + k}" for k in range(6)]
                number += 6
                both = Entry(ids[0], "new", (one, other))
                mine = [Entry(each, "new", (one,)) for each in ids[1:3]]
                theirs = [Entry(each, "new", (other,)) for each in ids[3:]]
                revised = [
                    Entry(each.arxiv_id, "replace", each.categories, 2) for each in older[-1:]
                ]
                self.entries[one, day] = [both, *mine, *revised]
                self.entries[other, day] = [*theirs, Entry(ids[0], "cross", (one, other))]
                older = [mine[-1]]
            day += DAY

    def announced(self) -> dict[str, date]:
        """The day on which each paper was announced as new."""
        return {
            entry.arxiv_id: day
            for (_, day), entries in self.entries.items()
            for entry in entries
            if entry.kind == "new"
        }

    def listing(self, category: str, day: date) -> list[Entry]:
        return self.entries.get((category, day), [])


class ArxivServer(HttpServer):
    """Serves `/atom/CATEGORY`, `/catchup/CATEGORY/DAY` and an interface that knows nothing."""

    def __init__(self, arxiv: Arxiv) -> None:
        super().__init__()
        self.arxiv = arxiv

    def take(self, path: str) -> Reply:
        assert self.arxiv.now
        today = self.arxiv.now.astimezone(EASTERN).date()
        if today in self.arxiv.down:
            return Reply(status=503, body=b"Service Unavailable")
        _, kind, category, *rest = path.partition("?")[0].split("/")
        if kind == "atom":
            shown = today
            if (category, today) in self.arxiv.stale:
                shown = today - DAY
            return Reply(body=feed(self.arxiv, category, shown).encode())
        if kind == "catchup":
            day = date.fromisoformat(rest[0])
            listed = day if day <= today else None
            return Reply(body=page(self.arxiv, category, day, listed).encode())
        return Reply(status=404, body=b"nothing here")


def feed(arxiv: Arxiv, category: str, day: date) -> str:
    entries = "".join(_atom_entry(entry, day) for entry in arxiv.listing(category, day))
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<feed xmlns:arxiv="http://arxiv.org/schemas/atom"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://www.w3.org/2005/Atom">'
        f"<id>http://rss.arxiv.org/atom/{category}</id>"
        f"<title>{category} updates on arXiv.org</title>"
        f"<updated>{day}T04:00:02+00:00</updated>"
        f"<subtitle>{category} updates on the arXiv.org e-print archive.</subtitle>"
        f"{entries}</feed>"
    )


def _atom_entry(entry: Entry, day: date) -> str:
    midnight = datetime.combine(day, datetime.min.time(), EASTERN)
    tags = "".join(f'<category term="{each}"/>' for each in entry.categories)
    return (
        f"\n<entry><id>oai:arXiv.org:{entry.arxiv_id}v{entry.version}</id>"
        f"<title>On the number {entry.arxiv_id}</title>"
        f'<link href="https://arxiv.org/abs/{entry.arxiv_id}" rel="alternate"/>'
        f"<summary>arXiv:{entry.arxiv_id}v{entry.version} Announce Type: {entry.kind} \n"
        f"Abstract: We count to {entry.arxiv_id}.</summary>{tags}"
        f"<published>{midnight.isoformat()}</published>"
        f"<arxiv:announce_type>{entry.kind}</arxiv:announce_type>"
        "<dc:creator>Ann Author, Bo Writer</dc:creator></entry>"
    )


def page(arxiv: Arxiv, category: str, day: date, listed: date | None) -> str:
    entries = arxiv.listing(category, listed) if listed else []
    body = "".join(_sections(entries)) if entries else f"<p>{NOTHING.format(day=day)}</p>"
    return (
        "<!DOCTYPE html>\n<html><head><title>Catchup</title></head><body><div id='dlpage'>"
        f"<h1>Catchup results for {category} on {day:%a, %d %b %Y}</h1>"
        f"<div class='paging'>Total of {len(entries)} entries</div>"
        f"{body}</div></body></html>"
    )


def _sections(entries: list[Entry]) -> Iterator[str]:
    number = 0
    for kind, title in (
        ("new", "New submissions"),
        ("cross", "Cross submissions"),
        ("replace", "Replacement submissions"),
    ):
        mine = [entry for entry in entries if entry.kind == kind]
        if not mine:
            continue
        yield f"\n<dl id='articles'>\n<h3>{title} (showing {len(mine)} of {len(mine)} entries)</h3>"
        for entry in mine:
            number += 1
            yield _item(entry, number)
        yield "</dl>"


def _item(entry: Entry, number: int) -> str:
    mark = {"cross": f"(cross-list from {entry.categories[0]})", "replace": "(replaced)"}
    primary, *others = [f"Some Subject ({each})" for each in entry.categories]
    rest = "".join(f"; {each}" for each in others)
    abstract = f"<p class='mathjax'>We count to {entry.arxiv_id}.</p>"
    return (
        f"\n<dt><a name='item{number}'>[{number}]</a> "
        f'<a href ="/abs/{entry.arxiv_id}" title="Abstract" id="{entry.arxiv_id}">'
        f"arXiv:{entry.arxiv_id}</a> {mark.get(entry.kind, '')}</dt>\n<dd><div class='meta'>"
        "<div class='list-title mathjax'><span class='descriptor'>Title:</span>"
        f" On the number {entry.arxiv_id}</div>"
        "<div class='list-authors'><a href='/a'>Ann Author</a>, <a href='/b'>Bo Writer</a></div>"
        "<div class='list-subjects'><span class='descriptor'>Subjects:</span>"
        f"<span class='primary-subject'>{primary}</span>{rest}</div>"
        f"{abstract if entry.kind != 'replace' else ''}</div></dd>"
    )
