"""What votes change in a ranking, and what they leave alone."""

from typing import Any

import pytest

from builders import NOW, make_interest, make_paper, make_stored, make_subscriber
from digest.issue import Pick, ReasonKind
from digest.paper import Paper, StoredPaper
from digest.ranking import Corpus, rank
from digest.subscriber import Interest, Vote

GRAPHS = make_interest(keywords=["graph"])
TIDES = make_paper(
    title="Tidal heating of icy moons",
    abstract="Oceans under ice lose heat by tides; graphs of orbits show when.",
)
MORE_TIDES = make_paper(
    title="Icy oceans warmed by tides",
    abstract="Heat from tides keeps the ocean of a moon from freezing, as graphs show.",
)
SONG = make_paper(
    title="Bird song in cities", abstract="Sparrows sing louder near roads, as graphs show."
)


def liked(*papers: Paper) -> tuple[Vote, ...]:
    return tuple(Vote(paper=paper, liked=True, voted_at=NOW) for paper in papers)


def unwanted(*papers: Paper) -> tuple[Vote, ...]:
    return tuple(Vote(paper=paper, liked=False, voted_at=NOW) for paper in papers)


def weighed(
    papers: list[Paper], *votes: Vote, interest: Interest = GRAPHS, **facts: Any
) -> list[Pick]:
    """All papers as they are ranked after these votes, in the order given."""
    batch = [make_stored(paper, number=i) for i, paper in enumerate(papers, 1)]
    subscriber = make_subscriber(interest, max_papers=50, min_score=0, **facts)
    (ranked,) = rank(
        Corpus(batch),
        [subscriber],
        allowed=[range(len(batch))],
        votes={subscriber.key: votes},
        everything=True,
    )
    picks = (*ranked.picks, *ranked.also, *ranked.rest)
    return sorted(picks, key=lambda pick: pick.stored.id)


def feedback(pick: Pick) -> dict[str, float]:
    return {
        reason.term: reason.weight for reason in pick.reasons if reason.kind is ReasonKind.FEEDBACK
    }


def adds_up(pick: Pick) -> bool:
    return sum(reason.weight for reason in pick.reasons) == pytest.approx(pick.score)


def by(author: str, *titles: str) -> list[Paper]:
    return [make_paper(title=title, abstract=None, authors=(author,)) for title in titles]


@pytest.mark.parametrize(
    ("votes", "verb", "sign"),
    [
        pytest.param(unwanted(TIDES), "did not want", -1, id="minus"),
        pytest.param(liked(TIDES), "liked", 1, id="plus"),
    ],
)
def test_a_vote_moves_papers_like_it_and_is_named(
    votes: tuple[Vote, ...], verb: str, sign: int
) -> None:
    before = weighed([MORE_TIDES, SONG])
    after = weighed([MORE_TIDES, SONG], *votes)
    moved, unmoved = (a.score - b.score for a, b in zip(after, before, strict=True))
    assert sign * moved > 5
    assert abs(unmoved) < abs(moved) / 3
    said = feedback(after[0])
    assert list(said) == [f"you {verb} Tidal heating of icy moons"]
    assert sign * said["you " + verb + " " + str(TIDES.title)] > 5
    assert all(map(adds_up, after))


UNWANTED_BY_LOW = unwanted(*by("Ann Low", "Ponds", "Auctions", "Sparrows"))


@pytest.mark.parametrize("listed", ["Ann Low", "Low, Ann"])
def test_votes_that_agree_on_an_author_name_them(listed: str) -> None:
    papers = [
        make_paper(title="Graphs of trees", abstract=None, authors=(each,))
        for each in (listed, "Bob High")
    ]
    hers, his = weighed(papers, *UNWANTED_BY_LOW)
    assert feedback(hers)["Ann Low"] == pytest.approx(-18)
    assert "Ann Low" not in feedback(his)
    assert hers.score == pytest.approx(his.score - 18)
    assert adds_up(hers)


def test_votes_on_an_author_written_in_two_ways_are_votes_on_one() -> None:
    votes = unwanted(*by("Ann Low", "Ponds"), *by("Low, Ann", "Auctions"))
    (pick,) = weighed(by("Ann Low", "Graphs"), *votes)
    assert feedback(pick)["Ann Low"] == pytest.approx(-12)


def test_votes_that_agree_on_a_word_name_it() -> None:
    titles = ("Zyxommas of ponds", "A zyxomma for auctions", "Zyxomma sparrows")
    votes = unwanted(*(make_paper(title=title, abstract=None) for title in titles))
    named, other = weighed(
        [make_paper(title=f"Graph {word}", abstract=None) for word in ("zyxommas", "trees")],
        *votes,
    )
    assert feedback(named)["Zyxommas"] == pytest.approx(-13.5)
    assert "Zyxommas" not in feedback(other)
    assert named.score < other.score - 10


