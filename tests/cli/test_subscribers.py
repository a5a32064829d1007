"""subscribers: kept in the database, beside those of the files, and forgotten when they ask."""

import json
import re
import sqlite3
import tomllib
from datetime import date
from pathlib import Path

import pytest

from digest.config.subscribers import SubscriberTable
from servers import smtp_server
from world import World, make_papers

ROOT = Path(__file__).parents[2]
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


# ── Adding, importing and naming people ──────────────────────────────────────────────────────


def facts_of(world: World, address: str = "ada@example.org") -> dict:
    return world.run("subscribers", "show", address, "--json").json["profile"]


def test_adding_somebody_known_changes_what_is_named_and_loses_nothing(empty: World) -> None:
    take(
        empty, "email,name,profile,keywords,send_at\nada@example.org,Ada,graphs,graph|tree,06:30\n"
    )
    result = empty.run("subscribers", "add", "Ada@Example.org", "--keyword", "knot")
    assert result.code == 0
    assert "kept already: changed interest" in result.out
    assert "unchanged: name, profile, send_at" in result.out
    assert facts_of(empty) == {
        "email": "ada@example.org", "name": "Ada", "profile": "graphs", "send_at": "06:30",
        "interest": [{"keywords": ["graph", "tree", "knot"]}],
    }  # fmt: skip
    empty.run("subscribers", "add", "ada@example.org", "--name", "Ada L", "--keyword", "tree")
    after = facts_of(empty)
    assert after["name"] == "Ada L"
    assert after["interest"] == [{"keywords": ["graph", "tree", "knot"]}]


def test_keywords_added_to_several_interests_are_one_of_their_own(empty: World) -> None:
    interests = [{"name": "a", "keywords": ["graph"]}, {"name": "b", "about": "Trees."}]
    take(empty, json.dumps({"email": "ada@example.org", "interest": interests}), name="p.jsonl")
    assert empty.run("subscribers", "add", "ada@example.org", "--keyword", "knot").code == 0
    assert facts_of(empty)["interest"] == [*interests, {"keywords": ["knot"]}]


def test_a_table_leaves_alone_what_it_has_no_column_for(empty: World) -> None:
    take(empty, "email,name,keywords,send_at\nada@example.org,Ada,graph,06:30\n")
    assert take(empty, "email,name\nada@example.org,Ada Lovelace\n").code == 0
    assert facts_of(empty) == {
        "email": "ada@example.org", "name": "Ada Lovelace", "send_at": "06:30",
        "interest": [{"keywords": ["graph"]}],
    }  # fmt: skip
    take(empty, "email,send_at,keywords\nada@example.org,,tree\n")  # an empty cell takes out
    assert "send_at" not in facts_of(empty)
    assert facts_of(empty)["interest"] == [{"keywords": ["tree"]}]


def test_a_profile_that_a_colleague_filled_in_is_taken_into_the_database(empty: World) -> None:
    profile = empty.folder / "bob.toml"
    assert empty.run("init", "--subscriber", "bob@example.org", str(profile)).code == 0
    profile.write_text(
        profile.read_text()
        .replace('# send_at = "07:30"', "send_at = 06:15:00")
        .replace("# pauses", "pauses")
    )
    assert empty.run("subscribers", "import", str(profile), "--json").json["added"] == 1
    assert empty.run("subscribers", "import", str(profile), "--json").json["same"] == 1
    facts = facts_of(empty, "bob@example.org")
    assert facts["send_at"] == "06:15"
    assert facts["pauses"] == [{"from": "2026-12-20", "to": "2027-01-06"}]
    assert [each["name"] for each in facts["interest"]] == ["language models"]
    empty.announce(*make_papers(1, word="language model", start=50))
    assert empty.run("send", "--json").json["sent"] == 1


def example_profile() -> dict:
    """Every key that a subscriber may have, as the example configuration shows it."""
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    text = re.sub(r"^#(?=\w+ = )", "", text[text.index("[defaults]") :], flags=re.MULTILINE)
    data = tomllib.loads(text)
    profile = data["defaults"] | data["subscriber"][0]
    assert profile.keys() == SubscriberTable.model_fields.keys()
    for interest in profile["interest"]:
        interest["examples"] = ["arXiv:2309.06180", {"zotero": {"library": "groups/12345"}}]
    return profile


def test_every_key_survives_import_export_and_import(empty: World) -> None:
    empty.people = [PROFILE, PROFILE.replace("graphs", "single-cell")]
    empty.write()
    profile = example_profile()
    path = empty.folder / "ada.toml"
    path.write_text(as_toml(profile))
    assert empty.run("subscribers", "import", str(path)).code == 0
    exported = empty.run("subscribers", "export").out
    assert json.loads(exported).keys() == profile.keys()
    empty.run("subscribers", "remove", "ada@example.org")
    assert take(empty, exported, "--json", name="again.jsonl").json["added"] == 1
    assert empty.run("subscribers", "export").out == exported
    served = empty.run("check", "ada@example.org", "--json")
    assert served.code in (0, 2)  # one of whose categories no source pulls
    assert "left out" not in served.err


def as_toml(table: dict) -> str:
    """Write a table as TOML; tomllib only reads."""
    return "".join(f"{name} = {_value(value)}\n" for name, value in table.items())


def _value(value) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_value(each)}" for name, each in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return str(value) if isinstance(value, date) else json.dumps(value)


def test_what_a_table_cannot_hold_is_named_when_it_is_exported(empty: World) -> None:
    graphs = {"name": "g", "keywords": [{"term": "graph", "weight": 3}]}
    facts = {
        "email": "ada@example.org",
        "pauses": [{"from": "2026-12-20", "to": "2027-01-06"}],
        "interest": [graphs, {"about": "Trees."}],
    }
    take(empty, json.dumps(facts), name="p.jsonl")
    result = empty.run("subscribers", "export", "--csv")
    assert "graph" in result.out
    for name in ("pauses", "interest.name", "weights", "interests but the first"):
        assert name in result.err


