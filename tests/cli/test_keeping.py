"""A copy of the database, and a database from a copy: nothing is sent again."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from freezegun import freeze_time

from servers import smtp_server
from world import World, make_papers

MONDAY, TUESDAY = "2026-03-09 12:00:00", "2026-03-10 12:00:00"


def count(world: World) -> int:
    return len(list((world.folder / "out").glob("*.eml")))


def monday(world: World) -> Path:
    """One issue, and a copy of the database."""
    world.announce(*make_papers(5))
    with freeze_time(MONDAY, tick=True):
        assert world.run("send").code == 0
        assert world.run("backup", str(world.folder / "copy.db")).code == 0
    return world.folder / "copy.db"


def test_a_copy_holds_everything_and_is_one_file(world: World) -> None:
    copy = monday(world)
    assert [path.name for path in world.folder.glob("copy.db*")] == ["copy.db"]
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM papers").fetchone() == (5,)
        assert connection.execute("SELECT status FROM deliveries").fetchall() == [("sent",)]


def test_a_copy_is_never_written_over(world: World) -> None:
    copy = monday(world)
    before = copy.read_bytes()
    result = world.run("backup", str(copy))
    assert result.code == 2
    assert "never overwrites" in result.err
    assert copy.read_bytes() == before


def test_a_folder_that_is_not_there_is_said(world: World) -> None:
    monday(world)
    result = world.run("backup", str(world.folder / "nowhere" / "copy.db"))
    assert result.code == 1
    assert "cannot be written" in result.err


def test_what_was_sent_after_the_copy_is_not_sent_again_by_a_restored_database(
    world: World,
) -> None:
    copy = monday(world)
    world.announce(*make_papers(5, start=5))
    with freeze_time(TUESDAY, tick=True):
        world.run("send")
    assert count(world) == 2
    with freeze_time("2026-03-10 18:00:00", tick=True):
        restored = world.run("restore", str(copy), "--json")
        again = world.run("send", "--no-fetch", "--json")
    assert restored.code == 0
    assert Path(restored.json["before"]).is_file()
    assert again.json["sent"] == 0
    assert count(world) == 2


def test_what_is_announced_after_a_restore_comes(world: World) -> None:
    copy = monday(world)
    with freeze_time(TUESDAY, tick=True):
        world.run("restore", str(copy))
    world.announce(*make_papers(3, start=20), name="more.jsonl")
    with freeze_time("2026-03-11 12:00:00", tick=True):
        result = world.run("send", "--json")
    assert (result.json["new"], result.json["sent"]) == (3, 1)


def test_what_was_pulled_again_but_announced_before_counts_as_had(world: World) -> None:
    copy = monday(world)
    with freeze_time("2026-03-11 18:00:00", tick=True):
        world.run("restore", str(copy))
    old = [paper | {"announced": "2026-03-10"} for paper in make_papers(3, start=20)]
    new = [paper | {"announced": "2026-03-12"} for paper in make_papers(2, start=30)]
    world.announce(*old, *new, name="more.jsonl")
    with freeze_time("2026-03-12 12:00:00", tick=True):
        world.run("send")
        picked = world.run("issues", "--show", "2026-03-12", "--json").lines[0]["picks"]
    assert {pick["arxiv_id"] for pick in picked} == {each["arxiv_id"] for each in new}


def test_an_earlier_instant_leaves_what_came_after_it_to_be_sent(world: World) -> None:
    copy = monday(world)
    with freeze_time("2026-03-11 12:00:00", tick=True):
        world.run("restore", str(copy), "--had-until", "2026-03-09T13:00")
    papers = [paper | {"announced": "2026-03-10"} for paper in make_papers(3, start=20)]
    world.announce(*papers, name="more.jsonl")
    with freeze_time("2026-03-11 13:00:00", tick=True):
        assert world.run("send", "--json").json["sent"] == 1


def test_a_message_that_waited_in_the_copy_is_left_to_the_operator(world: World) -> None:
    world.announce(*make_papers(3))
    with smtp_server(refuse={"ada@example.org": "451 later"}) as server:
        world.serve_mail(server)
        with freeze_time(MONDAY, tick=True):
            assert world.run("send", "--json").json["deferred"] == 1
            world.run("backup", str(world.folder / "copy.db"))
    with smtp_server() as server, freeze_time("2026-03-09 15:00:00", tick=True):
        world.serve_mail(server)
        world.run("restore", str(world.folder / "copy.db"))
        assert world.run("send", "--no-fetch", "--json").json["sent"] == 0
        assert not server.received
        world.run("retry", "--state", "uncertain")
        assert world.run("send", "--no-fetch", "--json").json["sent"] == 1
        assert len(server.received) == 1


def test_a_copy_put_in_place_by_hand_is_treated_like_a_restored_one(world: World) -> None:
    copy = monday(world)
    world.announce(*(paper | {"announced": "2026-03-10"} for paper in make_papers(5, start=5)))
    with freeze_time(TUESDAY, tick=True):
        world.run("send")
        for path in world.folder.glob("digest.db*"):
            path.unlink()
        copy.rename(world.folder / "digest.db")
        again = world.run("send", "--json")
    assert again.json["sent"] == 0
    assert count(world) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(None, "there is no such file", id="missing"),
        pytest.param(b"no database at all", "is no copy", id="something-else"),
    ],
)
def test_what_is_no_copy_is_refused(world: World, content: bytes | None, said: str) -> None:
    monday(world)
    path = world.folder / "other.db"
    if content is not None:
        path.write_bytes(content)
    result = world.run("restore", str(path))
    assert result.code == 2
    assert said in result.err
    assert world.run("status", "--json").json["papers"] == 5


def test_an_instant_that_is_none_is_refused(world: World) -> None:
    copy = monday(world)
    result = world.run("restore", str(copy), "--had-until", "yesterday")
    assert result.code == 2
    assert "yesterday" in result.err


def test_a_database_moves_from_sqlite_to_postgresql_and_back(
    world: World, postgresql_url: str
) -> None:
    copy = monday(world)
    world.config.write_text(world.config.read_text().replace("sqlite:///digest.db", postgresql_url))
    with freeze_time(TUESDAY, tick=True):
        assert world.run("restore", str(copy)).code == 0
        assert world.run("restore", str(copy)).code == 2  # it is not empty any more
        world.announce(*make_papers(3, start=20), name="more.jsonl")
        assert world.run("send", "--json").json["new"] == 3
        back = world.folder / "back.db"
        assert world.run("backup", str(back)).code == 0
    with closing(sqlite3.connect(back)) as connection:
        assert connection.execute("SELECT count(*) FROM papers").fetchone() == (8,)
        assert connection.execute("SELECT count(*) FROM issues").fetchone()[0] >= 1
