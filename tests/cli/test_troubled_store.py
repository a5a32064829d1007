"""A full disk, a locked database, a signal: what was begun ends, and nothing is lost."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing

import pytest

from chaos import Scenario, finish, mail, relay, tally, template
from child import Child
from digest.store import database
from servers import SILENCE, FaultyPeer
from world import World

READERS = 40
SEND = [sys.executable, "-m", "digest", "send", "--no-fetch", "--json"]
HERE = Scenario("none", connections=2)


@pytest.fixture
def full(tmp_path) -> World:
    """A world whose outbox is full."""
    folder = tmp_path / "world"
    folder.mkdir()
    return template(folder, READERS)


def start(world: World, **options: object) -> Child:
    environment = os.environ | {"DIGEST_CONFIG": str(world.config)}
    return Child(SEND, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def test_a_full_disk_stops_the_run_and_a_later_one_sends_the_rest(full, tmp_path) -> None:
    log = tmp_path / "relay.log"
    log.touch()
    room = (full.folder / "digest.db").stat().st_size // 2

    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))

    with relay(log, "none") as port:
        full.mail = mail(port, HERE)
        full.write()
        with start(full, preexec_fn=fill) as sending:
            _, said = sending.communicate(timeout=60)
        assert sending.returncode == 75, said
        assert b"disk" in said or b"full" in said
        taken = len(log.read_text().splitlines())
        assert taken < READERS
        finish(full)
    toll = tally(full.folder / "digest.db", log, HERE, kills=1)
    assert toll.lost == toll.strange == []
    assert toll.copies <= toll.bound


def test_a_lock_that_ends_is_waited_for(full, tmp_path) -> None:
    log = tmp_path / "relay.log"
    log.touch()
    with relay(log, "none") as port:
        full.mail = mail(port, HERE)
        full.write()
        with closing(sqlite3.connect(full.folder / "digest.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with start(full) as sending:
                time.sleep(3)
                other.execute("ROLLBACK")
                sending.communicate(timeout=60)
    assert sending.returncode == 0
    lines = log.read_text().splitlines()
    assert set(Counter(line.split("\t")[0] for line in lines).values()) == {1}


def test_a_lock_that_stays_is_for_later_and_loses_nothing(full, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_MS", 100)
    log = tmp_path / "relay.log"
    log.touch()
    with relay(log, "none") as port:
        full.mail = mail(port, HERE)
        full.write()
        with closing(sqlite3.connect(full.folder / "digest.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            result = full.run("send", "--no-fetch")
            other.execute("ROLLBACK")
        assert result.code == 75
        assert "locked" in result.err
        finish(full)
    toll = tally(full.folder / "digest.db", log, HERE, kills=0)
    assert (toll.lost, toll.strange, toll.copies) == ([], [], 0)


def test_sigterm_sees_through_what_is_past_recall_and_releases_the_rest(full) -> None:
    with FaultyPeer({}, pause=("dot", 1.0)) as peer:
        full.serve_mail(peer, "connections = 1")
        with start(full) as sending:
            deadline = time.monotonic() + 30
            while not peer.texts and time.monotonic() < deadline:
                time.sleep(0.01)
            sending.send_signal(signal.SIGTERM)
            began = time.monotonic()
            _, said = sending.communicate(timeout=30)
        assert time.monotonic() - began < 30
    assert sending.returncode == 143
    assert b"terminated" in said
    states = full.run("status", "--json").json["deliveries"]
    assert states["sent"] == len(peer.texts)
    assert set(states) == {"sent", "queued"}


def test_a_relay_that_says_nothing_after_the_dot_leaves_one_in_doubt_at_sigterm(
    full, monkeypatch, whole: bool
) -> None:
    if not whole:
        pytest.skip("takes long: with --whole, as in .ci/run")
    with FaultyPeer({"dot": SILENCE}) as peer:
        full.serve_mail(peer, "connections = 1")
        with start(full) as sending:
            deadline = time.monotonic() + 30
            while not peer.texts and time.monotonic() < deadline:
                time.sleep(0.01)
            sending.send_signal(signal.SIGTERM)
            sending.communicate(timeout=30)
    assert sending.returncode == 143
    states = full.run("status", "--json").json["deliveries"]
    assert states == {"uncertain": 1, "queued": READERS - 1}


def test_a_burst_of_failures_leaves_the_relay_alone_for_a_while(full) -> None:
    with FaultyPeer({"dot": "451 4.3.0 try later"}) as peer:
        full.serve_mail(peer, "connections = 1")
        result = full.run("send", "--no-fetch")
        assert result.code == 75
        assert "left alone" in result.err
        assert len(peer.texts) == 10
        assert full.run("send", "--no-fetch").code == 75
        assert len(peer.texts) == 10
    states = full.run("status", "--json").json["deliveries"]
    assert states == {"deferred": 10, "queued": READERS - 10}


def test_after_a_421_the_connection_is_left_and_another_taken_after_a_pause(full) -> None:
    with FaultyPeer({"RCPT": "421 4.3.2 shutting down"}, {}) as peer:
        full.serve_mail(peer, "connections = 1")
        began = time.monotonic()
        full.run("send", "--no-fetch")
        assert time.monotonic() - began > 0.25
    assert peer.connections == 2
    assert full.run("status", "--json").json["deliveries"] == {"deferred": 1, "sent": READERS - 1}


def test_each_outcome_is_logged_once_with_what_the_relay_said(full, caplog) -> None:
    caplog.set_level("INFO")
    with FaultyPeer({"RCPT": ["550 5.1.1 no such user", "250 Ok"]}) as peer:
        full.serve_mail(peer, "connections = 1")
        full.run("send", "--no-fetch")
    lines = [r.getMessage() for r in caplog.records if r.getMessage().startswith("delivery=")]
    assert len(lines) == READERS
    assert [line for line in lines if "state=failed" in line and "no such user" in line]
    assert sum("queued as PEER" in line for line in lines) == READERS - 1
