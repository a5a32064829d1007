"""What a person reads is in words: nothing is printed as Python writes it."""

import io
import re
import sys

import pytest

from cli.test_quiet import DOES, LETTER, TELLS
from world import World, make_papers

PYTHON = re.compile(
    r"\b(None|True|False|nan)\b|[\[{(]['\"]|[{]}|\[\]|datetime|PosixPath|<\w+[.:]|\w='"
)
FOR_PROGRAMS = ("parse", "subscribers export")
RICH = """
name = "Ada"
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
max_papers = 3
trending = 0.2
pauses = [{ from = 2020-12-20, to = 2021-01-06 }]
exclude = { keywords = ["survey"], authors = [], categories = ["cs.CR"] }
"""
INTEREST = """
name = "graphs"
always = true
keywords = ["graph", { term = "KV cache", weight = 3, case = true }]
authors = [{ name = "Ann Author1", position = "last" }]
categories = ["cs.LG", { term = "q-bio", weight = 0.5 }]
examples = ["arXiv:2309.06180"]
about = "How many graphs there are."
require = [{ keywords = ["statement"] }, { keywords = ["graph", "tree"] }]
"""


def test_no_command_prints_python_at_a_person(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(world.folder)
    (world.folder / "lists").mkdir()
    profile = f"{RICH}\n[[interest]]{INTEREST}"
    (world.folder / "lists" / "cy.toml").write_text(f'email = "cy@example.org"\n{profile}')
    (world.folder / "lists" / "more.jsonl").write_text('{"email": "di@example.org"}\n')
    world.digest = 'contact = "ops@example.org"'
    world.people = [world.person("ada", RICH, INTEREST)]
    world.write()
    untitled = {"title": None, "abstract": "Of graphs, without any title.", "authors": []}
    world.announce(*make_papers(4), untitled)
    asked = [*TELLS, "rank lists/cy.toml --all", "check lists/cy.toml", "status --subscribers"]
    asked += [
        "subscribers show cy@example.org",
        "why cy@example.org 2601.90001",
        "why ada@example.org nothing",
    ]
    commands = [*asked, "subscribers import lists/cy.toml", *DOES[:6], *asked, *DOES[6:], *asked]
    for command in commands:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LETTER.encode())))
        ended = world.run(*command.split())
        said = ended.err if command.startswith(FOR_PROGRAMS) else ended.out + ended.err
        wrong = [line for line in said.splitlines() if PYTHON.search(line)]
        assert not wrong, command
