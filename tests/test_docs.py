"""README.md and docs/*.md say what is true: a page is a story, and its commands are tests.

Commands are in fences called sh, configuration in fences called toml. The sh blocks of a page run
in order, each by `bash -euo pipefail`, all in one world of the page's own: an empty HOME, which is
where they begin, with sample listings in dumps/; `digest` and `python3` on the PATH; a mail server
on 127.0.0.1:$SMTP_PORT; the checkout at $CHECKOUT; no network, but arXiv (cs.CL and cs.LG) and
Daily Papers on loopback, on 10 March 2026, which is the day for `digest` (not for `date`). Folder
and exported variables go on from block to block. A comment right before a fence, on lines of its
own, says what is special:

    <!-- not run: WHY -->        the commands can't be run here: why, and what runs them instead
    <!-- boot: NAME -->          .ci/boot runs them, on a machine of its own
    <!-- exit: 75 -->            they end with this code
    <!-- until Ctrl-C -->        what they begin ends by Ctrl-C, after its first line of output
    <!-- file: ada.toml -->      the block (of any language) is written to this file of the world
    <!-- output -->              a text block: what the commands just before it print, stdout and
                                 stderr; "…" stands for anything

`<!-- beforehand: COMMANDS -->` (it may have several lines) stands anywhere: what the reader has
already, and the page doesn't show. Each toml block, file or not, has to please `digest check` in a
frame that adds what it leaves out (`framed`, below): whole tables, a subscriber's file, or the keys
of one interest. Keep sh blocks few: a command takes a second, and all pages together have twenty.
"""

import json
import re
import runpy
import shutil
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import guide_child
from arxiv_service import Arxiv, ArxivServer
from forks import forking
from http_server import Reply
from pages import PAGES, ROOT, SAMPLES, Block, Story, WrongPageError, blocks_of
from servers import smtp_server
from world import run

