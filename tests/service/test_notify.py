"""What is sent to the socket that systemd names."""

import os
import socket
from datetime import timedelta
from pathlib import Path

import pytest

from digest.service.notify import Notifier


@pytest.fixture(params=["file", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path):
    address = str(tmp_path / "s") if request.param == "file" else f"@digest-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(address.replace("@", "\0", 1))
        listening.settimeout(5)
        yield address, listening


def test_each_state_is_a_datagram(manager) -> None:
    address, listening = manager
    notifier = Notifier({"NOTIFY_SOCKET": address})
    for tell, said in (
        (notifier.ready, b"READY=1"),
        (notifier.alive, b"WATCHDOG=1"),
        (notifier.stopping, b"STOPPING=1"),
        (lambda: notifier.status("all\nis well"), b"STATUS=all is well"),
    ):
        tell()
        assert listening.recv(1000) == said


def test_a_reload_says_when_it_began(manager) -> None:
    address, listening = manager
    Notifier({"NOTIFY_SOCKET": address}).reloading()
    first, second = listening.recv(1000).decode().splitlines()
    assert first == "RELOADING=1"
    assert int(second.removeprefix("MONOTONIC_USEC=")) > 0


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": "/nowhere/at/all"}])
def test_without_a_manager_nothing_is_said(environ: dict[str, str]) -> None:
    Notifier(environ).ready()


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, timedelta(seconds=30)),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, timedelta(seconds=30)),
    ],
)
def test_the_watchdog_is_ours_if_it_names_us(
    environ: dict[str, str], expected: timedelta | None
) -> None:
    assert Notifier(environ).watchdog == expected
