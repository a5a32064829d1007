"""Hydrating: what arXiv's interface adds to papers, who is asked about, and for how long."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from arxiv_pages import feed
from builders import NOW, make_subscriber
from digest.issue import Outcome
from digest.net.client import Client, Limits
from digest.paper import StoredPaper
from digest.pipeline.fetch import Haul, Supply, fetch, fetch_dump
from digest.pipeline.hydrate import ANSWERS, Hydrated
from digest.rules.selection import Selection
from digest.sources.arxiv.api_source import Hydrator
from digest.sources.feed.url import UrlSource
from digest.sources.kept import DumpFolder, unpacked
from digest.store import papers
from digest.store.database import migrate, open_database, reading
from http_server import HttpServer, Reply

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ONE, TWO = "2603.90001", "2603.90002"
TEXT = f"We fold paper by the sea.\n\narXiv:{ONE}v1\nCreated: 2026-03-09\n"
DOWN = Reply(status=503, body=b"Service Unavailable")
SORRY = Reply(body=b"<!DOCTYPE html><html><body>Back soon</body></html>")


class Interface(HttpServer):
    """Answers for the ids it knows, however many are asked about; `fault` instead, if given."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, str] = {}
        self.fault: Reply | None = None
        self.asked: list[list[str]] = []

    def take(self, path: str) -> Reply:
        if not path.startswith("/api/query?"):
            return super().take(path)
        ids = parse_qs(urlsplit(path).query)["id_list"][0].split(",")
        self.asked.append(ids)
        entries = "".join(self.known[each] for each in ids if each in self.known)
        return self.fault or Reply(body=answer(entries).encode())


def answer(entries: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"'
        ' xmlns:arxiv="http://arxiv.org/schemas/atom">'
        f"<id>https://arxiv.org/api/invented</id>{entries}</feed>"
    )


def record(arxiv_id: str, *, title: str = "Graphs", abstract: str = "We.") -> str:
    """What the interface knows of a paper: more than any listing says."""
    return (
        f"<entry><id>http://arxiv.org/abs/{arxiv_id}v1</id><title>{title}</title>"
        f"<summary>{escape(abstract)}</summary><published>2026-03-08T10:00:00Z</published>"
        "<category term='stat.ML'/><category term='cs.LG'/>"
        "<arxiv:primary_category term='stat.ML'/><arxiv:comment>8 pages</arxiv:comment>"
        "<arxiv:journal_ref>J. Inv. Seas 48 (2026) 92</arxiv:journal_ref>"
        "<arxiv:doi>10.5555/sea.7</arxiv:doi>"
        "<author><name>Ada Stream</name></author><author><name>Bo Shore</name></author></entry>"
    )


@dataclass(kw_only=True)
class Morning:
    """A store, an interface, and a source whose listing a test writes."""

    engine: sa.Engine
    interface: Interface
    client: Client

    def show(self, body: bytes | str) -> None:
        content = body.encode() if isinstance(body, str) else body
        self.interface.script("/listing", Reply(body=content))

    def fetch(self, *, at: datetime = NOW) -> Haul:
        source = UrlSource(name="ml", url=self.interface.url("/listing"), client=self.client)
        asker = Hydrator(client=self.client, api_url=self.interface.url(""))
        return fetch(self.engine, Supply(sources=(source,), asker=asker), now=at)

    def held(self) -> list[StoredPaper]:
        with reading(self.engine) as connection:
            return papers.first_seen_since(connection, NOW - 30 * DAY)


@pytest.fixture
def morning(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Morning]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    limits = Limits(tries=2)
    with Interface() as interface, Client(sleep=lambda seconds: None, limits=limits) as client:
        yield Morning(engine=engine, interface=interface, client=client)


def feed_of(*ids: str, kind: str = "new") -> bytes:
    return (
        feed(date(2026, 3, 10), *ids)
        .replace(b">new<", f">{kind}<".encode())
        .replace(b"Type: new", f"Type: {kind}".encode())
    )


def test_a_paper_of_a_feed_gets_what_the_feed_leaves_out(morning: Morning) -> None:
    morning.show(feed_of(ONE))
    morning.interface.known[ONE] = record(ONE)
    assert morning.fetch().hydrated == Hydrated(asked=1, found=1)
    (stored,) = morning.held()
    paper = stored.paper
    assert (paper.comment, paper.doi) == ("8 pages", "10.5555/sea.7")
    assert paper.journal_ref == "J. Inv. Seas 48 (2026) 92"
    assert paper.categories == ("stat.ML", "cs.LG")
    assert (paper.authors, paper.published) == (("Ada Stream", "Bo Shore"), date(2026, 3, 8))


def test_a_paper_without_a_title_gets_one_and_its_authors(morning: Morning) -> None:
    morning.show(TEXT)
    abstract = "We fold paper by the sea."
    morning.interface.known[ONE] = record(ONE, title="Folding Paper", abstract=abstract)
    morning.fetch()
    (stored,) = morning.held()
    assert (stored.paper.title, stored.paper.abstract) == ("Folding Paper", abstract)
    assert stored.paper.authors == ("Ada Stream", "Bo Shore")


