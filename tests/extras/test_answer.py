"""What becomes of answers: one safe line, or none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import SummaryFailed
from digest.extras.summary import LONGEST, clean, read_answer
from summary_service import completion

PLAIN = "The authors follow salt up an invented river."


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        pytest.param(PLAIN, PLAIN, id="as it is"),
        pytest.param(f" \n“{PLAIN}”\n", PLAIN, id="quoted"),
        pytest.param(f'**"{PLAIN}"**', PLAIN, id="bold and quoted"),
        pytest.param("The authors\nfollow\tsalt.", "The authors follow salt.", id="lines"),
        pytest.param("Salt\x00\x1b[31m \u202egoes\u2066 up.", "Salt [31m goes up.", id="controls"),
        pytest.param(f"<think>Hm, https://x.\n</think>{PLAIN}", PLAIN, id="thoughts"),
        pytest.param("<think>Hm, and so", "", id="thoughts alone"),
        pytest.param("<b>Salt</b> & pepper", "<b>Salt</b> & pepper", id="markup is text"),
        pytest.param("See https://evil.example.org/x for it.", "", id="an address"),
        pytest.param("See WWW.EVIL.example for it.", "", id="an address without scheme"),
        pytest.param("Write to me@evil.example at once.", "", id="a mailbox"),
        pytest.param('""', "", id="quotes alone"),
        pytest.param("…!?", "", id="no letter"),
        pytest.param("می‌رود", "می‌رود", id="a joiner that a word needs"),
        pytest.param("塩は川を上る。", "塩は川を上る。", id="another script"),
    ],
)
def test_an_answer_becomes_one_line_or_none(answer: str, line: str) -> None:
    assert clean(answer) == line
    assert read_answer(completion(answer).body, "here") == line


def test_a_long_answer_is_cut_after_a_word() -> None:
    line = clean("salt " * 200)
    assert line.endswith("salt…")
    assert len(line) <= LONGEST
    assert len(clean("x" * 1_000)) == LONGEST


@given(st.text(max_size=1_000))
def test_whatever_is_answered_is_a_short_line(answer: str) -> None:
    line = clean(answer)
    assert len(line) <= LONGEST
    assert line.translate({0x200C: "", 0x200D: ""}).isprintable()


def test_an_answer_in_parts_or_without_text_is_one_too() -> None:
    parts = [{"type": "text", "text": "Salt "}, {"type": "other"}, {"type": "text", "text": "up."}]
    assert read_answer(completion(parts).body, "here") == "Salt up."
    assert read_answer(completion(None).body, "here") == ""


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"[]", b"{}", b"\xff", b"null", b"[" * 100_000, b'{"choices": []}',
        b'{"choices": [{"message": {"content": 3}}]}', b'{"choices": [{"message": "text"}]}',
        b'{"choices": {"0": 1}}', b'{"error": {"message": "no"}}',
        b'{"choices": [{"message": {"content": [3]}}]}',
        b'{"choices": [{"message": {"content": [{"type": "text"}]}}]}',
        b'{"choices": [{"message": {"content": [{"type": "text", "text": 3}]}}]}',
    ],
)  # fmt: skip
def test_what_is_no_completion_is_an_error_that_repeats_none_of_it(body: bytes) -> None:
    with pytest.raises(SummaryFailed, match=r"^here: what it answered is no chat completion$"):
        read_answer(body, "here")


def test_an_answer_that_thought_too_long_is_an_error() -> None:
    with pytest.raises(SummaryFailed, match="cut off before it began"):
        read_answer(completion("<think>Hm", finish_reason="length").body, "here")
    cut = json.loads(completion("Salt goes", finish_reason="length").body)
    assert read_answer(json.dumps(cut).encode(), "here") == "Salt goes"
