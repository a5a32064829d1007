"""What holds for any profile and any papers."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOW, make_criteria, make_interest, make_paper, make_sighting, make_subscriber
from digest.issue import Pick
from digest.paper import Paper, StoredPaper
from digest.ranking import Corpus, Ranking, rank
from digest.subscriber import (
    Example,
    FollowedAuthor,
    FollowedCategory,
    Interest,
    Keyword,
    Subscriber,
    Vote,
)

WORDS = ("graph", "trees", "sparse", "attention", "C++", "protein", "KV-cache", "Schrödinger")
NAMES = ("Song Han", "S. Han", "Han, Song", "Jürgen Müller", "Anna Lena Keller")
CATEGORIES = ("cs.LG", "q-bio.NC", "math-ph")
EXAMPLES = (
    Example(
        name="2401.00001",
        paper=make_paper(title="Sparse graph attention", abstract="Trees of protein graphs."),
    ),
    Example(name="2401.00002", paper=make_paper(title="Protein trees", abstract=None)),
)

texts = st.lists(st.sampled_from((*WORDS, "and", "of.", "a")), max_size=12).map(" ".join)
weights = st.floats(-3, 5).map(lambda weight: round(weight, 2))
keywords = st.builds(Keyword, term=st.sampled_from((*WORDS, "gr*", "*ein")), weight=weights)
authors = st.builds(FollowedAuthor, name=st.sampled_from(NAMES), weight=weights)
categories = st.builds(FollowedCategory, term=st.sampled_from(("cs", *CATEGORIES)), weight=weights)
criteria = st.builds(
    make_criteria,
    keywords=st.lists(st.sampled_from(WORDS), max_size=2),
    authors=st.lists(st.sampled_from(NAMES), max_size=1),
    categories=st.lists(st.sampled_from(CATEGORIES), max_size=1),
)
interests = st.builds(
    make_interest,
    keywords=st.lists(keywords, max_size=4),
    authors=st.lists(authors, max_size=2),
    categories=st.lists(categories, max_size=2),
    about=st.none() | texts,
    examples=st.lists(st.sampled_from(EXAMPLES), unique=True),
    require=st.lists(criteria.filter(bool), max_size=1).map(tuple),
    exclude=st.just(make_criteria()) | criteria,
    weight=st.sampled_from((0.5, 1.0, 2.0)),
    at_least=st.integers(0, 2),
    always=st.booleans(),
    name=st.sampled_from(("one", "two", None)),
)
subscribers = st.builds(
    make_subscriber,
    interests,
    interests,
    trending=st.sampled_from((0.0, 0.2, 1.0)),
    diversity=st.sampled_from((0.0, 0.2, 1.0)),
    surprise=st.integers(0, 2),
    exclude=st.just(make_criteria()) | criteria,
    max_papers=st.integers(4, 6),
    also=st.integers(0, 3),
    min_score=st.sampled_from((0.0, 5.0, 30.0)),
)
papers = st.builds(
    make_paper,
    title=st.none() | texts,
    abstract=st.none() | texts,
    authors=st.lists(st.sampled_from(NAMES), max_size=2).map(tuple),
    categories=st.lists(st.sampled_from(CATEGORIES), max_size=2).map(tuple),
    upvotes=st.none() | st.integers(0, 500),
)


votes = st.lists(
    st.builds(Vote, paper=papers, liked=st.booleans(), voted_at=st.just(NOW)), max_size=4
).map(tuple)
voters = st.tuples(subscribers, votes)


def _stored(facts: list[Paper]) -> list[StoredPaper]:
    sightings = (make_sighting(seen_at=NOW),)
    return [StoredPaper(id=i, paper=paper, sightings=sightings) for i, paper in enumerate(facts, 1)]


batches = st.lists(papers, min_size=1, max_size=8).map(_stored)


def ranked(
    batch: list[StoredPaper], *people: Subscriber, votes: dict[str, tuple[Vote, ...]] | None = None
) -> list[Ranking]:
    everybody: list[Any] = [range(len(batch))] * len(people)
    corpus = Corpus(batch)
    return rank(corpus, people, allowed=everybody, votes=votes, everything=True)


def everything(ranking: Ranking) -> tuple[Pick, ...]:
    return ranking.picks + ranking.also + ranking.rest


@given(batches, subscribers, votes)
@settings(deadline=None)
def test_reasons_add_up_to_the_score(
    batch: list[StoredPaper], subscriber: Subscriber, votes: tuple[Vote, ...]
) -> None:
    for pick in everything(ranked(batch, subscriber, votes={subscriber.key: votes})[0]):
        assert abs(sum(reason.weight for reason in pick.reasons) - pick.score) < 0.005
        sizes = [abs(reason.weight) for reason in pick.reasons]
        assert sizes == sorted(sizes, reverse=True)
        assert 0 <= pick.score <= 100


@given(batches, st.lists(voters, min_size=2, max_size=4))
@settings(deadline=None)
def test_a_ranking_is_independent_of_who_and_what_order_comes_with_it(
    batch: list[StoredPaper], cast: list[tuple[Subscriber, tuple[Vote, ...]]]
) -> None:
    people = [replace(one, email=f"{i}@example.org") for i, (one, _) in enumerate(cast)]
    said = {one.key: votes for one, (_, votes) in zip(people, cast, strict=True)}
    together = ranked(batch, *people, votes=said)
    alone = [ranked(batch, one, votes={one.key: said[one.key]})[0] for one in people]
    assert together == alone
    assert together[::-1] == ranked(batch, *people[::-1], votes=said)


def _says(pick: Pick, beginning: str) -> bool:
    return any(reason.term.startswith(beginning) for reason in pick.reasons)


@given(batches, subscribers)
@settings(deadline=None)
def test_every_paper_comes_once_and_best_first(
    batch: list[StoredPaper], subscriber: Subscriber
) -> None:
    ranking = ranked(batch, subscriber)[0]
    shown = [pick.stored.id for pick in everything(ranking)]
    assert len(shown) == len(set(shown))
    twins = sum(_says(pick, "much the same as") for pick in ranking.also)
    surprises = tuple(pick for pick in ranking.picks if _says(pick, "from outside"))
    wanted = tuple(pick for pick in ranking.picks if pick not in surprises)
    if len({one.weight for one in subscriber.interests}) == 1:
        for picks in (wanted, ranking.also[:twins], ranking.also[twins:]):
            scores = [pick.score for pick in picks]
            assert scores == sorted(scores, reverse=True)
    assert len(ranking.also) - twins <= subscriber.also
    assert len(surprises) <= subscriber.surprise
    assert ranking.picks == (*wanted, *surprises)
    if not any(one.always for one in subscriber.interests):
        assert len(ranking.picks) <= subscriber.max_papers
        assert all(pick.score >= subscriber.min_score for pick in wanted)


@given(batches, subscribers, st.sampled_from(WORDS), votes)
@settings(deadline=None)
def test_excluding_always_excludes(
    batch: list[StoredPaper], subscriber: Subscriber, word: str, votes: tuple[Vote, ...]
) -> None:
    without = replace(subscriber, exclude=make_criteria(keywords=[word]))
    matching = make_subscriber(make_interest(require=(make_criteria(keywords=[word]),)))
    unwanted = {pick.stored.id for pick in everything(ranked(batch, matching)[0])}
    offered = everything(ranked(batch, without, votes={without.key: votes})[0])
    assert unwanted.isdisjoint(pick.stored.id for pick in offered)


@given(batches, interests, st.sampled_from(WORDS), st.floats(0, 5))
@settings(deadline=None)
def test_adding_a_keyword_never_lowers_a_paper_that_has_it(
    batch: list[StoredPaper], interest: Interest, word: str, weight: float
) -> None:
    more = replace(interest, keywords=(*interest.keywords, Keyword(term=word, weight=weight)))
    before, after = ranked(batch, make_subscriber(interest), make_subscriber(more))
    has_it = {
        pick.stored.id
        for pick in ranked(batch, make_subscriber(make_interest(keywords=[word])))[0].picks
    }
    scores = {pick.stored.id: pick.score for pick in everything(before)}
    for pick in everything(after):
        if pick.stored.id in has_it:
            assert pick.score >= scores[pick.stored.id]
