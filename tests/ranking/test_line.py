"""What lifts a paper over the line: never a category, popularity or chance alone."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from builders import make_criteria, make_interest, make_paper, make_stored, make_subscriber
from digest.paper import StoredPaper
from digest.ranking import Corpus, Ranking, rank
from digest.ranking.background import Background
from digest.subscriber import Example, FollowedCategory, Interest, Keyword

SUBJECTS = {
    "moons": "tidal icy moon ocean orbit crater magma eclipse telescope comet asteroid ring",
    "auctions": "bidder auction price revenue seller budget welfare market equilibrium reserve",
    "birds": "sparrow song nest feather migration hedge predator habitat flock breeding plumage",
}
EXAMPLE = make_paper(
    title="Protein folding with attention", abstract="Sparse maps of protein chains fold."
)


def _other(seed: int) -> StoredPaper:
    """A popular paper of another subject, in the category that is followed."""
    draw = Random(seed)  # noqa: S311  # the same papers every time, and no secret
    words = SUBJECTS[draw.choice(sorted(SUBJECTS))].split()
    text = " ".join(draw.choice(words) for _ in range(40))
    return make_stored(
        title=text[:30],
        abstract=text,
        categories=("cs.LG", "cs.AI"),
        authors=("Bo Ek",),
        upvotes=900,
    )


THIN_DAY = [_other(seed) for seed in range(60)]
CATEGORIES: dict[str, Any] = {"categories": ["cs.LG", FollowedCategory(term="cs.AI", weight=3)]}
PROFILES = {
    "keywords": make_interest(keywords=["protein folding"], **CATEGORIES),
    "many keywords": make_interest(
        keywords=[
            *("protein", "kinase", "receptor", "enzyme", "ligand", "membrane", "mutant", "tissue"),
            *("transcription", "genome", "sequencing", "cell line", "peptide", "amino acid"),
        ],
        **CATEGORIES,
    ),
    "authors": make_interest(authors=["Ann Low"], **CATEGORIES),
    "examples": make_interest(examples=(Example(name="a", paper=EXAMPLE),), **CATEGORIES),
    "about": make_interest(about="How proteins fold in the cell.", **CATEGORIES),
    "a required category": make_interest(
        keywords=["protein folding"], require=(make_criteria(categories=["cs"]),), **CATEGORIES
    ),
}


def _ranked(papers: list[StoredPaper], *interests: Interest, **facts: Any) -> Ranking:
    subscriber = make_subscriber(*interests, max_papers=100, also=100, diversity=0, **facts)
    background = Background([each.paper for each in THIN_DAY])
    (only,) = rank(
        Corpus(papers, background),
        [subscriber],
        allowed=[range(len(papers))],
        everything=True,
    )
    return only


def _shown(ranking: Ranking) -> int:
    """Count what is above the line; those much the same as a pick stand below the picks."""
    return len(ranking.picks + ranking.also)


@pytest.mark.parametrize("trending", [0.0, 1.0])
@pytest.mark.parametrize("name", PROFILES)
def test_on_a_thin_day_nothing_comes_for_its_category_its_popularity_or_by_chance(
    name: str, trending: float
) -> None:
    ranked = _ranked(THIN_DAY, PROFILES[name], trending=trending)
    assert ranked.picks == ranked.also == ()
    strong = [pick for pick in ranked.rest if pick.score >= 5]
    assert len(strong) > 30, "the points alone would have lifted them"
    assert not any(pick.is_above for pick in ranked.rest)


@pytest.mark.parametrize("name", PROFILES)
def test_what_is_wanted_comes_on_a_thin_day_as_on_any(name: str) -> None:
    wanted = make_stored(
        title="Protein folding by kinase mutants",
        abstract="Protein chains fold in the cell; sparse attention maps show how.",
        categories=("cs.LG",),
        authors=("Ann Low",),
    )
    ranked = _ranked([*THIN_DAY, wanted], PROFILES[name])
    assert [pick.stored for pick in ranked.picks] == [wanted]


@pytest.mark.parametrize("trending", [0.0, 1.0])
@pytest.mark.parametrize(
    "interest",
    [
        pytest.param(make_interest(**CATEGORIES), id="nothing beside"),
        pytest.param(
            make_interest(keywords=[Keyword(term="survey", weight=-1)], **CATEGORIES),
            id="a keyword that takes off",
        ),
        pytest.param(
            make_interest(examples=("2401.00001",), **CATEGORIES), id="an unknown example"
        ),
        pytest.param(
            make_interest(require=(make_criteria(categories=["cs"]),), **CATEGORIES),
            id="a required category",
        ),
    ],
)
def test_an_interest_of_categories_alone_takes_what_has_them(
    interest: Interest, trending: float
) -> None:
    assert _shown(_ranked(THIN_DAY, interest, trending=trending)) == len(THIN_DAY)


def test_each_interest_has_its_own_line() -> None:
    alone = make_interest(name="all of it", categories=["cs.LG"])
    named = replace(PROFILES["keywords"], name="proteins", weight=50.0)
    ranked = _ranked(THIN_DAY, named, alone)
    assert {pick.interest for pick in ranked.picks} == {"all of it"}
    assert _shown(ranked) == len(THIN_DAY)


def test_a_category_still_orders_and_helps_what_has_a_keyword() -> None:
    faint = make_interest(keywords=[Keyword(term="ossifrage", weight=0.1)], **CATEGORIES)
    plain = make_stored(title="Ossifrage", abstract=None)
    inside = make_stored(title="Ossifrage", abstract=None, categories=("cs.LG",))
    ranked = _ranked([plain, inside], faint)
    assert [pick.stored for pick in ranked.picks] == [inside]
    assert [pick.stored for pick in ranked.rest] == [plain]


def test_what_must_be_in_and_the_places_kept_hold_on_a_thin_day() -> None:
    must = replace(PROFILES["keywords"], always=True)
    assert _shown(_ranked(THIN_DAY, must)) == len(THIN_DAY)
    kept = replace(PROFILES["keywords"], at_least=3)
    assert _ranked(THIN_DAY, kept).picks == ()
