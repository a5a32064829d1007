"""TeX in titles and abstracts as text; the cases are invented."""

import re
import unicodedata
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.rendering.mathtext import plain, runs
from digest.tex.runs import Script

CASES = Path(__file__).with_name("mathtext.tsv")
LINES = [line for line in CASES.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
SHAPES = {Script.LINE: "{}", Script.SUB: "_{{{}}}", Script.SUP: "^{{{}}}"}
PIECES = (
    "$", "$$", "\\", "{", "}", "^", "_", "~", "``", "''", "--", "\\(", "\\)", "\\alpha", "\\frac",
    "\\'", '\\"', "\\v", "\\textbf", "\\href", "\\url", "\\begin{x}", "\\%", "%", "\\sqrt",
    "a", "B", "x", "12", "3.5", " ", "é", "量", "\\mathbb{R}", "https://e.org/a_b^c", "$5", "<",
    "&", "\\left",
)  # fmt: skip
texts = st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


def scripted(text: str) -> str:
    return "".join(SHAPES[run.script].format(run.text) for run in runs(text))


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.partition("\t")[0])
def test_tex_is_read_as_its_author_meant_it(line: str) -> None:
    tex, expected, *rest = line.split("\t")
    assert plain(tex) == expected
    assert scripted(tex) == (rest[0] if rest else expected)


def test_there_are_cases_enough() -> None:
    assert len(set(LINES)) == len(LINES) >= 150


@given(texts)
@settings(deadline=None)
def test_any_text_is_read_and_both_forms_agree(text: str) -> None:
    found = runs(text)
    assert all(run.text for run in found)
    assert all(a.script is not b.script for a, b in pairwise(found))
    assert digits("".join(run.text for run in found)) == digits(plain(text))


def digits(text: str) -> Counter[str]:
    folded = unicodedata.normalize("NFKC", text)
    return Counter(sign for sign in folded if sign.isdecimal())


@given(st.lists(st.sampled_from((*PIECES, "7%", "$40", "US$9")), max_size=12).map(" ".join))
@settings(deadline=None)
def test_no_digit_and_no_percent_sign_is_lost(text: str) -> None:
    assert digits(plain(text)) == digits(text)
    assert plain(text).count("%") == text.count("%")


@given(
    st.lists(st.sampled_from(("costs", "$5", "and", "$1,200", "US$3", "or $7 million")), max_size=6)
)
def test_no_dollar_amount_is_lost(words: list[str]) -> None:
    text = " ".join(words)
    assert plain(text) == text


@given(st.text(st.characters(exclude_characters="\\$^_{}~`'-\"")))
def test_text_without_tex_is_left_alone(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize("piece", ["{", "$", "\\frac{", "x^{", "\\(", "\\'", "$\\sqrt{", "_"])
def test_hostile_nesting_ends(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    assert digits(plain(text)) == digits(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/a_b^c~d",
        "see doi:10.1000/x_y_2",
        "learning_rate=1e-3, max_len",
        "a.b_c@example.org",
        "/usr/lib/x_1/y^2",
        "C:\\users\\new_1",
        "arXiv:2401.00001v2",
    ],
)
def test_identifiers_and_addresses_are_left_alone(text: str) -> None:
    assert plain(text) == text
    assert not re.search("[²₁₂]", scripted(text))
