"""digest send in processes of its own: at a terminal, twice at once, killed."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time

from child import Child
from servers import SILENCE, FaultyPeer, smtp_server
from world import World, make_papers

SEND = [sys.executable, "-m", "digest", "send", "--json"]


def start(world: World, **options: object) -> Child:
    environment = os.environ | {"DIGEST_CONFIG": str(world.config)}
    return Child(SEND, env=environment, stdout=subprocess.PIPE, **options)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("answer", "sent"), [pytest.param(b"n\n", 0, id="no"), pytest.param(b"y\n", 6, id="yes")]
)
def test_at_a_terminal_it_asks_before_writing_to_many(
    world: World, answer: bytes, sent: int
) -> None:
    world.people = [world.person(f"reader{number}") for number in range(6)]
    world.announce(*make_papers(1))
    ours, theirs = pty.openpty()
    with smtp_server() as server:
        world.serve_mail(server)
        with start(world, stdin=theirs, stderr=theirs) as sending:
            os.close(theirs)
            os.write(ours, answer)
            sending.communicate(timeout=30)
    shown = os.read(ours, 65536)
    os.close(ours)
    assert b"Write to 6 people?" in shown
    assert len(server.received) == sent


def test_two_at_once_send_one_issue_to_each(world: World) -> None:
    world.people = [world.person(f"reader{number}") for number in range(30)]
    world.announce(*make_papers(3))
    with smtp_server() as server:
        world.serve_mail(server)
        both = [start(world) for _ in range(2)]
        for sending in both:
            sending.communicate(timeout=60)
    copies = Counter(envelope.recipient for envelope in server.received)
    assert len(copies) == 30
    assert set(copies.values()) == {1}
    assert [sending.returncode for sending in both] in ([0, 0], [0, 75], [75, 0])


def test_a_run_killed_before_the_dot_leaves_its_message_to_a_later_one(world: World) -> None:
    world.announce(*make_papers(1))
    with FaultyPeer({"RCPT": SILENCE}) as peer:
        world.serve_mail(peer)
        with start(world) as sending:
            wait_for(lambda: any(line.startswith("RCPT") for line in peer.commands))
            sending.send_signal(signal.SIGKILL)
    assert world.run("status", "--json").json["deliveries"] == {"claimed": 1}
    with freeze_time(datetime.now(UTC) + timedelta(minutes=20)), smtp_server() as server:
        world.serve_mail(server)
        world.run("send")
    assert [envelope.recipient for envelope in server.received] == ["ada@example.org"]


def test_ctrl_c_ends_after_the_message_under_way_and_loses_nothing(world: World) -> None:
    world.people = [world.person(f"reader{number}") for number in range(5)]
    world.announce(*make_papers(1))
    with FaultyPeer({}, pause=("RCPT", 0.5)) as peer:
        world.serve_mail(peer, "connections = 1")
        with start(world, stderr=subprocess.PIPE) as sending:
            wait_for(lambda: any(line.startswith("RCPT") for line in peer.commands))
            sending.send_signal(signal.SIGINT)
            _, said = sending.communicate(timeout=30)
    assert sending.returncode == -signal.SIGINT
    assert b"interrupted" in said
    assert len(peer.texts) < 5
    assert sum(world.run("status", "--json").json["deliveries"].values()) == 5


@pytest.mark.parametrize(
    ("redirect", "code"),
    [
        pytest.param("parse {dump} > /dev/full", 1, id="no room"),
        pytest.param("parse {dump} >&-", 0, id="no output"),
        pytest.param("parse - <&-", 1, id="no input"),
        pytest.param("parse {dump} 2>&-", 0, id="no errors"),
    ],
)
def test_odd_streams_are_no_traceback(world: World, redirect: str, code: int) -> None:
    world.announce(*make_papers(200))
    command = f"{sys.executable} -m digest " + redirect.format(
        dump=world.folder / "dumps" / "papers.jsonl"
    )
    ended = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert ended.returncode == code
    assert "Traceback" not in ended.stderr


def test_a_terminal_without_utf_8_is_no_traceback(world: World) -> None:
    world.announce({"title": "Über Gräber", "abstract": "On graphs: γ."})
    world.run("fetch")
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "DIGEST_CONFIG": str(world.config)}
    command = [sys.executable, "-m", "digest", "papers"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, "ber Gr" in ended.stdout) == (0, True)


def test_what_went_wrong_is_the_exit_code_though_nobody_reads(world: World) -> None:
    world.announce(*make_papers(1))
    reader, writer = os.pipe()
    os.close(reader)
    with FaultyPeer({"RCPT": "550 5.1.1 nobody here"}) as peer:
        world.serve_mail(peer)
        command = [sys.executable, "-m", "digest", "--config", str(world.config), "send"]
        ended = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, timeout=60)
    os.close(writer)
    assert (ended.returncode, ended.stderr.count(b"Traceback")) == (1, 0)
