"""Written summaries through the whole program."""

import email
import email.policy
import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from digest.store import schema
from digest.store.database import open_database, reading
from http_server import Reply
from summary_service import KEY, SummaryService, completion
from world import World, make_papers


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[SummaryService]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("SUMMARY_KEY", KEY)
    with SummaryService() as service:
        service.key = KEY
        yield service


@pytest.fixture
def asking(world: World, service: SummaryService) -> World:
    world.sources += (
        f'\n[summary]\nurl = "{service.address}"\nmodel = "tiny"\nkey = {{ env = "SUMMARY_KEY" }}\n'
    )
    world.write()
    world.announce(*make_papers(3))
    world.run("fetch")
    return world


def kept(world: World) -> list[str | None]:
    """The summaries of picks, as issues have them."""
    engine = open_database(f"sqlite:///{world.folder / 'digest.db'}", create=False)
    with reading(engine) as connection:
        texts = list(connection.execute(sa.select(schema.picks.c.summary)).scalars())
    engine.dispose()
    return texts


def test_without_a_section_nothing_is_asked(world: World, service: SummaryService) -> None:
    world.announce(*make_papers(3))
    assert world.run("send", "--json").json["sent"] == 1
    assert kept(world) == [None] * 3
    assert service.requests == []


def test_what_was_written_is_part_of_the_issue(asking: World, service: SummaryService) -> None:
    asking.people.append(asking.person("bob"))
    asking.write()
    said = asking.run("send", "--json")
    assert (said.code, said.json["sent"]) == (0, 2)
    assert sorted(set(map(str, kept(asking)))) == [
        f"It is about On graphs, part {number}." for number in range(3)
    ]
    assert len(service.requests) == 3
    bodies = [json.loads(each.body) for each in service.requests]
    assert {each["model"] for each in bodies} == {"tiny"}


def test_a_dry_run_and_a_look_ask_nothing(asking: World, service: SummaryService) -> None:
    ada = "ada@example.org"
    for command in (["send", "--dry-run"], ["preview", ada], ["rank", ada]):
        assert asking.run(*command).code == 0
    assert service.requests == []


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        pytest.param(Reply(status=400), "3 failures in a row, the last: http://", id="400"),
        pytest.param(Reply(body=b"<html>"), "is no chat completion", id="no JSON"),
        pytest.param(Reply(status=401, body=KEY.encode()), "answered 401", id="key"),
    ],
)
def test_a_failure_costs_the_summaries_only(
    asking: World, service: SummaryService, reply: Reply, told: str
) -> None:
    service.reply = lambda title: reply
    said = asking.run("send", "--json")
    assert (said.code, said.json["sent"]) == (0, 1)
    (line,) = said.err.splitlines()
    assert line.startswith("summary: 3 papers go without: ")
    assert told in line
    assert KEY not in said.out + said.err
    assert kept(asking) == [None] * 3


def test_a_key_that_is_missing_costs_the_summaries_only(
    asking: World, service: SummaryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SUMMARY_KEY")
    said = asking.run("send", "--json")
    assert (said.code, said.json["sent"]) == (0, 1)
    assert "summary.key: the environment variable SUMMARY_KEY is not set" in said.err
    assert service.requests == []


def test_an_answer_is_text_whatever_is_in_it(asking: World, service: SummaryService) -> None:
    service.reply = lambda title: completion("<script>alert(1)</script>\r\nBcc: you\x00 & me")
    assert asking.run("send").code == 0
    assert set(kept(asking)) == {"<script>alert(1)</script> Bcc: you & me"}
    (mail,) = (asking.folder / "out").rglob("*.eml")
    message = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default)
    shown = message.get_body(("html",))
    assert shown is not None
    html = shown.get_content()
    assert "<script" not in html
    assert "In short:</b> &lt;script&gt;alert(1)&lt;/script&gt; Bcc: you &amp; me" in html


def test_check_online_asks_once(asking: World, service: SummaryService) -> None:
    good = asking.run("check", "--online", "--json")
    assert (good.code, good.json["problems"]) == (0, [])
    assert len(service.requests) == 1
    service.key = "another"
    bad = asking.run("check", "--online", "--json")
    (problem,) = bad.json["problems"]
    assert bad.code == 1
    assert problem.startswith("summary: http://127.0.0.1:")
    assert KEY not in bad.out + bad.err
    assert asking.run("check").code == 0
    assert len(service.requests) == 2
