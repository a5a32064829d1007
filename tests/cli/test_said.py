"""What went wrong is said where it is looked for, and what takes long says so."""

import json
import re
import time
from collections.abc import Iterator
from functools import partial

import pytest
from freezegun import freeze_time

from digest.cli import output
from digest.net.client import Client
from http_server import HttpServer, Reply
from servers import smtp_server
from world import World, make_papers
from zotero_service import ZoteroService

NOON = "2026-03-10 12:30:00"
EVENING = "2026-03-10 21:20:00"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setattr("digest.wiring.sources.Client", partial(Client, sleep=lambda seconds: None))


@pytest.fixture
def service() -> Iterator[HttpServer]:
    with HttpServer() as server:
        yield server


def damaged(count: int) -> Reply:
    """A page of bioRxiv whose records have nothing that can be read."""
    records = [{"doi": f"10.5555/{n}", "version": "1", "title": 5} for n in range(count)]
    message = {"status": "ok", "count": count, "total": str(count)}
    page = {"messages": [message], "collection": records}
    return Reply(body=json.dumps(page, indent=1).encode())


@freeze_time(NOON, tick=True)
def test_an_answer_that_is_damaged_all_through_is_a_failure_with_a_reason_said_once(
    world: World, service: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "take", lambda path: damaged(218))
    world.sources = f'[[source]]\nname = "bio"\nkind = "biorxiv"\nbase_url = "{service.url("")}"'
    world.write()
    fetched = world.run("fetch", "--json")
    (report,) = fetched.lines
    assert (fetched.code, report["outcome"]) == (1, "failed")
    assert "nothing in it can be read" in report["error"]
    told = [line for line in fetched.err.splitlines() if "title" in line]
    assert len(told) == 1
    assert re.search(r"\(and 217 more, up to line \d+\)$", told[0])
    status = world.run("status")
    assert "source bio: failed: " in status.err
    assert "nothing in it can be read" in status.err
    world.defaults += '\nwhen_empty = "send"'
    world.write()
    shown = " ".join(world.run("preview", "ada@example.org").out.split())
    assert re.search(r"- bio: failed \(.*nothing in it can be read", shown)


@freeze_time(NOON, tick=True)
def test_a_library_that_refuses_is_in_status_and_in_the_issue_of_its_owner_alone(
    world: World,
) -> None:
    world.announce(*make_papers(2))
    with ZoteroService() as zotero:
        asked = f'library = "users/1", key = "wrong", base_url = "{zotero.url("")}"'
        interest = f'keywords = ["graph"]\nexamples = [{{ zotero = {{ {asked} }} }}]'
        world.people = [world.person("ada", interest=interest), world.person("bob")]
        world.write()
        assert "library users/1 stays as it was" in world.run("fetch").err
    assert "source library users/1: failed: " in world.run("status").err
    hers = world.run("preview", "ada@example.org").out
    assert re.search(r"library users/1: failed \(.*403", " ".join(hers.split()))
    assert "Not everything was searched" not in hers  # papers come from elsewhere
    assert "library" not in world.run("preview", "bob@example.org").out


@freeze_time(NOON, tick=True)
def test_without_a_network_all_is_soon_over_and_said(world: World) -> None:
    world.sources = "\n".join(
        f'[[source]]\nname = "{name}"\nkind = "url"\nurl = "http://{host}:9/x"'
        for name, host in (("one", "127.0.0.1"), ("other", "localhost"), ("again", "127.0.0.1"))
    )
    world.write()
    ended = world.run("fetch", "--json")
    assert ended.code == 75
    assert [each["outcome"] for each in ended.lines] == ["failed"] * 3
    assert ended.err.count("trying again in") == 3
    assert "(2 of 4)" in ended.err
    assert ended.err.count("is there no network?") == 1
    assert "trying again" not in world.run("fetch", "-q").err


def test_a_pipe_is_told_what_goes_on_once_it_takes_long(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output.be_quiet(False)
    monkeypatch.setattr(output, "_SELDOM", 0.01)
    with output.progress("fetching") as tick:
        tick.begin("arxiv")
        hear("fetching: arxiv …\n", capsys)
        tick(1, 3)
        hear("fetching: 1 of 3 …\n", capsys)
    capsys.readouterr()
    with output.progress("fetching"):
        pass
    assert capsys.readouterr().err == ""  # what is quick says nothing


def hear(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Wait until a line was written."""
    deadline, heard = time.monotonic() + 20, ""
    while line not in heard:
        assert time.monotonic() < deadline, heard
        heard += capsys.readouterr().err


@pytest.mark.parametrize("readers", [1, 9])
def test_a_second_send_tells_who_had_todays_issue_and_when(
    world: World, readers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    world.people = [world.person(f"reader{number}") for number in range(readers)]
    world.announce(*make_papers(2))
    with smtp_server() as relay, freeze_time(EVENING, tick=True):
        world.serve_mail(relay)
        first, second = world.run("send"), world.run("send")
        due = world.run("send", "--due")
    assert "had today's issue" not in first.out
    assert "deferred" not in first.out  # what there is none of goes unsaid
    assert "reader0@example.org had today's issue at 21:20\n" in second.out
    assert second.out.count("had today's issue at") == min(readers, 5)
    assert ("4 more had today's issue already" in second.out) is (readers == 9)
    assert "had today's issue" not in due.out  # a timer asks every ten minutes


@pytest.mark.parametrize("is_sent", [True, False])
def test_replay_of_today_has_what_came_after_the_hour(world: World, is_sent: bool) -> None:
    world.defaults += '\nsend_at = "07:30"'
    world.write()
    world.announce(*make_papers(3))
    with freeze_time(EVENING, tick=True):
        world.run("fetch")
        if is_sent:
            world.run("send", "--no-fetch")
        (line,) = world.run("replay", "--from", "2026-03-10", "--to", "2026-03-10", "--json").lines
    assert len(line["picks"]) == 3
