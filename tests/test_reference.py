"""Every command, option and key is described, in docs/configuration.md and the man page."""

import re
import shutil
import subprocess
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator

import pytest

from digest.bundled import bundled
from digest.cli.arguments import make_parser
from digest.config import schema_source, settings, subscribers
from pages import ROOT
from world import run

PAGE = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
MANUAL = ROOT / "docs/digest.1"
MODULES = (settings, subscribers, settings, schema_source, subscribers)
KEYS = {
    (name, field.alias or key)
    for module in MODULES
    for name, table in vars(module).items()
    if isinstance(table, type) and issubclass(table, settings.Table)
    for key, field in table.model_fields.items()
}


def parsers(parser: ArgumentParser) -> Iterator[ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for inner in action.choices.values():
                yield from parsers(inner)


def test_every_key_of_the_schema_is_in_the_page_of_the_configuration() -> None:
    written = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    written |= set(re.findall(r"^#+ `\[+(?:\w+\.)?(\w+)\]+`", PAGE, re.MULTILINE))
    assert {key for _, key in KEYS} - written == set()


def test_every_command_and_option_is_in_the_man_page_and_says_what_it_does() -> None:
    text = MANUAL.read_text(encoding="utf-8").replace(r"\-", "-")
    for parser in parsers(make_parser()):
        assert rf"\fB{parser.prog}\fR" in text or any(
            isinstance(action, _SubParsersAction) for action in parser._actions
        )
        assert parser.description
        for action in parser._actions:
            assert action.help or isinstance(action, _SubParsersAction), (parser.prog, action.dest)
            assert all(rf"\fB{name}\fR" in text for name in action.option_strings)


@pytest.mark.skipif(shutil.which("man") is None, reason="man is not found (Debian: man-db)")
def test_man_shows_the_page_without_a_word_of_complaint() -> None:
    shown = subprocess.run(
        ["man", "--warnings", "--local-file", str(MANUAL)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MANPAGER": "cat", "MANWIDTH": "80"},
    )
    assert shown.stderr == ""
    assert "digest subscribers import" in shown.stdout
    assert "speculative" not in shown.stdout


def test_the_help_names_where_the_documentation_is() -> None:
    assert f"documentation: {bundled('docs')}" in run("--help").out
    assert (bundled("docs") / "configuration.md").is_file()
