"""-q: what went well is not told; mistakes are, and so is what was asked for."""

import io
import sys
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator

import pytest

from digest.cli.arguments import make_parser
from servers import FaultyPeer
from world import World, make_papers

ADA, BO = "ada@example.org", "bo@example.org"
LETTER = "From: ada@example.org\nTo: papers@example.org\nSubject: hello\n\nGood morning.\n"

DOES = [
    "fetch",
    "send",
    f"send --test {ADA}",
    f"feedback {ADA} 2601.90000 +",
    f"subscribers add {BO} --keyword graph",
    f"subscribers add {BO} --name Bo",
    "subscribers import lists/more.jsonl",
    f"subscribers rename {BO} bob@example.org",
    "subscribers remove bob@example.org",
    "subscribers remove cy@example.org --erase",
    f"suppress {ADA}",
    f"suppress {ADA} --remove",
    "receive",
    "retry --state failed",
    "check",
    "alert trouble",
    "backup copy.db",
    "backup copies/",
    "migrate",
    "restore copy.db",
    "demo --out demo",
    "templates copy templates",
    "init new.toml",
    f"init --subscriber {ADA} ada.toml",
]
TELLS = [
    "parse dumps/papers.jsonl",
    "papers",
    f"rank {ADA}",
    f"preview {ADA}",
    "replay --from 2026-01-01 --to 2026-01-02",
    f"why {ADA} 2601.90000",
    "issues",
    "status",
    "feedback --list",
    "suppress --list",
    "subscribers list",
    f"subscribers show {ADA}",
    "subscribers export",
    "send --dry-run",
    "migrate --dry-run",
]
GOES_ON = {"run"}


@pytest.fixture(autouse=True)
def here(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands be run in the world's folder."""
    monkeypatch.chdir(world.folder)
    world.announce(*make_papers(2))
    world.digest = 'contact = "ops@example.org"'
    world.write()
    (world.folder / "lists").mkdir()
    (world.folder / "lists" / "more.jsonl").write_text(
        '{"email": "cy@example.org", "interest": [{"keywords": ["graph"]}]}'
    )


def names(parser: ArgumentParser, above: str = "") -> Iterator[str]:
    deeper = [each for each in parser._actions if isinstance(each, _SubParsersAction)]
    for action in deeper:
        for name, inner in action.choices.items():
            yield from names(inner, f"{above} {name}".strip())
    if not deeper:
        yield above


def test_every_command_is_tried_here() -> None:
    tried = [*DOES, *TELLS, *GOES_ON]
    missing = {
        name
        for name in names(make_parser())
        if not any(f"{x} ".startswith(f"{name} ") for x in tried)
    }
    assert not missing


def test_what_went_well_is_not_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = {}
    for command in DOES:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LETTER.encode())))
        ended[command] = world.run("-q", *command.split())
    assert {command: (each.out, each.err) for command, each in ended.items()} == dict.fromkeys(
        DOES, ("", "")
    )
    assert {each.code for each in ended.values()} == {0}


def test_what_was_asked_for_is_told_all_the_same(world: World) -> None:
    world.run("send", "--no-fetch")
    world.run("fetch")
    world.run("feedback", ADA, "2601.90000", "+")
    world.run("subscribers", "add", BO, "--keyword", "graph")
    world.run("suppress", "cy@example.org")
    asked = {command: world.run(*command.split()).out for command in TELLS}
    quiet = {command: world.run(*command.split(), "-q").out for command in TELLS}
    assert quiet == asked
    assert "" not in asked.values()


def test_mistakes_are_told(world: World) -> None:
    (world.folder / "dumps" / "letter.txt").write_text(LETTER)
    fetched = world.run("fetch", "-q")
    assert (fetched.code, fetched.out) == (1, "")
    (mistake,) = fetched.err.splitlines()
    assert "letter.txt: looks like plain text" in mistake
    (world.folder / "dumps" / "letter.txt").unlink()
    world.run("fetch")
    with FaultyPeer({"RCPT": "550 5.1.1 nobody here"}) as peer:
        world.serve_mail(peer)
        sent = world.run("send", "-q", "--no-fetch")
    assert (sent.code, sent.out, sent.err) == (1, "", "1 failed\n")
