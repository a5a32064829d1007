"""BibTeX: which paper an entry is, when it was added, and what is said of the rest."""

from datetime import date

import pytest

from digest.libraries.bibtex import MOST, parse
from digest.paper import Paper, Rejection
from digest.subscriber import Example


def entry(fields: str, key: str = "key") -> str:
    return f"@article{{{key},\n  title = {{On Graphs}},\n  {fields}\n}}\n"


def example(fields: str) -> Example:
    """The one example of an entry with these fields and a title."""
    bibliography = parse(entry(fields), "library.bib")
    assert bibliography.rejections == ()
    (found,) = bibliography.examples
    return found


def test_an_entry_becomes_an_example_with_its_facts() -> None:
    text = r"""
    % Encoding: UTF-8
    @string{and_others = "not a title"}
    @Article{stream2026,
      Title    = {{{Graphs}} on {M{\"o}bius} \emph{strips}
                  \& elsewhere},
      author   = "Stream, Ada and {van der} Waals, Jo and {The Invented Group} and others",
      abstract = {We cut  5\% of them.},
      doi      = {https://doi.org/10.5555/Sea\_7},
      date-added = {2026-02-03 10:00:00 +0100},
    }
    """
    (found,) = parse(text, "library.bib").examples
    assert found == Example(
        name="10.5555/sea_7",
        added=date(2026, 2, 3),
        paper=Paper(
            title="Graphs on Möbius strips & elsewhere",
            authors=("Ada Stream", "Jo van der Waals", "The Invented Group"),
            abstract="We cut 5% of them.",
            doi="10.5555/sea_7",
        ),
    )


NAMES = [
    pytest.param("eprint = {2603.90001v2}, archivePrefix = {arXiv}", "2603.90001", id="eprint"),
    pytest.param("eprint = {math/0309136}, eprinttype = arxiv", "math/0309136", id="old id"),
    pytest.param("eprint = {2603.90001}, archivePrefix = {HAL}", "a.bib:key", id="HAL"),
    pytest.param("arxivId = {2603.90001}", "2603.90001", id="Mendeley"),
    pytest.param("journal = {arXiv preprint arXiv:2603.90001}", "2603.90001", id="Scholar"),
    pytest.param("journal = {CoRR}, volume = {abs/2603.90001}", "2603.90001", id="DBLP"),
    pytest.param("url = {https://arxiv.org/abs/2603.90001v1}", "2603.90001", id="address"),
    pytest.param("doi = {10.48550/arXiv.2603.90001}", "2603.90001", id="arXiv's DOI"),
    pytest.param("doi = {10.5555/A}", "10.5555/a", id="DOI"),
    pytest.param("url = {https://dx.doi.org/10.5555/a}", "10.5555/a", id="address of a DOI"),
    pytest.param("doi = {10.5555/a}, eprint = {2603.90001}", "2603.90001", id="both"),
    pytest.param("volume = {2603}, number = {90001}", "a.bib:key", id="numbers"),
    pytest.param("doi = {none}, url = {https://example.org}", "a.bib:key", id="neither"),
]


@pytest.mark.parametrize(("fields", "name"), NAMES)
def test_an_entry_is_named_by_its_id_or_else_by_its_key(fields: str, name: str) -> None:
    (found,) = parse(entry(fields), "a.bib").examples
    assert found.name == name


DAYS = [
    pytest.param("date-added = {2026-02-03 10:00:00 +0100}", date(2026, 2, 3), id="BibDesk"),
    pytest.param("creationdate = {2026-02-03T10:00:00}", date(2026, 2, 3), id="JabRef"),
    pytest.param("timestamp = {2026.02.03}", date(2026, 2, 3), id="old JabRef"),
    pytest.param("timestamp = {Tue, 03 Feb 2026 08:53:50 +0100}", date(2026, 2, 3), id="DBLP"),
    pytest.param("date = {2026-02}", date(2026, 2, 1), id="month"),
    pytest.param("date = {2026-02-03/2026-02-05}", date(2026, 2, 3), id="range"),
    pytest.param("year = 2026", date(2026, 1, 1), id="year"),
    pytest.param("year = {2026}, month = feb", date(2026, 2, 1), id="year and month"),
    pytest.param("year = {2026}, month = {February}", date(2026, 2, 1), id="name of a month"),
    pytest.param("year = {2026}, month = 12", date(2026, 12, 1), id="number of a month"),
    pytest.param("year = {2026}, month = {spring}", date(2026, 1, 1), id="no month"),
    pytest.param("date-added = {2026-02-03}, year = 1999", date(2026, 2, 3), id="added later"),
    pytest.param("timestamp = {yesterday}, year = 2026", date(2026, 1, 1), id="unreadable"),
    pytest.param("year = {in press}", None, id="in press"),
    pytest.param("date = {2026-02-30}", None, id="no such day"),
    pytest.param("note = {2026}", None, id="none"),
]


@pytest.mark.parametrize(("fields", "added"), DAYS)
def test_the_day_an_entry_was_added(fields: str, added: date | None) -> None:
    assert example(fields).added == added


def test_control_characters_are_left_out() -> None:
    (found,) = parse("@misc{a, title={Gra\0phs\x1b and trees}}", "a.bib").examples
    assert found.paper == Paper(title="Graphs and trees")


def test_what_has_neither_title_nor_id_is_no_example() -> None:
    text = "@misc{tool, author={Ada}, url={https://example.org}}\n@comment{@misc{x, title={y}}}"
    assert parse(text, "a.bib").examples == ()
    assert parse(text, "a.bib").rejections == ()


def test_an_id_alone_is_enough() -> None:
    (found,) = parse("@misc{a, eprint={2603.90001}}", "a.bib").examples
    assert found == Example(name="2603.90001")


def test_what_cannot_be_read_is_told_with_its_line_and_hides_nothing_else() -> None:
    text = (
        entry("year = 2020", "one")
        + "@article{two,\n  title = {On Trees,\n}\n"
        + "@article{three title = {Seas}}\n"
        + entry("year = 2021", "four")
        + "@misc{one, title={Another}}\n"
        + entry("title = {A second title}", "five")
    )
    found = parse(text, "a.bib")
    assert [each.name for each in found.examples] == ["a.bib:five", "a.bib:one", "a.bib:four"]
    assert [each.paper and each.paper.title for each in found.examples] == ["On Graphs"] * 3
    lines = [(each.line, each.why.split(":")[0]) for each in found.rejections]
    assert lines == [
        (5, "entry two cannot be read"),
        (8, "entry three cannot be read"),
        (13, "entry one stands on line 1 already"),
    ]


def test_an_entry_that_is_there_twice_letter_for_letter_is_one() -> None:
    found = parse(entry("year = 2020") * 2, "a.bib")
    assert (len(found.examples), found.rejections) == (1, ())


@pytest.mark.parametrize("text", ["", "\n", "Dear Ada, here is my library.", '{"title": "x"}'])
def test_a_text_that_is_no_bibliography_is_told(text: str) -> None:
    assert parse(text, "a.bib").rejections == (Rejection(line=1, why="holds no entry of BibTeX"),)


def test_of_a_large_bibliography_the_newest_are_kept_oldest_first() -> None:
    years = [2000 + (number * 7) % 20 for number in range(MOST + 100)]
    text = "".join(entry(f"year = {year}", f"k{n}") for n, year in enumerate(years))
    added = [each.added for each in parse(text, "a.bib").examples]
    assert added == [date(year, 1, 1) for year in sorted(years)[100:]]
