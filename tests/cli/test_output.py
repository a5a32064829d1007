"""What reaches a terminal."""

import json
import os
import re
import select
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import make_stored
from child import Child
from digest.cli.output import complain, emit, in_words, reasons_of, say, table
from digest.issue import EVERYTHING_ELSE, Pick, Reason, ReasonKind
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


reasons = st.builds(
    Reason,
    kind=st.sampled_from(ReasonKind),
    term=st.sampled_from(["graph", "near graph", "the sense of your words", "you liked On trees"]),
    weight=st.floats(-40, 60),
)


@settings(deadline=None)  # the first loads the words
@given(st.lists(reasons, max_size=9))
def test_the_points_that_a_person_sees_are_the_whole_sum(found: list[Reason]) -> None:
    total = sum(each.weight for each in found)
    score = min(max(total, 0.0), 100.0)
    rest = Reason(kind=ReasonKind.OTHER, term=EVERYTHING_ELSE, weight=score - total)
    paper = make_stored()
    shown = reasons_of(Pick(stored=paper, score=score, reasons=(*found, rest)))
    points = [int(each) for each in re.findall(r" ([+-]\d+)(?=,|$)", shown)]
    assert sum(points) == round(score)
    assert 0 not in points


def test_every_kind_of_reason_is_in_words_and_a_mere_note_has_no_points() -> None:
    terms = dict.fromkeys(ReasonKind, "graph") | {ReasonKind.TEXT: "near graph"}
    told = {in_words(Reason(kind=kind, term=term, weight=1)) for kind, term in terms.items()}
    assert {"mentions “graph”", "by graph", "in graph", "close in meaning to “graph”"} < told
    sense = Reason(kind=ReasonKind.TEXT, term="the sense of your words", weight=7)
    note = Reason(kind=ReasonKind.OTHER, term="much the same as On trees", weight=0)
    pick = Pick(stored=make_stored(), score=7, reasons=(sense, note))
    assert reasons_of(pick) == "close to what you describe +7, much the same as On trees"
