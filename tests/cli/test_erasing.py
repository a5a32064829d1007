"""What is held about a person is told to them; and when they are erased, it is gone for good."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from freezegun import freeze_time

from digest import wiring
from digest.store import erasing
from digest.store.locks import sole
from running import Running
from servers import smtp_server
from world import World, make_papers

ADA, NAME, OLD = "ada.q@example.org", "Adalbertina Quux", "a.quux@old.example.org"
ADD = ("--keyword", "graph", "--name")


@pytest.fixture
def ada(world: World):
    """A world whose state has a folder of its own, and whose Ada has had, judged, bounced."""
    world.people = []
    world.mail = 'directory = "state/out"\ninbox = "state/inbox"'
    world.write()
    world.config.write_text(
        world.config.read_text().replace("sqlite:///digest.db", "sqlite:///state/digest.db")
    )
    world.announce(*make_papers(3))
    world.run("subscribers", "add", OLD, *ADD, NAME)
    others = (f"reader{number}@example.org,Reader {number},graph\n" for number in range(60))
    (world.folder / "others.csv").write_text("email,name,keywords\n" + "".join(others))
    world.run("subscribers", "import", str(world.folder / "others.csv"))  # pages split, rows move
    assert world.run("send", "--json").json["sent"] == 61
    world.run("subscribers", "rename", OLD, ADA)
    world.run("feedback", ADA, "2601.90000", "+")
    return world


def state(world: World) -> Path:
    return world.folder / "state"


def traces(world: World, *words: str) -> dict[str, list[str]]:
    """In which files of the state folder a word stands, in any case."""
    files = {
        str(path.relative_to(state(world))): path.read_bytes().lower()
        for path in state(world).rglob("*")
        if path.is_file()
    }
    found = {word: [n for n, c in files.items() if word.lower().encode() in c] for word in words}
    return {word: names for word, names in found.items() if names}


def erase(world: World):
    return world.run("subscribers", "remove", ADA, "--erase")


def test_who_is_erased_is_gone_from_every_byte_while_the_service_runs(ada: World) -> None:
    assert set(traces(ada, ADA, NAME, OLD)) == {ADA, NAME, OLD}
    with Running(ada) as service:
        service.hear("READY=1")
        service.read("ready pid=")
        assert traces(ada, "reader5@example.org")
        result = erase(ada)
        assert (result.code, result.err) == (0, "")
        assert traces(ada, ADA, NAME, OLD) == {}
        with closing(sqlite3.connect(state(ada) / "digest.db")) as connection:
            kept = connection.execute("SELECT email, why FROM suppressions").fetchall()
        assert len(kept) == 2
        assert all(email.startswith("sha256:") and why == "erased" for email, why in kept)
        assert service.stop() == 0
    assert traces(ada, ADA, NAME, OLD) == {}
    assert len(list((state(ada) / "out").glob("*.eml"))) == 60  # the others' messages stay


def test_what_is_deleted_is_written_over_so_that_a_large_database_is_not_rebuilt(
    ada: World, monkeypatch
) -> None:
    monkeypatch.setattr(erasing, "_rebuild", lambda *_: False)
    result = erase(ada)
    assert (result.code, result.err) == (0, "")
    assert traces(ada, ADA, NAME, OLD) == {}


def test_a_large_database_is_not_rebuilt_under_a_service(ada: World, monkeypatch) -> None:
    monkeypatch.setattr(erasing, "_QUICKLY_REBUILT", 0)
    leave_lying(ada)
    settings = wiring.load_settings(str(ada.config))
    with wiring.open_store(settings) as engine, sole(engine, "service"):
        assert "stop the service" in erase(ada).err
    assert erase(ada).err == ""
    assert traces(ada, ADA, NAME, OLD) == {}


def leave_lying(world: World) -> None:
    """Delete something of Ada's as an older program did, which left the bytes."""
    content = [ADA * 9_000]
    for statement, values in (
        ("INSERT INTO good_files VALUES ('x', ?, '2026-01-01')", content),
        ("DELETE FROM good_files", []),
    ):
        with closing(sqlite3.connect(state(world) / "digest.db")) as connection, connection:
            connection.execute("PRAGMA secure_delete = OFF")
            connection.execute(statement, values)


def test_what_sqlite_left_lying_in_the_file_is_found_and_goes(ada: World) -> None:
    leave_lying(ada)
    assert erase(ada).code == 0
    assert traces(ada, ADA, NAME, OLD) == {}


