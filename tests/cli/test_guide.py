"""digest init at a terminal: from nothing to one's first issue."""

import re
import stat
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from freezegun import freeze_time

import guide_child
from arxiv_service import Arxiv, ArxivServer
from digest.wiring import sources
from http_server import Reply
from servers import smtp_server
from terminal import Terminal
from world import run

CHILD = str(Path(__file__).parents[1] / "guide_child.py")
BY_ADA = """<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"
xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom">
<id>https://arxiv.org/api/invented</id><opensearch:totalResults>1</opensearch:totalResults>
<entry><id>http://arxiv.org/abs/2603.90777v1</id><title>Grasping Herons</title>
<summary>We count herons.</summary><published>2026-03-09T10:00:00Z</published>
<category term="cs.RO"/><author><name>Ada Stream</name></author></entry></feed>"""


class Services(ArxivServer):
    """arXiv of these days, its search, and no Daily Papers."""

    def __init__(self) -> None:
        arxiv = Arxiv(("cs.RO", "cs.LG"), first=date(2026, 3, 2), now=guide_child.NOW)
        arxiv.announce(guide_child.NOW.date())
        super().__init__(arxiv)

    def take(self, path: str) -> Reply:
        place, asked = urlsplit(path).path, parse_qs(urlsplit(path).query)
        if place == "/api/query":
            is_ada = "Ada Stream" in unquote(asked.get("search_query", [""])[0])
            return Reply(body=BY_ADA.encode() if is_ada else b"", status=200 if is_ada else 404)
        if place == "/api/daily_papers":
            return Reply(body=b"[]")
        return super().take(path)


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Services() as services:
        yield services


