import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources.reading.text import split_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("A. Stream, B. Tide", ["A. Stream", "B. Tide"], id="commas"),
        pytest.param(
            "A. Stream and B. Tide and C. Foam", ["A. Stream", "B. Tide", "C. Foam"], id="and"
        ),
        pytest.param(
            "A. Stream, B. Tide, and C. Foam", ["A. Stream", "B. Tide", "C. Foam"], id="both"
        ),
        pytest.param(
            "A. Stream\n  and B. Tide,\n C. Foam", ["A. Stream", "B. Tide", "C. Foam"], id="wrapped"
        ),
        pytest.param(
            "Andy Sandland, Fern Anderson", ["Andy Sandland", "Fern Anderson"], id="and in a name"
        ),
        pytest.param(
            "Ada Stream (KISS, U. Coast), Bo Tide (KISS, U. Coast and Sea)",
            ["Ada Stream", "Bo Tide"],
            id="affiliations with separators",
        ),
        pytest.param(
            "Ada Stream (Lab (Sea, Land), Coast), Bo",
            ["Ada Stream", "Bo"],
            id="brackets in brackets",
        ),
        pytest.param(
            "Ada Stream(1), Bo Tide (2)and Cy (1 and 2)",
            ["Ada Stream", "Bo Tide", "Cy"],
            id="no blanks",
        ),
        pytest.param(
            "Ada (1), Bo (2, 3) ((1) Sea Lab, Coast, (2) Institute of Foam and Spray)",
            ["Ada", "Bo"],
            id="a list of institutes",
        ),
        pytest.param("Ada (1), Bo (2) ((1) Sea Lab, (2) Foa", ["Ada", "Bo"], id="a list cut off"),
        pytest.param("Ada (Sea Lab, Bo Tide", ["Ada", "Bo Tide"], id="a bracket never closed"),
        pytest.param("Ada), Bo", ["Ada", "Bo"], id="a bracket never opened"),
        pytest.param(
            r"Andr\'e Tide, {\L}uk Foam, J. v{\o}n {A, B and C}",
            [r"Andr\'e Tide", r"{\L}uk Foam", r"J. v{\o}n {A, B and C}"],
            id="TeX",
        ),
        pytest.param(r"A.\,B. Tide, Cy", [r"A.\,B. Tide", "Cy"], id="a thin space"),
        pytest.param("A {b, C", ["A {b", "C"], id="a brace never closed"),
        pytest.param(
            "The Reef Collaboration, Ada", ["The Reef Collaboration", "Ada"], id="a collaboration"
        ),
        pytest.param(
            " Reef Collaboration: Ada, Bo",
            ["Reef Collaboration", "Ada", "Bo"],
            id="and its members",
        ),
        pytest.param(
            "Reef Collaboration, :, Ada", ["Reef Collaboration", "Ada"], id="a lone colon"
        ),
        pytest.param("Ada on behalf of the Reef Team", ["Ada", "Reef Team"], id="on behalf of"),
        pytest.param("Ada, for the Reef Team", ["Ada", "Reef Team"], id="for the"),
        pytest.param(
            "Al Foam, Jr., Bo Tide, III, Cy, sr",
            ["Al Foam Jr.", "Bo Tide III", "Cy sr"],
            id="suffixes",
        ),
        pytest.param(", Ada,, ,Bo,", ["Ada", "Bo"], id="empty parts"),
        pytest.param("", [], id="nothing"),
        pytest.param(" (Sea Lab) ", [], id="an affiliation alone"),
    ],
)
def test_a_string_of_authors_is_split_into_names(text: str, names: list[str]) -> None:
    assert split_names(text) == tuple(names)


GIVEN = st.sampled_from(["Ada", "B.", "Jos{\\'e}", "Zoë", "{\\L}uk", "Anderson", "O'Neil"])
NAMES = st.lists(GIVEN, min_size=1, max_size=3).map(" ".join)
PLACES = st.sampled_from(
    ["", " (Sea Lab, U. of the Coast)", " (1)", " (1 and 2)", "(Lab (of A, B))"]
)


@given(
    st.lists(st.tuples(NAMES, PLACES, st.sampled_from([", ", " and ", ",\n  ", ", and "]))),
    st.sampled_from(["", " ((1) Sea Lab, Coast, (2) Foam and Sons)"]),
)
def test_names_joined_in_any_way_come_back(
    authors: list[tuple[str, str, str]], institutes: str
) -> None:
    text = "".join(
        f"{separator if number else ''}{name}{place}"
        for number, (name, place, separator) in enumerate(authors)
    )
    assert split_names(text + institutes) == tuple(name for name, _, _ in authors)


@given(st.text("AB ,:(){}\\\nand", max_size=60))
def test_whatever_the_text_no_name_is_blank_or_wrapped(text: str) -> None:
    for name in split_names(text):
        assert name == " ".join(name.split()) != ""
