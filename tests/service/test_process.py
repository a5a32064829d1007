"""digest run as a process: what systemd hears, and what signals, kills and rivals change."""

import resource
import signal
import time
from collections import Counter

import pytest

from chaos import Scenario, mail, tally
from chaos import relay as logged_relay
from digest.service.process import stuck_steps
from running import Running, always_due
from servers import SILENCE, FaultyPeer, smtp_server
from world import World, make_papers


@pytest.fixture
def ready(world: World) -> World:
    """A world whose reader is due, with papers to read."""
    always_due(world, "ada", "bob", *(f"reader{number}" for number in range(40)))
    world.announce(*make_papers(5))
    return world


def test_systemd_hears_when_it_is_ready_alive_and_ending_and_what_is_next(ready: World) -> None:
    with Running(ready, watchdog=1.5) as service:
        service.hear("READY=1")
        service.hear("WATCHDOG=1")
        service.hear(r"STATUS=.*next issue \d{4}-\d\d-\d\d 00:00 UTC")
        service.read("state=sent")
        assert service.stop() == 0
        assert "STOPPING=1" in service.states
        assert service.states.index("READY=1") < service.states.index("WATCHDOG=1")
    assert ready.run("status", "--json").json["deliveries"] == {"sent": 1}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param("[nonsense]\n", "nonsense", id="configuration"),
        pytest.param(
            '[mail.dkim]\nselector = "s"\nkey = { file = "no.pem" }\n', "no.pem", id="key"
        ),
    ],
)
def test_what_is_wrong_at_the_start_is_said_and_not_tried_again(
    ready: World, spoil: str, said: str
) -> None:
    ready.config.write_text(ready.config.read_text() + spoil)
    with Running(ready) as service:
        assert service.process.wait(timeout=30) == 2
    assert said in service.log.read_text()
    assert "READY=1" not in service.states


@pytest.mark.usefixtures("in_full")
def test_a_template_with_a_mistake_keeps_it_from_being_ready(ready: World) -> None:
    (ready.folder / "mine" / "issue").mkdir(parents=True)
    (ready.folder / "mine" / "issue" / "_paper.html").write_text("{% if %}")
    ready.digest = 'templates = "mine"'
    ready.write()
    with Running(ready) as service:
        assert service.process.wait(timeout=30) == 2
    assert "_paper.html" in service.log.read_text()


@pytest.mark.parametrize(
    ("step", "minutes", "is_stuck"),
    [
        pytest.param("deliver", 14, False, id="a mail server may take its time"),
        pytest.param("deliver", 16, True, id="but not for ever"),
        pytest.param("pull", 120, False, id="many pages are asked for slowly"),
        pytest.param("pull", 181, True, id="but not all day"),
    ],
)
def test_a_step_that_does_not_get_on_is_no_sign_of_life(
    step: str, minutes: int, is_stuck: bool
) -> None:
    assert stuck_steps({step: 1_000.0}, 1_000.0 + 60 * minutes) == [step] * is_stuck


def test_a_new_subscriber_is_served_after_sighup(ready: World) -> None:
    with Running(ready) as service:
        service.read("to=ada@example.org state=sent")
        ready.people.append(ready.person("bob"))
        ready.write()
        service.process.send_signal(signal.SIGHUP)
        service.hear("RELOADING=1")
        service.read("reloaded subscribers=2")
        service.read("to=bob@example.org state=sent")
        assert service.states.count("READY=1") == 2
        assert service.stop() == 0


def test_a_wrong_configuration_is_said_and_the_old_one_serves_on(ready: World) -> None:
    good = ready.config.read_text()
    with Running(ready) as service:
        service.hear("READY=1")
        service.read("state=sent")
        ready.config.write_text(good + "[nonsense]\n")
        service.process.send_signal(signal.SIGHUP)
        service.read("ERROR .*nonsense")
        ready.config.write_text(good)
        service.process.send_signal(signal.SIGHUP)
        service.read("reloaded")
        assert service.stop() == 0


@pytest.mark.usefixtures("in_full")
def test_a_second_service_stands_by_and_takes_over_when_the_first_is_killed(ready: World) -> None:
    with Running(ready) as first:
        first.read("state=sent")
        with Running(ready) as second:
            second.hear("STATUS=standby")
            second.hear("READY=1")
            first.process.kill()
            second.hear("STATUS=.*next issue")
            assert second.stop() == 0
    assert ready.run("status", "--json").json["deliveries"] == {"sent": 1}


