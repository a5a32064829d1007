import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.rendering.text import ADDRESS, TEXT_WIDTH, cut, cut_at_sentence, one_line, wrap


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a\r\nB: c", "a B: c", id="line ends"),
        pytest.param("a\x85b\u2028c\x0bd", "a b c d", id="every other line end"),
        pytest.param("a\x00\x07b\x1b[31m\x9bc", "ab[31mc", id="controls"),
        pytest.param("a\ud800b\uffff", "a\ufffdb\ufffd", id="no characters"),
        pytest.param("a \x00 b", "a b", id="blanks around a control"),
        pytest.param("שלום 🧪 $\\alpha$", "שלום 🧪 $\\alpha$", id="nothing to clean"),
    ],
)
def test_text_becomes_one_printable_line(text, expected):
    assert one_line(text) == expected


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        pytest.param("short", 5, "short", id="fits"),
        pytest.param("one two three", 10, "one two…", id="after a word"),
        pytest.param("one two, three", 10, "one two…", id="without a comma"),
        pytest.param("abcdefghij", 5, "abcd…", id="no blank"),
    ],
)
def test_a_title_is_cut_after_a_word(text, limit, expected):
    assert cut(text, limit) == expected


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        pytest.param("First one. Second one. Third.", 25, "First one. Second one.", id="last end"),
        pytest.param(
            "As Li et al. The show. More it is.", 30, "As Li et al. The show.", id="et al"
        ),
        pytest.param("It is 3.5 times faster than it was", 20, "It is 3.5 times…", id="number"),
        pytest.param("He said “no.” Then he left us all", 20, "He said “no.”", id="quote"),
        pytest.param("Fits.", 20, "Fits.", id="fits"),
    ],
)
def test_an_abstract_is_cut_at_the_end_of_a_sentence(text, limit, expected):
    assert cut_at_sentence(text, limit) == expected


def test_a_long_address_stays_whole_and_a_long_word_does_not():
    address = "https://example.org/" + "x" * 200
    lines = wrap(f"See {address} and {'y' * 200}", "  ").split("\n")
    assert f"  {address}" in lines
    assert all(len(line) <= TEXT_WIDTH for line in lines if "example" not in line)


@given(st.text(), st.sampled_from(["", "    "]))
def test_wrapping_keeps_every_character_and_the_width(text, indent):
    wrapped = wrap(text, indent)
    assert "".join(wrapped.split()) == "".join(text.split())
    if not ADDRESS.search(text):
        assert all(len(line) <= TEXT_WIDTH for line in wrapped.split("\n"))


@given(st.text(min_size=1), st.integers(min_value=2, max_value=50))
def test_a_cut_text_is_never_longer_than_asked(text, limit):
    assert len(cut(text, limit)) <= limit
    assert len(cut_at_sentence(text, limit)) <= limit