README = (ROOT / "README.md").read_text(encoding="utf-8")
LANGUAGES = {"sh", "toml", "text", "ini", "html", "json", "csv", "bibtex", "jinja"}
NOTHING = b"""<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"
xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><id>https://arxiv.org/api/nothing</id>
<opensearch:totalResults>0</opensearch:totalResults></feed>"""
DAILY_PAPER = {
    "paper": {
        "id": "2603.91001",
        "title": "Speculative Decoding for Paper Cranes",
        "summary": "We fold two cranes, and let the small one fly ahead.",
        "publishedAt": "2026-03-09T10:00:00.000Z",
        "submittedOnDailyAt": "2026-03-10T00:00:00.000Z",
        "authors": [{"name": "Ada Stream"}],
        "upvotes": 12,
    },
    "publishedAt": "2026-03-10T00:00:00.000Z",
    "title": "Speculative Decoding for Paper Cranes",
    "numComments": 2,
}
INTEREST = {"keywords", "authors", "categories", "examples", "about", "require", "always"}
LEFT_OUT = {
    "source": '[[source]]\nname = "saved"\nkind = "file"\npath = "dumps/*"\n',
    "subscriber": '[[subscriber]]\nemail = "you@example.org"\n'
    '[[subscriber.interest]]\nkeywords = ["graph"]\n',
}


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    return list(blocks_of(page.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def digest() -> Iterator[str]:
    """Return the command, as one that is quick to begin."""
    arxiv = Arxiv(("cs.CL", "cs.LG"), first=date(2026, 3, 2), now=guide_child.NOW)
    arxiv.announce(guide_child.NOW.date())
    with Services(arxiv) as services, forking(services.url("")) as command:
        yield command


class Services(ArxivServer):
    """arXiv of some days in March, a query without an answer, and Daily Papers with one paper."""

    def take(self, path: str) -> Reply:
        if path.startswith("/api/daily_papers"):
            return Reply(body=json.dumps([DAILY_PAPER]).encode())
        return Reply(body=NOTHING) if path.startswith("/api/query") else super().take(path)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_a_page_tells_to_do_can_be_done(page: Path, tmp_path: Path, digest: str) -> None:
    with smtp_server() as server:
        Story(tmp_path, server.port, digest=digest).tell(blocks(page))


LIES = {
    "a command that fails": "```sh\nfalse; true\n```\n",
    "a code that is another": "<!-- exit: 3 -->\n```sh\nexit 4\n```\n",
    "output that is another": (
        "```sh\necho one two; echo three\n```\nThat prints:\n\n"
        "<!-- output -->\n```text\none …\nfour\n```\n"
    ),
    "output that goes on": "```sh\nseq 2\n```\n<!-- output -->\n```text\n1\n```\n",
    "a mark that is none": "<!-- dont run: too long -->\n```sh\ntrue\n```\n",
    "a mark without a block": "<!-- not run: too long -->\nBut this:\n```sh\ntrue\n```\n",
}


@pytest.mark.parametrize("page", LIES.values(), ids=LIES)
def test_a_page_that_is_wrong_does_not_pass(page: str, tmp_path: Path) -> None:
    story = Story(tmp_path, 0)
    with pytest.raises(WrongPageError):
        story.tell(blocks_of(page))


def test_a_page_is_one_story(tmp_path: Path) -> None:
    page = (
        "<!-- beforehand:\nmkdir papers && cd papers && export WHO='Ada and Bob'\n-->\n\n"
        '<!-- file: ada.toml -->\n```toml\nname = "Ada"\n```\n\nText.\n\n'
        "```sh\ncat ada.toml; echo $WHO; ls ~\n```\n\n"
        '<!-- output -->\n```text\nname = "…"\nAda and Bob\n…\npapers\n```\n'
        "<!-- not run: it would take long -->\n```sh\nfalse\n```\n"
        "<!-- boot: service -->\n```sh\nfalse\n```\n"
        "<!-- until Ctrl-C -->\n```sh\nsh -c 'echo listening; exec sleep 600'\n```\n"
        "<!-- exit: 75 -->\n```sh\nexit 75\n```\n"
    )
    Story(tmp_path, 0).tell(blocks_of(page))
    assert (tmp_path / "home/papers/ada.toml").read_text() == 'name = "Ada"\n'


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_has_a_known_language_and_one_not_run_says_why(page: Path) -> None:
    found = [block for block in blocks(page) if block.is_shown]
    assert {block.language for block in found} <= LANGUAGES
    assert all(block.marks.get("not run", "why") for block in found), "why is it not run?"
    fences = re.findall(r"^ *```", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(fences) == 2 * len(found)


def test_a_block_for_the_boot_is_in_its_story_and_has_a_name_of_its_own() -> None:
    marks = [block.marks for page in PAGES for block in blocks(page)]
    names = [each["boot"] for each in marks if "boot" in each]
    assert len(names) == len(set(names))
    story = ROOT / "tests/boot_story.py"
    told = (
        story.read_text(encoding="utf-8") if story.exists() else str([*map('"{}"'.format, names)])
    )
    assert [name for name in names if f'"{name}"' not in told] == []


TOML = [
    pytest.param(block.text, id=f"{name_of(page)}:{block.line}")
    for page in PAGES
    for block in blocks(page)
    if block.language == "toml" and "not run" not in block.marks
]


@pytest.mark.parametrize("text", TOML)
def test_configuration_that_a_page_shows_is_a_good_one(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(tmp_path, text, monkeypatch)
    config, subscriber = tmp_path / "config.toml", tmp_path / "subscriber.toml"
    text = text.replace('"/', f'"{tmp_path}/')
    tables = set(tomllib.loads(text))
    arguments = ["--config", str(config), "check"]
    if tables & {"email", "interest"}:
        subscriber.write_text(text if "email" in tables else f'email = "you@example.org"\n{text}')
        text = ""
        arguments.append(str(subscriber))
    elif tables & INTEREST:
        text = f'[[subscriber]]\nemail = "ada@example.org"\n[[subscriber.interest]]\n{text}'
    config.write_text(framed(text), encoding="utf-8")

    checked = run(*arguments)

    assert checked.code == 0, f"{config.read_text()}\n{checked.out}\n{checked.err}"


def furnish(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make what the configuration names: files, folders, variables, listings."""
    shutil.copytree(SAMPLES, folder / "dumps", ignore=lambda *_: ["README.txt", "demo.toml"])
    for name in re.findall(r'\benv = "(\w+)"', text):
        monkeypatch.setenv(name, "secret")
    for name in re.findall(r'\b(?:file|ca_file) = "([^"]+)"', text):
        path = folder / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("secret")
        if path.suffix == ".pem":
            key = Ed25519PrivateKey.generate()
            path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    for name in re.findall(r'\b(?:templates|model) = "([^"]+)"', text):
        (folder / name.lstrip("/")).mkdir(parents=True, exist_ok=True)


def framed(text: str) -> str:
    """Return a whole configuration: the text, with what it leaves out."""
    tables = tomllib.loads(text)
    mail = tables.get("mail", {})
    if "from" not in mail:
        text = with_key(text, "mail", 'from = "papers@example.org"')
    if not mail.keys() & {"host", "directory"}:
        text = with_key(text, "mail", 'directory = "out"')
    if "database" not in tables.get("digest", {}):
        text = with_key(text, "digest", 'database = "sqlite:///digest.db"')
    return "\n".join([text, *(part for table, part in LEFT_OUT.items() if table not in tables)])


def with_key(text: str, table: str, line: str) -> str:
    """Add a line to a table, which may not be there."""
    head = re.search(rf"^\[{table}\].*\n", text, re.MULTILINE)
    if head is None:
        return f"{text}\n[{table}]\n{line}\n"
    return f"{text[: head.end()]}{line}\n{text[head.end() :]}"


@pytest.mark.parametrize("name", ["configuration.md", "digest.1"])
def test_what_is_made_from_the_program_is_up_to_date(name: str) -> None:
    made = runpy.run_path(str(ROOT / "docs/reference.py"))["MADE"][name]()
    is_same = (ROOT / "docs" / name).read_text(encoding="utf-8") == made
    assert is_same, "commands or keys have changed: run make docs"


def commands() -> dict[str, str]:
    """What `digest --help` lists: each command and its help."""
    listed = run("--help").out.split("COMMAND\n")[1].split("exit codes")[0]
    return dict(re.findall(r"^    (\w+) +(.+)$", listed, re.MULTILINE))


def test_the_first_screen_has_exactly_two_commands() -> None:
    first = README.split("```")[1]
    assert re.findall(r"^make \w+", first, re.MULTILINE) == ["make demo", "make test"]
    assert len(first.strip().splitlines()) == 3  # the fence's language, and the two
    assert README.index("```sh") < README.index("docs/issue.png") < 1_000


def test_every_command_is_in_the_readme_and_no_other() -> None:
    there = {name for name, does in commands().items() if "(not yet)" not in does}
    assert set(re.findall(r"^\| `digest (\w+)` \|", README, re.MULTILINE)) == there


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_a_page_links_to_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for first, second in re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", text):
        link = first or second
        if link.startswith(("http:", "https:")):
            continue
        path, _, heading = link.partition("#")
        target = (page.parent / path) if path else page
        assert target.is_file(), link
        assert not heading or heading in headings(target), link


def headings(page: Path) -> set[str]:
    """Return what a link may name of a page, as GitHub makes it of headings."""
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in found}
