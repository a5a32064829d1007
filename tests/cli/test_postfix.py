"""Against a real Postfix, with STARTTLS and a login, and against its sink with its faults."""

import os
import time

import pytest

import postfix
from authority import Authority
from world import World, make_papers

READERS = 25


@pytest.fixture(autouse=True)
def _needs_postfix() -> None:
    if not postfix.is_there():
        if os.environ.get("CI"):
            pytest.fail(postfix.MISSING)
        pytest.skip(postfix.MISSING)


def configure(world: World, port: int, *keys: str) -> None:
    world.mail = "\n".join(('host = "localhost"', f"port = {port}", *keys))
    world.write()


def test_everybody_gets_one_message_over_starttls_with_a_login(world: World, tmp_path) -> None:
    world.people = [world.person(f"reader{number}") for number in range(READERS)]
    world.announce(*make_papers(3))
    authority = Authority.found(tmp_path)
    with postfix.postfix(authority) as running:
        login = (f'username = "{running.username}"', f'password = "{running.password}"')
        tls = ('security = "starttls"', f'ca_file = "{authority.ca_file}"', "commit_group = 5")
        configure(world, running.port, *tls, 'username = "papers@relay.example.org"',
                  'password = "wrong"')  # fmt: skip
        refused = world.run("send")
        assert (refused.code, "login as papers" in refused.err) == (75, True)
        configure(world, running.port, *tls, *login)
        result = world.run("send", "--no-fetch", "--json")
        assert (result.code, result.json["sent"]) == (0, READERS)
        deadline = time.monotonic() + 30
        while len(list(running.taken.iterdir())) < READERS and time.monotonic() < deadline:
            time.sleep(0.1)
        taken = [path.read_text() for path in running.taken.iterdir()]
        assert world.run("send", "--no-fetch", "--json").json["sent"] == 0
    recipients = [
        line.partition("<")[2].partition(">")[0]
        for text in taken
        for line in text.splitlines()
        if line.startswith("X-Rcpt-Args:")
    ]
    assert sorted(recipients) == sorted(f"reader{number}@example.org" for number in range(READERS))
    replies = [row["reply"] for row in world.run("issues", "--json").lines]
    assert all("queued as" in reply for reply in replies)


@pytest.mark.parametrize(
    ("flags", "states", "code"),
    [
        pytest.param((), {"sent": 1}, 0, id="none"),
        pytest.param(("-p",), {"sent": 1}, 0, id="no pipelining"),
        pytest.param(("-w", "1"), {"sent": 1}, 0, id="slow"),
        pytest.param(("-r", "rcpt"), {"deferred": 1}, 75, id="450 at RCPT"),
        pytest.param(("-r", "data"), {"deferred": 1}, 75, id="450 at DATA"),
        pytest.param(("-r", "."), {"deferred": 1}, 75, id="450 at the dot"),
        pytest.param(("-f", "rcpt"), {"failed": 1}, 1, id="500 at RCPT"),
        pytest.param(("-f", "."), {"failed": 1}, 1, id="500 at the dot"),
        pytest.param(("-f", "mail"), {"queued": 1}, 75, id="500 at MAIL"),
        pytest.param(("-f", "ehlo,helo"), {"queued": 1}, 75, id="500 at EHLO"),
        pytest.param(("-f", "connect"), {"queued": 1}, 75, id="500 at once"),
        pytest.param(("-q", "rcpt"), {"deferred": 1}, 75, id="dropped at RCPT"),
        pytest.param(("-q", "data"), {"deferred": 1}, 75, id="dropped at DATA"),
        pytest.param(("-q", "."), {"uncertain": 1}, 75, id="dropped after the dot"),
    ],
)
def test_what_the_sink_does_wrong_is_judged_by_its_stage(world, flags, states, code) -> None:
    world.announce(*make_papers(1))
    with postfix.sink(*flags) as port:
        configure(world, port, 'security = "none"')
        result = world.run("send")
    assert world.run("status", "--json").json["deliveries"] == states, result.err
    assert result.code == code


def test_a_relay_with_room_for_two_gets_everything_over_two(world: World) -> None:
    world.people = [world.person(f"reader{number}") for number in range(READERS)]
    world.announce(*make_papers(1))
    with postfix.sink("-m", "2") as port:
        configure(world, port, 'security = "none"', "connections = 2")
        assert world.run("send", "--json").json["sent"] == READERS
