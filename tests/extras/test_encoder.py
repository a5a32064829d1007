"""Sentence vectors: the graph built here is BERT, and each paper is encoded once."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import sqlalchemy as sa

from builders import NOW, make_interest, make_paper, make_stored, make_subscriber
from digest.errors import ConfigError
from digest.extras import embedding
from digest.extras.embedding import SentenceEncoder, model_folder
from digest.issue import ReasonKind
from digest.pipeline.encoding import StoredEncoder, text_of
from digest.ranking import Background, Corpus, rank
from digest.subscriber import Example
from extras.tiny_model import WORDS, make_weights, states, write_model

IDS = [2, 4, 5, 6, 9, 3]
TEXTS = ("Bees dance.", "Galaxy lens", "bee")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model(tmp_path / "model", make_weights())


def test_the_graph_gives_what_bert_gives(folder: Path) -> None:
    session = onnxruntime.InferenceSession(embedding.build(folder))
    padded = np.asarray([[*IDS, 0, 0]])
    mask = np.asarray([[1] * len(IDS) + [0, 0]])
    (found,) = session.run(None, {"ids": padded, "mask": mask})
    np.testing.assert_allclose(found[0, : len(IDS)], states(make_weights(), IDS), atol=1e-4)


def test_a_text_has_one_vector_of_length_one_whatever_comes_with_it(folder: Path) -> None:
    encoder = SentenceEncoder(folder)
    together = encoder.encode(TEXTS)
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    # Weights of eight bits: the scale of a batch may move a vector a little.
    assert (together * alone).sum(axis=1).min() > 0.98
    mean = states(make_weights(), [2, WORDS.index("bee"), 3]).mean(axis=0)
    assert together[2] @ mean / np.linalg.norm(mean) > 0.95
    assert encoder.encode([]).shape[0] == 0


def test_a_model_is_built_once_and_without_a_word(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = tmp_path / "state" / "models"
    first = SentenceEncoder(folder, kept=kept)
    assert not caplog.records
    (built,) = kept.iterdir()
    written = built.stat().st_mtime_ns
    second = SentenceEncoder(folder, kept=kept)
    assert built.stat().st_mtime_ns == written
    assert (first.encode(TEXTS) == second.encode(TEXTS)).all()


def test_a_folder_may_have_the_model_ready(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(embedding.build(folder))
    (folder / "model.safetensors").unlink()
    assert SentenceEncoder(folder).encode(TEXTS).shape == (3, 16)


@pytest.mark.parametrize("missing", ["tokenizer.json", "model.safetensors", "config.json"])
def test_a_folder_that_is_no_model_is_named(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(ConfigError, match="is no sentence model"):
        SentenceEncoder(folder)


def test_a_model_may_be_named(tmp_path: Path) -> None:
    assert model_folder(tmp_path) == tmp_path


class Counted:
    """A model that says what it was asked."""

    name = "counted"

    def __init__(self, folder: Path) -> None:
        self._model = SentenceEncoder(folder)
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        return self._model.encode(texts)


def test_a_paper_is_encoded_once_and_kept(engine: sa.Engine, folder: Path) -> None:
    bees = make_paper(title="Bees", abstract="Bees dance.")
    lens = make_paper(title="Galaxy lens", abstract=None)
    model = Counted(folder)
    first = StoredEncoder(engine, model, now=NOW).encode([bees, lens, bees])
    again = StoredEncoder(engine, model, now=NOW).encode([lens, bees])
    assert model.asked == [text_of(bees), text_of(lens)] == ["Bees. Bees dance.", "Galaxy lens"]
    assert (first[[1, 0]] == again).all()
    other = Counted(folder)
    other.name = "another"
    StoredEncoder(engine, other, now=NOW).encode([bees])
    assert other.asked == [text_of(bees)]
    assert StoredEncoder(engine, model, now=NOW).encode([]).shape[0] == 0


def test_sentence_vectors_join_the_sum_and_its_reasons(engine: sa.Engine, folder: Path) -> None:
    papers = [
        make_stored(title="Bees dance", abstract="bee bee dance"),
        make_stored(title="Galaxy lens", abstract="galaxy lens"),
    ]
    liked = Example(name="1", paper=make_paper(title="Bee dance", abstract="dance bees"))
    subscriber = make_subscriber(make_interest(examples=[liked]))
    plain, joined = (
        rank(
            Corpus(papers, Background([each.paper for each in papers], encoder=encoder)),
            [subscriber],
            allowed=[range(2)],
            everything=True,
        )[0]
        for encoder in (None, StoredEncoder(engine, SentenceEncoder(folder), now=NOW))
    )
    best = joined.picks[0]
    assert best.stored is papers[0]
    assert best.reasons != plain.picks[0].reasons
    assert any((r.kind, r.term) == (ReasonKind.EXAMPLE, "Bee dance") for r in best.reasons)
    assert sum(reason.weight for reason in best.reasons) == pytest.approx(best.score, abs=0.01)
