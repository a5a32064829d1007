"""What an answer means, and what is said of one that means nothing."""

import pytest

from digest.guide.answers import read_list, read_numbers, read_port, read_topics, read_words
from digest.guide.fields import find

OFFERED = find("machine learning")


def test_a_list_is_what_stands_between_commas_each_once() -> None:
    assert read_list(" KV  cache, graphs ;KV cache,, ") == ("KV cache", "graphs")
    assert read_topics("quantiz*, *-seq") == ("quantiz*", "*-seq")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("a*b", "at the beginning or the end", id="a star inside"),
        pytest.param("graphs, ?!", "words", id="no word"),
        pytest.param("word " * 30, "is a sentence", id="a sentence"),
        pytest.param(", ".join(f"w{number}" for number in range(31)), "31 are many", id="many"),
    ],
)
def test_topics_that_are_none_are_named(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_topics(text)


def test_numbers_choose_among_what_is_offered() -> None:
    assert read_numbers("2, 1 2", OFFERED) == (OFFERED[1], OFFERED[0])
    assert read_numbers("ALL", OFFERED) == tuple(OFFERED)
    assert read_numbers("deep learning", OFFERED) is None
    for wrong in ("0", "1 99"):
        with pytest.raises(ValueError, match="there is no number"):
            read_numbers(wrong, OFFERED)


def test_a_port_is_one_of_65535() -> None:
    assert read_port("587") == 587
    for wrong in ("0", "65536", "smtp", "٤٦٥", "-1"):
        with pytest.raises(ValueError, match="1 to 65535"):
            read_port(wrong)


def test_a_command_is_split_as_a_shell_would() -> None:
    assert read_words("token --for 'Ada L'") == ("token", "--for", "Ada L")
    for wrong in ("", "un'closed"):
        with pytest.raises(ValueError, match=r"."):
            read_words(wrong)
