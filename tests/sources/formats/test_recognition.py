from pathlib import Path

import pytest

from builders import make_dump
from digest.errors import ConfigError, ListingMalformed
from digest.sources.registry import FORMATS, parse, recognise

DATA = Path(__file__).parents[2] / "data"
DUMPS = sorted(path for path in DATA.glob("*/*") if path.suffix not in (".jsonl", ".rejected"))
ABSTRACT = "We fold paper by the sea and count the folds that the wind undoes. " * 6
HEADERLESS = "".join(f"On Folding, Part {n}\n\n{ABSTRACT}\n\n" for n in range(4))
ARXIV = f"{ABSTRACT}\n\narXiv:2401.00007\nCreated: 2024-01-02\n"
HF = f"On Folding\n\n{ABSTRACT}\n\n  • 8 authors\n·\nJan 5, 2024 4\n"
HEADER = "Get trending papers in your email inbox!\nSubscribe\n\n"
JSONL = '{"title": "On Folding"}\n'

NO_LISTING = [
    pytest.param(b"", "is empty", id="empty"),
    pytest.param(b" \n\r\n", "is empty", id="blank"),
    pytest.param(b"\xef\xbb\xbf", "is empty", id="a BOM alone"),
    pytest.param(b"%PDF-1.7\nGet trending", "PDF", id="PDF"),
    pytest.param(b"\x1f\x8b\x08text", "gzip", id="gzip"),
    pytest.param(b"PK\x03\x04text", "zip", id="zip"),
    pytest.param(HF.encode() + b"\0", "binary", id="a NUL"),
    pytest.param("шум".encode("koi8-r") * 99, "UTF-8", id="another encoding"),
    pytest.param(b"<!DOCTYPE html>\n<p>" + HF.encode(), "HTML", id="HTML"),
    pytest.param(b"<html><body>\n\n" + ARXIV.encode(), "HTML", id="HTML without doctype"),
    pytest.param(b"<div><p>arXiv</p></div>", "HTML or XML", id="a piece of HTML"),
    pytest.param(b"<?xml version='1.0'?>\n<!-- by us -->\n<feed/>", "Atom", id="Atom"),
    pytest.param(b"<?xml version='1.0'?><other/>", "XML", id="other XML"),
    pytest.param(b'[{"title": "On Folding"}]', "JSON", id="a JSON array"),
    pytest.param(b'{\n  "title": "On Folding"\n}', "JSON", id="indented JSON"),
    pytest.param(b'{"items": [], "title": "A feed"}', "JSON", id="a JSON feed"),
    pytest.param(b'{"url": "https://example.org"}', "JSON", id="some JSON"),
    pytest.param(b"Dear reader,\nwe fold paper.\n", "plain text", id="a letter"),
]


@pytest.mark.parametrize(("content", "kind"), NO_LISTING)
def test_a_file_of_another_kind_is_refused_by_name(content: bytes, kind: str) -> None:
    with pytest.raises(ListingMalformed, match=kind) as caught:
        recognise(make_dump(content, name="morning.bin"))
    assert caught.value.name == "morning.bin"


@pytest.mark.parametrize("named", ["hf-text", "arxiv-text"])
@pytest.mark.parametrize(("content", "kind"), NO_LISTING)
def test_a_file_of_another_kind_is_refused_when_a_text_format_is_named(
    content: bytes, kind: str, named: str
) -> None:
    with pytest.raises(ListingMalformed):
        parse(make_dump(content), named)


def test_the_refusal_says_what_can_be_read() -> None:
    with pytest.raises(ListingMalformed, match=", ".join(sorted(FORMATS))):
        recognise(make_dump("Dear reader"))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param(HF, "hf-text", id="a footer"),
        pytest.param(HF.replace("• 8 authors", "Sea Lab"), "hf-text", id="an organisation"),
        pytest.param(f"Daily Papers\n\n{HEADERLESS}", "hf-text", id="a header cut short"),
        pytest.param(ARXIV, "arxiv-text", id="an id line"),
        pytest.param(JSONL, "jsonl", id="an object"),
        pytest.param(f'le": "Cut"}}\n{JSONL}', "jsonl", id="an object after half a one"),
    ],
)
def test_a_format_is_recognised_by_its_content(content: str, name: str) -> None:
    assert recognise(make_dump(content)).name == name


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: f"{dump.parent.name} {dump.stem}")
@pytest.mark.parametrize("named", sorted(FORMATS))
def test_a_dump_is_read_in_its_own_format_only(dump: Path, named: str) -> None:
    content = make_dump(dump.read_bytes())
    if named == dump.parent.name:
        assert parse(content, named) == parse(content)
        return
    with pytest.raises(ListingMalformed, match=f"looks like {dump.parent.name}, not {named}"):
        parse(content, named)


