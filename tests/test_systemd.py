"""The units are what systemd reads without a word of complaint."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from digest.errors import SourceUnavailable

UNITS = Path(__file__).parents[1] / "systemd"
PROGRAM = "/usr/local/bin/digest"
ANALYZE = shutil.which("systemd-analyze")

needs_systemd = pytest.mark.skipif(
    ANALYZE is None, reason="systemd-analyze is not found (Debian: the package systemd)"
)


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(UNITS / name)
    return parser


@needs_systemd
@pytest.mark.parametrize("name", ["digest-send.service", "digest-send.timer"])
def test_systemd_has_nothing_to_say_about_a_unit(name: str, tmp_path: Path) -> None:
    for path in UNITS.iterdir():  # with a program that is here: the real one need not be installed
        text = path.read_text().replace(PROGRAM, sys.executable)
        (tmp_path / path.name).write_text(text)
    run = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@needs_systemd
def test_the_timer_asks_every_ten_minutes() -> None:
    expression = unit("digest-send.timer")["Timer"]["OnCalendar"]
    run = subprocess.run(
        ["systemd-analyze", "calendar", expression], capture_output=True, text=True, check=True
    )
    assert "*-*-* *:00/10:00" in run.stdout


def test_the_service_runs_what_is_due() -> None:
    assert unit("digest-send.service")["Service"]["ExecStart"] == f"{PROGRAM} send --due"


def test_something_that_waits_for_another_try_is_no_failure_of_the_unit() -> None:
    status = unit("digest-send.service")["Service"]["SuccessExitStatus"]
    assert int(status) == SourceUnavailable.exit_code
