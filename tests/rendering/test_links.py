import pytest

from builders import make_paper
from digest.rendering.paper_links import (
    contact_link,
    paper_links,
    safe_url,
    search_link,
    unsubscribe_link,
)
from digest.rendering.renderer import Renderer


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://example.org/a?b=c&d", "https://example.org/a?b=c&d", id="https"),
        pytest.param(" HTTP://example.org/ ", "HTTP://example.org/", id="blanks around"),
        pytest.param('http://e.org/"><b>', "http://e.org/%22%3E%3Cb%3E", id="quotes and angles"),
        pytest.param("http://e.org/a b", "http://e.org/a%20b", id="a blank inside"),
        pytest.param("javascript:alert(1)", None, id="javascript"),
        pytest.param("java\nscript:alert(1)", None, id="javascript in two lines"),
        pytest.param("\x01javascript:alert(1)", None, id="javascript behind a control"),
        pytest.param("JaVaScRiPt://e.org/%0aalert(1)", None, id="javascript with a host"),
        pytest.param("data:text/html,x", None, id="data"),
        pytest.param("//e.org/x", None, id="no scheme"),
        pytest.param("http://", None, id="no host"),
        pytest.param("http://[", None, id="no address at all"),
        pytest.param("https://e.org/" + "x" * 5000, None, id="endless"),
        pytest.param("mailto:a@example.org", None, id="mail"),
        pytest.param(None, None, id="none"),
    ],
)
def test_only_addresses_of_the_web_become_links(url, expected):
    assert safe_url(url) == expected


WORDS = Renderer().words("en")
CROSSREF = "https://api.crossref.org/works"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(
            {"arxiv_id": "2603.90001"},
            [f"https://arxiv.org/{form}/2603.90001" for form in ("abs", "pdf", "html", "bibtex")],
            id="arXiv id",
        ),
        pytest.param(
            {"arxiv_id": "2311.90001"},
            [f"https://arxiv.org/{form}/2311.90001" for form in ("abs", "pdf", "bibtex")],
            id="before there was HTML",
        ),
        pytest.param(
            {"arxiv_id": "hep-th/9901001", "pdf_url": "https://e.org/p"},
            ["https://arxiv.org/abs/hep-th/9901001", "https://e.org/p",
             "https://arxiv.org/bibtex/hep-th/9901001"],
            id="old id, own PDF",
        ),
        pytest.param(
            {"doi": "10.5555/a<b>#c"},
            ["https://doi.org/10.5555/a%3Cb%3E%23c",
             f"{CROSSREF}/10.5555%2Fa%3Cb%3E%23c/transform/application/x-bibtex"],
            id="DOI",
        ),
        pytest.param(
            {"url": "https://e.org/1", "code_url": "https://e.org/c"},
            ["https://e.org/1", "https://e.org/c"],
            id="own address",
        ),
        pytest.param(
            {"url": "https://e.org/1", "code_url": "https://e.org/1"},
            ["https://e.org/1"],
            id="the same address twice",
        ),
        pytest.param({"url": "javascript:x", "code_url": "ftp://e.org"}, [], id="nothing safe"),
    ],
)  # fmt: skip
def test_a_paper_leads_to_wherever_it_can_be_read_and_cited(facts, expected):
    assert [link.url for link in paper_links(make_paper(**facts), WORDS)] == expected


def test_a_paper_of_hugging_faces_page_leads_there():
    links = paper_links(make_paper(arxiv_id="2603.90001"), WORDS, at_hugging_face=True)
    assert "https://huggingface.co/papers/2603.90001" in [link.url for link in links]


def test_a_search_carries_any_title():
    link = search_link("50% & “more” + 1/2?", WORDS)
    assert link is not None
    assert link.label == "Search for this title"
    assert link.url == (
        "https://scholar.google.com/scholar?q=50%25%20%26%20%E2%80%9Cmore%E2%80%9D%20%2B%201%2F2%3F"
    )
    assert search_link("", WORDS) is None


def test_contact_and_unsubscribing_by_mail_or_web():
    assert contact_link("a@example.org").url == "mailto:a@example.org"
    assert contact_link("https://example.org/help").url == "https://example.org/help"
    assert contact_link("javascript:a@example.org") is None
    assert unsubscribe_link("mailto:u+t0k@example.org", WORDS).label == "by e-mail"
    assert unsubscribe_link("https://example.org/u/t0k", WORDS).label == "on the web"
    assert unsubscribe_link("https://example.org/u/t0k", WORDS).told == "To stop on the web"
    assert unsubscribe_link("javascript:x", WORDS) is None
