"""Zotero's items: which paper each is, and which collections a pattern means."""

import json
from datetime import date
from typing import Any

import pytest

from digest.libraries.zotero import Collection, chosen, parse_collections, parse_items
from digest.paper import Paper
from digest.subscriber import Example


def page(*items: dict[str, Any]) -> bytes:
    return json.dumps([{"key": item.get("key"), "data": item} for item in items]).encode()


def item(**data: Any) -> dict[str, Any]:
    return {"key": "K", "itemType": "journalArticle", "title": "Salt", **data}


def test_an_item_becomes_an_example_with_its_facts() -> None:
    content = page(
        item(
            title="Salt <i>wedges</i>",
            abstractNote="We follow\nsalt.",
            creators=[
                {"creatorType": "author", "firstName": "Ann", "lastName": "Shore"},
                {"creatorType": "author", "name": "The Tide Group"},
                {"creatorType": "editor", "firstName": "Bo", "lastName": "Stream"},
            ],
            DOI="10.5555/Sea.7",
            dateAdded="2026-02-03T10:00:00Z",
            date="1999",
        )
    )
    paper = Paper(
        title="Salt wedges",
        abstract="We follow salt.",
        authors=("Ann Shore", "The Tide Group"),
        doi="10.5555/sea.7",
    )
    example = Example(name="10.5555/sea.7", paper=paper, added=date(2026, 2, 3))
    assert parse_items(content, "users/1") == {"K": example}


NAMES = [
    pytest.param({"archiveID": "arXiv:2603.90001"}, "2603.90001", id="archive"),
    pytest.param({"extra": "arXiv:2603.90001 [cs]\nread: no"}, "2603.90001", id="extra"),
    pytest.param({"extra": "read: no\nDOI: 10.5555/a"}, "10.5555/a", id="DOI in extra"),
    pytest.param({"url": "http://arxiv.org/abs/2603.90001v2"}, "2603.90001", id="address"),
    pytest.param({"url": "https://doi.org/10.5555/A"}, "10.5555/a", id="address of a DOI"),
    pytest.param({"DOI": "10.48550/arXiv.2603.90001"}, "2603.90001", id="arXiv's DOI"),
    pytest.param({"DOI": "10.5555/a", "extra": "arXiv:2603.90001"}, "2603.90001", id="both"),
    pytest.param({"DOI": "", "url": "https://example.org", "extra": None}, "users/1:K", id="none"),
]


@pytest.mark.parametrize(("data", "name"), NAMES)
def test_an_item_is_named_by_its_id_or_else_by_its_key(data: dict[str, Any], name: str) -> None:
    (found,) = parse_items(page(item(**data)), "users/1").values()
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({"itemType": "attachment"}, id="attachment"),
        pytest.param({"itemType": "note"}, id="note"),
        pytest.param({"title": ""}, id="nothing"),
        pytest.param({"title": 3, "creators": {}, "dateAdded": []}, id="other types"),
    ],
)
def test_what_is_no_paper_is_no_example(data: dict[str, Any]) -> None:
    assert parse_items(page(item(**data)), "users/1") == {"K": None}


@pytest.mark.parametrize("content", [b"<html>", b"{}", b"\xff"])
def test_what_is_no_page_is_told(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_items(content, "users/1")


TREE = [
    Collection(key="A", name="ML 2026"),
    Collection(key="B", name="Attention", parent="A"),
    Collection(key="C", name="To Read"),
    Collection(key="D", name="Circle", parent="E"),
    Collection(key="E", name="Round", parent="D"),
]


@pytest.mark.parametrize(
    ("patterns", "keys"),
    [
        pytest.param(["to read"], ["C"], id="name in any case"),
        pytest.param(["ml*"], ["A", "B"], id="with what is below"),
        pytest.param(["attention"], ["B"], id="name of one below"),
        pytest.param(["ML 2026/Att*", "to*"], ["B", "C"], id="path"),
        pytest.param(["read"], [], id="whole names"),
        pytest.param(["*"], ["A", "B", "C", "D", "E"], id="all, each once"),
    ],
)
def test_collections_are_meant_by_name_or_path(patterns: list[str], keys: list[str]) -> None:
    records = [
        {"key": each.key, "name": each.name, "parentCollection": each.parent or False}
        for each in TREE
    ]
    read = parse_collections(page(*records))
    assert read == TREE
    assert chosen(read, patterns) == keys