@pytest.fixture
def redirected(services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """The services, asked by what runs in this process."""
    for name in guide_child.ASKING:
        monkeypatch.setattr(sources, name, getattr(sources, name))  # put back afterwards
    guide_child.redirect(services.url(""))
    with freeze_time(guide_child.NOW, tick=True):
        yield services


def at_terminal(folder: Path, url: str, *arguments: str) -> Terminal:
    return Terminal([sys.executable, CHILD, url, "init", *arguments], folder)


def answer(terminal: Terminal, *pairs: tuple[str, str]) -> None:
    for question, typed in pairs:
        terminal.see(question)
        terminal.type(typed)


def test_from_nothing_to_a_first_issue_in_the_inbox(services: Services, tmp_path: Path) -> None:
    with smtp_server() as relay, at_terminal(tmp_path, services.url("")) as terminal:
        answer(
            terminal,
            ("Your e-mail address: ", "ada at example.org"),
            ("is no e-mail address", "ada@example.org"),
            ("Fields: ", "robots, knitting, machine learning"),
            ("1  cs.RO Robotics", "1"),
            ("1  cs.LG Machine Learning", "1"),
            ("Topics: ", "number, heron*"),
            ("Your name", "Ada Stream"),
            ("1  Grasping Herons", "all"),
            ("Time zone", "Europe/Berlin"),
            ("When shall the mail come? [07:30]", "6 o'clock"),
            ("is no time of the day", "06:15"),
            ("fastmail  Fastmail", "other"),
            ("Its name", "localhost"),
            ("Its port", str(relay.port)),
            ("Encryption", "none"),
            ("Account", "-"),
        )
        answer(
            terminal,
            ("show the first issue?", ""),
            ("sent to ada@example.org now?", "y"),
        )
        terminal.see("digest init --systemd --user")
        assert terminal.end() == 0
    (message,) = relay.received
    assert message.recipient == "ada@example.org"
    assert b"On the number" in message.content
    assert (tmp_path / "first-issue.html").read_text().startswith("<!DOCTYPE html>")
    config = tmp_path / "config.toml"
    assert 'examples = [\n    "arXiv:2603.90777",\n]' in config.read_text()
    assert run("--config", str(config), "check").code == 0


def test_a_password_is_typed_unseen_and_kept_for_its_owner_alone(
    services: Services, tmp_path: Path
) -> None:
    with at_terminal(tmp_path, services.url(""), "--category", "cs.RO", "--name", "") as terminal:
        answer(
            terminal,
            ("Your e-mail address: ", "ada@example.org"),
            ("Topics: ", "grasping"),
            ("A BibTeX file", "no.bib"),
            ("there is no file", ""),
            ("Time zone", ""),
            ("When", ""),
            ("How does mail leave?", "gmail"),
            ("myaccount.google.com/apppasswords", ""),
            ("Password", "hunter2"),
            ("show the first issue?", "no"),
        )
        assert terminal.end() == 0
    assert "hunter2" not in terminal.shown
    secret = tmp_path / "smtp-password"
    assert secret.read_text() == "hunter2\n"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    text = (tmp_path / "config.toml").read_text()
    assert 'host = "smtp.gmail.com"' in text
    assert 'password = { file = "smtp-password" }' in text


@pytest.mark.parametrize("key", ["c", "d"], ids=["Ctrl-C", "end of file"])
def test_who_gives_up_leaves_nothing_behind(services: Services, tmp_path: Path, key: str) -> None:
    with at_terminal(tmp_path, services.url("")) as terminal:
        answer(terminal, ("Your e-mail address: ", "ada@example.org"))
        terminal.see("Fields: ")
        terminal.press(key, until="nothing is written")
        assert terminal.end() == 130
    assert list(tmp_path.iterdir()) == []


def test_flags_answer_without_a_terminal(redirected: Services, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    library = tmp_path / "mine.bib"
    library.write_text("@article{a, title={Grasping herons}, year={2020}}")
    ended = run(
        "init", str(config), "--email", "ada@example.org", "--category", "cs.RO",
        "--category", "bioRxiv neuroscience", "--keyword", "number", "--author", "Song Han",
        "--bibtex", str(library), "--timezone", "UTC", "--yes",
    )  # fmt: skip
    assert ended.code in (0, 75), ended.err  # bioRxiv is not played here
    text = config.read_text()
    assert 'examples = [\n    { file = "mine.bib" },\n]' in text
    assert 'authors = ["Song Han"]' in text
    assert 'categories = ["neuroscience"]' in text
    (message,) = (tmp_path / "out").glob("*.eml")
    assert "ada@example.org" in message.read_text()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(("--category", "cs.RO"), "--email: is needed", id="no address"),
        pytest.param(("--email", "ada"), "--email: ", id="a bad address"),
        pytest.param(("--email", "a@example.org"), "--category: is needed", id="no field"),
        pytest.param(
            ("--email", "a@example.org", "--category", "robots"),
            'did you mean one of "cs.RO Robotics"',
            id="words for a field",
        ),
        pytest.param(
            ("--email", "a@example.org", "--category", "cs.RO", "--keyword", "a*b"),
            "--keyword: ",
            id="a bad keyword",
        ),
        pytest.param(
            ("--email", "a@example.org", "--category", "cs.RO", "--timezone", "Berlin"),
            "did you mean",
            id="a city",
        ),
        pytest.param(
            ("--email", "a@example.org", "--category", "cs.RO", "--bibtex", "no.bib"),
            "there is no file",
            id="no library",
        ),
    ],
)
def test_a_bad_flag_is_named_and_nothing_written(
    tmp_path: Path, given: tuple[str, ...], said: str
) -> None:
    ended = run("init", str(tmp_path / "config.toml"), *given)
    assert ended.code == 2
    assert said in ended.err
    assert list(tmp_path.iterdir()) == []


def test_no_network_leaves_a_configuration_and_says_what_next(
    redirected: Services, tmp_path: Path
) -> None:
    guide_child.redirect("http://127.0.0.1:9")
    config = tmp_path / "config.toml"
    ended = run(
        "init", str(config), "--email", "a@example.org", "--category", "cs.RO", "--keyword", "x",
        "--yes",
    )  # fmt: skip
    assert ended.code == 75
    assert config.is_file()
    assert "Nothing for you" in ended.out


def test_the_starter_yields_an_issue_once_it_has_ones_own_words(
    redirected: Services, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    assert run("init", str(config)).code == 0
    assert run("--config", str(config), "check").code == 0
    text = config.read_text().replace('"cs.CL", "cs.LG"', '"cs.RO", "cs.LG"')
    text = re.sub('keywords = .*|categories = ."cs.CL".|about = .*', "", text)
    config.write_text(f'{text}keywords = ["number"]\n')
    fetched = run("--config", str(config), "fetch", "--json")
    assert {each["source"]: each["new"] > 0 for each in fetched.lines} == {
        "arxiv": True,
        "daily papers": False,
    }
    assert "On the number" in run("--config", str(config), "rank", "you@example.org").out
    assert run("--config", str(config), "send", "--no-fetch").code == 0
    assert len(list((tmp_path / "out").glob("*.eml"))) == 1
