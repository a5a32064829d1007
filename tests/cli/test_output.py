"""What reaches a terminal."""

import json

import pytest

from digest.cli.output import complain, emit, say, table

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
