"""The recipes we are measured beside do what they are known for, on papers invented here."""

import importlib.util
import json
import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import rankers, relevance
from benchmarks.encoder import CachedEncoder
from benchmarks.recipes.texts import JudgedPaper, Profile
from benchmarks.table import paired, render

MISSING = [name for name in ("bm25s", "sklearn") if importlib.util.find_spec(name) is None]
WORDS_ONLY = ("KeywordCount", "BM25", "Centroid", "ArxivSanity", "Logistic")
EMBEDDING = ("ZoteroArxivDaily", "Fusion")
BEES = ("Waggle dances of honeybees", "Foraging bees tell the hive where nectar is, by dancing.")
OTHERS = (
    ("Pruning large language models", "Sparse attention heads make transformers small and fast."),
    ("Galaxy clusters at high redshift", "A survey of dark matter halos by weak lensing."),
    ("Sparse codes for noisy channels", "Decoding thresholds of irregular parity checks."),
    ("Superconducting qubits", "Coherence times of transmons in a dilution refrigerator."),
    ("Optimal auctions", "Truthful mechanisms for bidders with budgets."),
)


class HashedWords:
    """An encoder without a model: words in 512 buckets, so that likeness is shared words."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str], /) -> Any:
        self.asked += texts
        rows = np.zeros((len(texts), 512), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[zlib.crc32(word.strip(".,").encode()) % 512] = 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def make_judged(title: str, abstract: str = "") -> JudgedPaper:
    return {
        "id": title, "title": title, "abstract": abstract, "categories": [], "authors": [],
        "date": "2026-03-10",
    }  # fmt: skip


CANDIDATES = [make_judged(*paper) for paper in (*OTHERS[:2], BEES, *OTHERS[2:])]
BACKGROUND = [
    make_judged(f"{title}, part {part}", abstract)
    for title, abstract in (*OTHERS, ("Bees and flowers", "Nectar of the honeybees' hive."))
    for part in range(3)
]
BY_EXAMPLES: Profile = {
    "examples": [
        make_judged("Hives in winter", "Honeybees keep the hive warm."),
        make_judged("How bees dance", "The dances of foraging honeybees, recorded in the hive."),
    ],
    "keywords": [],
}
BY_KEYWORDS: Profile = {"examples": [], "keywords": ["honeybees", "nectar"]}
BY_BOTH: Profile = {**BY_EXAMPLES, "keywords": ["honeybees", "nectar"]}
NOTHING: Profile = {"examples": [], "keywords": ["zymurgy"]}


@pytest.fixture(params=[*WORDS_ONLY, *EMBEDDING])
def ranker(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Each recipe, having read the background."""
    if MISSING:
        reason = f"{' and '.join(MISSING)} missing: pip install '.[bench]'"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    recipe = getattr(rankers, request.param)
    if request.param in EMBEDDING:
        made = recipe(CachedEncoder(HashedWords(), model="words", folder=tmp_path))
    else:
        made = recipe()
    if hasattr(made, "fit"):
        made.fit(BACKGROUND)
    return made


def test_what_plainly_matches_comes_first(ranker: Any) -> None:
    profiles = [BY_EXAMPLES, BY_KEYWORDS, BY_BOTH]
    scores = ranker.rank_batch(profiles, CANDIDATES)
    assert [len(of_one) for of_one in scores] == [len(CANDIDATES)] * len(profiles)
    assert [CANDIDATES[int(np.argmax(of_one))]["title"] for of_one in scores] == [BEES[0]] * 3
    assert all(sorted(of_one)[-1] > sorted(of_one)[-2] for of_one in scores)


def test_words_that_nobody_uses_give_scores_all_the_same(ranker: Any) -> None:
    (scores,) = ranker.rank_batch([NOTHING], CANDIDATES)
    assert np.isfinite(scores).all()
    assert len(scores) == len(CANDIDATES)


def test_every_row_but_ours_has_its_class() -> None:
    missing = {name for name in rankers.ROWS if not hasattr(rankers, name)}
    assert missing <= {"Default", "Embeddings"}


def test_a_text_is_encoded_once_and_found_again(tmp_path: Path) -> None:
    model = HashedWords()
    first = CachedEncoder(model, model="words", folder=tmp_path).encode(["a b", "c", "a b"])
    again = CachedEncoder(model, model="words", folder=tmp_path).encode(["c", "a b"])
    assert sorted(model.asked) == ["a b", "c"]
    assert np.array_equal(again, first[[1, 0]])


def test_two_models_do_not_share_what_they_encoded(tmp_path: Path) -> None:
    for name in ("one", "other"):
        model = HashedWords()
        CachedEncoder(model, model=name, folder=tmp_path).encode(["a b"])
        assert model.asked == ["a b"]


def test_without_data_the_table_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert relevance.main(["--data", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"relevance: no data in {tmp_path}: nothing measured\n"


JUDGE = """
def run(ranker, data, sets, modes, background, quiet):
    paper = {"id": "1", "title": "Bees", "abstract": "", "categories": [], "authors": []}
    other = paper | {"id": "2", "title": "Galaxies"}
    profile = {"examples": [], "keywords": ["bees"]}
    ((first, second),) = ranker.rank_batch([profile], [paper, other])
    right = float(first > second)
    result = {
        "ndcg10": [right] * 3, "recall20": [right] * 3, "users": 1, "sec_per_1000_users": 1.0,
        "per_user": [{"user": "a", "ndcg10": right, "recall20": right}],
    }
    return {
        "results": {f"{name}/{mode}": result for name in sets for mode in modes},
        "fit_s": 0.0, "peak_rss_mib": 100,
    }
"""


def test_a_ranker_is_judged_by_the_judge_beside_the_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "evaluate.py").write_text(JUDGE)
    (tmp_path / "citeulike").mkdir()
    out = tmp_path / "results.json"
    asked = ["--data", str(tmp_path), "--out", str(out), "--rankers", "KeywordCount"]
    assert relevance.main(asked) == 0
    assert "1.000±.000 1.000±.000" in capsys.readouterr().out
    assert set(json.loads(out.read_text())["rows"]["KeywordCount"]["results"]) == {
        "citeulike/all",
        "citeulike/kw",
    }


def test_users_are_compared_with_themselves() -> None:
    users = [{"user": str(n), "ndcg10": n / 100} for n in range(100)]
    better = [user | {"ndcg10": user["ndcg10"] + 0.1} for user in reversed(users)]
    assert paired(users, better, "ndcg10") == pytest.approx((0.1, 0.1, 0.1))


def test_the_table_shows_scores_differences_and_what_was_left_out() -> None:
    table = render(
        {"A": make_row(0.2), "B": make_row(0.3), "C": {"skipped": "not there yet"}},
        labels={"A": "first", "B": "second", "C": "third"},
        base="A",
    )
    assert ".200±.100" in table
    assert "+.100*" in table
    assert "third: left out: not there yet" in table


def make_row(score: float) -> dict[str, Any]:
    interval = [score, score - 0.1, score + 0.1]
    per_user = [{"user": str(n), "ndcg10": score, "recall20": score} for n in range(5)]
    view = {
        "ndcg10": interval, "recall20": interval, "users": 5, "sec_per_1000_users": 2.0,
        "per_user": per_user,
    }  # fmt: skip
    return {"results": {"citeulike/all": view}, "fit_s": 1.0, "peak_mib": 200}
