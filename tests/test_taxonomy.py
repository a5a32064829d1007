"""arXiv's categories: how many, which names are one, and what an archive means."""

import csv

import pytest

from builders import SHARED
from digest import taxonomy


def test_there_are_155_active_categories_in_20_archives() -> None:
    assert len(taxonomy.NAMES) == 155
    assert len(taxonomy.ARCHIVES) == 20
    assert sum(map(len, taxonomy.ARCHIVES.values())) == 155
    assert taxonomy.NAMES["cs.LG"] == "Machine Learning"
    assert taxonomy.NAMES["physics.data-an"] == "Data Analysis, Statistics and Probability"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the table is beside the project only here")
def test_the_facts_are_those_of_the_table() -> None:
    with (SHARED / "arxiv_taxonomy.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    active = {row["category"]: row for row in rows if row["active"] == "True"}
    assert dict(taxonomy.NAMES) == {key: row["full_name"] for key, row in active.items()}
    for category, row in active.items():
        assert taxonomy.archive(category) == row["archive"]
        assert taxonomy.group(category) == row["group"].removeprefix("grp_")
    for row in rows:
        if row["active"] == "False" and row["alt_name"]:
            assert taxonomy.expand(row["category"]) == (row["alt_name"],)
    for alias, name in taxonomy.ALIASES.items():
        assert name in active
        assert name in {active[alias]["alt_name"], *taxonomy.NAMES}


@pytest.mark.parametrize(
    ("term", "categories"),
    [
        pytest.param("cs.LG", ("cs.LG",), id="category"),
        pytest.param(" CS.lg ", ("cs.LG",), id="any-case"),
        pytest.param("cond-mat.STAT-MECH", ("cond-mat.stat-mech",), id="lower-case-subject"),
        pytest.param("hep-lat", ("hep-lat",), id="archive-that-is-a-category"),
        pytest.param("math.MP", ("math-ph",), id="alias"),
        pytest.param("cs.NA", ("math.NA",), id="alias-in-another-archive"),
        pytest.param("math.NA", ("math.NA",), id="the-other-name"),
        pytest.param("econ", ("econ.EM", "econ.GN", "econ.TH"), id="archive"),
        pytest.param("cmp-lg", ("cs.CL",), id="archive-of-old"),
        pytest.param("mtrl-th", ("cond-mat.mtrl-sci",), id="archive-of-old-in-physics"),
        pytest.param("cs.XX", (), id="no-category"),
        pytest.param("test", (), id="not-for-readers"),
        pytest.param("", (), id="nothing"),
    ],
)
def test_a_term_means_categories(term: str, categories: tuple[str, ...]) -> None:
    assert taxonomy.expand(term) == categories


@pytest.mark.parametrize(
    ("archive", "count"),
    [("q-bio", 10), ("physics", 22), ("cs", 40), ("math", 32), ("astro-ph", 6), ("nlin", 5)],
)
def test_an_archive_is_all_its_categories_each_once(archive: str, count: int) -> None:
    categories = taxonomy.expand(archive)
    assert len(set(categories)) == len(categories) == count
    assert not set(categories) & set(taxonomy.ALIASES)


def test_an_alias_in_an_archive_goes_by_its_other_name() -> None:
    assert {"eess.SY", "math.NA"} <= set(taxonomy.expand("cs"))


@pytest.mark.parametrize(
    ("term", "is_one"),
    [("cs.LG", True), ("STAT.TH", True), ("quant-ph", True), ("cs", False), ("cmp-lg", False)],
)
def test_an_archive_is_no_category_unless_it_is_active_as_one(term: str, is_one: bool) -> None:
    assert taxonomy.is_category(term) is is_one
