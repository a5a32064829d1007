"""The services behind the kinds of sources, from one end to the other; and which are missing."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from freezegun import freeze_time

from digest.net.client import Client
from http_server import HttpServer, Reply
from world import Result, World

MORNING, NOON = "2026-03-10 07:30:00", "2026-03-10 12:30:00"  # a Tuesday
TODAY = date(2026, 3, 10)


class Service(HttpServer):
    """Plays the four services, each with one paper of today."""

    def take(self, path: str) -> Reply:
        place, asked = urlsplit(path).path, parse_qs(urlsplit(path).query)
        if place == "/api/daily_papers":
            return self._json([HF_ENTRY] if asked["date"] == [str(TODAY)] else [])
        if place.startswith("/details/biorxiv/"):
            is_asked = asked.get("category", ["cell_biology"]) == ["cell_biology"]
            return self._json(posts(RECORD) if is_asked else posts())
        if place == "/api/query":
            return Reply(body=API.encode())
        if place == "/oai":
            return Reply(body=(OAI if asked["set"] == ["cs:cs:LG"] else OAI_NOTHING).encode())
        return super().take(path)

    @staticmethod
    def _json(value: Any) -> Reply:
        return Reply(body=json.dumps(value).encode())


def posts(*records: dict[str, Any]) -> dict[str, Any]:
    status = {"status": "ok", "count": len(records), "total": str(len(records))}
    return {"messages": [status if records else {"status": "no posts found"}],
            "collection": list(records)}  # fmt: skip


HF_ENTRY = {
    "paper": {
        "id": "2603.90001",
        "title": "Slow Rivers Remember",
        "summary": "Sediment keeps a record of every flood.",
        "authors": [{"name": "Dora Delta", "hidden": False}],
        "publishedAt": "2026-03-08T00:00:00.000Z",
        "submittedOnDailyAt": "2026-03-10T00:00:00.000Z",
        "upvotes": 31,
    },
    "numComments": 3,
}
RECORD = {
    "title": "Shapes that Sound Alike in Herons",
    "authors": "Stream, A.; Brook, B. C.",
    "doi": "10.5555/2026.03.09.900001",
    "date": "2026-03-09",
    "version": "1",
    "type": "new results",
    "category": "cell biology",
    "abstract": "As herons listen, they turn.",
    "server": "bioRxiv",
}
API = (
    '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"'
    ' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
    ' xmlns:arxiv="http://arxiv.org/schemas/atom"><id>https://arxiv.org/api/invented</id>'
    "<opensearch:totalResults>1</opensearch:totalResults>"
    "<entry><id>http://arxiv.org/abs/2603.90002v1</id><title>Folding Paper by the Sea</title>"
    "<summary>We fold paper.</summary><published>2026-03-09T10:00:00Z</published>"
    "<category term='cs.LG'/><arxiv:primary_category term='cs.LG'/>"
    "<author><name>Bo Shore</name></author></entry></feed>"
)
OAI_ROOT = '<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
OAI_NOTHING = f'{OAI_ROOT}<error code="noRecordsMatch">None.</error></OAI-PMH>'


def raw(arxiv_id: str, day: str, title: str) -> str:
    return (
        "<record><header><datestamp>2026-03-09</datestamp></header><metadata>"
        f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{arxiv_id}</id>'
        f'<version version="v1"><date>{day} 10:00:00 GMT</date></version><title>{title}</title>'
        "<authors>Ada Stream</authors><categories>cs.LG</categories>"
        f"<abstract>{title}, in short.</abstract></arXivRaw></metadata></record>"
    )


OAI = (
    f"{OAI_ROOT}<ListRecords>{raw('2603.90003', 'Mon, 09 Mar 2026', 'Debates among Bees')}"
    f"{raw('1901.90004', 'Tue, 01 Jan 2019', 'An Old Paper Touched')}</ListRecords></OAI-PMH>"
)

KINDS = {
    "huggingface": ("", "Slow Rivers Remember"),
    "biorxiv": ('categories = ["Cell Biology", "ecology"]', RECORD["title"]),
    "arxiv-api": ('query = "cat:cs.LG"', "Folding Paper by the Sea"),
    "arxiv-oai": ('categories = ["cs.LG", "cs.CL"]', "Debates among Bees"),
}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    client = partial(Client, sleep=lambda seconds: None)
    monkeypatch.setattr("digest.wiring.sources.Client", client)
    with Service() as service:
        yield service


def fetch(world: World, *, at: str) -> Result:
    with freeze_time(at):
        return world.run("fetch", "--json")


@pytest.mark.parametrize("kind", KINDS)
def test_a_service_is_pulled_and_a_second_time_is_quiet(
    world: World, service: Service, kind: str
) -> None:
    keys, title = KINDS[kind]
    base_url = f'base_url = "{service.url("")}"'
    world.sources = f'[[source]]\nname = "live"\nkind = "{kind}"\n{keys}\n{base_url}'
    world.write()
    first, second = fetch(world, at=MORNING), fetch(world, at=NOON)
    (line,), (again,) = first.lines, second.lines
    assert (first.code, line["outcome"], line["new"], line["error"]) == (0, "new", 1, None)
    assert (second.code, again["outcome"], again["new"], again["error"]) == (0, "quiet", 0, None)
    (paper,) = world.run("papers", "--json").lines
    assert (paper["title"], paper["source"]) == (title, "live")
    (source,) = world.run("status", "--json").json["sources"]
    assert (source["outcome"], source["error"]) == ("quiet", None)


def source(name: str, kind: str, *categories: str, keys: str = "") -> str:
    listed = f"categories = {json.dumps(categories)}" if categories else ""
    return f'[[source]]\nname = "{name}"\nkind = "{kind}"\n{listed}\n{keys}\n'


ML = source("ml", "arxiv", "cs.LG", "q-bio")
WANTED = source("all", "arxiv", "wanted")
HARVEST = source("oai", "arxiv-oai", "math.NA")
BIO = source("bio", "biorxiv", "Cell Biology")
MED = source("med", "medrxiv")
SAVED = source("saved", "file", keys='path = "dumps/*"')
QUERY = source("query", "arxiv-api", keys='query = "cat:cs.LG"')


def check(world: World) -> dict[str, Any]:
    (checked,) = world.run("check", "ada@example.org", "--json").json["checked"]
    return checked


def follow(world: World, terms: Sequence[str], *sources: str, keys: str = "") -> None:
    world.sources = "\n".join(sources)
    world.people = [world.person("ada", keys, f"categories = {json.dumps(terms)}")]
    world.write()


@pytest.mark.parametrize(
    ("terms", "sources", "missing"),
    [
        pytest.param(["cs.LG", "cs.lg", "cs.CL"], [ML], ["cs.CL"], id="a category"),
        pytest.param(["q-bio"], [ML], [], id="an archive"),
        pytest.param(["q-bio.NC"], [ML], [], id="one of an archive"),
        pytest.param(["cs"], [ML], ["cs"], id="an archive of which one is pulled"),
        pytest.param(["cs.NA", "cs.NE"], [HARVEST], ["cs.NE"], id="by its other name"),
        pytest.param(["cs.CL", "econ"], [WANTED], [], id="wanted"),
        pytest.param(["cs.LG", "math.NA"], [ML, HARVEST], [], id="by two sources"),
        pytest.param(["cell-biology", "ecology"], [BIO], ["ecology"], id="of bioRxiv"),
        pytest.param(["Epidemiology", "cs.CL"], [MED], ["cs.CL"], id="all of medRxiv"),
        pytest.param(["cs.LG"], [QUERY], ["cs.LG"], id="a query that brought nothing yet"),
        pytest.param(["cs.LG"], [SAVED], ["cs.LG"], id="no file yet"),
    ],
)
@pytest.mark.parametrize("has_store", [False, True], ids=["no store", "an empty store"])
def test_check_names_the_categories_that_no_source_pulls(
    world: World, terms: list[str], sources: list[str], missing: list[str], has_store: bool
) -> None:
    if has_store:
        assert world.run("fetch").code == 0
    follow(world, terms, *sources)
    assert check(world)["categories_not_pulled"] == missing


def paper(number: int, *categories: str) -> dict[str, Any]:
    return {
        "title": f"Part {number}",
        "abstract": f"We count to {number}.",
        "arxiv_id": f"2603.{90000 + number}",
        "categories": categories,
    }


def test_what_files_brought_lately_counts_as_pulled(world: World) -> None:
    follow(world, ["cs.LG", "stat", "hep-th", "cs.CL"], SAVED)
    with freeze_time("2026-03-10 09:00:00") as clock:
        world.announce(paper(1, "cs.LG", "stat.ML"), paper(2, "bioinformatics"))
        world.run("fetch")
        assert check(world)["categories_not_pulled"] == ["hep-th", "cs.CL"]
        clock.move_to("2026-05-10 09:00:00")
        assert check(world)["categories_not_pulled"] == ["cs.LG", "stat", "hep-th", "cs.CL"]


def test_a_cross_list_beside_what_is_asked_for_is_no_sign_of_its_category(world: World) -> None:
    follow(world, ["cs.LG", "cs.CL"], ML, SAVED)
    dump = world.folder / "given.jsonl"
    dump.write_text(json.dumps(paper(1, "cs.LG", "cs.CL")))
    world.run("fetch", "--source", "ml", str(dump))
    assert check(world)["categories_not_pulled"] == ["cs.CL"]
    world.run("fetch", "--source", "saved", str(dump))
    assert check(world)["categories_not_pulled"] == []


def test_only_the_sources_that_a_subscriber_reads_count(world: World) -> None:
    follow(world, ["cs.LG", "math.NA"], ML, HARVEST, keys='sources = ["oai"]')
    assert check(world)["categories_not_pulled"] == ["cs.LG"]


def test_required_categories_count_and_excluded_ones_do_not(world: World) -> None:
    world.sources = ML
    interest = (
        'keywords = ["graph"]\nrequire = [{ categories = ["cs.CL", "cs.LG"] }]\n'
        'exclude = { categories = ["cs.CR"] }'
    )
    world.people = [world.person("ada", interest=interest)]
    world.write()
    assert check(world)["categories_not_pulled"] == ["cs.CL"]
    assert "no source pulls cs.CL" in world.run("check", "ada@example.org").out
