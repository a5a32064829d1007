"""The sentence that sums a paper up, of abstracts invented for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.paper import collapse
from digest.rendering.extract import SHORTEST_ABSTRACT, most_telling_sentence

KNOWN = "Tides carry salt into estuaries, which has been studied for a century."
HARD = "However, existing models remain limited where the bed is rough."
OURS = "In this paper, we propose WEDGE, a model of the salt wedge over rough beds."
THEN = "We further calibrate its drag on three invented rivers and two basins."
WELL = "Extensive experiments show that WEDGE outperforms prior models on five benchmarks."
CODE = "In this paper we propose that the code is available at https://example.org/wedge."
TITLE = "WEDGE: Salt over Rough Beds"


def abstract(*parts: str) -> str:
    return " ".join(parts)


def test_what_the_authors_did_is_told_before_what_is_known_and_how_well_it_went() -> None:
    text = abstract(KNOWN, HARD, OURS, THEN, WELL, CODE)
    assert most_telling_sentence(TITLE, text) == OURS
    assert most_telling_sentence("", text) == OURS


@pytest.mark.parametrize(
    "telling",
    [
        "We study the salt wedge over rough beds and when it reaches the upper river.",
        "This work presents a model of the salt wedge in rivers whose beds are rough.",
        "Here we show that a salt wedge over a rough bed halts a mile below the weir.",
        "A model of the salt wedge is proposed that holds for rough and for smooth beds.",
        "Our results show that the salt wedge halts earlier where the bed is rough.",
        "I prove that a salt wedge over a rough bed halts, under a mild assumption.",
        "To fill this gap, we introduce a model of the salt wedge, $W_{0.5}$ (e.g. over sand).",
        "scWedge is a model that we introduce for salt over rough beds and over sand.",
    ],
)
def test_it_is_found_by_many_phrases_and_given_as_it_stands(telling: str) -> None:
    text = abstract(KNOWN, KNOWN, HARD, telling, THEN, WELL, CODE)
    assert most_telling_sentence("Salt over beds", text) == telling


def test_the_title_decides_between_two_of_a_kind() -> None:
    two = "We propose a model of drag that holds where rivers are narrow and shallow."
    other = "We propose a model of the salt wedge for wide rivers whose beds are rough."
    assert most_telling_sentence("Salt wedges", abstract(KNOWN, HARD, two, other, WELL)) == other
    assert most_telling_sentence("Narrow rivers", abstract(KNOWN, HARD, two, other, WELL)) == two


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(abstract(OURS, THEN, KNOWN), id="short"),
        pytest.param(abstract(OURS[:-1] + ", and so on" * 40 + ".", THEN), id="two sentences"),
        pytest.param(abstract(*[KNOWN] * 8), id="nothing of the authors'"),
        pytest.param(abstract(*[CODE] * 8), id="only where the code is"),
        pytest.param(abstract(*["$" * 80 + "."] * 8), id="no words"),
        pytest.param(abstract(*[KNOWN] * 4, OURS[:-1] + " that is cut off by the"), id="cut off"),
        pytest.param(abstract(*[KNOWN] * 4, OURS[:-1] + " and so on" * 50 + "."), id="too long"),
    ],
)
def test_there_is_none_where_nothing_tells_more_than_reading_it_all(text: str) -> None:
    assert most_telling_sentence("On something else", text) is None


@given(st.text(max_size=200), st.text(max_size=1500))
def test_any_text_is_taken(title: str, text: str) -> None:
    found = most_telling_sentence(title, text)
    assert found is None or found in collapse(text)


@given(
    st.lists(
        st.sampled_from(
            [KNOWN, HARD, OURS, THEN, WELL, CODE, "We", "(", "$", "e.g. ", ". ", "…", "\n\n", "1)"]
        ),
        max_size=30,
    )
)
def test_what_is_chosen_stands_in_the_abstract(parts: list[str]) -> None:
    text = abstract(*parts)
    found = most_telling_sentence(TITLE, text)
    assert found == most_telling_sentence(TITLE, text)
    assert found is None or found in collapse(text)
    assert len(text) >= SHORTEST_ABSTRACT or found is None
