"""Why a paper is here, as a reader is told."""

import re

import hypothesis
import pytest
from hypothesis import strategies as st

from digest.issue import Reason, ReasonKind
from digest.rendering.reasons import SHOWN, main_reasons, reason_words
from digest.rendering.renderer import Renderer

RENDERER = Renderer()
ENGLISH, GERMAN = RENDERER.words("en"), RENDERER.words("de")


def because(kind, term, weight=5.0):
    return Reason(kind=ReasonKind(kind), term=term, weight=weight)


@pytest.mark.parametrize(
    ("reasons", "told"),
    [
        pytest.param([because("keyword", "KV cache")], ["mentions “KV cache”"], id="a keyword"),
        pytest.param(
            [because("keyword", "b", 2), because("keyword", "a", 3), because("keyword", "c*", 1)],
            ["mentions “a”, “b” and “c”"],
            id="keywords, the largest first",
        ),
        pytest.param(
            [because("author", "Song Han"), because("author", "Ann Low (listed as A. Low)", 4)],
            ["by Song Han and Ann Low (listed as A. Low), whom you follow"],
            id="authors",
        ),
        pytest.param([because("category", "cs.LG")], ["in cs.LG, which you follow"], id="a field"),
        pytest.param([because("text", "{0}")], ["has your word “{0}”"], id="braces"),
        pytest.param([because("text", "near KV cache")], ["close in meaning to “KV cache”"],
            id="near"),
        pytest.param(
            [because("keyword", "KV cache"), because("text", "near KV cache", 9)],
            ["mentions “KV cache”"],
            id="near to what it mentions",
        ),
        pytest.param(
            [because("text", "the sense of your words", 3), because("text", "near graph*", 1)],
            ["close in meaning to “graph”"],
            id="sense and near",
        ),
        pytest.param([because("text", "the sense of your words")], ["close to what you describe"],
            id="sense"),
        pytest.param([because("example", "Old $x^2$")], ["like your example “Old x²”"],
            id="example"),
        pytest.param([because("trending", "1200 upvotes")], ["1,200 upvotes"], id="upvotes"),
        pytest.param([because("feedback", "you liked Trees")], ["like “Trees”, which you liked"],
            id="liked"),
        pytest.param([because("feedback", "Ann Low")], ["like what you voted for: Ann Low"],
            id="a vote"),
        pytest.param([because("other", "everything else")], ["fits your profile as a whole"],
            id="nothing that has a name"),
        pytest.param(
            [because("keyword", "a", 40), because("other", "what any paper has by chance", -8)],
            ["mentions “a”"],
            id="what is taken off is left to the whole sum",
        ),
        pytest.param(
            [because("keyword", "a"), because("text", "near b", -2), because("category", "c", 0)],
            ["mentions “a”"],
            id="nothing that speaks against it or for nothing",
        ),
        pytest.param([because("trending", "from outside your interests: 9 upvotes"),
            because("keyword", "a", 1)], ["mentions “a”"], id="outside is a note"),
        pytest.param([because("keyword", "a", -3)], [], id="nothing speaks for it"),
        pytest.param([], [], id="nothing"),
    ],
)  # fmt: skip
def test_reasons_are_told_in_words(reasons, told) -> None:
    assert list(main_reasons(reasons, ENGLISH)) == told


REASONS = st.lists(
    st.builds(
        Reason,
        kind=st.sampled_from(ReasonKind),
        term=st.sampled_from(
            [
                "graph",
                "tree*",
                "near graph",
                "the sense of your words",
                "you liked Trees",
                "you did not want Trees",
                "Song Han",
                "3 days old",
                "from outside your interests",
                "much the same as Trees",
                "everything else",
            ]
        ),
        weight=st.floats(-50, 50),
    ),
    max_size=9,
)


@hypothesis.given(REASONS, st.sampled_from([ENGLISH, GERMAN]))
def test_no_more_than_a_reader_takes_in_and_no_points(reasons, words) -> None:
    told = main_reasons(reasons, words)
    assert len(told) <= SHOWN
    assert len(set(told)) == len(told)
    assert not re.search(r"[+−]\d|\d+ ?%|score|points", " ".join(told))
    speaking = [reason for reason in reasons if reason.weight > 0]
    assert bool(told) <= bool(speaking)
    if not speaking:
        assert told == ()


@pytest.mark.parametrize("words", [ENGLISH, GERMAN], ids=["en", "de"])
@pytest.mark.parametrize("kind", list(ReasonKind))
def test_every_kind_has_a_phrase_in_every_language(kind, words) -> None:
    phrase = reason_words(because(kind, "x"), words)
    assert phrase
    assert "{" not in phrase
    assert not phrase.startswith("because_")
    assert GERMAN.missing == ()
