"""An issue waits for what is late today, and for nothing else; its footer tells today's story."""

from datetime import UTC, date, datetime
from email import message_from_bytes, policy

import pytest
from freezegun import freeze_time

from arxiv_service import Arxiv, ArxivServer
from world import World, make_papers

THURSDAY, FRIDAY = date(2026, 11, 5), date(2026, 11, 6)


@pytest.fixture
def arxiv() -> Arxiv:
    """An arXiv that stayed closed on a Thursday without having said so."""
    service = Arxiv(
        categories=("cs.LG", "stat.ML"),
        first=date(2026, 11, 2),
        silent=frozenset({THURSDAY}),
    )
    service.announce(FRIDAY)
    return service


def at(arxiv: Arxiv, instant: str) -> freeze_time:
    arxiv.now = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    return freeze_time(instant, tick=True)


def serve(world: World, server: ArxivServer) -> None:
    url = server.url("")
    world.sources = (
        '[[source]]\nname = "ml"\nkind = "arxiv"\ncategories = ["cs.LG", "stat.ML"]\n'
        f'base_urls = {{ feed = "{url}", list = "{url}", api = "{url}" }}\nbackfill = "1d"'
    )
    world.people = [world.person("ada", interest='keywords = ["number"]')]
    world.write()


def text_of(world: World) -> str:
    newest = max((world.folder / "out").glob("*.eml"), key=lambda path: path.name)
    message = message_from_bytes(newest.read_bytes(), policy=policy.default)
    return message.get_body(("plain",)).get_content()


def test_a_day_that_is_late_is_waited_for_and_then_the_mail_says_so(
    world: World, arxiv: Arxiv
) -> None:
    with ArxivServer(arxiv) as server:
        serve(world, server)
        with at(arxiv, "2026-11-04 08:00:00"):
            world.run("send", "--due")
        with at(arxiv, "2026-11-05 07:40:00"):
            waits = world.run("send", "--due", "--json")
        with at(arxiv, "2026-11-05 09:40:00"):
            told = world.run("send", "--due", "--json")
    assert (waits.code, waits.json["issues"]) == (75, 0)
    assert told.json["issues"] == 1
    assert "ml was late" in text_of(world)


def test_an_earlier_day_that_never_came_holds_up_no_mail(world: World, arxiv: Arxiv) -> None:
    with ArxivServer(arxiv) as server:
        serve(world, server)
        with at(arxiv, "2026-11-05 12:00:00"):
            world.run("fetch")
        with at(arxiv, "2026-11-06 07:40:00"):
            report = world.run("send", "--due", "--json")
    assert (report.json["issues"], report.json["sent"]) == (1, 1)
    assert "late" not in text_of(world)


def test_a_second_pull_of_a_day_does_not_make_it_quiet(world: World, arxiv: Arxiv) -> None:
    with ArxivServer(arxiv) as server:
        serve(world, server)
        with at(arxiv, "2026-11-06 06:00:00"):
            world.run("fetch")
        with at(arxiv, "2026-11-06 07:40:00"):
            world.run("send", "--due")
    assert "nothing new" not in text_of(world)


def test_an_issue_that_waits_past_midnight_is_still_that_day_s(world: World, arxiv: Arxiv) -> None:
    with ArxivServer(arxiv) as server:
        serve(world, server)
        world.people = [world.person("ada", 'send_at = "23:00"', interest='keywords = ["number"]')]
        world.write()
        with at(arxiv, "2026-11-04 22:10:00"):
            world.run("fetch")
        with at(arxiv, "2026-11-04 23:10:00"):
            world.run("send", "--due")
        with at(arxiv, "2026-11-05 23:10:00"):
            waits = world.run("send", "--due", "--json")
        with at(arxiv, "2026-11-06 01:10:00"):
            told = world.run("send", "--due", "--json")
        with at(arxiv, "2026-11-06 23:10:00"):
            world.run("send", "--due", "--json")
        issues = [line["date"] for line in world.run("issues", "--json").lines]
    assert (waits.json["issues"], told.json["issues"]) == (0, 1)
    assert sorted(issues) == ["2026-11-04", "2026-11-05", "2026-11-06"]


def test_after_a_long_time_without_mail_an_issue_is_larger(world: World) -> None:
    world.people = [world.person("ada", "max_papers = 4")]
    world.write()
    world.announce(*make_papers(3))
    with freeze_time("2026-03-02 12:00:00", tick=True):
        first = world.run("send", "--json")
    world.announce(*make_papers(30, start=3))
    with freeze_time("2026-03-12 12:00:00", tick=True):
        world.run("send")
        shown = world.run("issues", "ada@example.org", "--json").lines
    assert first.json["issues"] == 1
    assert sorted(issue["papers"] for issue in shown) == [3, 8]