def test_every_mistake_of_a_profile_is_named_with_its_line(empty: World) -> None:
    (empty.folder / "library.bib").write_text("@article{a, title={On graphs}}")
    path = empty.folder / "eve.toml"
    path.write_text(
        'email = "eve@example.org"\nsend_at = "late"\nprofile = "grahps"\n[[interest]]\n'
        'keywords = ["graph"]\nexamples = [\n  { file = "library.bib" },\n'
        '  { file = "/etc/passwd" },\n  { zotero = { library = "users/1", key = "s3cret" } },\n'
        '  { zotero = { library = "users/1", key = { env = "HOME" } } },\n]\n'
    )
    result = empty.run("subscribers", "import", str(path))
    assert result.code == 2
    found = [line.split(": ")[0].rpartition("/")[2] for line in result.err.splitlines()]
    assert sorted(set(found)) == ["eve.toml:10", "eve.toml:2", "eve.toml:3", "eve.toml:7",
                                  "eve.toml:8", "eve.toml:9"]  # fmt: skip
    assert "leads out of the folder" in result.err
    assert "refers to no secret" in result.err
    assert (
        'keep this profile as a file, named in digest.subscribers = ["subscribers.d' in result.err
    )
    assert "s3cret" not in result.err
    assert listed(empty) == {}


def test_a_row_that_names_a_file_is_refused_like_a_profile(empty: World) -> None:
    interest = [{"examples": [{"file": "library.bib"}]}]
    (empty.folder / "library.bib").write_text("@article{a, title={On graphs}}")
    row = {"email": "ada@example.org", "interest": interest}
    result = take(empty, json.dumps(row), name="p.jsonl")
    assert result.code == 2
    assert "p.jsonl:1: interest[0].examples[0]: a file of examples cannot go" in result.err


def test_nobody_takes_anothers_address_of_today_or_of_old(empty: World) -> None:
    take(empty, "email,profile\nada@example.org,graphs\nbob@example.org,graphs\n")
    empty.run("subscribers", "rename", "ada@example.org", "lady@example.org")
    for said in (
        empty.run("subscribers", "add", "ada@example.org", "--profile", "graphs"),
        empty.run("subscribers", "rename", "bob@example.org", "Ada@example.org"),
        empty.run("subscribers", "rename", "bob@example.org", "lady@example.org"),
        take(empty, json.dumps({"email": "eve@example.org", "profile": "graphs",
                                "formerly": ["bob@example.org"]}), name="p.jsonl"),
    ):  # fmt: skip
        assert said.code == 2
        assert "address" in said.err
    assert set(listed(empty)) == {"bob@example.org", "lady@example.org"}


def test_rename_takes_another_spelling_the_way_back_and_no_nonsense(empty: World) -> None:
    take(empty, "email,profile\nada@example.org,graphs\n")
    assert empty.run("subscribers", "rename", "ada@example.org", "nonsense").code == 2
    for new in ("Ada@Example.org", "lady@example.org", "ada@example.org"):
        (old,) = listed(empty)
        assert empty.run("subscribers", "rename", old, new).code == 0
        (now,) = listed(empty)
        assert now == new
    assert facts_of(empty)["formerly"] == ["lady@example.org"]


def test_a_misspelt_address_is_answered_with_the_one_that_was_meant(empty: World) -> None:
    take(empty, "email,profile\nada@example.org,graphs\n")
    for command in (
        ("subscribers", "remove", "ada@exmaple.org"),
        ("subscribers", "rename", "ada@exmaple.org", "lady@example.org"),
        ("subscribers", "show", "ada@exmaple.org"),
        ("feedback", "ada@exmaple.org", "2601.90000", "+"),
        ("send", "ada@exmaple.org"),
    ):
        result = empty.run(*command)
        assert result.code == 2
        assert "did you mean ada@example.org?" in result.err
    assert empty.run("feedback", "ada@example.org", "no such paper", "+").code == 2


def test_what_is_no_address_is_not_suppressed_and_an_unknown_one_is_said(empty: World) -> None:
    take(empty, "email,profile\nada@example.org,graphs\n")
    for nonsense in ("nonsense", "a@", "@b.org", "a b@c.org", "ada@example.org,bob@example.org"):
        assert empty.run("suppress", nonsense).code == 2
    assert empty.run("suppress", "--list", "--json").json == []
    typo = empty.run("suppress", "ada@exmaple.org")
    assert typo.code == 0
    assert "nobody of this address is subscribed" in typo.err
    assert "did you mean ada@example.org?" in typo.err
    assert empty.run("suppress", "ada@example.org").err == ""
    assert "already, since" in empty.run("suppress", "ada@example.org").out
    again = empty.run("suppress", "ada@exampel.org", "--remove")
    assert (again.code, "did you mean ada@example.org?" in again.err) == (2, True)


def test_who_is_suppressed_or_was_erased_and_is_added_again_is_said(empty: World) -> None:
    take(empty, "email,profile\nada@example.org,graphs\n")
    empty.run("subscribers", "remove", "ada@example.org", "--erase")
    added = empty.run("subscribers", "add", "ada@example.org", "--profile", "graphs")
    assert "suppressed and gets no mail" in added.err
    assert empty.run("send", "--json").json["why"] == {"suppressed": 1}
    assert empty.run("suppress", "ada@example.org", "--remove").code == 0
    assert empty.run("send", "--json").json["sent"] == 1
