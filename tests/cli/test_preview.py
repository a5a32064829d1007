"""preview --serve as a browser sees it, and check on a user's own templates."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from child import Child
from digest.bundled import bundled
from world import World, make_papers, run

SHIPPED = bundled("templates")


@pytest.fixture
def fetched(tmp_path: Path) -> World:
    world = World(tmp_path)
    (tmp_path / "mine" / "issue").mkdir(parents=True)
    world.digest = 'templates = "mine"'
    world.write()
    world.announce(*make_papers(3))
    assert world.run("fetch").code == 0
    return world


@pytest.fixture
def page(fetched: World) -> Iterator[httpx.Client]:
    command = [sys.executable, "-m", "digest", "--config", str(fetched.config)]
    command += ["preview", "ada@example.org", "--serve"]
    with Child(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as served:
        assert served.stdout is not None
        line = served.stdout.readline().decode()
        address = re.match(r"http://127\.0\.0\.1:\d+/", line)
        try:
            assert address, line
            with httpx.Client(base_url=address[0], trust_env=False, timeout=30) as client:
                yield client
        finally:
            served.terminate()


def test_a_page_shows_light_dark_and_text_and_follows_every_change(
    page: httpx.Client, fetched: World
) -> None:
    assert 'data-at="issue-dark.html"' in page.get("/").text
    first = page.get("/state.json").json()
    assert first["trouble"] is None
    assert first["subject"].startswith("On graphs, part")
    assert "@media all" in page.get("/issue-dark.html").text
    assert "@media not all" in page.get("/issue-light.html").text
    assert "On *graphs*, part" in page.get("/issue.txt").text

    card = fetched.folder / "mine" / "issue" / "_paper.html"
    card.write_text("<p>MY CARD</p>\n{{ paper.nothing }}")
    broken = page.get("/state.json").json()
    assert broken["version"] != first["version"]
    assert "issue/_paper.html:2" in broken["trouble"]
    assert "MY CARD" not in page.get("/issue-light.html").text  # the last good one stays

    card.write_text("<p>MY CARD</p>")
    assert page.get("/state.json").json()["trouble"] is None
    assert "MY CARD" in page.get("/issue-light.html").text

    fetched.config.write_text(fetched.config.read_text().replace("graph", "nosuchword"))
    assert page.get("/state.json").json()["subject"].startswith("Nothing for you")


def test_the_page_answers_to_loopback_alone_and_runs_no_script_of_a_mail(
    page: httpx.Client,
) -> None:
    assert page.get("/", headers={"Host": "evil.example"}).status_code == 403
    assert page.get("/nothing").status_code == 404
    assert "default-src 'none'" in page.get("/").headers["Content-Security-Policy"]
    assert page.get("/").text.count("sandbox") == 4


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("issue/_paper.html", "a\n{{ paper.tit }}", "issue/_paper.html:2: ", id="card"),
        pytest.param("issue/_line.html", "a\n\n{{ 1/0 }}", "issue/_line.html:3: ", id="line"),
        pytest.param("issue/_also.html", "{{ x.y }}", "issue/_also.html:1: ", id="also"),
        pytest.param("issue/_footer.html", "{% endif %}", "issue/_footer.html:1: ", id="footer"),
        pytest.param("issue/body.txt", "{{ words('no') }}", "issue/body.txt:1: ", id="words"),
        pytest.param("words.de.toml", "whi = 'x'", "words.de.toml:1: whi", id="a word"),
    ],
)  # fmt: skip
def test_check_names_file_and_line_of_a_mistake_in_any_template(
    fetched: World, name: str, content: str, said: str
) -> None:
    (fetched.folder / "mine" / name).write_text(content)
    result = fetched.run("check")
    assert result.code != 0
    assert said in result.err


def test_check_lists_the_words_that_a_language_lacks(fetched: World) -> None:
    fetched.people = [fetched.person("ada", 'language = "fr"')]
    fetched.write()
    (fetched.folder / "mine" / "words.fr.toml").write_text('why = "Pourquoi"')
    result = fetched.run("check", "--json")
    (warning,) = result.json["warnings"]
    assert warning.startswith("words.fr.toml: English stands for ")
    assert result.code == 0


def test_a_users_templates_run_in_a_sandbox(fetched: World) -> None:
    secret = "{{ issue.__class__.__mro__[1].__subclasses__() }}"
    (fetched.folder / "mine" / "issue" / "_footer.html").write_text(secret)
    result = fetched.run("check")
    assert result.code != 0
    assert "unsafe" in result.err


def test_an_imprint_of_the_users_stands_below_everything(fetched: World) -> None:
    (fetched.folder / "mine" / "issue" / "_footer.html").write_text('<p class="footer">IMPRINT</p>')
    (fetched.folder / "mine" / "issue" / "_footer.txt").write_text("IMPRINT")
    shown = fetched.run("preview", "ada@example.org", "--json").json
    assert shown["text"].endswith("IMPRINT\n")
    assert shown["html"].index("IMPRINT") > shown["html"].index("mentions")


def test_the_shipped_templates_can_be_copied_and_one_of_them_changed(
    fetched: World, tmp_path: Path
) -> None:
    copied = run("templates", "copy", str(tmp_path / "all"))
    assert copied.code == 0
    assert f'templates = "{tmp_path / "all"}"' in copied.out
    shipped = {path.relative_to(SHIPPED) for path in SHIPPED.rglob("*.*")}
    assert {
        path.relative_to(tmp_path / "all") for path in (tmp_path / "all").rglob("*.*")
    } == shipped
    before = fetched.run("preview", "ada@example.org", "--json").json
    shutil.copytree(tmp_path / "all", fetched.folder / "mine", dirs_exist_ok=True)
    assert fetched.run("preview", "ada@example.org", "--json").json == before
    assert fetched.run("check").code == 0
    again = run("templates", "copy", str(tmp_path / "all"))
    assert (again.code, "is not empty" in again.err) == (2, True)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("issue/_papers.html", "did you mean issue/_paper.html?", id="misspelt"),
        pytest.param("_paper.html", "did you mean issue/_paper.html?", id="in another folder"),
        pytest.param("styles.css", "did you mean style.css?", id="a style sheet"),
        pytest.param("issue/body.htm", "did you mean issue/body.html?", id="another ending"),
        pytest.param("notes.md", "nothing reads a template of this name\n", id="something else"),
    ],
)
def test_check_names_a_file_among_the_templates_that_nothing_reads(
    fetched: World, name: str, said: str
) -> None:
    (fetched.folder / "mine" / name).write_text("x")
    result = fetched.run("check")
    assert f"{name}: nothing reads" in result.err + result.out
    assert said in result.err + result.out


def test_a_template_that_another_includes_is_no_stray(fetched: World) -> None:
    (fetched.folder / "mine" / "issue" / "_footer.html").write_text('{% include "imprint.html" %}')
    (fetched.folder / "mine" / "imprint.html").write_text("<p>IMPRINT</p>")
    assert fetched.run("check", "--json").json["warnings"] == []
