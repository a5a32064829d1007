"""What the operator is told of a run by hand or by a timer, and of a unit that failed."""

import io
import sys
from email import message_from_bytes
from email.policy import default

import pytest
from freezegun import freeze_time

from digest import wiring
from http_server import HttpServer, Reply
from servers import smtp_server
from world import World, make_papers


@pytest.fixture
def told(world: World) -> World:
    """A world with an operator, and a reader whose file is broken."""
    world.digest = 'alerts_to = ["ops@example.org"]\nsubscribers = ["people/*.toml"]'
    world.write()
    (world.folder / "people").mkdir()
    (world.folder / "people" / "bob.toml").write_text("nonsense")
    world.announce(*make_papers(3))
    return world


def notices(server) -> list:
    return [
        message_from_bytes(envelope.content, policy=default)
        for envelope in server.received
        if envelope.recipient == "ops@example.org"
    ]


def test_a_broken_file_is_told_once_a_day(told: World) -> None:
    with smtp_server() as server:
        told.serve_mail(server)
        for instant in ("2026-03-10 08:00", "2026-03-10 20:00", "2026-03-11 08:30"):
            with freeze_time(instant, tick=True):
                assert told.run("send", "--json").code == 1
    first, second = notices(server)
    assert "bob.toml" in first.get_content()
    assert first["Subject"].startswith("[digest] ")
    assert first["Message-ID"] != second["Message-ID"]


def test_a_dry_run_tells_nobody(told: World) -> None:
    told.run("fetch")
    with smtp_server() as server:
        told.serve_mail(server)
        told.run("send", "--dry-run")
    assert not server.received


def test_a_mail_server_that_refuses_the_notice_gets_it_again_with_the_next_run(
    told: World,
) -> None:
    with smtp_server(refuse={"ops@example.org": "451 later"}) as server:
        told.serve_mail(server)
        told.run("send")
    with smtp_server() as server:
        told.serve_mail(server)
        told.run("send")
    assert len(notices(server)) == 1


def test_a_trial_sends_notices_to_the_same_address_as_everything(told: World) -> None:
    with smtp_server() as server:
        told.serve_mail(server, 'redirect_all_to = "me@example.org"')
        told.run("send")
    assert {envelope.recipient for envelope in server.received} == {"me@example.org"}


def test_a_good_run_calls_the_heartbeat_and_a_bad_one_does_not(told: World) -> None:
    with HttpServer() as server:
        url = server.script("/ping", Reply(body=b"ok"))
        told.digest += f'\nheartbeat = "{server.url("/ping")}"'
        told.write()
        told.run("send")
        assert not server.requests
        (told.folder / "people" / "bob.toml").unlink()
        assert told.run("send").code == 0
        assert len(server.requests) == 1, url


def test_a_unit_that_failed_is_told_with_what_is_known_of_it(
    told: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.run("fetch")
    with smtp_server() as server:
        told.serve_mail(server)
        for _ in range(2):
            monkeypatch.setattr(sys, "stdin", io.StringIO("Active: failed (Result: exit-code)"))
            result = told.run("alert", "digest.service failed", "--json")
            assert result.code == 0
        assert result.json == {"told": False}
    (notice,) = notices(server)
    assert notice["Subject"] == "[digest] digest.service failed"
    assert "Active: failed" in notice.get_content()


def test_without_a_database_it_is_told_all_the_same(
    told: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with smtp_server() as server:
        told.serve_mail(server)
        assert told.run("alert", "digest.service failed").code == 0
    assert len(notices(server)) == 1


@pytest.mark.parametrize("broken", ["nonsense", "[mail]\nhost = 7\n"], ids=["syntax", "mail"])
def test_a_configuration_that_is_wrong_is_told_by_the_last_that_was_good(
    told: World, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(told.folder / "state"))
    monkeypatch.setattr(sys, "stdin", io.StringIO("Active: failed"))
    with smtp_server() as server:
        told.serve_mail(server)
        wiring.keep_good(wiring.load_settings(str(told.config)))
        told.config.write_text(broken)
        result = told.run("alert", "digest.service failed")
    assert result.code == 0, result.err
    (notice,) = notices(server)
    assert f"{told.config}:" in notice.get_content()
    assert "Active: failed" in notice.get_content()


def test_a_configuration_that_is_wrong_and_never_was_good_is_a_mistake(
    told: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(told.folder / "state"))
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    told.config.write_text("nonsense")
    result = told.run("alert", "digest.service failed")
    assert result.code == 2
    assert f"{told.config}:1" in result.err


def test_nobody_to_tell_is_a_mistake(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    result = world.run("alert", "digest.service failed")
    assert result.code == 2
    assert "alerts_to" in result.err
