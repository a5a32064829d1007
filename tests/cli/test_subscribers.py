"""subscribers: kept in the database, beside those of the files, and forgotten when they ask."""

import json
import sqlite3

import pytest

from servers import smtp_server
from world import World, make_papers

PROFILE = '[[profile]]\nname = "graphs"\n[[profile.interest]]\nkeywords = ["graph"]\n'


@pytest.fixture
def empty(world: World) -> World:
    """A world with a profile, a paper, and nobody in its configuration."""
    world.people = [PROFILE]
    world.write()
    world.announce(*make_papers(2))
    return world


def listed(world: World) -> dict[str, dict]:
    return {row["email"]: row for row in world.run("subscribers", "list", "--json").lines}


def take(world: World, text: str, *options: str, name: str = "people.csv"):
    path = world.folder / name
    path.write_text(text, encoding="utf-8")
    return world.run("subscribers", "import", str(path), *options)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("email,name,profile\nada@example.org,Ada,graphs\n", id="commas"),
        pytest.param("\ufeffEmail;Name;Profile\r\nada@example.org;Ada;graphs\r\n", id="BOM, ;"),
        pytest.param(
            json.dumps({"email": "ada@example.org", "name": "Ada", "profile": "graphs"}) + "\n",
            id="JSON Lines",
        ),
        pytest.param(
            "email,name,keywords,max_papers\nada@example.org,Ada,graph|tree,5\n", id="keywords"
        ),
    ],
)
def test_who_is_imported_gets_mail(empty: World, text: str) -> None:
    assert take(empty, text).code == 0
    with smtp_server() as server:
        empty.serve_mail(server)
        assert empty.run("send").code == 0
    (envelope,) = server.received
    assert envelope.recipient == "ada@example.org"
    assert b"Ada" in envelope.content


def test_a_second_import_changes_only_what_differs(empty: World) -> None:
    head = "email,profile,language\n"
    assert take(empty, head + "ada@example.org,graphs,\nbob@example.org,graphs,\n").code == 0
    result = take(
        empty, head + "ada@example.org,graphs,\nBob@example.org,graphs,de\n", "--json"
    )  # fmt: skip
    assert result.json == {"added": 0, "changed": 1, "same": 1}


def test_every_bad_row_is_named_with_its_line_and_nothing_is_kept(empty: World) -> None:
    result = take(
        empty,
        "email,profile,send_at\nada@example.org,graphs,07:00\nnobody,graphs,\n"
        "bob@example.org,grahps,\neve@example.org,graphs,late\nADA@example.org,graphs,\n",
    )
    assert result.code == 2
    lines = [line.split(": ")[0].rpartition("/")[2] for line in result.err.splitlines()]
    assert lines == ["people.csv:3", "people.csv:4", "people.csv:5", "people.csv:6"]
    assert "did you mean" in result.err
    assert listed(empty) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("name,profile\nAda,graphs\n", "people.csv:1: the first line", id="no email"),
        pytest.param("email,age\na@example.org,9\n", "people.csv:1: 'age' is no column", id="age"),
        pytest.param('{"email": \n', "people.csv:1: this is no JSON", id="no JSON"),
        pytest.param("email,name\na@example.org,b,c\n", "people.csv:2: has 3 cells", id="cells"),
    ],
)
def test_what_is_no_table_is_said(empty: World, text: str, said: str) -> None:
    result = take(empty, text, "--profile", "graphs")
    assert (result.code, said in result.err) == (2, True), result.err


def test_a_trial_writes_nothing(empty: World) -> None:
    empty.run("fetch")
    assert take(empty, "email\nada@example.org\n", "--profile", "graphs", "--dry-run").code == 0
    assert listed(empty) == {}


def test_a_file_wins_over_the_database_and_a_suppression_over_both(world: World) -> None:
    world.people = [world.person("ada"), PROFILE]
    world.write()
    assert world.run("subscribers", "add", "ada@example.org", "--profile", "graphs").code == 2
    assert world.run("subscribers", "add", "bob@example.org", "--keyword", "graph").code == 0
    world.run("suppress", "bob@example.org")
    rows = listed(world)
    assert rows["ada@example.org"]["kept"] == "file"
    assert (rows["bob@example.org"]["kept"], rows["bob@example.org"]["suppressed"]) == (
        "database", "by hand",
    )  # fmt: skip
    world.announce(*make_papers(1))
    assert world.run("send", "--json").json["why"] == {"suppressed": 1}


def test_what_is_exported_can_be_imported(empty: World) -> None:
    take(empty, "email,name,keywords,send_at\nada@example.org,Ada,graph|tree,06:30\n")
    lines = empty.run("subscribers", "export").out
    table = empty.run("subscribers", "export", "--csv").out
    for text, name in ((lines, "again.jsonl"), (table, "again.csv")):
        assert take(empty, text, "--json", name=name).json == {"added": 0, "changed": 0, "same": 1}


def test_who_is_renamed_keeps_what_they_had(empty: World) -> None:
    take(empty, "email,profile\nada@example.org,graphs\n")
    assert empty.run("send").code == 0
    assert empty.run("subscribers", "rename", "ada@example.org", "lady@example.org").code == 0
    shown = empty.run("subscribers", "show", "lady@example.org", "--json").json
    assert shown["formerly"] == ["ada@example.org"]
    assert len(shown["issues"]) == 1
    assert empty.run("rank", "lady@example.org", "--json").lines == []
    assert empty.run("subscribers", "rename", "nobody@example.org", "x@example.org").code == 2


def test_who_is_erased_leaves_a_hash_alone(empty: World) -> None:
    take(empty, "email,name,profile\nada@example.org,Ada L,graphs\n")
    assert empty.run("send").code == 0
    empty.run("feedback", "ada@example.org", "2601.90000", "+")
    assert empty.run("subscribers", "remove", "ada@example.org", "--erase").code == 0
    with sqlite3.connect(empty.folder / "digest.db") as connection:
        dump = "\n".join(connection.iterdump())
    assert "ada@" not in dump.lower()
    assert "Ada L" not in dump
    take(empty, "email,profile\nada@example.org,graphs\n")
    assert empty.run("send", "--json").json["why"] == {"suppressed": 1}


def test_who_is_removed_gets_no_more_but_is_not_forgotten(empty: World) -> None:
    take(empty, "email,profile\nada@example.org,graphs\n")
    assert empty.run("send").code == 0
    assert empty.run("subscribers", "remove", "ada@example.org").code == 0
    assert listed(empty) == {}
    take(empty, "email,profile\nada@example.org,graphs\n")
    assert empty.run("rank", "ada@example.org", "--json").lines == []
    assert empty.run("subscribers", "remove", "bob@example.org").code == 2


def test_one_whose_profile_is_gone_is_left_out_and_said_so(empty: World) -> None:
    take(empty, "email,profile\nada@example.org,graphs\n")
    empty.people = []
    empty.write()
    result = empty.run("send")
    assert result.code == 1
    assert "ada@example.org is left out" in result.err
