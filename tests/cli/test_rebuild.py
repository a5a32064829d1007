"""Dumps are kept as they came, and rebuild the store as it was."""

import gzip
import sqlite3
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from freezegun import freeze_time

from arxiv_pages import feed, feed_path
from digest.net.client import Client
from http_server import HttpServer, Reply
from world import World, make_papers

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 11)
BOTH = "2603.90001"
"""Shown by `web` a day before `ml` announces it."""

HEADLESS = b"""\
Sediment as Memory

Rivers forget slowly. We follow three invented streams over forty seasons and show that their \
sediment keeps a record of every flood, which a small model reads back.

Folding without Springs

Paper folds are hard to simulate. Our solver treats a crease as a constraint, not as a spring, and \
folds a thousand cranes in a minute on a laptop.
"""


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    client = partial(Client, sleep=lambda seconds: None)
    monkeypatch.setattr("digest.wiring.sources.Client", client)


@pytest.fixture
def server(world: World) -> Iterator[HttpServer]:
    """A feed of arXiv and a listing of another kind, each with its source."""
    with HttpServer() as server:
        urls = ", ".join(f'{what} = "{server.url("")}"' for what in ("feed", "list", "api"))
        world.sources = (
            '[[source]]\nname = "ml"\nkind = "arxiv"\ncategories = ["cs.LG"]\n'
            f'backfill = "0d"\nbase_urls = {{ {urls} }}\n'
            f'[[source]]\nname = "web"\nkind = "url"\nurl = "{server.url("/listing")}"'
        )
        world.write()
        yield server


def show(server: HttpServer, day: date, *ids: str, listed: str) -> None:
    server.script(feed_path(), Reply(body=feed(day, *ids)))
    server.script(
        "/listing", Reply(body=f'{{"title": "On {listed}", "arxiv_id": "{listed}"}}'.encode())
    )


def three_days(world: World, server: HttpServer) -> None:
    """Live through three days; a fetch each, and one more in which nothing is new."""
    for day, ids, listed in (
        (MONDAY, ("2603.90002", "2603.90003"), BOTH),
        (TUESDAY, (BOTH, "2603.90004"), "2603.90005"),
        (WEDNESDAY, ("2603.90006",), "2603.90005"),
    ):
        show(server, day, *ids, listed=listed)
        for hour in (7, 12):
            with freeze_time(f"{day} {hour:02}:30:00"):
                assert world.run("fetch").code == 0


def rebuild(world: World) -> None:
    (world.folder / "digest.db").unlink()
    with freeze_time("2026-04-01 09:00:00"):
        result = world.run("fetch", *map(str, kept(world)))
    assert (result.code, result.err) == (0, "")


def kept(world: World) -> list[Path]:
    return sorted((world.folder / "pulled").glob("*/*.gz"))


def rows(world: World, query: str) -> list[tuple]:
    connection = sqlite3.connect(world.folder / "digest.db")
    try:
        return sorted(connection.execute(query).fetchall(), key=repr)
    finally:
        connection.close()


def papers(world: World) -> list[tuple]:
    """Every paper with its sightings: by whom, as what, announced when, seen when."""
    return rows(
        world,
        "SELECT arxiv_id, title, first_seen_at, source, sightings.format, announce_type,"
        " announced, seen_at FROM papers JOIN sightings ON paper_id = papers.id",
    )


def test_what_was_pulled_is_kept_as_it_came_by_source(world: World, server: HttpServer) -> None:
    show(server, MONDAY, "2603.90002", listed=BOTH)
    with freeze_time("2026-03-09 07:30:00"):
        world.run("fetch")
    ml, web = kept(world)
    assert (ml.parent.name, web.parent.name) == ("ml", "web")
    assert ml.name.startswith("20260309T073000Z-cs.LG-2026-03-09-")
    assert gzip.decompress(ml.read_bytes()) == feed(MONDAY, "2603.90002")
    assert world.run("parse", str(ml)).lines[0]["arxiv_id"] == "2603.90002"


def test_kept_dumps_rebuild_the_store(world: World, server: HttpServer) -> None:
    three_days(world, server)
    before, printed = papers(world), world.run("papers", "--json").lines
    rebuild(world)
    assert papers(world) == before
    after = world.run("papers", "--json").lines
    by_id = {paper["arxiv_id"]: paper for paper in printed}
    assert {paper["arxiv_id"]: paper for paper in after} == by_id
    assert (by_id[BOTH]["source"], by_id[BOTH]["announced"]) == ("web", "2026-03-10")
    assert len(by_id) == 6


def test_kept_dumps_change_nothing_in_the_store_they_came_from(
    world: World, server: HttpServer
) -> None:
    three_days(world, server)
    before = papers(world)
    with freeze_time("2026-04-01 09:00:00"):
        lines = world.run("fetch", "--json", *map(str, kept(world))).lines
    assert {line["new"] for line in lines} == {0}
    assert papers(world) == before


def test_what_a_source_does_not_want_stays_out_of_a_rebuilt_store_too(
    world: World, server: HttpServer
) -> None:
    world.sources = world.sources.replace('kind = "arxiv"', 'kind = "arxiv"\ncross_lists = false')
    world.write()
    content = feed(MONDAY, "2603.90002", "2603.90003")
    crossed = content.replace(b"Type: new", b"Type: cross", 1).replace(b">new<", b">cross<", 1)
    server.script(feed_path(), Reply(body=crossed))
    server.script("/listing", Reply(body=b'{"title": "Graphs", "arxiv_id": "2603.90009"}'))
    with freeze_time("2026-03-09 07:30:00"):
        world.run("fetch")
    before = papers(world)
    assert [row[0] for row in before] == ["2603.90003", "2603.90009"]
    rebuild(world)
    assert papers(world) == before


@pytest.mark.parametrize("name", ["my papers", "a/b", "..", "Öko (50%)"])
def test_a_source_of_any_name_is_known_again(world: World, name: str) -> None:
    with HttpServer() as server:
        url = server.script("/listing", Reply(body=b'{"title": "Graphs"}'))
        world.sources = f'[[source]]\nname = "{name}"\nkind = "url"\nurl = "{url}"'
        world.write()
        with freeze_time("2026-03-09 07:30:00"):
            assert world.run("fetch").code == 0
    before = papers(world)
    rebuild(world)
    assert papers(world) == before
    assert world.run("papers", "--json").lines[0]["source"] == name


def test_a_kept_dump_is_read_in_the_format_that_its_source_names(world: World) -> None:
    with HttpServer() as server:
        url = server.script("/dump.txt", Reply(body=HEADLESS))
        world.sources = f'[[source]]\nname = "hf"\nkind = "url"\nformat = "hf-text"\nurl = "{url}"'
        world.write()
        with freeze_time("2026-03-09 07:30:00"):
            assert world.run("fetch").code == 0
    before = papers(world)
    assert [row[1] for row in before] == ["Folding without Springs", "Sediment as Memory"]
    rebuild(world)
    assert papers(world) == before


def test_dumps_are_kept_no_longer_than_keep_dumps(world: World, server: HttpServer) -> None:
    world.digest = 'keep_dumps = "1d"'
    world.write()
    three_days(world, server)
    days = {file.name[:8] for file in kept(world)}
    assert days == {"20260310", "20260311"}


def test_files_are_not_kept_a_second_time(world: World) -> None:
    world.announce(*make_papers(2))
    world.run("fetch")
    assert kept(world) == []
