"""A copy of the database, and a database from a copy: nothing is sent again."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from freezegun import freeze_time

from servers import smtp_server
from unprivileged import (
    allow_writing,
    as_nobody,
    contents,
    forbid_writing,
    public_folder,
    require_public_checkout,
)
from world import Result, World, make_papers, run

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


# ── A folder of dated copies ─────────────────────────────────────────────────────────────────


def back_up(world: World, *options: str, at: str = MONDAY):
    with freeze_time(at):
        return world.run("backup", f"{world.folder}/copies/", *options, "--json")


def names(world: World) -> list[str]:
    return sorted(path.name for path in (world.folder / "copies").iterdir())


def test_a_folder_keeps_the_newest_copies_each_with_its_time_in_the_name(world: World) -> None:
    monday(world)
    for day in range(9, 14):
        result = back_up(world, "--keep", "3", at=f"2026-03-{day:02} 12:00:00")
        assert result.code == 0
        assert result.json["file"].endswith(f"digest-2026-03-{day:02}T120000Z.db")
    assert names(world) == [f"digest-2026-03-{day}T120000Z.db" for day in (11, 12, 13)]
    assert [Path(each).name for each in result.json["removed"]] == ["digest-2026-03-10T120000Z.db"]
    for _ in range(3):  # within a second
        assert back_up(world, at="2026-03-13 12:00:00").code == 0
    assert len(names(world)) == 6  # fourteen stay where nobody says how many
    back_up(world, "--keep", "2", at="2026-03-12 12:00:00")  # a clock that was put back
    assert names(world) == ["digest-2026-03-12T120000Z-2.db", "digest-2026-03-13T120000Z-4.db"]


def test_what_is_not_a_copy_of_this_database_is_neither_counted_nor_removed(world: World) -> None:
    copy = monday(world)
    folder = world.folder / "copies"
    folder.mkdir()
    foreign = {
        "notes.txt": b"mine", "digest-old.db": copy.read_bytes(),
        "digest-2026-01-01T000000Z.db": b"no database", "digest-2026-01-02T000000Z.db.gz": b"x",
        "digest-2026-01-06T000000Z.db": another_installations_copy(copy),
        "digest-2026-01-07T000000Z.db": (world.folder / "digest.db").read_bytes(),
    }  # fmt: skip
    for name, content in foreign.items():
        (folder / name).write_bytes(content)
    (folder / "digest-2026-01-03T000000Z.db").mkdir()
    (folder / "digest-2026-01-04T000000Z.db").symlink_to(copy)
    (folder / "digest-2026-01-05T000000Z.db").write_bytes(copy.read_bytes())  # ours, and too many
    assert len(back_up(world, "--keep", "1").json["removed"]) == 1
    assert set(names(world)) == {
        *foreign, "digest-2026-01-03T000000Z.db", "digest-2026-01-04T000000Z.db",
        "digest-2026-03-09T120000Z.db",
    }  # fmt: skip
    assert all((folder / name).read_bytes() == content for name, content in foreign.items())


def another_installations_copy(copy: Path) -> bytes:
    other = copy.with_name("other.db")
    other.write_bytes(copy.read_bytes())
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("UPDATE keys SET secret = x'00'")
    return other.read_bytes()


def test_copies_are_the_owners_alone_and_so_is_what_restore_keeps(world: World) -> None:
    copy = monday(world)
    back_up(world)
    (world.folder / "digest.db").chmod(0o644)  # as it was once made
    kept = [Path(world.run("restore", str(copy), "--json").json["before"]) for _ in range(2)]
    assert kept[0] != kept[1]
    files = [copy, *(world.folder / "copies").iterdir(), *kept, world.folder / "digest.db"]
    assert [path.stat().st_mode & 0o777 for path in files] == [0o600] * len(files)
    assert (world.folder / "copies").stat().st_mode & 0o777 == 0o700
    with closing(sqlite3.connect(kept[0])) as connection:  # the first is not overwritten
        assert connection.execute("SELECT count(*) FROM issues").fetchone() == (1,)


def test_a_file_beside_keep_and_a_folder_to_restore_are_refused(world: World) -> None:
    copy = monday(world)
    assert "is no folder" in world.run("backup", str(copy), "--keep", "3").err
    assert world.run("backup", str(world.folder / "copies"), "--keep", "0").code == 2
    back_up(world)
    said = world.run("restore", str(world.folder / "copies"))
    assert said.code == 2
    assert "digest-2026-03-09T120000Z.db" in said.err
    assert world.run("restore", str(world.folder / "copies" / names(world)[0])).code == 0


def test_who_may_only_read_copies_a_database_and_takes_a_copy_into_another() -> None:
    require_public_checkout()
    with public_folder() as folder:
        world = World(folder)
        copy = monday(world)
        forbid_writing(folder)
        before = contents(folder)

        def copy_and_restore() -> tuple[Result, Result, Result]:
            with public_folder() as own:
                (own / "config.toml").write_text(world.config.read_text())
                named = ("--config", str(own / "config.toml"))
                copied = world.run("backup", str(own / "copy.db"))
                restored = run(*named, "restore", str(copy))
                return copied, restored, run(*named, "status", "--json")

        copied, restored, status = as_nobody(copy_and_restore)
        assert (copied.code, restored.code) == (0, 0), (copied, restored)
        assert status.json["papers"] == 5
        assert contents(folder) == before
        allow_writing(folder)
