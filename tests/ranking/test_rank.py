"""What an issue takes, in which order, and why."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from builders import (
    NOW,
    make_criteria,
    make_interest,
    make_paper,
    make_sighting,
    make_stored,
    make_subscriber,
)
from digest.issue import Pick, ReasonKind
from digest.paper import Paper, StoredPaper
from digest.ranking import Background, Corpus, Hit, Ranking, hits, rank
from digest.subscriber import (
    Example,
    FollowedAuthor,
    FollowedCategory,
    Interest,
    Keyword,
    Subscriber,
)

REST = "everything else"


def ranking(papers: list[StoredPaper], subscriber: Subscriber, **rest: Any) -> Ranking:
    allowed = rest.pop("allowed", np.ones(len(papers), dtype=bool))
    (only,) = rank(Corpus(papers), [subscriber], allowed=[allowed], **rest)
    return only


def only_pick(paper: Paper, *interests: Interest, **facts: Any) -> Pick:
    (pick,) = ranking([make_stored(paper)], make_subscriber(*interests, **facts)).picks
    return pick


def titles(picks: tuple[Pick, ...]) -> list[str | None]:
    return [pick.stored.paper.title for pick in picks]


def told(pick: Pick) -> list[tuple[str, str, float]]:
    return [(reason.kind.value, reason.term, reason.weight) for reason in pick.reasons]


def evidence(pick: Pick) -> list[tuple[str, str, float]]:
    """What is there to see: without what is near in meaning, and without the rest."""
    return [each for each in told(pick) if each[0] not in ("text", "other")]


def titled(*names: str, **facts: Any) -> list[StoredPaper]:
    return [make_stored(title=name, abstract=None, **facts) for name in names]


@pytest.mark.parametrize(
    ("facts", "interest", "expected"),
    [
        pytest.param(
            {"title": "Ossifrage", "abstract": "Fast."},
            make_interest(keywords=["ossifrage"]),
            [("keyword", "ossifrage", 30.0)],
            id="keyword in the title",
        ),
        pytest.param(
            {"title": "Nets", "abstract": "On ossifrage."},
            make_interest(keywords=["ossifrage"]),
            [("keyword", "ossifrage", 18.0)],
            id="keyword in the abstract",
        ),
        pytest.param(
            {"title": "Ossifrage", "abstract": "On ossifrage."},
            make_interest(keywords=["ossifrage"]),
            [("keyword", "ossifrage", 33.0)],
            id="keyword in both",
        ),
        pytest.param(
            {"title": "Ossifrage", "abstract": None},
            make_interest(keywords=[Keyword(term="ossifrage", weight=0.5)]),
            [("keyword", "ossifrage", 15.0)],
            id="weight",
        ),
        pytest.param(
            {"title": "Ossifrage and zyxomma", "abstract": None},
            make_interest(keywords=["ossifrage", Keyword(term="zyxomma", weight=-0.5)]),
            [("keyword", "ossifrage", 30.0), ("keyword", "zyxomma", -15.0)],
            id="negative weight",
        ),
        pytest.param(
            {"title": "FROBs", "abstract": None},
            make_interest(keywords=["FROB", "frobs"]),
            [("keyword", "FROB", 30.0)],
            id="a repeated keyword counts once",
        ),
        pytest.param(
            {"authors": ("Song Han",)},
            make_interest(authors=["Han, Song"]),
            [("author", "Han, Song", 40.0)],
            id="author",
        ),
        pytest.param(
            {"authors": ("S. Han",)},
            make_interest(authors=["Song Han"]),
            [("author", "Song Han (listed as S. Han)", 16.0)],
            id="author by initials",
        ),
        pytest.param(
            {"authors": ("Han SH",)},
            make_interest(authors=["S. Han"]),
            [("author", "S. Han (listed as Han SH)", 16.0)],
            id="author by initials run together",
        ),
        pytest.param(
            {"authors": ("W. Wang",)},
            make_interest(authors=["Wang Wei"]),
            [("author", "Wang Wei (listed as W. Wang)", 16.0)],
            id="author by initials in the other order",
        ),
        pytest.param(
            {"categories": ("q-bio.NC",)},
            make_interest(categories=["q-bio"]),
            [("category", "q-bio", 8.0)],
            id="category",
        ),
        pytest.param(
            {"title": "An ossifrage", "authors": ("Song Han",), "upvotes": None},
            make_interest(
                authors=[FollowedAuthor(name="Song Han", weight=3)], keywords=["ossifrage"]
            ),
            [("author", "Song Han", 120.0), ("keyword", "ossifrage", 30.0)],
            id="clipped at 100",
        ),
    ],
)
def test_a_score_is_the_sum_of_its_reasons(
    facts: dict[str, Any], interest: Interest, expected: list[tuple[str, str, float]]
) -> None:
    pick = only_pick(make_paper(**facts), interest)
    assert evidence(pick) == expected
    assert pick.score == pytest.approx(sum(weight for _, _, weight in told(pick)))


def test_popularity_counts_as_much_as_trending_says() -> None:
    paper = make_paper(title="Ossifrage", abstract=None, upvotes=250)
    pick = only_pick(paper, make_interest(keywords=["ossifrage"]), trending=0.5)
    assert evidence(pick) == [("keyword", "ossifrage", 30.0), ("trending", "250 upvotes", 10.0)]
    unmoved = only_pick(paper, make_interest(keywords=["ossifrage"]))
    assert evidence(unmoved) == [("keyword", "ossifrage", 30.0)]
    assert pick.score == pytest.approx(unmoved.score + 10)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        pytest.param(timedelta(days=3, hours=5), [("age", "3 days old", -3.0)], id="days"),
        pytest.param(timedelta(days=1), [("age", "1 day old", -1.0)], id="a day"),
        pytest.param(timedelta(hours=23), [], id="hours"),
        pytest.param(timedelta(hours=-2), [], id="not yet"),
    ],
)
def test_a_paper_loses_a_point_for_each_day_of_its_age(
    age: timedelta, expected: list[tuple[str, str, float]]
) -> None:
    sightings = (make_sighting(seen_at=NOW - age), make_sighting(seen_at=NOW + timedelta(days=9)))
    papers = titled("Ossifrage", sightings=sightings)
    subscriber = make_subscriber(make_interest(keywords=["ossifrage"]))
    (ranked,) = rank(Corpus(papers, now=NOW), [subscriber], allowed=[[0]])
    (timeless,) = rank(Corpus(papers), [subscriber], allowed=[[0]])
    assert evidence(ranked.picks[0]) == [("keyword", "ossifrage", 30.0), *expected]
    lost = sum(weight for _, _, weight in expected)
    assert ranked.picks[0].score == pytest.approx(timeless.picks[0].score + lost)


SPARSE = make_paper(
    title="Sparse attention for protein folding",
    abstract="Attention maps of protein chains are sparse; folding needs few residues.",
)
OTHERS = [
    make_paper(title="Tidal heating of icy moons", abstract="Ocean worlds lose heat by tides."),
    make_paper(title="Auctions with budgets", abstract="Bidders learn prices in repeated sales."),
    make_paper(title="Bird song in cities", abstract="Sparrows sing louder near busy roads."),
]


def test_free_text_finds_what_it_speaks_of_and_names_the_words() -> None:
    papers = [make_stored(paper) for paper in (*OTHERS, SPARSE)]
    interest = make_interest(about="How proteins fold, and sparse attention on them.")
    ranked = ranking(papers, make_subscriber(interest), everything=True)
    assert titles(ranked.picks) == [SPARSE.title]
    assert {reason.term for reason in ranked.picks[0].reasons} >= {"proteins", "attention"}
    assert all(pick.score < 3 for pick in ranked.rest)


def test_an_example_finds_papers_like_it_and_is_named() -> None:
    example = make_paper(
        title="Protein folding with attention", abstract="Sparse maps of protein chains fold."
    )
    papers = [make_stored(paper) for paper in (*OTHERS, SPARSE)]
    known = Example(name="2401.00001", paper=example)
    interest = make_interest(examples=(known, "2401.00002"))
    ranked = ranking(papers, make_subscriber(interest))
    assert titles(ranked.picks) == [SPARSE.title]
    reason = ranked.picks[0].reasons[0]
    assert (reason.kind, reason.term) == (ReasonKind.EXAMPLE, example.title)
    assert ranked.picks[0].score > 30


def test_examples_that_nobody_has_yet_change_nothing() -> None:
    paper = make_paper(title="Graphs", abstract=None)
    without = only_pick(paper, make_interest(keywords=["graph"]))
    unknown = make_interest(keywords=["graph"], examples=("2401.00001",))
    assert told(only_pick(paper, unknown)) == told(without)


def test_two_examples_share_their_reasons_exactly() -> None:
    examples = [Example(name=str(i), paper=paper) for i, paper in enumerate(OTHERS[:2])]
    mixed = make_paper(title="Tidal auctions", abstract="Bidders of heat on icy moons.")
    papers = [make_stored(paper) for paper in (mixed, SPARSE, OTHERS[2])]
    subscriber = make_subscriber(make_interest(examples=examples))
    (pick,) = ranking(papers, subscriber).picks
    named = {reason.term for reason in pick.reasons if reason.kind is ReasonKind.EXAMPLE}
    assert named == {OTHERS[0].title, OTHERS[1].title}
    assert sum(reason.weight for reason in pick.reasons) == pytest.approx(pick.score)


def test_of_each_required_group_one_must_match() -> None:
    papers = titled("Fast language models", "Fast graphs", "Language models")
    interest = make_interest(
        keywords=["fast"],
        require=(make_criteria(keywords=["language model*"], categories=["cs.CL"]),),
    )
    ranked = ranking(papers, make_subscriber(interest), everything=True)
    assert titles(ranked.picks) == ["Fast language models"]
    assert titles(ranked.rest) == ["Language models"]


def test_an_interest_that_only_requires_takes_what_passes() -> None:
    papers = titled("Language models", "Graphs")
    subscriber = make_subscriber(
        make_interest(require=(make_criteria(keywords=["language model"]),))
    )
    (pick,) = ranking(papers, subscriber).picks
    assert told(pick) == [("keyword", "language model", 5.0)]


@pytest.mark.parametrize("weight", [0.01, 0.1, 0.6, 1.0, 3.0])
@pytest.mark.parametrize("wanted", ["keywords", "authors", "categories"])
def test_what_is_wanted_beside_what_is_required_never_lowers_a_match(
    wanted: str, weight: float
) -> None:
    paper = make_stored(
        title="Language models of proteins", authors=("Ann Low",), categories=("cs.CL",)
    )
    terms: dict[str, Any] = {
        "keywords": (Keyword(term="proteins", weight=weight),),
        "authors": (FollowedAuthor(name="A. Low", weight=weight),),
        "categories": (FollowedCategory(term="cs", weight=weight),),
    }
    required = make_interest(require=(make_criteria(keywords=["language model"]),))
    more = replace(required, **{wanted: terms[wanted]})
    (alone,) = ranking([paper], make_subscriber(required)).picks
    (pick,) = ranking([paper], make_subscriber(more)).picks
    assert pick.score >= alone.score


@pytest.mark.parametrize(
    "terms",
    [
        pytest.param({"keywords": ["survey"]}, id="keyword"),
        pytest.param({"authors": ["Ann Low"]}, id="author"),
        pytest.param({"categories": ["cs"]}, id="category"),
    ],
)
@pytest.mark.parametrize("place", ["interest", "subscriber"])
def test_excluding_wins_over_always(terms: dict[str, Any], place: str) -> None:
    excluded = make_criteria(**terms)
    interest = make_interest(
        keywords=["ossifrage"],
        always=True,
        **({"exclude": excluded} if place == "interest" else {}),
    )
    rest = {"exclude": excluded} if place == "subscriber" else {}
    unwanted = make_stored(title="Ossifrage: a survey", authors=("Ann Low",), categories=("cs.LG",))
    wanted = make_stored(title="Ossifrage")
    ranked = ranking([unwanted, wanted], make_subscriber(interest, **rest), everything=True)
    assert [pick.stored for pick in ranked.picks + ranked.also + ranked.rest] == [wanted]


def test_a_paper_that_is_not_allowed_is_nowhere() -> None:
    papers = titled("Graphs one", "Graphs two")
    subscriber = make_subscriber(make_interest(keywords=["graph"]))
    for allowed in ([1], np.array([False, True])):
        ranked = ranking(papers, subscriber, allowed=allowed, everything=True)
        assert titles(ranked.picks + ranked.also + ranked.rest) == ["Graphs two"]
    assert ranking(papers, subscriber, allowed=[], everything=True) == Ranking(picks=())


def test_the_line_and_the_number_of_picks_are_kept() -> None:
    papers = titled("Graphs and trees", "Graphs", "Trees seen from ponds", "Ponds")
    interest = make_interest(keywords=["graph", "tree"])
    subscriber = make_subscriber(interest, max_papers=1, also=1, min_score=5)
    ranked = ranking(papers, subscriber, everything=True)
    assert titles(ranked.picks) == ["Graphs and trees"]
    assert titles(ranked.also) == ["Graphs"]
    assert titles(ranked.rest) == ["Trees seen from ponds", "Ponds"]
    assert ranking(papers, subscriber).rest == ()


def test_nothing_is_above_a_line_of_zero_without_a_match() -> None:
    subscriber = make_subscriber(make_interest(keywords=["graph"]), min_score=0)
    assert titles(ranking(titled("Graphs", "Ponds"), subscriber).picks) == ["Graphs"]


def test_what_matches_an_interest_with_always_is_in_however_many_there_are() -> None:
    papers = titled("Ossifrage and trees", "Ponds one", "Ponds two", "Ponds three")
    subscriber = make_subscriber(
        make_interest(keywords=["ossifrage"], name="a"),
        make_interest(keywords=[Keyword(term="pond", weight=0.01)], always=True, name="b"),
        max_papers=2,
    )
    ranked = ranking(papers, subscriber, everything=True)
    assert titles(ranked.picks) == ["Ponds one", "Ponds two", "Ponds three"]
    assert {pick.interest for pick in ranked.picks} == {"b"}
    assert titles(ranked.also) == ["Ossifrage and trees"]


def test_always_holds_only_for_what_is_required_too() -> None:
    interest = make_interest(
        keywords=[Keyword(term="pond", weight=0.01)],
        always=True,
        require=(make_criteria(keywords=["deep"]),),
    )
    ranked = ranking(titled("Deep ponds", "Ponds"), make_subscriber(interest))
    assert titles(ranked.picks) == ["Deep ponds"]


def test_places_are_kept_for_an_interest_that_has_papers() -> None:
    papers = titled("Loud graphs", "Graphs", "Graphs again", "Ponds", "Ponds again")
    interests = (
        make_interest(keywords=["graph", "loud"], name="a", weight=5),
        make_interest(keywords=[Keyword(term="pond", weight=0.5)], name="b", at_least=1),
        make_interest(keywords=["absent"], name="c", at_least=1),
    )
    ranked = ranking(papers, make_subscriber(*interests, max_papers=3))
    assert titles(ranked.picks) == ["Loud graphs", "Graphs", "Ponds"]
    assert [pick.interest for pick in ranked.picks] == ["a", "a", "b"]


def test_a_place_kept_may_go_to_a_paper_that_would_answer_another_interest() -> None:
    interests = (
        make_interest(keywords=["graph"], name="a", weight=5),
        make_interest(keywords=["pond"], name="b", at_least=1),
    )
    (pick,) = ranking(titled("Graphs of ponds"), make_subscriber(*interests)).picks
    assert (pick.interest, evidence(pick)) == ("b", [("keyword", "pond", 30.0)])


def test_the_weight_of_an_interest_orders_and_never_scores() -> None:
    papers = titled("Graphs and trees", "Ponds")
    light = make_interest(keywords=["graph", "tree"], name="a")
    heavy = make_interest(keywords=["pond"], name="b", weight=3)
    ranked = ranking(papers, make_subscriber(light, heavy))
    assert titles(ranked.picks) == ["Ponds", "Graphs and trees"]
    assert ranked.picks[0].score < ranked.picks[1].score


def test_a_paper_answers_the_interest_with_the_highest_weighted_score_above_the_line() -> None:
    strong = make_interest(
        categories=[FollowedCategory(term="cs", weight=0.5)], name="a", weight=20
    )
    plain = make_interest(categories=["cs"], name="b")
    papers = titled("Graphs", categories=("cs.LG",))
    (pick,) = ranking(papers, make_subscriber(strong, plain)).picks
    assert (pick.interest, pick.score) == ("b", 8)
    (pick,) = ranking(papers, make_subscriber(strong, plain, min_score=1)).picks
    assert (pick.interest, pick.score) == ("a", 4)


def test_scores_above_100_are_still_told_apart() -> None:
    papers = titled("Graphs trees", "Graphs trees ponds")
    interest = make_interest(
        keywords=[Keyword(term=term, weight=4) for term in ("graph", "tree", "pond")]
    )
    ranked = ranking(papers, make_subscriber(interest))
    assert titles(ranked.picks) == ["Graphs trees ponds", "Graphs trees"]
    first, second = (pick.score for pick in ranked.picks)
    assert 100 > first > second > 99


def test_a_day_full_of_strong_papers_has_no_crowd_at_the_top() -> None:
    """Thirty papers far beyond a full score: as many different scores, in the same order."""
    names = [f"Ann {a}{b}" for a in "BDFGHK" for b in ("ol", "an", "er", "im", "ut")]
    authors = [FollowedAuthor(name=name, weight=3 + n / 10) for n, name in enumerate(names)]
    papers = [make_stored(title="Ponds", abstract=None, authors=(name,)) for name in names]
    subscriber = make_subscriber(make_interest(authors=authors), max_papers=30, diversity=0)
    picks = ranking(papers, subscriber).picks
    assert [pick.stored for pick in picks] == papers[::-1]
    assert len({pick.score for pick in picks}) == 30
    assert all(sum(r.weight for r in p.reasons) == pytest.approx(p.score) for p in picks)


@pytest.mark.parametrize("trending", [0.0, 0.2])
def test_of_equals_those_by_followed_authors_come_first_then_those_with_more_upvotes(
    trending: float,
) -> None:
    by_ann = titled("Ponds", authors=("Ann Low",), upvotes=None)
    papers = [
        *titled("Auctions", upvotes=0),
        *titled("Icy moons", upvotes=7),
        *by_ann,
        *titled("Bird song", upvotes=7000),
    ]
    papers = [replace(each, paper=replace(each.paper, categories=("cs.LG",))) for each in papers]
    subscriber = make_subscriber(
        make_interest(categories=["cs"], name="all"),
        make_interest(authors=["Ann Low"], exclude=make_criteria(categories=["cs"]), name="hers"),
        diversity=0,
        trending=trending,
    )
    found = titles(ranking(papers, subscriber).picks)
    if trending:
        assert found == ["Bird song", "Icy moons", "Ponds", "Auctions"]
    else:
        assert found == ["Ponds", "Bird song", "Icy moons", "Auctions"]


@pytest.mark.parametrize("term", ["ossifrage", "model"], ids=["a rare word", "a common word"])
def test_a_keyword_in_the_title_counts_more_than_one_in_passing(term: str) -> None:
    inside = make_paper(title=f"A {term} of ponds", abstract="On water, at length.")
    passing = make_paper(title="Ponds of water", abstract=f"At length, and with a {term} too.")
    both = make_paper(title=f"A {term} of ponds", abstract=f"On water, with a {term}.")
    papers = [make_stored(each) for each in (passing, inside, both)]
    ranked = ranking(papers, make_subscriber(make_interest(keywords=[term]), min_score=1))
    scores = {pick.stored.paper: pick.score for pick in ranked.picks}
    assert scores[both] > scores[inside] > scores[passing]


def test_of_equals_the_newer_comes_first_then_the_lower_number() -> None:
    old = (make_sighting(seen_at=NOW - timedelta(days=2)), make_sighting())
    papers = [
        make_stored(title="Icy moons", number=3, sightings=old, categories=("cs.LG",)),
        make_stored(title="Auctions", number=2, abstract=None, categories=("cs.LG",)),
        make_stored(title="Ponds", number=1, abstract=None, categories=("cs.LG",)),
    ]
    subscriber = make_subscriber(make_interest(categories=["cs"]), diversity=0)
    assert [pick.stored.id for pick in ranking(papers, subscriber).picks] == [1, 2, 3]


def test_small_reasons_are_one() -> None:
    words = [f"w{letter}" for letter in "abcdefghijkl"]
    interest = make_interest(keywords=[Keyword(term=word, weight=0.2) for word in words])
    pick = only_pick(make_paper(title=" ".join(words), abstract=None), interest)
    assert len(pick.reasons) == 9
    assert told(pick)[0][:2] == ("other", REST)
    assert sum(weight for _, _, weight in told(pick)) == pytest.approx(pick.score)


@pytest.mark.parametrize(
    ("papers", "subscribers"),
    [
        pytest.param([], [make_subscriber(make_interest(keywords=["x"]))], id="no papers"),
        pytest.param([make_stored()], [], id="no subscribers"),
        pytest.param([make_stored()], [make_subscriber()], id="no interests"),
        pytest.param([make_stored()], [make_subscriber(make_interest())], id="empty interest"),
        pytest.param(
            [make_stored(Paper())],
            [make_subscriber(make_interest(about="graphs", keywords=["*"]))],
            id="a paper of which nothing is known",
        ),
    ],
)
def test_nothing_to_rank_is_no_error(
    papers: list[StoredPaper], subscribers: list[Subscriber]
) -> None:
    allowed = [np.ones(len(papers), dtype=bool)] * len(subscribers)
    ranked = rank(Corpus(papers), subscribers, allowed=allowed, everything=True)
    assert [each.picks for each in ranked] == [()] * len(subscribers)


def test_words_are_rare_or_common_by_the_background_too() -> None:
    papers = [make_stored(title=name, abstract=None) for name in ("Neural lattice", "Neural knot")]
    common = [make_paper(title="Neural things", abstract=None)] * 50
    interest = make_interest(about="neural lattice")
    scores = []
    for background in ([], common):
        corpus = Corpus(papers, Background(background))
        (ranked,) = rank(corpus, [make_subscriber(interest)], allowed=[[1]], everything=True)
        scores.append((ranked.picks + ranked.rest)[0].score)
    assert scores[1] < scores[0]


def test_hits_are_counted_for_every_term_of_a_profile() -> None:
    papers = [
        make_stored(title="Graphs", authors=("S. Han",), categories=("cs.LG",)),
        make_stored(title="A survey of graphs"),
    ]
    subscriber = make_subscriber(
        make_interest(
            keywords=["graph", "pond"],
            authors=["Song Han"],
            categories=[FollowedCategory(term="cs", weight=2)],
            require=(make_criteria(keywords=["graph"]),),
        ),
        exclude=make_criteria(keywords=["survey"]),
    )
    counted = hits(Corpus(papers), subscriber)
    assert counted == (
        Hit(kind=ReasonKind.KEYWORD, term="graph", count=2),
        Hit(kind=ReasonKind.KEYWORD, term="pond", count=0),
        Hit(kind=ReasonKind.AUTHOR, term="Song Han", count=1),
        Hit(kind=ReasonKind.CATEGORY, term="cs", count=1),
        Hit(kind=ReasonKind.KEYWORD, term="survey", count=1),
    )
