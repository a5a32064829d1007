"""digest feedback: a vote is kept, and what was judged is not offered again."""

import pytest

from world import World, make_papers

FIRST = "2601.90000"


@pytest.fixture
def fetched(world: World) -> World:
    world.announce(*make_papers(3))
    world.run("fetch")
    return world


def vote(world: World, *arguments: str) -> str | None:
    result = world.run("feedback", *arguments, "--json")
    assert result.code == 0, result.err
    return result.json["vote"]


def offered(world: World) -> set[str]:
    return {line["arxiv_id"] for line in world.run("rank", "ada@example.org", "--json").lines}


@pytest.mark.parametrize("sign", ["+", "-"])
def test_a_paper_that_was_judged_is_not_offered_again(fetched: World, sign: str) -> None:
    assert FIRST in offered(fetched)
    assert vote(fetched, "ADA@example.org", "On graphs, part 0", sign) == sign
    assert offered(fetched) == {"2601.90001", "2601.90002"}
    assert vote(fetched, "ada@example.org", FIRST, "clear") is None
    assert FIRST in offered(fetched)


def test_votes_are_listed(fetched: World) -> None:
    fetched.people.append(fetched.person("bob"))
    fetched.write()
    vote(fetched, "ada@example.org", FIRST, "+")
    vote(fetched, "ada@example.org", FIRST, "-")
    vote(fetched, "bob@example.org", "https://arxiv.org/abs/2601.90001v2", "+")
    both = fetched.run("feedback", "--list", "--json").lines
    (bobs,) = fetched.run("feedback", "bob@example.org", "--list", "--json").lines
    assert [(each["subscriber"], each["vote"]) for each in both] == [
        ("ada@example.org", "-"),
        ("bob@example.org", "+"),
    ]
    assert bobs == both[1]
    assert bobs["paper"] == {"title": "On graphs, part 1", "id": "2601.90001"}
    assert "On graphs, part 1" in fetched.run("feedback", "--list").out


def test_a_vote_is_said_to_a_person(fetched: World) -> None:
    said = fetched.run("feedback", "ada@example.org", FIRST, "-").out
    assert said == "ada@example.org: - on On graphs, part 0\n"
    said = fetched.run("feedback", "ada@example.org", FIRST, "clear").out
    assert said == "ada@example.org: no vote on On graphs, part 0\n"


def test_votes_keep_to_a_person_whose_address_changes(fetched: World) -> None:
    vote(fetched, "ada@example.org", FIRST, "-")
    fetched.people = [fetched.person("lovelace", 'formerly = ["Ada@example.org"]')]
    fetched.write()
    (line,) = fetched.run("feedback", "--list", "ada@example.org", "--json").lines
    assert line["subscriber"] == "lovelace@example.org"
    assert FIRST not in offered(fetched)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param((), "takes ADDRESS PAPER and +, - or clear", id="nothing"),
        pytest.param(("ada@example.org", FIRST), "takes ADDRESS PAPER", id="no vote"),
        pytest.param(("ada@example.org", FIRST, "?"), "invalid choice", id="no such vote"),
        pytest.param(("eve@example.org", FIRST, "+"), "no subscriber has", id="no subscriber"),
        pytest.param(("config.toml", FIRST, "+"), "no subscriber has", id="a file"),
        pytest.param(("ada@example.org", "2601.99999", "+"), "'2601.99999'", id="no paper"),
        pytest.param(("ada@example.org", "on graphs", "+"), "90001  On graphs", id="several"),
        pytest.param(("--list", "ada@example.org", FIRST), "an ADDRESS at most", id="list of one"),
    ],
)
def test_bad_usage_of_feedback_ends_with_2(
    fetched: World, arguments: tuple[str, ...], says: str
) -> None:
    result = fetched.run("feedback", *arguments)
    assert (result.code, result.out) == (2, "")
    assert says in result.err
    assert fetched.run("feedback", "--list", "--json").lines == []
