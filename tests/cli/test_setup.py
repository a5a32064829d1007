"""digest demo, init, migrate, and the frame around every command."""

import re
import subprocess
import sys
import tomllib
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from child import Child
from digest import __version__
from digest.cli import setup
from digest.config.paths import database_url
from world import World, make_papers, run

ROOT = Path(__file__).parents[2]


def test_the_demo_sends_to_each_sample_subscriber_and_leaves_the_messages(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    result = run("demo", "--out", str(out))
    assert result.code == 0
    assert {path.suffix for path in out.iterdir()} == {".eml", ".html", ".txt"}
    emls = sorted(out.glob("*.eml"))
    assert len(emls) == 3
    for eml in emls:
        message = message_from_bytes(eml.read_bytes(), policy=policy.default)
        assert message["To"].addresses[0].addr_spec in result.out
        assert str(message["Subject"]) in result.out
        assert str(eml.with_suffix(".html")) in result.out
        assert eml.with_suffix(".html").read_text().count("<html") == 1
    assert (out / "mine.txt").read_text() == "mine"
    assert len(re.findall(r"why: .+", result.out)) == 3


def test_init_writes_a_profile_for_an_address(tmp_path: Path) -> None:
    file = tmp_path / "ada.toml"
    assert run("init", "--subscriber", "ada@example.org", str(file)).code == 0
    assert 'email = "ada@example.org"' in file.read_text()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(("{file}",), "never overwrites", id="there already"),
        pytest.param(("--subscriber", "ada@example.org"), "FILE", id="no file"),
        pytest.param(("--subscriber", 'a"b', "{file}2"), "address", id="no address"),
        pytest.param(("{file}/below",), "Not a directory", id="not a folder"),
    ],
)
def test_init_refuses(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text("mine")
    result = run("init", *(argument.format(file=file) for argument in arguments))
    assert result.code == 2
    assert says in result.err
    assert file.read_text() == "mine"


def test_a_configuration_under_etc_has_no_path_that_the_service_may_not_write(
    tmp_path: Path,
) -> None:
    run("init", str(tmp_path / "config.toml"))
    text = (tmp_path / "config.toml").read_text()
    before, after = tomllib.loads(text), tomllib.loads(setup.for_the_machine(text))
    assert before["digest"].pop("database") == "sqlite:///digest.db"
    assert before["mail"].pop("directory") == "out"
    assert after["mail"].pop("directory") == "/var/lib/digest/out"
    assert after == before
    url = database_url(None, Path("/etc/digest/config.toml"), {})
    assert url == "sqlite:////var/lib/digest/digest.db"


def test_the_steps_printed_are_those_of_the_page() -> None:
    units, checkout = str(ROOT / "systemd"), str(ROOT)
    printed = run("init", "--systemd").out.replace("\\\n", "")
    printed = printed.replace(f"install {checkout}", "install .").replace(units, "systemd")
    page = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"<!-- boot: service -->\n+```sh\n(.+?)```", page, re.DOTALL)
    assert [*filter(None, printed.splitlines()[1:])] == block.splitlines()


@pytest.mark.parametrize("user", [(), ("--user",)], ids=["system", "user"])
def test_init_prints_the_steps_to_a_running_service(user: tuple[str, ...]) -> None:
    result = run("init", "--systemd", *user)
    assert result.code == 0
    assert "enable --now digest.service" in result.out


def test_migrate_has_nothing_to_do_after_a_fetch(world: World) -> None:
    world.announce(*make_papers(1))
    world.run("fetch")
    assert world.run("migrate", "--json").json == {"migrations": [], "done": True}
    assert world.run("migrate", "--dry-run").out == "the database is up to date\n"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nonsense",),
        ("parse",),
        ("papers", "--since", "yesterday"),
        ("rank", "a", "--limit", "0"),
    ],
    ids=repr,
)
def test_bad_usage_ends_with_2(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.code == 2
    assert "usage:" in result.err


def test_the_program_is_also_a_module() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "digest", "--version"], capture_output=True, text=True, check=True
    )
    assert ended.stdout == f"digest {__version__}\n"


def test_no_configuration_names_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("DIGEST_CONFIG", raising=False)
    result = run("status")
    assert result.code == 2
    assert "digest init" in result.err


def test_the_configuration_may_be_named_before_or_after_the_command(world: World) -> None:
    before = run("--config", str(world.config), "check")
    after = run("check", "--config", str(world.config))
    assert (before.code, after.code) == (0, 0)


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    dump = tmp_path / "papers.jsonl"
    dump.write_text('{"title": "Graphs", "abstract": "On graphs."}\n' * 20_000)
    command = [sys.executable, "-m", "digest", "parse", str(dump)]
    with Child(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as parsing:
        assert parsing.stdout
        assert parsing.stderr
        parsing.stdout.readline()
        parsing.stdout.close()
        assert parsing.stderr.read() == b""
    assert parsing.returncode == 0
