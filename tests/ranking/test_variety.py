"""An issue as a whole: no paper twice, not one topic only, and something from outside."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from builders import (
    make_criteria,
    make_interest,
    make_paper,
    make_stored,
    make_subscriber,
)
from digest.issue import Pick, ReasonKind
from digest.paper import StoredPaper
from digest.ranking import Corpus, Ranking, rank
from digest.subscriber import Interest, Keyword, Subscriber

RUMOUR = make_paper(
    title="Rumours in snowed-in towns",
    abstract="We prove bounds on the spread of rumours in networks of towns whose roads are closed "
    "by snow, and show by simulation that a single open road carries nearly all of what is known "
    "between any two of them during most winters.",
)
RUMOURS = make_interest(keywords=["rumour"])


def ranking(papers: list[StoredPaper], subscriber: Subscriber, **rest: Any) -> Ranking:
    allowed = rest.pop("allowed", np.ones(len(papers), dtype=bool))
    (only,) = rank(Corpus(papers), [subscriber], allowed=[allowed], **rest)
    return only


def titles(picks: tuple[Pick, ...]) -> list[str | None]:
    return [pick.stored.paper.title for pick in picks]


def titled(*names: str, **facts: Any) -> list[StoredPaper]:
    return [make_stored(title=name, abstract=None, **facts) for name in names]


def versions(*names: str) -> list[StoredPaper]:
    """Papers of one abstract."""
    return [make_stored(replace(RUMOUR, title=name)) for name in names]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("Rumours in snowed-in towns", id="the same title"),
        pytest.param("RUMOURS IN SNOWED-IN TOWNS", id="case"),
        pytest.param("Rumours in snowed-in villages", id="one word"),
        pytest.param("On rumours in snowed-in towns", id="a word more"),
    ],
)
def test_a_paper_under_two_records_is_one_pick(other: str) -> None:
    papers = [*versions("Rumours in snowed-in towns", other), *titled("A pond")]
    interest = make_interest(keywords=["snowed-in", "rumour", "pond"])
    ranked = ranking(papers, make_subscriber(interest, also=0), everything=True)
    assert [pick.stored for pick in ranked.picks] == [papers[0], papers[2]]
    (folded,) = ranked.also
    assert folded.stored == papers[1]
    assert folded.reasons[-1].kind is ReasonKind.OTHER
    assert folded.reasons[-1].term == "much the same as Rumours in snowed-in towns"
    assert sum(reason.weight for reason in folded.reasons) == pytest.approx(folded.score)
    assert ranked.rest == ()


def test_what_is_folded_stands_first_of_what_is_named_only() -> None:
    papers = [
        *versions("Rumours in towns", "Rumours in Towns"),
        *titled("Tall towns", "Towns at sea"),
    ]
    interest = make_interest(keywords=["rumour", Keyword(term="town", weight=0.9)])
    ranked = ranking(papers, make_subscriber(interest, max_papers=1, also=1))
    assert titles(ranked.picks) == ["Rumours in towns"]
    assert titles(ranked.also)[0] == "Rumours in Towns"
    assert len(ranked.also) == 2


def test_of_two_records_the_better_is_the_pick() -> None:
    plain, known = versions("Rumours in towns", "Rumours in Towns")
    known = replace(known, paper=replace(known.paper, authors=("Ann Low",)))
    interest = make_interest(keywords=["rumour"], authors=["Ann Low"])
    ranked = ranking([plain, known], make_subscriber(interest))
    assert [pick.stored for pick in (*ranked.picks, *ranked.also)] == [known, plain]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Rumours in towns, part 1", "Rumours in towns, part 2", id="numbers"),
        pytest.param("Rumours in towns. Part I", "Rumours in towns. Part II", id="Roman numbers"),
        pytest.param("Rumours in towns", "Rumours in towns II", id="a sequel"),
        pytest.param("Rumours in towns A", "Rumours in towns B", id="letters"),
        pytest.param("Rumours, part one", "Rumours, part two", id="numbers in words"),
        pytest.param("Rumours in 12 towns", "Rumours in 120 towns", id="another sample"),
    ],
)
def test_parts_of_a_work_are_not_the_same(one: str, other: str) -> None:
    ranked = ranking(versions(one, other), make_subscriber(RUMOURS))
    assert set(titles(ranked.picks)) == {one, other}
    assert ranked.also == ()


def test_papers_of_one_title_and_two_abstracts_are_not_the_same() -> None:
    papers = [
        make_stored(title="Rumours", abstract="How gossip spreads among sparrows in a hedge."),
        make_stored(title="Rumours", abstract="A database of false claims in old newspapers."),
    ]
    assert len(ranking(papers, make_subscriber(RUMOURS)).picks) == 2


def test_a_paper_below_the_line_is_not_named_for_what_it_is_like() -> None:
    papers = versions("Rumours in towns", "Rumours in Towns")
    subscriber = make_subscriber(RUMOURS, min_score=99)
    ranked = ranking(papers, subscriber, everything=True)
    assert (ranked.picks, ranked.also, len(ranked.rest)) == ((), (), 2)


def test_what_must_be_in_is_in_twice() -> None:
    always = make_interest(keywords=["rumour"], always=True)
    papers = versions("Rumours in towns", "Rumours in Towns")
    ranked = ranking(papers, make_subscriber(always))
    assert (len(ranked.picks), ranked.also) == (2, ())


MOONS = [
    make_stored(title=f"Icy moons {place}", abstract=f"Tides heat the ocean of {place}.")
    for place in ("of Saturn", "near Jupiter", "around Neptune")
]
AUCTION = make_stored(title="Auctions", abstract="Bidders learn prices in repeated sales.")
MIXED = make_interest(keywords=["moon", Keyword(term="auction", weight=0.8)])


def test_without_diversity_the_best_are_picked() -> None:
    ranked = ranking([AUCTION, *MOONS], make_subscriber(MIXED, max_papers=3, diversity=0))
    assert {pick.stored for pick in ranked.picks} == set(MOONS)
    assert titles(ranked.also) == ["Auctions"]


def test_diversity_makes_room_for_another_topic() -> None:
    ranked = ranking([AUCTION, *MOONS], make_subscriber(MIXED, max_papers=2, diversity=0.9))
    plain = ranking([AUCTION, *MOONS], make_subscriber(MIXED, max_papers=2, diversity=0))
    assert ranked.picks[0] == plain.picks[0]
    assert titles(ranked.picks)[1] == "Auctions"
    assert {pick.stored for pick in ranked.also} <= set(MOONS)


def test_picks_stand_by_score_however_they_were_chosen() -> None:
    papers = [AUCTION, *MOONS]
    ranked = ranking(papers, make_subscriber(MIXED, max_papers=3, diversity=1))
    scores = [pick.score for pick in ranked.picks]
    assert AUCTION in [pick.stored for pick in ranked.picks]
    assert scores == sorted(scores, reverse=True)
    assert titles(ranked.picks)[-1] == "Auctions"


@pytest.mark.parametrize("weight", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("diversity", [0.1, 0.3, 0.9])
def test_the_weight_of_an_only_interest_does_not_change_what_is_picked(
    weight: float, diversity: float
) -> None:
    papers = [AUCTION, *MOONS]
    ranked = [
        ranking(papers, make_subscriber(each, max_papers=2, diversity=diversity))
        for each in (MIXED, replace(MIXED, weight=weight))
    ]
    assert titles(ranked[0].picks) == titles(ranked[1].picks)


def test_places_are_kept_however_alike_the_papers_are() -> None:
    interests = (
        make_interest(keywords=["auction"], name="a", weight=9),
        make_interest(keywords=["moon"], name="b", at_least=2),
    )
    subscriber = make_subscriber(*interests, max_papers=3, diversity=1, surprise=1)
    ranked = ranking([AUCTION, *MOONS], subscriber)
    assert [pick.interest for pick in ranked.picks] == ["a", "b", "b"]


def outside(upvotes: int | None, title: str = "Ponds", **facts: Any) -> StoredPaper:
    return make_stored(title=title, abstract=None, upvotes=upvotes, **facts)


GRAPHS = make_interest(keywords=["graph"], name="graphs")


def test_a_surprise_is_the_best_regarded_from_outside() -> None:
    papers = [outside(7, "Ponds"), outside(30, "Lakes"), outside(None, "Seas"), *titled("Graphs")]
    ranked = ranking(papers, make_subscriber(GRAPHS, surprise=1, min_score=9), everything=True)
    assert titles(ranked.picks) == ["Graphs", "Lakes"]
    surprise = ranked.picks[1]
    assert surprise.interest is None
    assert surprise.reasons[-1].kind is ReasonKind.TRENDING
    assert surprise.reasons[-1].term == "from outside your interests: 30 upvotes"
    assert sum(reason.weight for reason in surprise.reasons) == pytest.approx(surprise.score)
    assert "Lakes" not in titles(ranked.also + ranked.rest)


def test_of_much_regarded_papers_the_most_regarded_surprises() -> None:
    papers = [outside(150, "Ponds"), outside(900, "Lakes"), outside(300, "Seas")]
    ranked = ranking(papers, make_subscriber(GRAPHS, surprise=2))
    assert titles(ranked.picks) == ["Lakes", "Seas"]


def test_a_single_upvote_is_said_as_one() -> None:
    (pick,) = ranking([outside(1)], make_subscriber(GRAPHS, surprise=1)).picks
    assert pick.reasons[-1].term == "from outside your interests: 1 upvote"


def test_a_surprise_takes_one_of_the_places() -> None:
    papers = [*titled("Graphs one", "Graphs two"), outside(30)]
    ranked = ranking(papers, make_subscriber(GRAPHS, surprise=1, max_papers=2, diversity=0))
    assert titles(ranked.picks) == ["Graphs one", "Ponds"]
    assert titles(ranked.also) == ["Graphs two"]


def test_what_an_interest_would_pick_is_no_surprise() -> None:
    papers = [outside(30, "Graphs"), outside(5, "Graphs again")]
    ranked = ranking(papers, make_subscriber(GRAPHS, surprise=2, max_papers=1))
    assert [pick.interest for pick in ranked.picks] == ["graphs"]


NO_PONDS = make_criteria(keywords=["pond"])


@pytest.mark.parametrize(
    ("papers", "interests", "facts"),
    [
        pytest.param([outside(None), outside(0)], [GRAPHS], {}, id="nobody voted"),
        pytest.param([outside(9)], [GRAPHS], {"exclude": NO_PONDS}, id="excluded"),
        pytest.param([outside(9)], [replace(GRAPHS, exclude=NO_PONDS)], {}, id="by its interest"),
        pytest.param(
            [outside(9)], [replace(GRAPHS, exclude=NO_PONDS), MIXED], {}, id="by one interest"
        ),
        pytest.param([outside(9)], [GRAPHS], {"surprise": 0}, id="not asked for"),
        pytest.param([outside(9)], [], {}, id="no interests"),
        pytest.param(
            [outside(9), *titled("Graphs")],
            [replace(GRAPHS, always=True)],
            {"max_papers": 1},
            id="no place",
        ),
        pytest.param(
            [outside(9), *titled("Graphs")],
            [replace(GRAPHS, at_least=1)],
            {"max_papers": 1},
            id="the only place is kept",
        ),
    ],
)
def test_there_is_no_surprise(
    papers: list[StoredPaper], interests: list[Interest], facts: dict[str, Any]
) -> None:
    subscriber = make_subscriber(*interests, **{"surprise": 1, **facts})
    assert "Ponds" not in titles(ranking(papers, subscriber).picks)


def test_a_paper_that_is_not_allowed_is_no_surprise() -> None:
    papers = [outside(90, "Lakes"), outside(9, "Ponds")]
    ranked = ranking(papers, make_subscriber(GRAPHS, surprise=1), allowed=[1])
    assert titles(ranked.picks) == ["Ponds"]


def test_an_interest_that_requires_does_not_keep_out_what_comes_from_outside() -> None:
    required = make_interest(require=(make_criteria(keywords=["graph"]),))
    ranked = ranking([*titled("Graphs"), outside(9)], make_subscriber(required, surprise=1))
    assert titles(ranked.picks) == ["Graphs", "Ponds"]


def test_one_title_without_abstracts_is_one_paper_only_by_the_same_authors() -> None:
    by = [("Ann Low",), ("Bo Kim",), ("Ann Low",)]
    papers = [make_stored(title="Editorial", abstract=None, authors=names) for names in by]
    subscriber = make_subscriber(make_interest(keywords=["editorial"]))
    (ranked,) = rank(Corpus(papers), [subscriber], allowed=[range(3)])
    assert [pick.stored.paper.authors for pick in ranked.picks] == [("Ann Low",), ("Bo Kim",)]
    assert [pick.stored.paper.authors for pick in ranked.also] == [("Ann Low",)]
