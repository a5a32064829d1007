"""When two papers are one, and what merging keeps."""

from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import make_paper
from digest.paper import Paper
from digest.rules.identity import TRUST, Key, KeyKind, is_same, keys, merge

LONG = (
    "We study how messages spread over sparse graphs, and show that a constant number of "
    "rounds suffices for every graph of bounded degree."
)
OTHER = LONG.replace("We study", "This note asks")
SHORT = "We study graphs."
CUT = LONG[:100]


def bare(**facts: object) -> Paper:
    """A paper of which nothing else is known."""
    return make_paper(**{"title": None, "abstract": None, **facts})


SAME = [
    pytest.param(
        bare(arxiv_id="2401.00001", version=1),
        bare(arxiv_id="2401.00001", version=3),
        id="one-arxiv-id-in-two-versions",
    ),
    pytest.param(
        bare(arxiv_id="2401.00001", title="Graphs", doi="10.1234/a"),
        bare(arxiv_id="2401.00001", title="Trees", doi="10.1234/b"),
        id="one-arxiv-id-whatever-else-differs",
    ),
    pytest.param(
        bare(doi="10.48550/arXiv.2401.00001"),
        bare(arxiv_id="2401.00001"),
        id="arxivs-own-doi-and-the-arxiv-id",
    ),
    pytest.param(
        bare(doi="10.48550/arXiv.2401.00001"),
        bare(doi="https://doi.org/10.48550/arxiv.2401.00001v2"),
        id="arxivs-own-doi-in-two-forms",
    ),
    pytest.param(
        bare(arxiv_id="2401.00001", doi="10.48550/arXiv.2401.00001"),
        bare(arxiv_id="2401.00001", doi="10.1234/journal"),
        id="arxivs-own-doi-is-no-other-doi",
    ),
    pytest.param(
        bare(doi="10.1234/ABC"), bare(doi="https://doi.org/10.1234/abc"), id="one-doi-in-any-case"
    ),
    pytest.param(bare(abstract=LONG), bare(abstract=LONG.upper()), id="one-abstract-in-any-case"),
    pytest.param(bare(abstract=LONG), bare(abstract=CUT), id="an-abstract-cut-short"),
    pytest.param(bare(abstract=LONG), bare(abstract=f"{CUT}…"), id="an-abstract-cut-with-a-mark"),
    pytest.param(
        bare(title="Graphs", abstract=LONG),
        bare(title="Trees", abstract=LONG),
        id="one-abstract-under-two-titles",
    ),
    pytest.param(
        bare(title="Deep Gráphs: a Survey", authors=("Ada Lovelace",)),
        bare(title="deep graphs – a survey", authors=("Lovelace, A.", "Grace Hopper")),
        id="a-title-and-an-author-in-two-spellings",
    ),
    pytest.param(
        bare(title="Graphs", abstract=SHORT),
        bare(title="Graphs", abstract=SHORT),
        id="a-title-and-a-short-abstract",
    ),
    pytest.param(
        bare(title="Graphs", authors=("Ada Lovelace",), arxiv_id="2401.00001"),
        bare(title="Graphs", authors=("Ada Lovelace",), doi="10.1234/journal"),
        id="a-preprint-and-its-journal-by-title-and-author",
    ),
]

