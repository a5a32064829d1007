"""What reaches a terminal."""

import json
import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from child import Child
from digest.cli.output import complain, emit, say, table
from terminal import Terminal

HOSTILE = "a\x1b[2Jb\x9b31mc\x07d\x00e\u0085f"


def test_nothing_printed_makes_a_terminal_obey(capsys: pytest.CaptureFixture[str]) -> None:
    say(HOSTILE)
    complain(HOSTILE)
    table(("paper",), [(HOSTILE,)])
    emit({"title": HOSTILE})
    out, err = capsys.readouterr()
    assert not [sign for sign in out + err if ord(sign) < 32 and sign != "\n"]
    assert not [sign for sign in out + err if 0x7F <= ord(sign) < 0xA0]
    assert out.count("a[2Jb31mcdef") == 2
    assert json.loads(out.splitlines()[-1]) == {"title": HOSTILE}


def test_lines_and_tabs_stay(capsys: pytest.CaptureFixture[str]) -> None:
    say("a\tb\nc")
    assert capsys.readouterr().out == "a\tb\nc\n"


@pytest.mark.parametrize("name", ["say", "note", "complain", "warn"])
def test_a_line_reaches_a_pipe_at_once(name: str) -> None:
    code = f"import sys; from digest.cli.output import {name}; {name}('ready'); sys.stdin.read()"
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    with Child(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environ,
    ) as waiting:
        assert waiting.stdout is not None
        ready, _, _ = select.select([waiting.stdout], [], [], 30)
        assert ready
        assert waiting.stdout.readline() == b"ready\n"
        waiting.communicate(b"\n", timeout=30)


def test_a_reader_who_has_gone_does_not_end_the_work() -> None:
    code = "from digest.cli.output import complain, say; say('x'); say('y'); complain('done')"
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-c", code]
    ended = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, timeout=30)
    os.close(writer)
    assert ended.stderr.startswith(b"done\n")


@pytest.mark.parametrize(
    ("environ", "is_coloured"),
    [
        pytest.param({"TERM": "xterm", "NO_COLOR": ""}, True, id="a terminal"),
        pytest.param({"TERM": "xterm", "NO_COLOR": "1"}, False, id="nobody wants any"),
        pytest.param({"TERM": "dumb", "NO_COLOR": ""}, False, id="a dumb one"),
    ],
)
def test_a_mistake_is_coloured_where_a_terminal_shows_it(
    tmp_path: Path, environ: dict[str, str], is_coloured: bool
) -> None:
    command = [sys.executable, "-m", "digest", "--config", "gone.toml", "status"]
    with Terminal(command, tmp_path, **environ) as terminal:
        assert terminal.end() == 2
    assert "gone.toml" in terminal.shown
    assert ("\x1b[31m" in terminal.raw) is is_coloured
    assert ("\x1b" in terminal.raw) is is_coloured


def test_the_head_of_a_table_is_bold_on_a_terminal(tmp_path: Path) -> None:
    code = "from digest.cli.output import table; table(('id', 'paper'), [('1', 'On graphs')])"
    with Terminal([sys.executable, "-c", code], tmp_path, TERM="xterm", NO_COLOR="") as terminal:
        assert terminal.end() == 0
    assert terminal.raw.splitlines() == ["\x1b[1mid  paper\x1b[0m", "1   On graphs"]


def test_nothing_is_coloured_in_a_pipe(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "digest", "--config", "gone.toml", "status"]
    ended = subprocess.run(
        command, cwd=tmp_path, env=os.environ | {"TERM": "xterm"}, capture_output=True, timeout=30
    )
    assert b"gone.toml" in ended.stderr
    assert b"\x1b" not in ended.stderr
