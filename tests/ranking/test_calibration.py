"""What a score means: 50 is the last pick of a full issue on a typical day."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from builders import make_interest, make_paper, make_stored, make_subscriber
from digest.paper import Paper, StoredPaper
from digest.ranking import Background, Corpus, rank
from digest.ranking.score import Scale, scale
from digest.subscriber import Example, Interest, Keyword


@pytest.mark.parametrize("a_day", [40.0, 100.0, 250.0])
def test_the_last_pick_of_a_typical_day_has_50(a_day: float) -> None:
    days = 10
    points = np.linspace(-20, 90, int(a_day) * days)
    fixed = scale(points, a_day=a_day)
    reached = (fixed.b * points >= 50).sum() / days
    assert reached == pytest.approx(12, abs=0.2)


@pytest.mark.parametrize(
    ("count", "a_day", "expected"),
    [
        pytest.param(199, 100.0, 1.0, id="too few papers"),
        pytest.param(200, 100.0, 0.5, id="enough papers"),
        pytest.param(0, 100.0, 1.0, id="none"),
        pytest.param(500, None, 1.0, id="a store of a few days"),
        pytest.param(500, 0.0, 1.0, id="no papers a day"),
        pytest.param(500, 5.0, 0.5, id="days that fill no issue"),
    ],
)
def test_a_scale_needs_to_know_what_is_typical(
    count: int, a_day: float | None, expected: float
) -> None:
    assert scale(np.full(count, 100.0), a_day=a_day) == Scale(b=expected)


@pytest.mark.parametrize("points", [-30.0, 0.0, 3.0, 30.0])
def test_a_rare_interest_is_not_blown_up(points: float) -> None:
    assert scale(np.full(300, points), a_day=100).b == pytest.approx(50 / 30)


def _typical(papers: list[Paper], *, a_day: float | None) -> Corpus:
    return Corpus([make_stored(paper) for paper in papers], Background(papers, a_day=a_day))


def _score(paper: Paper, interest: Interest, typical: Corpus | None) -> float:
    corpus = Corpus([make_stored(paper)], typical.background if typical else None)
    subscriber = make_subscriber(interest, min_score=0)
    (ranked,) = rank(corpus, [subscriber], allowed=[[0]], typical=typical, everything=True)
    (pick,) = ranked.picks + ranked.rest
    assert sum(reason.weight for reason in pick.reasons) == pytest.approx(pick.score)
    return pick.score


MATCH = make_paper(title="A paper", abstract=None, categories=("cs.LG",), authors=("Ann Low",))


def _many(count: int, *, of: int = 200) -> list[Paper]:
    """Papers of which so many are like MATCH."""
    return [MATCH] * count + [make_paper(title="Ponds", abstract=None)] * (of - count)


@pytest.mark.parametrize(
    ("count", "of", "a_day", "expected"),
    [
        pytest.param(200, 200, 50.0, 50.0, id="many matches"),
        pytest.param(2, 200, 50.0, 80.0, id="few matches"),
        pytest.param(199, 199, 50.0, 48.0, id="too few papers"),
        pytest.param(200, 200, None, 48.0, id="days unknown"),
    ],
)
def test_scores_are_scaled_by_the_papers_of_the_last_weeks(
    count: int, of: int, a_day: float | None, expected: float
) -> None:
    interest = make_interest(categories=["cs"], authors=["Ann Low"])
    typical = _typical(_many(count, of=of), a_day=a_day)
    assert _score(MATCH, interest, typical) == pytest.approx(expected)


def test_without_typical_papers_a_score_is_its_points() -> None:
    assert _score(MATCH, make_interest(categories=["cs"]), None) == 8


def test_the_scale_is_each_interests_own() -> None:
    typical = _typical(_many(200), a_day=50.0)
    interests = [
        make_interest(categories=["cs"], name="rare in points"),
        make_interest(authors=["Ann Low"], name="rich in points"),
    ]
    scores = [_score(MATCH, each, typical) for each in interests]
    assert scores == pytest.approx([8 * 50 / 30, 50], abs=0.01)


SUBJECTS = {
    "moons": "tidal icy moon ocean orbit crater magma eclipse telescope comet asteroid ring",
    "auctions": "bidder auction price revenue seller budget welfare market equilibrium reserve",
    "birds": "sparrow song nest feather migration hedge predator habitat flock breeding plumage",
    "algebra": "ring module ideal homology scheme sheaf cohomology morphism functor lattice",
    "cells": "membrane kinase receptor transcription enzyme mitochondria ligand mutant tissue",
    "roads": "traffic junction vehicle lane congestion commuter signal pedestrian route toll",
}
PHRASES = "we show that the {} of a {} depends on its {} and study how {} and {} change"


def _invented(subject: str, seed: int) -> Paper:
    """A paper of some words of a subject, in sentences that any paper has."""
    draw = Random(seed)  # noqa: S311  # the same papers every time, and no secret
    words = SUBJECTS[subject].split()

    def sentence() -> str:
        return " ".join(draw.choice(words) if each == "{}" else each for each in PHRASES.split())

    title = f"On the {draw.choice(words)} and {draw.choice(words)}"
    return make_paper(title=title, abstract=". ".join(sentence() for _ in range(5)))


WEEKS = [_invented(subject, seed) for seed in range(50) for subject in SUBJECTS]
PROTEINS = make_paper(
    title="Protein folding with sparse attention",
    abstract="Language models of amino acid chains predict how a protein folds in space.",
)


@pytest.mark.parametrize(
    "interest",
    [
        pytest.param(make_interest(keywords=["protein folding", "language model"]), id="keywords"),
        pytest.param(
            make_interest(keywords=[Keyword(term="protein folding", weight=3)]), id="a strong one"
        ),
        pytest.param(make_interest(about=str(PROTEINS.abstract)), id="about"),
        pytest.param(make_interest(examples=(Example(name="a", paper=PROTEINS),)), id="example"),
        pytest.param(
            make_interest(
                keywords=["protein"],
                about="How chains fold.",
                examples=(Example(name="a", paper=PROTEINS),),
            ),
            id="all of them",
        ),
    ],
)
@pytest.mark.parametrize("a_day", [12.0, 60.0, None])
def test_papers_of_other_subjects_stay_below_the_line(
    interest: Interest, a_day: float | None
) -> None:
    others = [make_stored(_invented(subject, 1000 + n)) for n in range(20) for subject in SUBJECTS]
    wanted = make_stored(
        title="How proteins fold", abstract="Folding of amino acid chains by language models."
    )
    typical = _typical(WEEKS, a_day=a_day)
    batch: list[StoredPaper] = [*others, wanted]
    subscriber = make_subscriber(replace(interest, name="proteins"), max_papers=200)
    (ranked,) = rank(
        Corpus(batch, typical.background),
        [subscriber],
        allowed=[range(len(batch))],
        typical=typical,
    )
    assert [pick.stored.paper.title for pick in ranked.picks] == ["How proteins fold"]