def test_to_be_completed_is_not_to_be_announced(morning: Morning) -> None:
    morning.show(feed_of(ONE, kind="replace"))
    morning.interface.known[ONE] = record(ONE)
    morning.fetch()
    (stored,) = morning.held()
    assert [(each.source, each.format) for each in stored.sightings] == [("ml", "arxiv-rss")]
    allowed = Selection([stored]).allowed(make_subscriber(), had=frozenset(), now=NOW)
    assert (stored.paper.comment, allowed.tolist()) == ("8 pages", [False])


def test_a_paper_is_asked_about_once(morning: Morning) -> None:
    morning.show(feed_of(ONE))
    morning.interface.known[ONE] = record(ONE)
    morning.fetch()
    morning.show(feed_of(ONE, TWO))
    assert morning.fetch(at=NOW + HOUR).hydrated == Hydrated(asked=1, found=0)
    assert morning.interface.asked == [[ONE], [TWO]]


def test_what_the_interface_itself_announced_is_not_asked_about(morning: Morning) -> None:
    morning.show(answer(record(ONE)))
    assert morning.fetch().hydrated == Hydrated()
    assert (len(morning.held()), morning.interface.asked) == (1, [])


def test_an_id_that_is_not_known_yet_is_asked_about_again_for_three_days(
    morning: Morning,
) -> None:
    morning.show(feed_of(ONE))
    for days, times in ((0, 1), (1, 2), (2, 3), (3, 4), (4, 4)):
        morning.fetch(at=NOW + days * DAY)
        assert len(morning.interface.asked) == times, f"after {days} days"


def test_an_id_that_becomes_known_the_next_day_is_completed(morning: Morning) -> None:
    morning.show(feed_of(ONE, TWO))
    morning.interface.known[ONE] = record(ONE)
    assert morning.fetch().hydrated == Hydrated(asked=2, found=1)
    morning.interface.known[TWO] = record(TWO)
    assert morning.fetch(at=NOW + DAY).hydrated == Hydrated(asked=1, found=1)
    assert {stored.paper.comment for stored in morning.held()} == {"8 pages"}


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        pytest.param(DOWN, "503", id="down"),
        pytest.param(Reply(status=429, headers={"Retry-After": "600"}), "429", id="too busy"),
        pytest.param(SORRY, "HTML", id="HTML"),
        pytest.param(Reply(), "empty", id="empty"),
        pytest.param(Reply(status=400), "400", id="refused"),
    ],
)
def test_while_the_interface_is_down_papers_stay_as_they_are(
    morning: Morning, fault: Reply, says: str
) -> None:
    morning.show(feed_of(ONE))
    morning.interface.known[ONE] = record(ONE)
    morning.interface.fault = fault
    haul = morning.fetch()
    (fetched,) = haul.fetched
    assert (fetched.outcome, fetched.tally.new, fetched.error) == (Outcome.NEW, 1, None)
    assert (haul.hydrated.asked, haul.hydrated.found) == (1, 0)
    assert says in (haul.hydrated.error or "")
    assert [stored.paper.comment for stored in morning.held()] == [None]
    morning.interface.fault = None
    assert morning.fetch(at=NOW + HOUR).hydrated == Hydrated(asked=1, found=1)


def test_many_are_asked_about_a_hundred_at_a_time(morning: Morning) -> None:
    ids: Sequence[str] = [f"2603.{number}" for number in range(90000, 90250)]
    morning.show(feed_of(*ids))
    morning.interface.known = {each: record(each) for each in ids}
    assert morning.fetch().hydrated == Hydrated(asked=250, found=250)
    assert [len(asked) for asked in morning.interface.asked] == [100, 100, 50]
    assert {each for asked in morning.interface.asked for each in asked} == set(ids)


def test_without_anybody_to_ask_nothing_is_asked(morning: Morning) -> None:
    morning.show(feed_of(ONE))
    source = UrlSource(name="ml", url=morning.interface.url("/listing"), client=morning.client)
    assert fetch(morning.engine, Supply(sources=(source,)), now=NOW).hydrated == Hydrated()
    assert morning.interface.asked == []


def test_a_rebuilt_store_is_completed_from_the_answers_that_were_kept(
    morning: Morning, tmp_path: Path
) -> None:
    morning.show(feed_of(ONE))
    morning.interface.known[ONE] = record(ONE)
    source = UrlSource(name="ml", url=morning.interface.url("/listing"), client=morning.client)
    asker = Hydrator(client=morning.client, api_url=morning.interface.url(""))
    folder = DumpFolder(path=tmp_path / "pulled")
    fetch(morning.engine, Supply(sources=(source,), keeper=folder, asker=asker), now=NOW)
    rebuilt = open_database(f"sqlite:///{tmp_path / 'again.db'}", create=True)
    migrate(rebuilt)
    kept = [unpacked(path) for path in (tmp_path / "pulled").glob("*/*.gz")]
    for dump in sorted(kept, key=lambda dump: dump.source == ANSWERS):
        assert fetch_dump(rebuilt, dump, now=NOW).error is None
    with reading(rebuilt) as connection:
        (again,) = papers.first_seen_since(connection, NOW - DAY)
    rebuilt.dispose()
    (before,) = morning.held()
    assert len(kept) == 2
    assert (again.paper, again.sightings) == (before.paper, before.sightings)