def test_more_votes_than_a_few_count_no_more() -> None:
    papers = by("Ann Low", "Graphs")
    names = ("Ponds", "Auctions", "Sparrows", "Moons", "Tides", "Rumours")
    four, six = (weighed(papers, *liked(*by("Ann Low", *names[:n])))[0] for n in (4, 6))
    assert feedback(four)["Ann Low"] == feedback(six)["Ann Low"] == pytest.approx(24)


def test_one_vote_says_nothing_of_authors_and_words() -> None:
    vote = unwanted(*by("Ann Low", "Sparse sparrows"))
    (pick,) = weighed(by("Ann Low", "Sparse graphs"), *vote)
    assert feedback(pick).keys() <= {"you did not want Sparse sparrows"}


def test_an_author_named_twice_on_a_paper_is_one_vote() -> None:
    paper = make_paper(title="Sparrows", abstract=None, authors=("Ann Low", "Ann Low"))
    (pick,) = weighed(by("Ann Low", "Graphs"), *unwanted(paper))
    assert "Ann Low" not in feedback(pick)


def test_votes_against_each_other_cancel() -> None:
    papers = [*by("Ann Low", "Sparse graphs"), MORE_TIDES]
    both = by("Ann Low", "Sparse sparrows", "Sparse sparrows")
    votes = (*liked(both[0], TIDES), *unwanted(both[1], TIDES))
    before, after = weighed(papers), weighed(papers, *votes)
    assert [pick.score for pick in after] == pytest.approx([pick.score for pick in before])
    assert "Ann Low" not in feedback(after[0])


def test_more_votes_for_than_against_count_the_difference() -> None:
    votes = (*liked(*by("Ann Low", "Ponds", "Auctions", "Moons")), *unwanted(*by("Ann Low", "Sea")))
    (pick,) = weighed(by("Ann Low", "Graphs"), *votes)
    assert feedback(pick)["Ann Low"] == pytest.approx(12)


def test_votes_of_one_change_nothing_for_another() -> None:
    batch = [make_stored(paper) for paper in (MORE_TIDES, *by("Ann Low", "Graphs of ponds"))]
    ada, bob = (make_subscriber(GRAPHS, email=f"{name}@example.org") for name in ("ada", "bob"))
    everybody = [range(len(batch))] * 2
    votes = {ada.key: (*unwanted(TIDES), *UNWANTED_BY_LOW)}
    hers, his = rank(Corpus(batch), [ada, bob], allowed=everybody, votes=votes, everything=True)
    _, plain = rank(Corpus(batch), [ada, bob], allowed=everybody, everything=True)
    assert his == plain
    assert hers != plain


def test_votes_of_an_address_hold_however_it_is_written() -> None:
    subscriber = make_subscriber(GRAPHS, email="Ada@Example.org")
    batch: list[StoredPaper] = [make_stored(MORE_TIDES)]
    (ranked,) = rank(
        Corpus(batch),
        [subscriber],
        allowed=[[0]],
        votes={"ada@example.org": liked(TIDES)},
    )
    assert feedback(ranked.picks[0])


@pytest.mark.parametrize(
    "paper",
    [
        pytest.param(Paper(), id="nothing known"),
        pytest.param(Paper(title="The of and"), id="words that tell nothing"),
        pytest.param(Paper(authors=("Ann Low",)), id="an author alone"),
    ],
)
def test_a_vote_on_a_paper_of_which_little_is_known_is_no_error(paper: Paper) -> None:
    before, after = weighed([SONG]), weighed([SONG], *unwanted(paper))
    assert [pick.score for pick in after] == [pick.score for pick in before]


def test_reasons_of_many_votes_add_up() -> None:
    votes = (*unwanted(TIDES), *UNWANTED_BY_LOW, *liked(SONG, MORE_TIDES))
    for pick in weighed([TIDES, MORE_TIDES, SONG, *by("Ann Low", "Graphs")], *votes):
        assert adds_up(pick)


def test_votes_do_not_argue_with_what_the_interest_names() -> None:
    against = unwanted(*by("A. B.", "Graphs of roads", "Graphs of ponds", "Graphs of birds"))
    (pick,) = weighed([make_paper(title="Graphs", abstract=None)], *against)
    assert "Graphs" not in feedback(pick)
    assert any(reason.kind is ReasonKind.KEYWORD for reason in pick.reasons)
