"""digest rank, preview, issues and check: what would be sent, and what was."""

from email import message_from_bytes, policy

import pytest
from freezegun import freeze_time

from servers import make_relay, smtp_server  # noqa: F401
from world import World, make_papers


@pytest.fixture
def fetched(world: World) -> World:
    world.defaults += "\nmax_papers = 2\nalso = 1"
    world.people = [world.person("ada", 'name = "Ada"')]
    world.write()
    world.announce(*make_papers(4), *make_papers(1, word="tree", start=4))
    world.run("fetch")
    return world


def test_rank_prints_the_picks_and_their_reasons_add_up(fetched: World) -> None:
    picks = fetched.run("rank", "ada@example.org", "--json").lines
    assert len(picks) == 2
    for pick in picks:
        assert pick["title"].startswith("On graphs")
        assert abs(sum(r["weight"] for r in pick["reasons"]) - pick["score"]) < 0.5
        assert pick["reasons"][0]["kind"] == "keyword"


def test_rank_all_prints_what_was_left_too(fetched: World) -> None:
    entries = fetched.run("rank", "ada@example.org", "--all", "--json").lines
    assert [entry["section"] for entry in entries] == ["pick", "pick", "also", "left", "left"]
    assert entries[-1]["title"].startswith("On trees")
    assert len(fetched.run("rank", "ada@example.org", "--all", "--limit", "3", "--json").lines) == 3


def test_rank_takes_a_file_that_is_not_in_the_configuration(fetched: World) -> None:
    file = fetched.folder / "eve.toml"
    file.write_text('email = "eve@example.org"\n[[interest]]\nkeywords = ["tree"]\n')
    (pick,) = fetched.run("rank", str(file), "--json").lines
    assert pick["title"] == "On trees, part 4"


def test_rank_for_a_person(fetched: World) -> None:
    shown = fetched.run("rank", "ada@example.org").out
    assert "2 of 5 papers for ada@example.org" in shown


def test_preview_writes_what_would_be_sent_and_changes_nothing(fetched: World) -> None:
    names = [fetched.folder / f"issue.{kind}" for kind in ("html", "txt", "eml")]
    arguments = [
        part
        for pair in zip(("--html", "--text", "--eml"), names, strict=True)
        for part in map(str, pair)
    ]
    assert fetched.run("preview", "ada@example.org", *arguments).code == 0
    message = message_from_bytes(names[2].read_bytes(), policy=policy.default)
    html = message.get_body(("html",)).get_content().replace("\r\n", "\n")
    assert html.strip() == names[0].read_text().strip()
    assert "On *graphs*, part 0" in names[1].read_text()
    assert message["To"] == "Ada <ada@example.org>"
    assert fetched.run("issues", "--json").lines == []


def test_preview_prints_the_text(fetched: World) -> None:
    shown = fetched.run("preview", "ada@example.org").out
    assert shown.startswith("Subject: On graphs, part")


def test_issues_lists_them_and_shows_one_again(fetched: World) -> None:
    with freeze_time("2026-03-09 09:00:00"):
        fetched.run("fetch")
        fetched.run("send")
    (line,) = fetched.run("issues", "ADA@example.org", "--json").lines
    assert (line["date"], line["state"], line["papers"]) == ("2026-03-09", "sent", 2)
    assert "On graphs" in fetched.run("issues", "--show", "2026-03-09").out
    (shown,) = fetched.run("issues", "--show", "2026-03-09", "--json").lines
    assert len(shown["picks"]) == 2
    assert fetched.run("issues", "--show", "2026-03-10").code == 2


def test_check_counts_hits_and_papers_above_the_line(fetched: World) -> None:
    result = fetched.run("check", "ada@example.org", "--json")
    (checked,) = result.json["checked"]
    assert result.code == 0
    assert checked["hits"] == [{"kind": "keyword", "term": "graph", "papers": 4}]
    assert checked["above_the_line_a_day"] == round(4 / 30, 2)


def test_check_without_a_database_is_no_mistake(world: World) -> None:
    result = world.run("check", "--json")
    assert (result.code, result.json["database"]) == (0, None)


def test_check_names_the_file_and_line_of_a_broken_template(world: World) -> None:
    (world.folder / "mine" / "issue").mkdir(parents=True)
    (world.folder / "mine" / "issue" / "subject.txt").write_text("{{ issue.title }}\n{% if %}\n")
    world.digest = 'templates = "mine"'
    world.write()
    result = world.run("check")
    assert result.code == 1
    assert "issue/subject.txt:2" in result.err


def test_check_online_asks_the_mail_server_and_each_source(world: World) -> None:
    world.sources = '[[source]]\nname = "gone"\nkind = "file"\npath = "not-there.txt"'
    with smtp_server() as server:
        world.serve_mail(server)
        up = world.run("check", "--online", "--to", "me@example.org", "--json")
    down = world.run("check", "--online", "--json")
    assert [e.recipient for e in server.received] == ["me@example.org"]
    assert (up.code, len(up.json["problems"])) == (1, 1)
    assert "not-there.txt" in up.json["problems"][0]
    assert len(down.json["problems"]) == 2
