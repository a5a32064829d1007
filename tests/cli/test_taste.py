"""What a reader's votes and their wish for variety change in what is offered."""

import pytest

from world import World, make_papers


def _by(author: str, number: int, title: str) -> dict[str, object]:
    return {
        "title": title,
        "abstract": f"Every graph that we know in {title.split()[0]} {number} is drawn.",
        "authors": [author],
        "arxiv_id": f"2602.{number:05}",
    }


@pytest.fixture
def fetched(world: World) -> World:
    names = ("Rivers", "Winter in the alps", "Drawn by hand", "Woven graphs")
    world.announce(*(_by("Ann Low", i, name) for i, name in enumerate(names, 1)))
    world.announce(_by("Bob High", 9, "Woven graphs at rest"), *make_papers(2))
    world.run("fetch")
    return world


def _ranked(world: World) -> dict[str, dict[str, object]]:
    return {
        each["arxiv_id"]: each
        for each in world.run("rank", "ada@example.org", "--all", "--json").lines
    }


def test_three_votes_against_an_author_show_in_the_ranking(fetched: World) -> None:
    before = _ranked(fetched)["2602.00004"]
    for number in (1, 2, 3):
        voted = fetched.run("feedback", "ada@example.org", f"2602.{number:05}", "-")
        assert voted.code == 0, voted.err
    after = _ranked(fetched)
    hers, his = after["2602.00004"], after["2602.00009"]
    told = {(each["kind"], each["term"]): each["weight"] for each in hers["reasons"]}
    assert told["feedback", "Ann Low"] == -18
    assert hers["score"] < before["score"] - 18
    assert "Ann Low" not in {each["term"] for each in his["reasons"]}
    assert sum(told.values()) == pytest.approx(hers["score"])


def test_a_surprise_is_offered_from_outside(world: World) -> None:
    world.people = [world.person("ada", "diversity = 0\nsurprise = 1")]
    world.write()
    world.announce(*make_papers(2), {"title": "Birds of a pond", "upvotes": 40})
    world.run("fetch")
    last = world.run("rank", "ada@example.org", "--json").lines[-1]
    assert (last["title"], last["interest"]) == ("Birds of a pond", None)
    assert "from outside your interests: 40 upvotes" in {each["term"] for each in last["reasons"]}


@pytest.mark.parametrize(
    ("key", "says"),
    [
        pytest.param("diversity = 1.5", "diversity: 1.5", id="too much diversity"),
        pytest.param('diversity = "much"', 'diversity: "much"', id="diversity in words"),
        pytest.param("surprise = 4", "surprise: 4", id="too many surprises"),
        pytest.param("surprise = 0.5", "surprise: 0.5", id="half a surprise"),
        pytest.param("surprise = true", "surprise: true", id="a surprise by yes or no"),
    ],
)
def test_a_wish_for_variety_that_makes_no_sense_is_reported(
    world: World, key: str, says: str
) -> None:
    world.people = [world.person("ada", key)]
    world.write()
    result = world.run("check")
    assert result.code == 2
    assert f"subscriber[0].{says}" in result.err