@pytest.mark.usefixtures("in_full")
def test_sigterm_while_standing_by_ends_at_once(ready: World) -> None:
    with Running(ready) as first:
        first.hear("READY=1")
        with Running(ready) as second:
            second.hear("STATUS=standby")
            began = time.monotonic()
            assert second.stop() == 0
            assert time.monotonic() - began < 5


def test_sigterm_sees_the_message_under_way_through_and_leaves_the_rest_for_later(
    ready: World,
) -> None:
    ready.people = [ready.person(f"reader{number}") for number in range(8)]
    with FaultyPeer({}, pause=("dot", 1.0)) as peer:
        ready.serve_mail(peer, "connections = 1")
        with Running(ready) as service:
            service.read("state=sent")
            began = time.monotonic()
            assert service.stop() == 0
            assert time.monotonic() - began < 30
    states = ready.run("status", "--json").json["deliveries"]
    assert states["sent"] == len(peer.texts) < 8
    assert set(states) == {"sent", "queued"}


@pytest.mark.usefixtures("in_full")
def test_a_relay_that_hangs_keeps_it_from_ending_for_less_than_half_a_minute(
    ready: World,
) -> None:
    with FaultyPeer({"dot": SILENCE}) as peer:
        ready.serve_mail(peer)
        with Running(ready) as service:
            service._wait(lambda: "." in peer.commands or peer.texts or None)
            began = time.monotonic()
            assert service.stop() == 0
            assert time.monotonic() - began < 30


@pytest.mark.usefixtures("in_full")
def test_a_killed_service_started_again_sends_the_rest_and_nothing_twice(
    ready: World, tmp_path
) -> None:
    ready.people = [ready.person(f"reader{number}") for number in range(30)]
    log = tmp_path / "relay.log"
    log.touch()
    scenario = Scenario("none", connections=2)
    with logged_relay(log, "slow") as port:
        ready.mail = mail(port, scenario)
        ready.write()
        with Running(ready) as service:
            service.read("state=sent")
            service.process.kill()
        with Running(ready) as service:
            _until(service, lambda: len(log.read_text().splitlines()) >= 30)
            time.sleep(0.5)
            assert service.stop() == 0
    toll = tally(ready.folder / "digest.db", log, scenario, kills=1)
    assert toll.lost == toll.strange == []
    assert toll.copies <= toll.bound


@pytest.mark.usefixtures("in_full")
def test_a_full_disk_delays_issues_until_there_is_room_and_repeats_none(ready: World) -> None:
    with smtp_server() as server:
        ready.serve_mail(server)
        with Running(ready) as service:
            service.read("state=sent")
            service.read("pruned")
            _let_files_grow_to(service, 65_536)
            ready.people += [ready.person(f"reader{number}") for number in range(40)]
            ready.write()
            service.process.send_signal(signal.SIGHUP)
            service.read("ERROR .*step=compose .*(disk|full)")
            _let_files_grow_to(service, resource.RLIM_INFINITY)
            service.process.send_signal(signal.SIGHUP)
            _until(service, lambda: len(server.received) >= 41)
            assert service.stop() == 0
    assert sorted(Counter(envelope.recipient for envelope in server.received).values()) == [1] * 41


def test_metrics_are_served_on_loopback(ready: World) -> None:
    import socket
    import urllib.request

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ready.config.write_text(ready.config.read_text() + f"[metrics]\nport = {port}\n")
    with Running(ready) as service:
        service.read("state=sent")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        assert service.stop() == 0
    assert 'digest_deliveries{state="sent"} 1.0' in text
    assert 'digest_source_outcome{outcome="new",source="saved"} 1.0' in text
    assert "digest_papers 5.0" in text


def test_a_relay_that_is_back_gets_what_waited(ready: World) -> None:
    with smtp_server() as gone:
        port = gone.port
    ready.mail = f'host = "127.0.0.1"\nport = {port}\nsecurity = "none"'
    ready.write()
    with Running(ready) as service:
        service.read("relay=refuses waiting=1")
        with smtp_server() as server:
            ready.serve_mail(server)
            service.process.send_signal(signal.SIGHUP)
            service.read("state=sent")
            assert len(server.received) == 1
        assert service.stop() == 0


def _let_files_grow_to(service: Running, size: int) -> None:
    resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _until(service: Running, condition) -> None:
    service._wait(lambda: "yes" if condition() else None)
