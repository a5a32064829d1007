"""The fields that words speak of."""

import hypothesis
import pytest
from hypothesis import strategies as st

from digest import taxonomy
from digest.guide import fields
from digest.guide.fields import ALL, find, named

ASKED = [
    ("machine learning", "cs.LG"),
    ("Robots", "cs.RO"),
    ("computer vision", "cs.CV"),
    ("NLP", "cs.CL"),
    ("natural language processing", "cs.CL"),
    ("large language models", "cs.CL"),
    ("LLMs", "cs.CL"),
    ("single cell", "q-bio.GN"),
    ("single-cell genomics", "q-bio.GN"),
    ("neuroscience", "neuroscience"),
    ("cancer", "cancer biology"),
    ("quantum computing", "quant-ph"),
    ("black holes", "gr-qc"),
    ("number theory", "math.NT"),
    ("Number Theory", "math.NT"),
    ("combinatorics", "math.CO"),
    ("materials", "cond-mat.mtrl-sci"),
    ("climate", "physics.ao-ph"),
    ("economics", "econ.GN"),
    ("statistics", "math.ST"),
    ("epidemiology", "epidemiology"),
]


@pytest.mark.parametrize(("words", "first"), ASKED, ids=[words for words, _ in ASKED])
def test_words_find_the_field_that_people_mean(words: str, first: str) -> None:
    assert find(words)[0].category == first


@pytest.mark.parametrize("field", ALL, ids=str)
def test_every_field_is_found_by_its_own_name(field: fields.Field) -> None:
    is_arxiv = field.service == fields.ARXIV
    name = taxonomy.NAMES[field.category] if is_arxiv else field.category
    assert field in find(name)
    assert named(field.category if is_arxiv else f"{field.service} {field.category}") == field


def test_other_words_lead_to_fields_that_there_are() -> None:
    spelt = {each.category.replace(" ", "_") for each in ALL}
    assert {each for row in fields._ALSO.values() for each in row.split()} <= spelt


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("cs.lg", "cs.LG"),
        ("q-bio", "q-bio"),
        ("cs.NA", "math.NA"),
        ("cmp-lg", "cs.CL"),
        ("biorxiv: Cell_Biology", "cell biology"),
        ("medRxiv/public-and-global-health", "public and global health"),
    ],
)
def test_a_category_is_taken_as_it_is_spelt(text: str, category: str) -> None:
    (field,) = find(text)
    assert field.category == category


@pytest.mark.parametrize("words", ["", "knitting", "!?", "biorxiv knitting", "cs.LLG"])
def test_what_is_no_field_names_none(words: str) -> None:
    assert named(words) is None


@hypothesis.given(st.text(max_size=60))
def test_any_words_give_at_most_nine_fields_each_once(words: str) -> None:
    found = find(words)
    assert len(found) == len(set(found)) <= 9
