"""The rules of why, where no command brings them about."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, make_interest, make_issue, make_pick, make_stored, make_subscriber
from digest.issue import Status
from digest.rules.explain import Case, Fate, Made, Part, Standing, answer

STORED = make_stored()
PICK = make_pick(STORED, score=42.0)
CASE = Case(
    asked="graphs",
    subscriber=make_subscriber(make_interest(keywords=("graphs",))),
    day=NOW.date(),
    at=NOW,
    since=NOW - timedelta(days=7),
    is_past=False,
    is_kept=True,
    stored=STORED,
)

STATUSES = {
    Status.QUEUED: Fate.WAITING,
    Status.CLAIMED: Fate.WAITING,
    Status.SENDING: Fate.WAITING,
    Status.SENT: Fate.ACCEPTED,
    Status.DEFERRED: Fate.WAITING,
    Status.FAILED: Fate.WAITING,
    Status.UNCERTAIN: Fate.WAITING,
    Status.SUPPRESSED: Fate.SUPPRESSED,
}


@pytest.mark.parametrize("status", Status)
def test_a_paper_shares_the_fate_of_its_issue(status: Status) -> None:
    made = Made(issue=make_issue(PICK), status=status, reply="said the relay")
    found = answer(replace(CASE, made=made))
    assert found.fate is STATUSES[status]
    assert found.standing == Standing(pick=PICK, part=Part.PICK, place=1)
    assert ("said the relay" in found.detail) is (status is not Status.SENT)


def test_what_the_issue_says_outweighs_what_would_be_reckoned_now() -> None:
    made = Made(issue=make_issue(also=(PICK,)), status=Status.SENT)
    now = Standing(pick=replace(PICK, score=1.0), part=Part.REST, place=9)
    found = answer(replace(CASE, made=made, standing=now))
    assert (found.fate, found.standing and found.standing.pick) == (Fate.ACCEPTED, PICK)
    assert "among the further titles" in found.detail


@pytest.mark.parametrize(
    ("score", "line", "fate"),
    [
        pytest.param(5.0, 5.0, Fate.CROWDED_OUT, id="on the line"),
        pytest.param(4.99, 5.0, Fate.BELOW_LINE, id="below the line"),
        pytest.param(0.0, 0.0, Fate.BELOW_LINE, id="nothing is above no line"),
        pytest.param(100.0, 5.0, Fate.CROWDED_OUT, id="as much as there is"),
    ],
)
def test_the_line_tells_weak_from_crowded_out(score: float, line: float, fate: Fate) -> None:
    rest = Standing(pick=make_pick(STORED, score=score), part=Part.REST, place=13)
    subscriber = replace(CASE.subscriber, min_score=line)
    assert answer(replace(CASE, subscriber=subscriber, standing=rest)).fate is fate


def test_points_by_a_category_alone_are_below_the_line_and_why_says_so() -> None:
    weak = replace(make_pick(STORED, score=42.0), is_above=False)
    found = answer(replace(CASE, standing=Standing(pick=weak, part=Part.REST, place=13)))
    assert found.fate is Fate.BELOW_LINE
    assert "its 42 points would do, but too few are left without its category" in found.detail


def test_a_profile_that_scores_nothing_is_below_the_line() -> None:
    found = answer(CASE)
    assert (found.fate, found.standing) == (Fate.BELOW_LINE, None)


@pytest.mark.parametrize(
    ("last", "because"),
    [
        pytest.param(80.0, "with 80", id="a stronger one"),
        pytest.param(42.0, "more upvotes, and the newer paper", id="an equal"),
        pytest.param(7.0, "its interest “birds” keeps places or weighs more", id="a weaker one"),
    ],
)
def test_the_rival_that_took_the_last_place_is_named(last: float, because: str) -> None:
    rest = Standing(pick=PICK, part=Part.REST, place=13)
    rival = make_pick(score=last, interest="birds")
    found = answer(replace(CASE, standing=rest, last_pick=rival))
    assert (found.fate, found.last_pick) == (Fate.CROWDED_OUT, rival)
    assert found.detail.endswith(because)