def test_a_reader_that_keeps_the_log_is_waited_for_and_then_said(ada: World, monkeypatch) -> None:
    monkeypatch.setattr(erasing, "_PATIENCE_MS", 100)
    with closing(sqlite3.connect(state(ada) / "digest.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM papers").fetchone()
        result = erase(ada)
        assert result.code == 75
        assert "another program is reading the database" in result.err
    assert erase(ada).code == 0
    assert traces(ada, ADA, NAME, OLD) == {}


def test_copies_beside_the_database_are_cleaned_and_others_are_named(ada: World) -> None:
    backup = ada.folder / "copy.db"
    ada.run("backup", str(backup))
    ada.run("backup", str(state(ada) / "mine.db"))
    ada.run("restore", str(backup))
    (state(ada) / "digest.db.before-0001").write_bytes(b"no database, but ada.q@example.org")
    (state(ada) / "inbox" / "cur").mkdir(parents=True)
    (state(ada) / "inbox" / "cur" / "1.mail:2,S").write_text(f"From: {ADA.upper()}\n\nstop")
    result = erase(ada)
    assert result.code == 0
    left = {"mine.db", "digest.db.before-0001", "inbox/cur/1.mail:2,S"}
    assert {name for names in traces(ada, ADA, NAME, OLD).values() for name in names} == left
    assert all(f"{state(ada) / name} holds the address" in result.err for name in left)
    assert "backups made before now hold it" in result.out


def test_a_copy_from_before_brings_nobody_back_who_was_erased_or_has_left(ada: World) -> None:
    ada.run("backup", str(ada.folder / "copy.db"))
    erase(ada)
    ada.run("suppress", "reader7@example.org", "--why", "asked by mail")
    assert ada.run("restore", str(ada.folder / "copy.db")).code == 0
    assert traces(ada, ADA, NAME, OLD) == {}
    ada.announce(*make_papers(1, start=20))
    with freeze_time(datetime.now(UTC) + timedelta(days=1)):
        report = ada.run("send", "--json").json
    assert (report["sent"], report["why"]) == (59, {"suppressed": 1})


def test_who_was_removed_is_still_told_what_is_held(ada: World) -> None:
    before = ada.run("subscribers", "show", ADA, "--json").json
    assert before["kept"] == "database"
    removed = ada.run("subscribers", "remove", ADA)
    assert OLD in removed.out
    for address in (ADA, OLD):
        held = ada.run("subscribers", "show", address, "--json").json
        assert held["kept"] is None
    assert (held["had"], [each["papers"] for each in held["issues"]]) == (3, [3])
    assert ada.run("subscribers", "show", ADA, "--json").json["votes"] == before["votes"]
    told = ada.run("subscribers", "show", OLD)
    assert told.code == 0
    assert "no subscriber any more" in told.out
    for address in (ADA, OLD):
        assert ada.run("subscribers", "remove", address, "--erase").code == 0
        assert "none since" in ada.run("subscribers", "show", address).out  # but for the hash
    assert traces(ada, ADA, OLD) == {}
    assert ada.run("subscribers", "show", "nobody@elsewhere.example").code == 2


def test_nobody_is_called_erased_of_whom_nothing_was_held(ada: World) -> None:
    result = ada.run("subscribers", "remove", "ada.q@exmaple.org", "--erase")
    assert result.code == 2
    assert f"did you mean {ADA}?" in result.err
    assert erase(ada).code == erase(ada).code == 0  # the same again may finish what had to wait
    with closing(sqlite3.connect(state(ada) / "digest.db")) as connection:
        assert connection.execute("SELECT count(*) FROM suppressions").fetchone() == (2,)


def test_what_is_held_is_told_in_words(world: World) -> None:
    world.people = []
    world.write()
    world.announce(*make_papers(2))
    row = (
        '{"email": "ada@example.org", "name": "Ada", "send_at": "06:30", "interest": [{"name": "g",'
        ' "keywords": ["graph", {"term": "tree", "weight": 3}], "always": true}]}'
    )
    (world.folder / "p.jsonl").write_text(row)
    world.run("subscribers", "import", str(world.folder / "p.jsonl"))
    with smtp_server() as server:
        world.serve_mail(server)
        world.run("send")
    world.run("feedback", "ada@example.org", "2601.90000", "-")
    world.run("suppress", "ada@example.org", "--why", "on leave")
    out = world.run("subscribers", "show", "ada@example.org").out
    for said in (
        "Ada <ada@example.org>: a subscriber, kept in the database", ": on leave",
        "send_at: 06:30", "interest: name g; keywords graph, term tree; weight 3; always yes",
        "issues       1, the last of", "papers had   2", "- On graphs, part 0", "nothing",
    ):  # fmt: skip
        assert said in out
    assert not any(word in out for word in ("None", "{", "}", "[", "'"))
