"""Which categories are one, and which lie in an archive."""

import pytest

from digest.ranking.matching import category_names, plain_category


@pytest.mark.parametrize(
    ("followed", "category", "expected"),
    [
        pytest.param("cs.LG", "cs.LG", True, id="same"),
        pytest.param("CS.lg", "cs.LG", True, id="case"),
        pytest.param("q-bio", "q-bio.NC", True, id="archive"),
        pytest.param("astro-ph", "astro-ph.GA", True, id="archive with a dash"),
        pytest.param("math.MP", "math-ph", True, id="math.MP"),
        pytest.param("math-ph", "math.MP", True, id="math-ph"),
        pytest.param("stat.TH", "math.ST", True, id="stat.TH"),
        pytest.param("cs.IT", "math.IT", True, id="math.IT"),
        pytest.param("econ.GN", "q-fin.EC", True, id="q-fin.EC"),
        pytest.param("cs.SY", "eess.SY", True, id="eess.SY"),
        pytest.param("math.NA", "cs.NA", True, id="cs.NA"),
        pytest.param("Cell Biology", "cell_biology", True, id="bioRxiv's names"),
        pytest.param("cell-biology", "Cell Biology", True, id="dash"),
        pytest.param("cs", "cs.CL", True, id="archive cs"),
        pytest.param("cs.L", "cs.LG", False, id="not a beginning"),
        pytest.param("q-bio.NC", "q-bio", False, id="the archive is not its part"),
        pytest.param("stat.ML", "cs.LG", False, id="another"),
        pytest.param("hep", "hep-th", False, id="no archive of that name"),
    ],
)
def test_a_category_answers_to_its_names(followed: str, category: str, expected: bool) -> None:
    assert (plain_category(followed) in category_names(category)) is expected
