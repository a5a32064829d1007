"""The extra `embeddings` through the whole program, with a model of a few numbers."""

import sys

import pytest
import sqlalchemy as sa

from digest.store import schema
from digest.store.database import open_database, reading
from embedding.tiny_model import make_weights, write_model
from world import World, make_papers

ASKED = '\n[ranking]\nembeddings = true\nmodel = "model"\n'


@pytest.fixture
def embedded(world: World) -> World:
    write_model(world.folder / "model", make_weights())
    world.sources += ASKED
    world.write()
    world.announce(*make_papers(3))
    world.run("fetch")
    return world


def test_papers_are_encoded_once_and_ranked_as_before_and_after(embedded: World) -> None:
    first = embedded.run("rank", "ada@example.org", "--json")
    again = embedded.run("rank", "ada@example.org", "--json")
    assert (first.code, len(first.lines)) == (0, 3)
    assert first.lines == again.lines
    engine = open_database(f"sqlite:///{embedded.folder / 'digest.db'}", create=False)
    with reading(engine) as connection:
        rows = connection.execute(sa.select(schema.vectors.c.text_hash)).all()
    engine.dispose()
    assert len(rows) == len(set(rows)) >= 3
    assert [each.suffix for each in (embedded.folder / "models").iterdir()] == [".onnx"]


def test_a_dry_run_keeps_no_vectors(embedded: World) -> None:
    assert embedded.run("send", "--dry-run", "--json").json["issues"] == 1
    engine = open_database(f"sqlite:///{embedded.folder / 'digest.db'}", create=False)
    with reading(engine) as connection:
        assert not connection.execute(sa.select(schema.vectors)).all()
    engine.dispose()


def test_without_the_extra_one_line_says_what_to_install(
    embedded: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "digest.embedding.encoder", raising=False)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    said = embedded.run("rank", "ada@example.org")
    assert said.code == 2
    (line,) = said.err.strip().splitlines()
    assert "ranking.embeddings: needs onnxruntime: pip install" in line


def test_a_folder_that_is_no_model_is_bad_configuration(embedded: World) -> None:
    (embedded.folder / "model" / "tokenizer.json").unlink()
    said = embedded.run("rank", "ada@example.org")
    assert said.code == 2
    assert "is no sentence model" in said.err
