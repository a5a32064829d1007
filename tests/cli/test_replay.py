"""What issues would have been on past days, with the profile of today."""

from pathlib import Path

import pytest
from freezegun import freeze_time

from world import World, make_papers

DAYS = ("2026-03-09", "2026-03-10", "2026-03-11")


@pytest.fixture
def kept(world: World) -> World:
    """Three days of papers about graphs and about lenses; Ada read about graphs."""
    for number, day in enumerate(DAYS):
        name = f"{number}.jsonl"
        world.announce(*make_papers(3, start=10 * number), name=name)
        world.announce(*make_papers(2, word="lens", start=10 * number + 5), name=name)
        with freeze_time(f"{day} 07:00:00", tick=True):
            world.run("fetch")
        with freeze_time(f"{day} 08:00:00", tick=True):
            world.run("send", "--no-fetch")
    world.people = [world.person("ada", interest='keywords = ["lens"]')]
    world.write()
    return world


@freeze_time("2026-03-12 12:00:00", tick=True)
def test_each_day_has_what_it_would_have_had_and_nothing_twice(kept: World) -> None:
    lines = kept.run("replay", "--from", DAYS[0], "--to", DAYS[2], "--json").lines
    assert [line["date"] for line in lines] == list(DAYS)
    picked = [[pick["arxiv_id"] for pick in line["picks"]] for line in lines]
    assert [len(ids) for ids in picked] == [2, 2, 2]
    assert len({each for ids in picked for each in ids}) == 6
    assert all("lens" in pick["title"] for line in lines for pick in line["picks"])


@freeze_time("2026-03-12 12:00:00", tick=True)
def test_what_was_had_before_the_first_day_is_not_offered(kept: World) -> None:
    kept.people = [kept.person("ada")]
    kept.write()
    (line,) = kept.run(
        "replay", "--from", DAYS[2], "--to", DAYS[2], "ada@example.org", "--json"
    ).lines
    assert {pick["arxiv_id"] for pick in line["picks"]} == {
        paper["arxiv_id"] for paper in make_papers(3, start=20)
    }


@freeze_time("2026-03-12 12:00:00", tick=True)
def test_replaying_changes_nothing(kept: World) -> None:
    before = kept.run("issues", "--json").out, kept.run("rank", "ada@example.org", "--json").out
    kept.run("replay", "--from", DAYS[0], "--to", "2026-03-20")
    assert before == (
        kept.run("issues", "--json").out,
        kept.run("rank", "ada@example.org", "--json").out,
    )


@freeze_time("2026-03-12 12:00:00", tick=True)
def test_all_of_them_are_one_page(kept: World) -> None:
    page = kept.folder / "page.html"
    result = kept.run("replay", "--from", DAYS[0], "--to", DAYS[2], "--html", str(page))
    assert (result.code, result.out) == (0, "")
    html = page.read_text()
    assert html.count("<h2>") == 3
    assert "lens" in html


def test_a_page_holds_no_markup_of_a_paper(world: World) -> None:
    (paper,) = make_papers(1)
    world.announce(paper | {"title": "Graphs <script>alert(1)</script>"})
    with freeze_time("2026-03-12 12:00:00", tick=True):
        world.run("fetch")
    page = world.folder / "page.html"
    with freeze_time("2026-03-13 12:00:00", tick=True):
        world.run("replay", "--from", "2026-03-13", "--to", "2026-03-13", "--html", str(page))
    html = page.read_text()
    assert "Graphs" in html
    assert "<script>" not in html


def test_days_the_wrong_way_round_are_refused(world: World) -> None:
    result = world.run("replay", "--from", "2026-03-10", "--to", "2026-03-09")
    assert result.code == 2
    assert "before" in result.err


def test_a_page_that_cannot_be_written_is_said(world: World) -> None:
    world.run("fetch")
    nowhere = str(Path("/nowhere/page.html"))
    result = world.run("replay", "--from", "2026-03-09", "--to", "2026-03-09", "--html", nowhere)
    assert result.code == 2
    assert nowhere in result.err
