"""suppress, receive, retry: what comes back, and whom that keeps from getting more."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time

from digest.store import database
from mail.test_returned import ARF, DSN, mail
from servers import smtp_server
from world import Result, World, make_papers, run

ADA = "ada@example.org"


@pytest.fixture
def sent(world: World):
    """A world whose Ada has had one message, and that message."""
    world.announce(*make_papers(2))
    with smtp_server() as server:
        world.serve_mail(
            server,
            'bounce_address = "bounces@example.org"',
            'unsubscribe = "mailto:stop@example.org?subject={token}"',
        )
        assert world.run("send").code == 0
    (envelope,) = server.received
    return world, envelope


def token_of(envelope) -> str:
    """The token of a message, from where bounces go."""
    local = envelope.sender.partition("@")[0]
    assert local.startswith("bounces+")
    return local.removeprefix("bounces+")


def receive(world: World, content: bytes, monkeypatch) -> dict:
    result = give(world, content, monkeypatch, "--json")
    assert result.code == 0
    return result.json


def bounce(token: str, status: str, name: str = "dsn1") -> bytes:
    text = DSN.format(token=token, status=status, said="said so", action="failed")
    return text.replace("<dsn1@", f"<{name}@").encode()


def hold_locked(world: World, monkeypatch) -> sqlite3.Connection:
    """Let another program write to the database for long."""
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_MS", 10)
    other = sqlite3.connect(world.folder / "digest.db")
    other.execute("BEGIN IMMEDIATE")
    return other


def give(world: World, content: bytes | BaseException, monkeypatch, *arguments: str) -> Result:
    class Buffer:
        def read(self) -> bytes:
            if isinstance(content, BaseException):
                raise content
            return content

    class Stdin:
        buffer = Buffer()

    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", Stdin)
        return world.run("receive", *arguments)


def test_a_message_that_nobody_could_look_into_is_kept_by_the_mail_system(
    sent, monkeypatch
) -> None:
    world, envelope = sent
    content = bounce(token_of(envelope), "5.1.1")
    good = world.config.read_text()

    def with_config(text: str) -> int:
        world.config.write_text(text)
        try:
            return give(world, content, monkeypatch).code
        finally:
            world.config.write_text(good)

    codes = {
        "mistake": with_config(good + "nonsense"),
        "no database": with_config(good.replace("digest.db", "other.db")),
        "no server": with_config(
            good.replace("sqlite:///digest.db", "postgresql://127.0.0.1:1/digest")
        ),
        "bug": give(world, RuntimeError("a bug"), monkeypatch).code,
        "broken pipe of ours": give(world, OSError(5, "no memory"), monkeypatch).code,
        "ended": give(world, KeyboardInterrupt(), monkeypatch).code,
        "usage": give(world, content, monkeypatch, "--nonsense").code,
        "no configuration": run("--config", str(world.folder / "none"), "receive").code,
    }
    with closing(hold_locked(world, monkeypatch)):
        codes["locked"] = give(world, content, monkeypatch).code
    assert codes == dict.fromkeys(codes, 75)
    assert suppressed(world) == []
    assert give(world, content, monkeypatch).code == 0
    assert suppressed(world) == [ADA]


def test_a_program_that_is_half_installed_has_the_message_kept() -> None:
    code = (
        "import sys; sys.modules['digest.cli'] = None; sys.argv = ['digest', 'receive']\n"
        "from digest.__main__ import start; start()"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert ended.returncode == 75
    assert "Traceback" not in ended.stderr


def test_mail_from_a_stranger_is_not_sent_back(sent, monkeypatch) -> None:
    world, _ = sent
    assert give(world, mail("Hello"), monkeypatch).code == 0
    assert give(world, b"", monkeypatch).code == 0
    assert give(world, b"\xff\x00 no message at all", monkeypatch).code == 0


def suppressed(world: World) -> list[str]:
    return [each["email"] for each in world.run("suppress", "--list", "--json").json]


def test_a_hard_bounce_ends_it_and_no_further_issue_goes_out(sent, monkeypatch) -> None:
    world, envelope = sent
    told = receive(world, bounce(token_of(envelope), "5.1.1"), monkeypatch)
    assert told == {
        "kind": "hard bounce", "why": "5.1.1 smtp; said so", "subscriber": ADA, "suppressed": True,
    }  # fmt: skip
    assert suppressed(world) == [ADA]
    world.announce(*make_papers(2, start=10))
    with freeze_time(datetime.now(UTC) + timedelta(days=1)):
        assert world.run("send", "--json").json["why"] == {"suppressed": 1}


def test_soft_bounces_end_it_with_the_third_in_a_fortnight(sent, monkeypatch) -> None:
    world, envelope = sent
    token = token_of(envelope)
    for number, ends in enumerate((False, False, False, True)):
        with freeze_time(datetime.now(UTC) + timedelta(days=(0, 20, 21, 22)[number])):
            name = f"dsn{number}"
            told = receive(world, bounce(token, "4.4.7", name), monkeypatch)
            assert told["suppressed"] is ends
            assert receive(world, bounce(token, "4.4.7", name), monkeypatch)["suppressed"] is False


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(bounce("260310" + "0" * 28, "5.1.1"), id="a bounce"),
        pytest.param(ARF.format(kind="abuse").encode(), id="a complaint"),
        pytest.param(mail("unsubscribe 0123456789abcdef0123"), id="a wish to stop"),
    ],
)
def test_a_forged_token_changes_nothing(sent, monkeypatch, content) -> None:
    world, _ = sent
    assert receive(world, content, monkeypatch)["subscriber"] is None
    assert suppressed(world) == []


def test_a_complaint_ends_it(sent, monkeypatch) -> None:
    world, envelope = sent
    report = ARF.format(kind="abuse").replace(
        "List-Unsubscribe: <https://example.org/stop/0123456789abcdef0123>",
        f"Return-Path: <{envelope.sender}>",
    )
    assert receive(world, report.encode(), monkeypatch)["suppressed"]
    assert suppressed(world) == [ADA]


def test_mail_to_the_unsubscribe_address_ends_it(sent, monkeypatch) -> None:
    world, envelope = sent
    header = envelope.content.partition(b"\r\n\r\n")[0].decode()
    token = header.partition("mailto:stop@example.org?subject=")[2].partition(">")[0]
    assert receive(world, mail(token), monkeypatch)["subscriber"] == ADA
    assert suppressed(world) == [ADA]


def test_an_inbox_is_looked_into_and_nothing_in_it_is_lost(sent) -> None:
    world, envelope = sent
    new = world.folder / "inbox" / "new"
    new.mkdir(parents=True)
    (new / "1.a").write_bytes(bounce(token_of(envelope), "5.1.1"))
    (new / "2.b").write_bytes(mail("Hello"))
    world.mail += '\ninbox = "inbox"'
    world.write()
    world.run("send", "--no-fetch")
    assert suppressed(world) == [ADA]
    assert list(new.iterdir()) == []
    kept = sorted(path.name for path in (world.folder / "inbox" / "cur").iterdir())
    assert kept == ["1.a:2,S", "2.b:2,"]  # what a person should read is left unseen


def test_a_suppression_is_made_and_ended_by_hand(world: World) -> None:
    world.run("fetch")
    assert world.run("suppress", "Ada@Example.org", "--why", "left the group").code == 0
    (row,) = world.run("suppress", "--list", "--json").json
    assert (row["email"], row["why"]) == (ADA, "left the group")
    assert world.run("suppress", ADA, "--remove").code == 0
    assert suppressed(world) == []
    assert world.run("suppress", ADA, "--remove").code == 2
    assert world.run("suppress").code == 2


def test_a_suppression_between_composing_and_the_dot_keeps_the_message_back(world: World) -> None:
    world.announce(*make_papers(1))
    world.mail = 'host = "127.0.0.1"\nport = 1\nsecurity = "none"'
    world.write()
    assert world.run("send").code == 75
    world.run("suppress", ADA)
    with smtp_server() as server:
        world.serve_mail(server)
        world.run("send", "--no-fetch")
    assert server.received == ()
    assert world.run("status", "--json").json["deliveries"] == {"suppressed": 1}


def test_retry_sends_again_what_failed_but_not_what_a_later_issue_made_stale(world: World) -> None:
    world.announce(*make_papers(1))
    refusing = {ADA: "550 5.1.1 no such user"}
    with smtp_server(refuse=refusing) as server:
        world.serve_mail(server)
        assert world.run("send").code == 1
    assert world.run("retry", "--state", "failed", "--json").json == {"retried": 1, "late": 0}
    with smtp_server(refuse=refusing) as server:
        world.serve_mail(server)
        world.run("send", "--no-fetch")
    with freeze_time(datetime.now(UTC) + timedelta(days=1)), smtp_server() as server:
        world.serve_mail(server)
        assert world.run("send").code == 0
        assert world.run("retry", "--json").json == {"retried": 0, "late": 1}
        world.run("send", "--no-fetch")
    assert len(server.received) == 1
