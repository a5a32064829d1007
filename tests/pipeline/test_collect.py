"""Collecting: who is asked for examples, how often, and what becomes of the answers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from builders import NOW, make_interest, make_paper, make_subscriber
from digest.libraries.crossref import Crossref
from digest.libraries.zotero import Zotero
from digest.net.client import Client, Limits
from digest.paper import Paper
from digest.pipeline.collect import Collected, ExampleSupply, collect
from digest.pipeline.examples import Readers
from digest.sources.arxiv.api_source import Hydrator
from digest.store import papers
from digest.store.database import reading
from digest.subscriber import Example, Interest, Library, Subscriber
from http_server import HttpServer, Reply
from store.rows import make_listing, record
from zotero_service import DOWN as ZOTERO_DOWN
from zotero_service import KEY, ZoteroService

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ID, DOI = "2603.90001", "10.5555/sea.7"
DOWN = Reply(status=503, body=b"Service Unavailable")


class Services(HttpServer):
    """arXiv's interface and Crossref, which know what `known` says."""

    def __init__(self) -> None:
        super().__init__()
        self.known: set[str] = set()
        self.down: set[str] = set()
        self.asked: list[str] = []

    def take(self, path: str) -> Reply:
        if path.startswith("/works/"):
            return self._doi(path.removeprefix("/works/"))
        ids = parse_qs(urlsplit(path).query)["id_list"][0].split(",")
        self.asked += ids
        if "arxiv" in self.down:
            return DOWN
        return Reply(body=feed("".join(entry(each) for each in ids if each in self.known)).encode())

    def _doi(self, doi: str) -> Reply:
        self.asked.append(doi)
        if "crossref" in self.down:
            return DOWN
        if doi not in self.known:
            return Reply(status=404, body=b"Resource not found.")
        message = {"title": [f"On {doi}"], "abstract": f"<jats:p>We study {doi}.</jats:p>"}
        return Reply(body=json.dumps({"message": message}).encode())


def feed(entries: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>https://arxiv.org/api/invented</id>{entries}</feed>"
    )


def entry(arxiv_id: str) -> str:
    return (
        f"<entry><id>http://arxiv.org/abs/{arxiv_id}v1</id><title>On {arxiv_id}</title>"
        f"<summary>We study {arxiv_id}.</summary><published>2026-03-08T10:00:00Z</published>"
        "<category term='cs.LG'/><author><name>Ada Stream</name></author></entry>"
    )


@dataclass(kw_only=True)
class Desk:
    """A store, the services, and whose examples are wanted."""

    engine: sa.Engine
    services: Services
    client: Client
    readers: tuple[Subscriber, ...] = ()
    libraries: tuple[Zotero, ...] = ()

    def want(self, *examples: str | Example) -> None:
        self.readers = (make_subscriber(make_interest(examples=examples)),)

    def collect(self, *, at: datetime = NOW) -> Collected:
        url = self.services.url("")
        supply = ExampleSupply(
            subscribers=self.readers,
            asker=Hydrator(client=self.client, api_url=url),
            doi_asker=Crossref(client=self.client, base_url=url),
            libraries=self.libraries,
        )
        self.services.asked.clear()
        return collect(self.engine, supply, now=at)

    def titles(self) -> list[str | None]:
        """The titles that the ranking will know the examples by."""
        with reading(self.engine) as connection:
            (reader,) = Readers(connection, self.readers).ready(self.readers)
        return [each.paper and each.paper.title for each in reader.interests[0].examples]


