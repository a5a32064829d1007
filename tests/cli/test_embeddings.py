"""The extra `embeddings` through the whole program, with a model of a few numbers."""

import shutil
import sys

import pytest
import sqlalchemy as sa

from digest.store import schema
from digest.store.database import open_database, reading, writing
from extras.tiny_model import make_weights, write_model
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


def kept_vectors(world: World) -> list[str]:
    engine = open_database(f"sqlite:///{world.folder / 'digest.db'}", read_only=True)
    with reading(engine) as connection:
        rows = connection.execute(sa.select(schema.vectors.c.text_hash)).scalars().all()
    engine.dispose()
    return list(rows)


def forget(world: World) -> None:
    """As if the model had been asked for only now."""
    engine = open_database(f"sqlite:///{world.folder / 'digest.db'}")
    with writing(engine) as connection:
        connection.execute(sa.delete(schema.vectors))
    engine.dispose()
    shutil.rmtree(world.folder / "models")


def test_papers_are_encoded_once_where_they_are_fetched(embedded: World) -> None:
    rows = kept_vectors(embedded)
    assert len(rows) == len(set(rows)) == 3
    assert [each.suffix for each in (embedded.folder / "models").iterdir()] == [".onnx"]
    embedded.run("fetch")
    assert kept_vectors(embedded) == rows


def test_whoever_looks_ranks_as_ever_and_keeps_nothing(embedded: World) -> None:
    first = embedded.run("rank", "ada@example.org", "--json")
    assert (first.code, len(first.lines)) == (0, 3)
    forget(embedded)
    again = embedded.run("rank", "ada@example.org", "--json")
    assert again.lines == first.lines
    assert embedded.run("send", "--dry-run", "--json").json["issues"] == 1
    assert not kept_vectors(embedded)
    assert not (embedded.folder / "models").exists()
    assert embedded.run("send", "--no-fetch").code == 0
    assert len(kept_vectors(embedded)) == 4  # of the papers, and of the interest


def test_days_without_papers_are_replayed_too(embedded: World) -> None:
    days = "--from", "2020-01-01", "--to", "2020-01-02"
    replayed = embedded.run("replay", *days, "--json")
    assert [each["picks"] for each in replayed.lines] == [[], []]


def test_without_the_extra_one_line_says_what_to_install(
    embedded: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "digest.extras.embedding", raising=False)
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
