"""Where keywords stand in a text, for the eye."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import make_paper
from digest.ranking.matching import TextIndex, parse_pattern
from digest.ranking.spans import spans
from digest.subscriber import Keyword

BITS = (
    "graph", "graphs", "Graph-based", "C++", "α-helix", "Schrödinger's", "'tree'", "bases", "3.5B",
    "KV cache", "KV-cache", "—", "≥ 5", "a / b", "量子", "NAÏVE", "PCs", "`quoted`",
)  # fmt: skip
TERMS = (
    "graph", "graph*", "*graph", "*rap*", "C++", "alpha helix", "Schrodinger", "tree", "basis",
    "KV cache", ">=5", "a/b", "量子", "naive", "PC", "3.5B", "quoted", "graph-*",
)  # fmt: skip


def shown(text: str, *terms: str | Keyword) -> list[str]:
    keywords = [each if isinstance(each, Keyword) else Keyword(term=each) for each in terms]
    found = spans(text, [parse_pattern(each) for each in keywords])
    return [text[begin:end] for begin, end in found]


@pytest.mark.parametrize(
    ("text", "term", "expected"),
    [
        pytest.param("We cache; caches are many.", "cache", ["cache", "caches"], id="plural"),
        pytest.param("The KV-cache and KV cache", "KV cache", ["KV-cache", "KV cache"], id="dash"),
        pytest.param("Quantizing quantized nets", "quantiz*", ["Quantizing", "quantized"], id="*"),
        pytest.param("Modern C++, not C", "C++", ["C++"], id="signs"),
        pytest.param("Jürgen’s Schrödinger’s cat", "schrodinger", ["Schrödinger"], id="accents"),
        pytest.param("An α-helix", "alpha helix", ["α-helix"], id="Greek"),
        pytest.param("the transformer's attention", "transformer attention",
                     ["transformer's attention"], id="possessive"),
        pytest.param("scRNA-seq data", "*-seq", ["scRNA-seq"], id="dash and *"),
        pytest.param("nothing here", "graph", [], id="none"),
        pytest.param("", "graph", [], id="empty"),
        pytest.param("a graph", "*", [], id="anything is nothing"),
    ],
)  # fmt: skip
def test_a_term_is_found_where_it_stands(text: str, term: str, expected: list[str]) -> None:
    assert shown(text, term) == expected


def test_terms_that_overlap_are_one_place() -> None:
    assert shown("large language models", "large language", "language model") == [
        "large language models"
    ]


def test_case_counts_where_it_was_asked_for() -> None:
    assert shown("MET met Met", Keyword(term="MET", case=True)) == ["MET"]


@given(st.lists(st.sampled_from(BITS), max_size=8), st.sampled_from(TERMS), st.booleans())
@settings(deadline=None)
def test_a_place_is_there_exactly_where_the_ranking_finds_the_term(
    bits: list[str], term: str, case: bool
) -> None:
    text = " ".join(bits)
    pattern = parse_pattern(Keyword(term=term, case=case))
    found = TextIndex([make_paper(title=text, abstract=None)]).find(pattern)
    assert bool(spans(text, [pattern])) == bool(np.size(found))


@given(st.text(max_size=80), st.sampled_from(TERMS))
@settings(deadline=None)
def test_places_of_any_text_are_in_order_and_within_it(text: str, term: str) -> None:
    found = spans(text, [parse_pattern(Keyword(term=term))])
    edges = [edge for span in found for edge in span]
    assert edges == sorted(edges)
    assert all(begin < end for begin, end in found)
    assert not edges or edges[-1] <= len(text)
