"""What root's commands leave behind belongs to whom the service runs as, or is said."""

import ast
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import digest
from digest.ownership import Account, hand_over, make_file, make_folder, service_account
from world import World, make_papers

OTHER = 12_345
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")

OURS = os.geteuid() or 1_000
"""The owner of a test's folder as an account that is not root."""


def make_account(uid: int = OTHER, groups: frozenset[int] = frozenset()) -> Account:
    return Account(uid=uid, name="somebody", groups=groups)


@pytest.fixture
def open_path() -> Iterator[Path]:
    """A folder that everybody may go through, down from the root: pytest's own are closed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@pytest.fixture
def theirs(open_path: Path) -> World:
    """A world whose folder, with all that is in it, belongs to another user."""
    world = World(open_path)
    world.announce(*make_papers(3))
    for path in (world.folder, *world.folder.rglob("*")):
        os.chown(path, OTHER, OTHER)
    return world


def of_others(folder: Path) -> list[str]:
    """What in a folder another user would stumble over."""
    paths = [path for path in folder.rglob("*") if path.lstat().st_uid != OTHER]
    return sorted(str(path.relative_to(folder)) for path in paths)


@needs_root
def test_nothing_that_roots_commands_make_is_roots(theirs: World) -> None:
    people = theirs.folder / "people.csv"
    people.write_text("email,keywords\nbob@example.org,graph\n")
    before = {*theirs.folder.rglob("*")} | {people}
    os.chown(people, OTHER, OTHER)
    assert theirs.run("fetch").code == 0
    assert theirs.run("subscribers", "import", str(people)).code == 0
    assert theirs.run("send", "--yes").code == 0
    copy = theirs.folder / "copies" / "one.db"
    make_folder(copy.parent)
    assert theirs.run("backup", str(copy)).code == 0
    assert theirs.run("restore", str(copy)).code == 0
    assert theirs.run("send", "--no-fetch", "--yes").code == 0
    assert of_others(theirs.folder) == []
    made = {path for path in theirs.folder.rglob("*") if path.is_file()} - before
    assert {path.suffix for path in made} >= {".db", ".eml"}
    assert any("before-restore" in path.name for path in made)
    readable = [path.name for path in made if path.stat().st_mode & 0o077]
    assert readable == []


@needs_root
def test_a_database_that_was_roots_is_handed_over_by_the_next_command_that_writes(
    theirs: World,
) -> None:
    theirs.run("fetch")
    database = theirs.folder / "digest.db"
    os.chown(database, 0, 0)
    assert theirs.run("fetch").code == 0
    assert of_others(theirs.folder) == []
    assert database.stat().st_gid == OTHER


@needs_root
@pytest.mark.parametrize("link", ["symlink_to", "hardlink_to"])
def test_a_link_in_their_folder_gives_nothing_of_roots_away(tmp_path: Path, link: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("root's own")
    folder = tmp_path / "theirs"
    folder.mkdir()
    os.chown(folder, OTHER, OTHER)
    getattr(folder / "digest.db", link)(secret)
    try:
        hand_over(folder / "digest.db")
    except OSError:
        assert link == "symlink_to"
    assert secret.stat().st_uid == 0


@needs_root
def test_check_says_what_the_service_could_not_write_and_how_to_mend_it(theirs: World) -> None:
    assert theirs.run("fetch").code == 0
    assert theirs.run("check").code == 0
    database = theirs.folder / "digest.db"
    os.chown(database, 0, 0)
    result = theirs.run("check", "--json")
    assert result.code == 2
    (problem,) = result.json["problems"]
    assert str(database) in problem
    assert f"chown -R {OTHER}: {theirs.folder}" in problem


@needs_root
def test_check_says_that_messages_cannot_be_written(theirs: World) -> None:
    out = theirs.folder / "out"
    out.mkdir()
    result = theirs.run("check", "--json")
    assert result.code == 2
    assert str(out) in result.json["problems"][0]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anything")
def test_a_command_that_could_only_read_the_database_says_so(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.run("fetch")
    (world.folder / "digest.db").chmod(0o400)
    result = world.run("fetch")
    assert result.code == 1
    assert "may not write it" in result.err


@pytest.mark.parametrize(
    ("uid", "groups", "mode", "can"),
    [
        pytest.param(OURS, (), 0o600, True, id="the owner"),
        pytest.param(OURS, (), 0o066, False, id="the owner, though all others may"),
        pytest.param(OTHER, (), 0o600, False, id="a stranger"),
        pytest.param(OTHER, (), 0o602, True, id="a stranger where all may"),
        pytest.param(OTHER, (OTHER,), 0o660, True, id="the group"),
        pytest.param(OTHER, (OTHER,), 0o602, False, id="the group, though all others may"),
        pytest.param(0, (), 0o000, True, id="root"),
    ],
)
@needs_root
def test_who_may_write_a_file(
    open_path: Path, uid: int, groups: tuple[int, ...], mode: int, can: bool
) -> None:
    file = open_path / "digest.db"
    file.touch()
    os.chown(file, OURS, OTHER)
    file.chmod(mode)
    why = make_account(uid, frozenset(groups)).cannot_write(file)
    assert (why is None) is can
    assert can or str(file) in str(why)


def test_a_folder_on_the_way_that_is_closed_is_named(open_path: Path) -> None:
    closed = open_path / "closed"
    (closed / "state").mkdir(parents=True)
    (closed / "state").chmod(0o777)
    closed.chmod(0o700)
    assert make_account().cannot_write(closed / "state") == f"{closed} lets somebody not in"


def test_of_what_is_not_there_yet_the_folder_above_decides(open_path: Path) -> None:
    assert str(open_path) in str(make_account().cannot_write(open_path / "a" / "b"))


@needs_root
def test_the_service_runs_as_the_owner_of_the_state_folder(tmp_path: Path) -> None:
    os.chown(tmp_path, 1, 1)  # daemon: a system user everywhere
    account = service_account(Path("/home/ada/config.toml"), tmp_path)
    assert account is not None
    assert account.uid == 1


def test_your_own_service_runs_as_you(tmp_path: Path) -> None:
    account = service_account(tmp_path / "config.toml", tmp_path / "none yet")
    assert account is not None
    assert account.uid == os.geteuid()


def test_what_is_made_is_for_its_owner_alone_and_what_is_there_stays(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir(mode=0o755)
    make_folder(there / "a" / "b")
    make_file(there / "a" / "file")
    (there / "a" / "file").write_text("kept")
    make_file(there / "a" / "file")
    assert (there / "a" / "file").read_text() == "kept"
    modes = [path.stat().st_mode & 0o777 for path in (there, there / "a" / "b", there / "a/file")]
    assert modes == [0o755, 0o700, 0o600]


WRITERS = ("config", "embedding", "mail", "pipeline", "sources", "store", "summary", "wiring")
"""The rooms whose files a service and root's commands share."""


def test_folders_are_made_in_one_place_that_knows_whose_they_are() -> None:
    package = Path(digest.__file__).parent
    found = [
        f"{path.relative_to(package)}:{node.lineno}"
        for room in WRITERS
        for path in sorted((package / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("mkdir", "makedirs", "touch", "chown")
    ]
    assert found == []
