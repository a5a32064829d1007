"""Examples through the whole program: bibliographies and libraries, in rank and check."""

from functools import partial

import pytest

from digest import wiring
from digest.net.client import Client
from world import World, make_papers
from zotero_service import DOWN, KEY, ZoteroService

SEA = "tides and estuaries where the invented salt wedge meets the river"
BIB = f"""
@article{{wedge, title={{The salt wedge}}, author={{Shore, Ann}},
  abstract={{We follow {SEA}.}}, year={{2025}}}}
@article{{known, title={{On seas, part 0}}, eprint={{2601.90000}}, archiveprefix={{arXiv}}}}
@article{{broken, title={{Unclosed}}
@article{{bare, doi={{10.5555/never-seen}}}}
"""


def with_library(world: World) -> World:
    """A world where someone wants what is like their bibliography."""
    (world.folder / "library.bib").write_text(BIB)
    interest = 'examples = [{ file = "library.bib" }, "2601.99999"]'
    world.people = [world.person("ada", "min_score = 20", interest=interest)]
    world.write()
    world.announce(*make_papers(6, word="tree", start=10))
    world.announce({"title": "On seas, part 0", "abstract": SEA, "arxiv_id": "2601.90000"})
    world.announce({"title": "On seas, part 1", "abstract": f"More of {SEA}.", "doi": "10.1/s1"})
    world.run("fetch")
    return world


def test_papers_like_those_of_a_bibliography_are_chosen_and_those_in_it_are_not(
    world: World,
) -> None:
    picks = with_library(world).run("rank", "ada@example.org", "--json").lines
    assert [pick["title"] for pick in picks] == ["On seas, part 1"]
    assert {reason["kind"] for reason in picks[0]["reasons"]} <= {"example", "other", "age"}
    assert any("salt wedge" in reason["term"] for reason in picks[0]["reasons"])


def test_check_counts_examples_and_names_those_that_nothing_is_known_of(world: World) -> None:
    result = with_library(world).run("check", "ada@example.org", "--json")
    (checked,) = result.json["checked"]
    assert checked["examples"] == 2
    assert checked["examples_unknown"] == ["10.5555/never-seen", "2601.99999"]
    (warning,) = result.json["warnings"]
    assert "library.bib:5: entry broken cannot be read" in warning
    assert (
        "nothing is known yet of 10.5555/never-seen, 2601.99999"
        in world.run("check", "ada@example.org").out
    )


ARXIV = '[[source]]\nname = "ml"\nkind = "arxiv"\ncategories = ["cs.LG"]\n'


@pytest.mark.parametrize(
    ("sources", "named", "asks"),
    [
        pytest.param("", [], False, id="files"),
        pytest.param(ARXIV, [], True, id="arXiv"),
        pytest.param(ARXIV, ["saved"], False, id="files of two"),
        pytest.param(ARXIV, ["ml"], True, id="arXiv of two"),
        pytest.param('[[source]]\nname="hf"\nkind="huggingface"', [], True, id="another service"),
    ],
)
def test_examples_are_asked_for_only_where_the_network_is_asked_anyway(
    world: World, sources: str, named: list[str], asks: bool
) -> None:
    world.sources += f"\n{sources}"
    world.write()
    with wiring.open_sources(wiring.load_settings(str(world.config)), named) as supply:
        askers = (supply.examples.asker, supply.examples.doi_asker)
    assert [each is not None for each in askers] == [asks, asks]


def test_a_library_is_an_example_and_its_key_is_shown_to_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    impatient = partial(Client, sleep=lambda seconds: None)
    monkeypatch.setattr("digest.wiring.sources.Client", impatient)
    world.announce(*make_papers(6, word="tree", start=10))
    world.announce({"title": "On seas, part 1", "abstract": f"More of {SEA}.", "doi": "10.1/s1"})
    with ZoteroService() as service:
        service.collect("C1", "Seas")
        service.add("A", abstractNote=f"We follow {SEA}.", collections=("C1",))
        zotero = f'library = "users/1", key = "{KEY}", collections = ["sea*"]'
        interest = f'examples = [{{ zotero = {{ {zotero}, base_url = "{service.url("")}" }} }}]'
        world.people = [world.person("ada", "min_score = 20", interest=interest)]
        world.write()
        online = world.run("check", "--online", "--json")
        results = [world.run("fetch"), world.run("rank", "ada@example.org", "--json")]
        service.fault = DOWN
        offline = world.run("check", "--online", "--json")
    results.append(world.run("send"))
    assert [result.code for result in results] == [0, 0, 0]
    assert [pick["title"] for pick in results[1].lines] == ["On seas, part 1"]
    assert (online.code, online.json["problems"]) == (0, [])
    assert "library users/1: " in offline.json["problems"][0]
    assert KEY not in "".join(each.out + each.err for each in (*results, online, offline))
    (warning,) = online.json["warnings"]
    assert "zotero.key: a secret in plain text" in warning
    assert KEY.encode() not in (world.folder / "digest.db").read_bytes()
