"""Ctrl-C while the program is being loaded: it ends of the signal, and says nothing."""

import signal
import subprocess
import sys

import pytest

from world import World, make_papers

INTERRUPT = """
import os, runpy, signal, sys
from importlib.metadata import distribution

way, left = sys.argv.pop(1), int(sys.argv.pop(1))
loading = False

def interrupt(event, details):
    global left, loading
    if event == "import":
        loading = loading or details[0] == "digest.cli"
        left -= loading
        if not left:
            os.kill(os.getpid(), signal.SIGINT)

if way == "script":
    (script,) = distribution("daily-paper-digest").entry_points.select(name="digest")
    sys.addaudithook(interrupt)
    script.load()()
else:
    sys.addaudithook(interrupt)
    runpy.run_module("digest", run_name="__main__")
"""
"""Interrupts itself with the so many-th module that is looked for."""


@pytest.mark.parametrize("way", ["module", "script"])
@pytest.mark.parametrize("imports", [1, 40, 400, 900])
def test_ctrl_c_while_loading_ends_without_a_word(world: World, way: str, imports: int) -> None:
    world.announce(*make_papers(1))
    command = [sys.executable, "-c", INTERRUPT, way, str(imports), "--config", str(world.config)]
    ended = subprocess.run([*command, "send"], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (-signal.SIGINT, "")
    assert ended.stderr in ("", "digest: interrupted; whatever waits is left to the next run\n")


def test_ctrl_c_that_is_ignored_stays_ignored(world: World) -> None:
    """As for what a shell began in the background."""
    world.announce(*make_papers(1))
    ignoring = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n{INTERRUPT}"
    command = [sys.executable, "-c", ignoring, "module", "400", "--config", str(world.config)]
    ended = subprocess.run([*command, "send"], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