DIFFERENT = [
    pytest.param(bare(title="Editorial"), bare(title="Editorial"), id="a-title-alone"),
    pytest.param(
        bare(title="Editorial", authors=("Ada Lovelace",)),
        bare(title="Editorial"),
        id="a-title-whose-author-one-does-not-know",
    ),
    pytest.param(
        bare(title="Editorial", authors=("Ada Lovelace",)),
        bare(title="Editorial", authors=("Grace Hopper",)),
        id="a-title-of-two-authors",
    ),
    pytest.param(
        bare(title="Editorial", authors=("Lei Wang",)),
        bare(title="Editorial", authors=("Xin Wang",)),
        id="a-title-of-two-authors-of-one-family-name",
    ),
    pytest.param(
        bare(title="Graphs", abstract=LONG),
        bare(title="Graphs", abstract=OTHER),
        id="a-title-over-two-abstracts",
    ),
    pytest.param(bare(abstract=SHORT), bare(abstract=SHORT), id="a-short-abstract-alone"),
    pytest.param(
        bare(title="Graphs", abstract="…"),
        bare(title="Graphs", abstract="..."),
        id="a-title-over-abstracts-without-a-letter",
    ),
    pytest.param(
        bare(title="???", authors=("Ada Lovelace",)),
        bare(title="!!!", authors=("Ada Lovelace",)),
        id="titles-without-a-letter",
    ),
    pytest.param(
        bare(title="Graphs", authors=("Ada Lovelace",)),
        bare(title="Trees", authors=("Ada Lovelace",)),
        id="an-author-alone",
    ),
    pytest.param(
        bare(arxiv_id="2401.00001", abstract=LONG, doi="10.1234/a"),
        bare(arxiv_id="2401.00002", abstract=LONG, doi="10.1234/a"),
        id="two-arxiv-ids-whatever-they-share",
    ),
    pytest.param(
        bare(arxiv_id="2401.00001", abstract=LONG),
        bare(doi="10.48550/arXiv.2401.00002", abstract=LONG),
        id="an-arxiv-id-and-arxivs-own-doi-of-another",
    ),
    pytest.param(
        bare(doi="10.1234/a", abstract=LONG), bare(doi="10.1234/b", abstract=LONG), id="two-dois"
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_records_are_one_paper(one: Paper, other: Paper) -> None:
    assert is_same(one, other)
    assert is_same(other, one)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_records_of_one_paper_share_a_key(one: Paper, other: Paper) -> None:
    assert set(keys(one)) & set(keys(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_records_are_two_papers(one: Paper, other: Paper) -> None:
    assert not is_same(one, other)
    assert not is_same(other, one)


def test_the_surest_key_comes_first() -> None:
    paper = make_paper(arxiv_id="2401.00001", doi="10.1234/ABC", abstract=LONG)
    kinds = [key.kind for key in keys(paper)]
    assert kinds == [KeyKind.ARXIV, KeyKind.DOI, KeyKind.ABSTRACT, KeyKind.TITLE]
    assert keys(paper)[0] == Key(KeyKind.ARXIV, "2401.00001")


def test_a_line_without_an_arxiv_id_is_known_again_with_other_votes() -> None:
    paper = bare(title="Editorial")
    assert set(keys(paper)) & set(keys(replace(paper, upvotes=3))) == set(keys(paper))


def test_a_line_with_another_fact_is_not_known_by_its_title_alone() -> None:
    exact = [keys(bare(title="Editorial", url=url))[0] for url in ("https://a.example", None)]
    assert exact[0] != exact[1]


def test_keys_stay_short_enough_for_an_index() -> None:
    endless = make_paper(title="graph " * 2000, doi="10.1234/" + "a" * 5000, abstract=LONG * 100)
    assert all(len(key.value) <= 200 for key in keys(endless))


@pytest.mark.parametrize(
    ("held", "held_format", "seen", "seen_format", "expected"),
    [
        pytest.param(
            {"title": "From HF"}, "hf-text", {"title": "From arXiv"}, "arxiv-api",
            {"title": "From arXiv"}, id="the-more-trusted-is-believed",
        ),
        pytest.param(
            {"title": "From arXiv"}, "arxiv-api", {"title": "From HF"}, "hf-text",
            {"title": "From arXiv"}, id="the-less-trusted-corrects-nothing",
        ),
        pytest.param(
            {"title": "Old", "version": 1}, "arxiv-api", {"title": "New", "version": 2},
            "arxiv-api", {"title": "New", "version": 2}, id="the-later-version-is-believed",
        ),
        pytest.param(
            {"title": "New", "version": 2}, "arxiv-api", {"title": "Old", "version": 1},
            "arxiv-api", {"title": "New", "version": 2}, id="an-earlier-version-corrects-nothing",
        ),
        pytest.param(
            {"title": "Held"}, "jsonl", {"title": "Seen"}, "jsonl",
            {"title": "Held"}, id="among-equals-what-is-held",
        ),
        pytest.param(
            {"title": "Known"}, "no-such-format", {"title": "Seen"}, "hf-text",
            {"title": "Seen"}, id="an-unknown-format-is-trusted-least",
        ),
        pytest.param(
            {"upvotes": 3, "num_comments": 1}, "arxiv-api", {"upvotes": 9}, "hf-text",
            {"upvotes": 9, "num_comments": 1}, id="votes-are-the-latest",
        ),
        pytest.param(
            {"upvotes": 9}, "hf-text", {}, "arxiv-api", {"upvotes": 9}, id="votes-are-not-forgotten"
        ),
        pytest.param(
            {"abstract": CUT}, "arxiv-api", {"abstract": LONG}, "hf-text",
            {"abstract": LONG}, id="a-cut-abstract-is-completed",
        ),
        pytest.param(
            {"abstract": f"{CUT}…"}, "arxiv-api", {"abstract": LONG}, "hf-text",
            {"abstract": LONG}, id="an-abstract-cut-with-a-mark-is-completed",
        ),
        pytest.param(
            {"abstract": LONG}, "arxiv-api", {"abstract": CUT}, "hf-text",
            {"abstract": LONG}, id="a-whole-abstract-stays-whole",
        ),
        pytest.param(
            {"categories": ("cs.LG",)}, "arxiv-api", {"categories": ("stat.ML", "cs.LG")},
            "hf-text", {"categories": ("cs.LG", "stat.ML")}, id="the-trusted-primary-comes-first",
        ),
        pytest.param(
            {"authors": ("Ada Lovelace",)}, "arxiv-api",
            {"authors": ("Ada Lovelace", "Grace Hopper"), "author_count": 2}, "hf-text",
            {"authors": ("Ada Lovelace", "Grace Hopper"), "author_count": 2},
            id="the-longer-list-of-authors",
        ),
        pytest.param(
            {"author_count": 7}, "arxiv-api", {"authors": ("Ada Lovelace",)}, "hf-text",
            {"authors": ("Ada Lovelace",), "author_count": 7},
            id="a-count-outlives-an-incomplete-list",
        ),
        pytest.param(
            {"url": "https://a.example/p"}, "biorxiv-json",
            {"arxiv_id": "2401.00001", "url": "https://arxiv.org/abs/2401.00001"}, "hf-text",
            {"arxiv_id": "2401.00001", "url": "https://arxiv.org/abs/2401.00001"},
            id="the-address-goes-with-the-arxiv-id",
        ),
        pytest.param(
            {"url": "https://a.example/p"}, "feed", {"arxiv_id": "2401.00001"}, "hf-text",
            {"arxiv_id": "2401.00001", "url": "https://a.example/p"},
            id="an-address-is-not-lost-to-an-id-without-one",
        ),
        pytest.param(
            {"doi": "10.48550/arXiv.2401.00001"}, "arxiv-api", {"doi": "10.1234/journal"}, "feed",
            {"doi": "10.1234/journal", "arxiv_id": "2401.00001"},
            id="arxivs-own-doi-makes-room-for-the-journals",
        ),
    ],
)  # fmt: skip
def test_merging(
    held: dict[str, object],
    held_format: str,
    seen: dict[str, object],
    seen_format: str,
    expected: dict[str, object],
) -> None:
    merged, _ = merge(bare(**held), held_format, bare(**seen), seen_format)
    assert {name: getattr(merged, name) for name in expected} == expected


def test_the_merged_paper_has_the_trust_of_the_better_format() -> None:
    assert merge(bare(), "hf-text", bare(), "arxiv-api")[1] == "arxiv-api"
    assert merge(bare(), "arxiv-api", bare(), "hf-text")[1] == "arxiv-api"


texts = st.sampled_from([None, "Graphs", "Graphs and", "Graphs and trees", LONG, CUT, f"{CUT}…"])
counts = st.none() | st.integers(0, 9)
any_papers = st.builds(
    Paper,
    title=texts,
    abstract=texts,
    authors=st.lists(st.sampled_from(["Ada Lovelace", "Grace Hopper", "L. Wang"]), unique=True).map(
        tuple
    ),
    author_count=counts,
    organization=texts,
    categories=st.lists(st.sampled_from(["cs.LG", "stat.ML", "q-bio.QM"]), unique=True).map(tuple),
    arxiv_id=st.sampled_from([None, "2401.00001", "2401.00002"]),
    version=st.none() | st.integers(1, 3),
    doi=st.sampled_from([None, "10.48550/arXiv.2401.00001", "10.1234/a", "10.1234/b"]),
    url=st.sampled_from([None, "https://a.example", "https://b.example"]),
    pdf_url=st.sampled_from([None, "https://a.example/pdf"]),
    published=st.sampled_from([None, date(2026, 3, 9)]),
    upvotes=counts,
    num_comments=counts,
)
any_formats = st.sampled_from([*TRUST, "no-such-format"])


@given(any_papers, any_formats, any_papers, any_formats)
def test_merging_twice_changes_nothing(
    held: Paper, held_format: str, seen: Paper, seen_format: str
) -> None:
    once = merge(held, held_format, seen, seen_format)
    assert merge(*once, seen, seen_format) == once


@given(any_papers, any_formats)
def test_merging_a_paper_with_itself_changes_nothing(paper: Paper, format_name: str) -> None:
    assert merge(paper, format_name, paper, format_name) == (paper, format_name)


@given(any_papers, any_formats, any_papers, any_formats)
def test_no_known_fact_becomes_unknown(
    held: Paper, held_format: str, seen: Paper, seen_format: str
) -> None:
    merged, _ = merge(held, held_format, seen, seen_format)
    for name in (field.name for field in fields(Paper)):
        if getattr(held, name) or getattr(seen, name):
            assert getattr(merged, name) not in (None, ()), name
    assert set(merged.categories) == {*held.categories, *seen.categories}


@given(any_papers, any_papers)
def test_being_the_same_has_no_direction(one: Paper, other: Paper) -> None:
    assert is_same(one, other) == is_same(other, one)


@given(any_papers, any_papers)
def test_whatever_is_the_same_shares_a_key(one: Paper, other: Paper) -> None:
    if is_same(one, other):
        assert set(keys(one)) & set(keys(other))


@given(any_papers, any_formats, any_papers, any_formats)
def test_the_merged_paper_is_found_by_keys_of_its_parts(
    held: Paper, held_format: str, seen: Paper, seen_format: str
) -> None:
    merged, _ = merge(held, held_format, seen, seen_format)
    compared = {key for key in keys(merged) if key.kind is not KeyKind.EXACT}
    assert compared <= {*keys(held), *keys(seen)}
