"""Which configuration acts is told where nobody named it, and asked about where it may surprise."""

import io
import os
import pty
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path

import pytest

from cli.test_looking import ACTS, LOOKS
from digest.cli import main
from unprivileged import contents
from world import World, make_papers, run

ADA, EVE = "ada@example.org", "eve@example.org"
ACTING = {
    "fetch": ("fetch",),
    "send": ("send", "--no-fetch"),
    "suppress": ("suppress", "bob@example.org"),
    "retry": ("retry",),
    "feedback": ("feedback", ADA, "2601.90001", "+"),
    "migrate": ("migrate",),
    "restore": ("restore", "copy.db"),
    "alert": ("alert", "trouble"),
    "run": ("run",),
    "subscribers add": ("subscribers", "add", EVE, "--keyword", "graph"),
    "subscribers import": ("subscribers", "import", "people.csv"),
    "subscribers rename": ("subscribers", "rename", EVE, "evelyn@example.org"),
    "subscribers remove": ("subscribers", "remove", "joe@example.org"),
}


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a configuration, to stand in."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def installed(world: World, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The machine's installation, with papers and somebody for each command."""
    monkeypatch.setattr("digest.config.paths.SYSTEM_FILE", world.config)
    world.digest = 'alerts_to = ["ops@example.org"]'
    world.write()
    world.announce(*make_papers(3))
    world.run("fetch")
    world.run("subscribers", "add", EVE, "--keyword", "graph")
    (elsewhere / "people.csv").write_text("email,keywords\njoe@example.org,graph\n")
    (elsewhere / "more.jsonl").write_text("")
    world.run("backup", str(elsewhere / "copy.db"))
    return world


def at_a_terminal(typed: str, *words: str) -> tuple[int, str]:
    """Run a command where somebody types; return its exit code, and what the terminal shows."""
    ours, its = pty.openpty()
    os.write(ours, typed.encode())
    with (
        open(its, "w", buffering=1, closefd=False) as shown,
        open(its, closefd=False) as keys,
        pytest.MonkeyPatch.context() as patch,
        redirect_stdout(shown),
        redirect_stderr(shown),
    ):
        patch.setattr("sys.stdin", keys)
        code = main(words)
    os.close(its)
    text = b""
    with suppress(OSError):  # Linux: nobody has the other end open any more
        while more := os.read(ours, 65_536):
            text += more
    os.close(ours)
    return code, text.decode().replace("\r", "")


def test_every_command_that_acts_is_tried_here() -> None:
    # A message comes by a pipe, where nobody can be asked; a backup changes nothing.
    assert set(ACTING) == ACTS - {"receive", "backup"}


def test_the_machines_configuration_is_named_wherever_it_is_used(
    installed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    for words in (*LOOKS.values(), *ACTING.values()):
        if words != ("run",):  # it would not end
            first, *_ = run(*words).err.splitlines()
            assert first == f"configuration: {installed.config}", words


def test_on_a_terminal_whatever_acts_is_asked_about_first(installed: World) -> None:
    before = contents(installed.folder)
    for words in ACTING.values():
        for typed in ("\n", "no\n", "\x04"):  # Ctrl-D
            code, shown = at_a_terminal(typed, *words)
            assert code == 2, (words, shown)
            assert f"There is no config.toml here. Go on with {installed.config}? [y/N]" in shown
            assert "nothing is done: --config FILE names another" in shown
    assert contents(installed.folder) == before


def test_who_says_yes_goes_on(installed: World) -> None:
    code, shown = at_a_terminal("y\n", *ACTING["suppress"])
    assert (code, "gets no more mail" in shown) == (0, True)
    for words in ACTING.values():
        if words not in (("run",), ACTING["restore"]):
            code, shown = at_a_terminal("", *words, "--yes")
            assert code in (0, 75), (words, shown)
            assert "Go on" not in shown, words


def test_on_a_terminal_looking_asks_nothing(installed: World) -> None:
    for words in LOOKS.values():
        _, shown = at_a_terminal("", *words)
        assert shown.startswith(f"configuration: {installed.config}\n"), words
        assert "Go on" not in shown


def own(installed: World, patch: pytest.MonkeyPatch) -> None:
    (installed.folder / "digest").mkdir()
    installed.config = installed.config.rename(installed.folder / "digest" / "config.toml")
    patch.setenv("XDG_CONFIG_HOME", str(installed.folder))


def test_ones_own_configuration_is_named_and_may_act(
    installed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    own(installed, monkeypatch)
    code, shown = at_a_terminal("", "fetch")
    assert (code, shown.splitlines()[0]) == (0, f"configuration: {installed.config}")
    assert "Go on" not in shown


@pytest.mark.parametrize("how", ["in this folder", "by an option", "by the environment"])
def test_a_configuration_that_is_named_or_lies_here_needs_no_word(
    installed: World, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    option: tuple[str, ...] = ()
    if how == "in this folder":
        monkeypatch.chdir(installed.folder)
    elif how == "by an option":
        option = ("--config", str(installed.config))
    else:
        monkeypatch.setenv("DIGEST_CONFIG", str(installed.config))
    code, shown = at_a_terminal("", *option, *ACTING["send"])
    assert (code, "configuration:" in shown, "Go on" in shown) == (0, False, False)


def test_with_q_it_is_not_told(installed: World) -> None:
    assert run("status", "-q").err == ""
