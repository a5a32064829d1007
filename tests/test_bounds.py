"""No test waits for ever, whatever hangs."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from child import Child

TESTS = Path(__file__).parent


def test_a_test_that_hangs_in_its_child_ends() -> None:
    hanging = "import time; time.sleep(600)"
    began = time.monotonic()
    child = Child([sys.executable, "-c", hanging], stdout=subprocess.PIPE)
    with pytest.raises(TimeoutError), child:
        raise TimeoutError  # as pytest-timeout does, out of whatever waits
    assert child.returncode == -signal.SIGKILL
    assert time.monotonic() - began < 30


def test_every_test_has_a_bound(pytestconfig: pytest.Config) -> None:
    assert 0 < float(pytestconfig.getini("timeout")) <= 120
    assert pytestconfig.pluginmanager.has_plugin("timeout")


def test_every_process_of_the_tests_is_one_that_ends() -> None:
    apart = {"child.py", "running.py", "test_bounds.py"}  # running.py kills its service itself
    starting = [
        path.name
        for path in TESTS.rglob("*.py")
        if path.name not in apart and "subprocess.Popen(" in path.read_text(encoding="utf-8")
    ]
    assert starting == []
