"""Crossref's records: what of them is a paper."""

import json
from typing import Any

import pytest

from digest.libraries.crossref import parse
from digest.paper import Paper

DOI = "10.5555/sea.7"


def answer(**message: Any) -> bytes:
    return json.dumps({"status": "ok", "message": {"DOI": DOI, **message}}).encode()


def test_a_record_becomes_a_paper() -> None:
    content = answer(
        title=["Salt <i>wedges</i> &amp; tides", "Another"],
        abstract="<jats:title>Abstract</jats:title><jats:p>We follow\n  <jats:italic>salt"
        "</jats:italic>.</jats:p><jats:p>It sinks.</jats:p>",
        author=[
            {"given": "Ann", "family": "Shore", "sequence": "first"},
            {"name": "The Tide Group"},
            {"family": "Stream"},
            {"ORCID": "none"},
        ],
    )
    assert parse(content, DOI) == Paper(
        title="Salt wedges & tides",
        abstract="We follow salt. It sinks.",
        authors=("Ann Shore", "The Tide Group", "Stream"),
        doi=DOI,
    )


@pytest.mark.parametrize(
    ("message", "title"),
    [
        pytest.param({"title": []}, None, id="no title"),
        pytest.param({"title": None}, None, id="null"),
        pytest.param({"title": [" "]}, None, id="blank"),
        pytest.param({"title": "A text"}, None, id="no list"),
        pytest.param({"title": ["A"], "author": None, "abstract": None}, "A", id="title alone"),
        pytest.param({"title": ["A"], "author": "Ann", "abstract": [1]}, "A", id="other types"),
        pytest.param({"title": ["A\ud800\0"]}, "A?", id="no text for a database"),
    ],
)
def test_a_record_of_any_shape_is_read(message: dict[str, Any], title: str | None) -> None:
    paper = parse(answer(**message), DOI)
    assert (paper and paper.title) == title


@pytest.mark.parametrize(
    "content", [b"<html>", b"[]", b'{"message": "no"}', b"\xff", b"[" * 100_000]
)
def test_what_is_no_answer_is_told(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(content, DOI)
