"""The extra `embeddings` through the whole program, with a model of a few numbers."""

import sys
from datetime import UTC, datetime

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


def kept_vectors(world: World) -> list[str]:
    engine = open_database(f"sqlite:///{world.folder / 'digest.db'}", read_only=True)
    with reading(engine) as connection:
        rows = connection.execute(sa.select(schema.vectors.c.text_hash)).scalars().all()
    engine.dispose()
    return list(rows)


def test_papers_are_encoded_once_and_ranked_as_before_and_after(embedded: World) -> None:
    first = embedded.run("rank", "ada@example.org", "--json")
    again = embedded.run("rank", "ada@example.org", "--json")
    assert (first.code, len(first.lines)) == (0, 3)
    assert first.lines == again.lines
    assert not kept_vectors(embedded)
    assert not (embedded.folder / "models").exists()
    assert embedded.run("send", "--no-fetch").code == 0
    rows = kept_vectors(embedded)
    assert len(rows) == len(set(rows)) >= 3
    assert [each.suffix for each in (embedded.folder / "models").iterdir()] == [".onnx"]
    today = datetime.now(UTC).date().isoformat()
    sent = embedded.run("issues", "--show", today, "--json").json["picks"]
    assert [each["score"] for each in sent] == [each["score"] for each in first.lines]


def test_a_dry_run_keeps_no_vectors(embedded: World) -> None:
    assert embedded.run("send", "--dry-run", "--json").json["issues"] == 1
    assert not kept_vectors(embedded)


def test_days_without_papers_are_replayed_too(embedded: World) -> None:
    days = "--from", "2020-01-01", "--to", "2020-01-02"
    replayed = embedded.run("replay", *days, "--json")
    assert [each["picks"] for each in replayed.lines] == [[], []]


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