@pytest.mark.parametrize("named", [None, "hf-text", "arxiv-text"])
def test_a_file_that_holds_two_formats_is_refused(named: str | None) -> None:
    with pytest.raises(ListingMalformed, match="holds hf-text and arxiv-text"):
        parse(make_dump(HF + "\n" + ARXIV), named)


@pytest.mark.parametrize("named", [None, "hf-text", "arxiv-text"])
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(ARXIV + f"{HEADER}{HEADERLESS}" * 9, id="at the beginning"),
        pytest.param(f"{HEADER}{HEADERLESS}" * 9 + ARXIV, id="at the end"),
        pytest.param(ARXIV + HF * 40, id="among footers"),
    ],
)
def test_a_few_records_beside_many_papers_are_two_formats(content: str, named: str | None) -> None:
    with pytest.raises(ListingMalformed, match="holds hf-text and arxiv-text"):
        parse(make_dump(content), named)


@pytest.mark.parametrize(
    "quoted",
    [
        pytest.param("We cite arXiv:2309.06180 and what was Created: 2024-01-02.", id="within"),
        pytest.param("arXiv:2309.06180 is what we undo.", id="first"),
        pytest.param("arXiv:2309.06180", id="alone"),
        pytest.param("Created: 2024-01-02 in the wind, and folded.", id="a date"),
    ],
)
def test_abstracts_that_speak_of_arxiv_are_no_second_format(quoted: str) -> None:
    alone = parse(make_dump(HF * 9)).announcements
    listing = parse(make_dump(HF * 9 + HF.replace(ABSTRACT, f"{ABSTRACT}{quoted}")))
    assert (len(listing.announcements), listing.format) == (len(alone) + 1, "hf-text")
    wrapped = parse(make_dump(HF * 9 + HF.replace(ABSTRACT, quoted)))
    assert wrapped.format == "hf-text"


def test_titles_and_abstracts_alone_are_read_when_the_format_is_named() -> None:
    with pytest.raises(ListingMalformed, match="plain text"):
        parse(make_dump(HEADERLESS))
    assert len(parse(make_dump(HEADERLESS), "hf-text").announcements) == 4


PROSE = "It was a long winter, and the sea lay still below the house.\n"
CODE = 'def fold(paper):\n    """Fold it."""\n    return [half(side) for side in paper]\n\n\n'
TERMS = (
    "The Sea Licence\n\nCopyright (c) 2024 Ada Stream\n\n"
    f"Permission is given to fold this paper as often as the wind allows. {ABSTRACT}\n\n"
    "This notice shall be kept on every fold of the paper.\n\n"
    f"THE PAPER COMES AS IT IS. {ABSTRACT.upper()}\n"
)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(PROSE * 40, id="prose"),
        pytest.param(f"{PROSE}\n{ABSTRACT}\n\n" * 5, id="paragraphs"),
        pytest.param(CODE * 20, id="source code"),
        pytest.param("id,title,folds\n" + "7,On Folding,12\n" * 30, id="CSV"),
        pytest.param(TERMS, id="a licence"),
        pytest.param("On Folding\n", id="one line"),
        pytest.param(ABSTRACT, id="one abstract"),
    ],
)
def test_what_does_not_alternate_is_no_listing_even_when_named(content: str) -> None:
    with pytest.raises(ListingMalformed, match="is not hf-text"):
        parse(make_dump(content), "hf-text")


def test_a_document_that_quotes_an_entry_is_no_arxiv_listing() -> None:
    document = f"{PROSE}\n" * 40 + ARXIV + f"\n{PROSE}" * 40
    for named in (None, "arxiv-text"):
        with pytest.raises(ListingMalformed):
            parse(make_dump(document), named)


def test_a_name_of_no_format_is_a_mistake_that_names_those_there_are() -> None:
    with pytest.raises(ConfigError, match=r"'hf' is none of arxiv-api, .*hf-text"):
        parse(make_dump(HF), "hf")


def test_the_refusal_knows_the_source() -> None:
    with pytest.raises(ListingMalformed) as caught:
        parse(make_dump("", source="ml"))
    assert caught.value.source == "ml"
