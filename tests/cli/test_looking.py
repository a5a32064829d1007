"""Whoever only looks changes nothing, and may look where nothing may be written."""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from child import Child
from digest.cli.arguments import make_parser
from digest.store.database import MIGRATIONS, open_database, writing
from unprivileged import (
    allow_writing,
    as_nobody,
    contents,
    forbid_writing,
    public_folder,
    require_public_checkout,
)
from world import Result, World, make_papers

ADA, EVE = "ada@example.org", "eve@example.org"
TODAY = datetime.now(UTC).date()
LOOKS = {
    "rank": ("rank", ADA),
    "rank --all": ("rank", ADA, "--all", "--json"),
    "preview": ("preview", ADA),
    "why": ("why", ADA, "2601.90001"),
    "papers": ("papers",),
    "issues": ("issues",),
    "issues --show": ("issues", "--show", str(TODAY)),
    "check": ("check",),
    "check ADDRESS": ("check", ADA),
    "replay": ("replay", "--from", str(TODAY - timedelta(days=3)), "--to", str(TODAY)),
    "status": ("status",),
    "status ADDRESS": ("status", EVE, "--json"),
    "subscribers list": ("subscribers", "list"),
    "subscribers show": ("subscribers", "show", EVE),
    "subscribers export": ("subscribers", "export"),
    "subscribers import --dry-run": ("subscribers", "import", "more.jsonl", "--dry-run"),
    "suppress --list": ("suppress", "--list"),
    "feedback --list": ("feedback", "--list"),
    "feedback ADDRESS --list": ("feedback", ADA, "--list"),
    "send --dry-run": ("send", "--dry-run"),
    "migrate --dry-run": ("migrate", "--dry-run"),
}
ACTS = {
    "fetch", "send", "run", "alert", "suppress", "receive", "retry", "feedback", "restore",
    "migrate", "backup", "subscribers add", "subscribers import", "subscribers rename",
    "subscribers remove",
}  # fmt: skip
VERSION = sa.table("alembic_version", sa.column("version_num"))
WITHOUT_A_STORE = {"demo", "init", "parse", "templates"}
WRITER = """\
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("UPDATE papers SET title = title")
print("ready", flush=True)
sys.stdin.read()
"""


def names(parser: argparse.ArgumentParser, before: str = "") -> Iterator[str]:
    """Every command of the program, with its action where it has several."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                yield from names(child, f"{before} {name}".strip())
            return
    yield before


def test_every_command_either_looks_or_acts() -> None:
    looks = {" ".join(words[: 2 if words[0] == "subscribers" else 1]) for words in LOOKS.values()}
    assert looks | ACTS | WITHOUT_A_STORE == set(names(make_parser()))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """An installation that has something of everything, where anybody may look."""
    with public_folder() as folder:
        world = World(folder)
        world.announce(*make_papers(3))
        more = {"email": "joe@example.org", "interest": [{"keywords": ["graph"]}]}
        (folder / "more.jsonl").write_text(json.dumps(more))
        for done in (
            world.run("send"),
            world.run("subscribers", "add", EVE, "--keyword", "graph"),
            world.run("feedback", ADA, "2601.90001", "+"),
            world.run("suppress", "bob@example.org"),
        ):
            assert done.code == 0, done
        world.announce(*make_papers(3, start=3))
        assert world.run("fetch").code == 0
        yield world


@pytest.fixture(params=["at rest", "at work"])
def installation(world: World, request: pytest.FixtureRequest) -> Iterator[World]:
    """The same with nobody at work, and while a service is."""
    if request.param == "at rest":
        yield world
        return
    command = [sys.executable, "-c", WRITER, str(world.folder / "digest.db")]
    with Child(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
        yield world
        writer.communicate(timeout=30)


def look(world: World) -> Iterator[tuple[str, Result]]:
    paths = {"more.jsonl": str(world.folder / "more.jsonl")}
    for name, words in LOOKS.items():
        yield name, world.run(*(paths.get(word, word) for word in words))


def test_looking_changes_nothing(installation: World) -> None:
    before = contents(installation.folder)
    for name, result in look(installation):
        assert result.code == 0, (name, result)
        assert contents(installation.folder) == before, name


def test_looking_works_where_nothing_may_be_written(installation: World) -> None:
    require_public_checkout()
    expected = dict(look(installation))
    forbid_writing(installation.folder)
    before = contents(installation.folder)
    try:
        found = as_nobody(lambda: dict(look(installation)))
    finally:
        allow_writing(installation.folder)
    assert contents(installation.folder) == before
    for name, result in found.items():
        if name.startswith("check"):  # it is right to say that here nothing could be sent
            assert result.code in (0, 2), result
        else:
            assert result == expected[name], name


@pytest.fixture
def older(world: World) -> Iterator[World]:
    """The same as before its last migration."""
    engine = open_database(f"sqlite:///{world.folder / 'digest.db'}")
    script = ScriptDirectory(str(MIGRATIONS))
    last, previous, *_ = (each.revision for each in script.walk_revisions())

    def call_it(name: str) -> None:
        with writing(engine) as connection:
            connection.execute(sa.update(VERSION).values(version_num=name))
        engine.dispose()

    call_it(previous)
    yield world
    call_it(last)


def test_an_older_schema_is_told_with_what_helps_and_stays(older: World) -> None:
    before = contents(older.folder)
    for name, result in look(older):
        if name == "migrate --dry-run":
            assert result.out.startswith("to do: ")
            continue
        assert "1 step(s) behind: digest migrate brings it up to date" in result.err, name
        if not name.startswith("check"):  # whose business it is to look at the rest, too
            assert (result.code, result.out) == (1, ""), (name, result)
    assert contents(older.folder) == before