@pytest.fixture
def desk(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with (
        Services() as services,
        Client(sleep=lambda seconds: None, limits=Limits(tries=1)) as client,
    ):
        yield Desk(engine=engine, services=services, client=client)


def test_an_example_that_nobody_showed_us_is_asked_for_once(desk: Desk) -> None:
    desk.want(ID, DOI)
    desk.services.known = {ID, DOI}
    assert desk.titles() == [None, None]
    assert desk.collect() == Collected(asked=2, found=2)
    assert desk.titles() == [f"On {ID}", f"On {DOI}"]
    assert desk.collect(at=NOW + 100 * DAY) == Collected()
    assert desk.services.asked == []


def test_what_was_learnt_is_no_paper_that_could_be_sent(desk: Desk) -> None:
    desk.want(ID, DOI)
    desk.services.known = {ID, DOI}
    desk.collect()
    with reading(desk.engine) as connection:
        assert papers.count(connection) == 0


def test_the_store_is_believed_first_and_not_asked_about(desk: Desk) -> None:
    record(desk.engine, make_listing(make_paper(arxiv_id=ID, title="As announced")))
    desk.want(f"arXiv:{ID}v3")
    assert desk.collect() == Collected()
    assert desk.titles() == ["As announced"]


def test_a_title_without_an_abstract_is_completed_and_the_newest_first(desk: Desk) -> None:
    bare = [
        Example(name=f"10.5555/{year}", paper=Paper(title="Bare"), added=date(year, 1, 1))
        for year in (2020, 2024, 2022)
    ]
    full = Example(name="10.5555/full", paper=make_paper())
    desk.want(*bare, full, Example(name="library.bib:key", paper=Paper(title="No id")), DOI)
    desk.services.known = {"10.5555/2024"}
    desk.collect()
    assert desk.services.asked == [DOI, "10.5555/2024", "10.5555/2022", "10.5555/2020"]
    assert desk.titles() == ["Graphs", "No id", None, "Bare", "Bare", "On 10.5555/2024"]


def test_what_nobody_knows_is_asked_again_after_a_week(desk: Desk) -> None:
    desk.want(ID, DOI)
    assert desk.collect() == Collected(asked=2, found=0)
    assert desk.collect(at=NOW + 6 * DAY) == Collected()
    desk.services.known = {ID}
    assert desk.collect(at=NOW + 7 * DAY) == Collected(asked=2, found=1)


@pytest.mark.parametrize("service", ["arxiv", "crossref"])
def test_an_outage_is_told_costs_the_other_service_nothing_and_ends(
    desk: Desk, service: str
) -> None:
    desk.want(ID, DOI)
    desk.services.known, desk.services.down = {ID, DOI}, {service}
    collected = desk.collect()
    assert collected.found == 1
    (complaint,) = collected.complaints
    assert complaint.startswith("examples stay as they are: ")
    assert "503" in complaint
    desk.services.down = set()
    assert desk.collect(at=NOW + HOUR / 2) == Collected()
    assert desk.collect(at=NOW + HOUR) == Collected(asked=1, found=1)


def test_so_many_are_asked_for_in_a_run_and_the_rest_in_the_next(desk: Desk) -> None:
    desk.want(
        *(f"2603.{number}" for number in range(90000, 90210)),
        *(f"10.5555/{number}" for number in range(60)),
    )
    assert desk.collect().asked == 250
    assert desk.collect().asked == 20
    assert desk.collect().asked == 0


def test_with_nobody_to_ask_nothing_is_asked(desk: Desk) -> None:
    desk.want(ID, DOI)
    supply = ExampleSupply(subscribers=desk.readers)
    assert collect(desk.engine, supply, now=NOW) == Collected()
    assert desk.services.requests == []


@pytest.fixture
def zotero(desk: Desk) -> Iterator[ZoteroService]:
    """A library whose papers are wanted."""
    with ZoteroService() as service:
        service.add("OLD", day=2)
        library = Library(name="users/1", base_url=service.url(""))
        desk.readers = (make_subscriber(Interest(libraries=(library,))),)
        desk.libraries = (Zotero(library=library, client=desk.client, key=lambda: KEY),)
        yield service


def test_what_is_in_a_library_is_an_example_from_then_on(desk: Desk, zotero: ZoteroService) -> None:
    assert desk.titles() == []
    assert desk.collect() == Collected()
    assert desk.titles() == ["On OLD"]


def test_a_library_is_looked_into_once_a_day(desk: Desk, zotero: ZoteroService) -> None:
    desk.collect()
    zotero.add("NEW", day=9)
    zotero.version += 1
    desk.collect(at=NOW + 19 * HOUR)
    assert (desk.titles(), len(zotero.requests)) == (["On OLD"], 1)
    desk.collect(at=NOW + 20 * HOUR)
    assert (desk.titles(), len(zotero.requests)) == (["On OLD", "On NEW"], 2)


def test_a_library_that_did_not_change_is_not_read_again(desk: Desk, zotero: ZoteroService) -> None:
    desk.collect()
    zotero.items.clear()
    desk.collect(at=NOW + DAY)
    assert zotero.requests[-1].headers["If-Modified-Since-Version"] == "7"
    assert desk.titles() == ["On OLD"]


def test_an_outage_of_a_library_costs_nothing_but_freshness(
    desk: Desk, zotero: ZoteroService
) -> None:
    desk.collect()
    zotero.add("NEW", day=9)
    zotero.version += 1
    zotero.fault = ZOTERO_DOWN
    (complaint,) = desk.collect(at=NOW + DAY).complaints
    assert complaint.startswith("library users/1 stays as it was: ")
    assert "503" in complaint
    assert KEY not in complaint
    assert desk.titles() == ["On OLD"]
    zotero.fault = None
    assert desk.collect(at=NOW + DAY + HOUR / 2) == Collected()
    assert desk.collect(at=NOW + DAY + HOUR) == Collected()
    assert desk.titles() == ["On OLD", "On NEW"]


def test_a_library_that_never_answered_leaves_the_rest_as_it_is(
    desk: Desk, zotero: ZoteroService
) -> None:
    zotero.fault = ZOTERO_DOWN
    assert len(desk.collect().complaints) == 1
    assert desk.titles() == []


def test_papers_of_a_library_that_are_in_the_store_are_known(
    desk: Desk, zotero: ZoteroService
) -> None:
    record(desk.engine, make_listing(make_paper(doi=DOI, title="As announced"), make_paper()))
    zotero.add("DOI", day=9, DOI=DOI.upper())
    desk.collect()
    with reading(desk.engine) as connection:
        known = Readers(connection, desk.readers).knows(desk.readers[0])
        held = papers.load(connection, known)
    assert [stored.paper.title for stored in held.values()] == ["As announced"]


def test_a_bare_title_of_a_library_is_completed_in_the_same_run(
    desk: Desk, zotero: ZoteroService
) -> None:
    zotero.add("BARE", day=9, DOI=DOI, abstractNote="")
    desk.services.known = {DOI}
    assert desk.collect() == Collected(asked=1, found=1)
    assert desk.titles() == ["On OLD", f"On {DOI}"]
