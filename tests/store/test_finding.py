"""A paper is found by whatever a person has of it at hand."""

import pytest
import sqlalchemy as sa

from builders import make_paper
from digest.store import papers
from digest.store.database import reading
from store.rows import make_listing, record

PAPERS = (
    make_paper(title="Attention Is All You Need", abstract=None, arxiv_id="1706.03762"),
    make_paper(title="Is Attention All You Need?", abstract=None, arxiv_id="2401.00002"),
    make_paper(title="Cells at rest", abstract=None, doi="10.1101/2024.01.02.573456"),
    make_paper(title="Über Größe", abstract=None, url="https://example.org/papers/7"),
    make_paper(title="Editorial", abstract=None, doi="10.1234/a"),
    make_paper(title="Editorial", abstract=None, doi="10.1234/b"),
    make_paper(title="Editorial notes on C++", abstract=None, arxiv_id="math/0309136"),
)
FOUND = {
    "an arXiv id": ("arXiv:1706.03762v5", [0]),
    "an old arXiv id": ("math.GT/0309136", [6]),
    "a page of arXiv": ("https://arxiv.org/pdf/1706.03762v5", [0]),
    "a page of Hugging Face": ("https://huggingface.co/papers/1706.03762", [0]),
    "a DOI": ("doi:10.1101/2024.01.02.573456", [2]),
    "a DOI's address": ("https://doi.org/10.1101/2024.01.02.573456", [2]),
    "a publisher's page": (
        "https://www.biorxiv.org/content/10.1101/2024.01.02.573456v2.full.pdf",
        [2],
    ),
    "an address as listed": ("https://example.org/papers/7", [3]),
    "an address, nearly": ("http://example.org/papers/7/", [3]),
    "an address of none": ("https://example.org/papers/8", []),
    "an id of none": ("2401.99999", []),
    "the title": ("attention is all you need", [0]),
    "words in order": ("is all you", [0]),
    "words in any order": ("need attention", [0, 1]),
    "an accent less": ("uber grosse", [3]),
    "a title of two": ("editorial", [4, 5]),
    "part of a title": ("editorial notes", [6]),
    "a word of none": ("attention graphs", []),
    "signs alone": ("?!", []),
    "a sign that SQL knows": ("100%", []),
    "nothing": (" ", []),
}


@pytest.mark.parametrize(("asked", "places"), FOUND.values(), ids=FOUND)
def test_a_paper_is_found(engine: sa.Engine, asked: str, places: list[int]) -> None:
    record(engine, make_listing(*PAPERS))
    with reading(engine) as connection:
        found = papers.find(connection, asked)
    assert [each.paper for each in found] == [PAPERS[place] for place in places]
