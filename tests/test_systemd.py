"""The units are what systemd reads without a word of complaint."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from digest.errors import ConfigError, SourceUnavailable
from digest.service import process

UNITS = Path(__file__).parents[1] / "systemd"
PROGRAM = "/usr/local/bin/digest"
ANALYZE = shutil.which("systemd-analyze")

needs_systemd = pytest.mark.skipif(
    ANALYZE is None, reason="systemd-analyze is not found (Debian: the package systemd)"
)


SERVICES = ["digest.service", "digest-send.service", "digest-failure@.service"]


def setting(name: str, key: str) -> list[str]:
    """Every value of a key in a unit, in order."""
    lines = (UNITS / name).read_text().splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{key}=")]


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units with a program that is here: the real one need not be installed."""
    for path in UNITS.iterdir():
        text = path.read_text().replace(PROGRAM, sys.executable)
        (tmp_path / path.name).write_text(text)
    return tmp_path


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *arguments], capture_output=True, text=True, check=False
    )


@needs_systemd
@pytest.mark.parametrize("name", [*SERVICES, "digest-send.timer"])
def test_systemd_has_nothing_to_say_about_a_unit(name: str, units: Path) -> None:
    run = analyze("verify", "--man=no", "--recursive-errors=yes", str(units / name))
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@needs_systemd
@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_do_little_beyond_its_work(name: str, units: Path) -> None:
    run = analyze("security", "--offline=true", "--threshold=20", str(units / name))
    assert run.returncode == 0, run.stdout


@needs_systemd
def test_the_timer_asks_every_ten_minutes() -> None:
    (expression,) = setting("digest-send.timer", "OnCalendar")
    run = analyze("calendar", expression)
    assert "*-*-* *:00/10:00" in run.stdout
    assert setting("digest-send.timer", "Persistent") == ["true"]


def test_the_services_run_what_is_due() -> None:
    assert setting("digest.service", "ExecStart") == [f"{PROGRAM} run"]
    assert setting("digest-send.service", "ExecStart") == [f"{PROGRAM} send --due"]


def test_something_that_waits_for_another_try_is_no_failure_of_the_unit() -> None:
    (status,) = setting("digest-send.service", "SuccessExitStatus")
    assert int(status) == SourceUnavailable.exit_code


def test_a_wrong_configuration_is_not_tried_again() -> None:
    (status,) = setting("digest.service", "RestartPreventExitStatus")
    assert int(status) == ConfigError.exit_code


def test_a_service_has_the_user_that_is_made_for_it() -> None:
    sysusers = (UNITS / "digest.sysusers").read_text()
    assert "\nu digest " in sysusers
    assert all(setting(name, "User") == ["digest"] for name in SERVICES)


def test_a_unit_that_fails_is_told_of() -> None:
    for name in SERVICES[:2]:
        assert setting(name, "OnFailure") == ["digest-failure@%n.service"]


def test_systemd_waits_longer_than_the_service_takes_to_end() -> None:
    (stop,) = setting("digest.service", "TimeoutStopSec")
    assert stop == "40s"
    assert process.LONGEST_END < 40
