"""Killed anywhere, under any fault, alone or two at once: every issue arrives, and no more copies
than a crash may leave in doubt. The whole product is `make chaos`."""

import itertools

import pytest

from chaos import Scenario, play, template
from chaos_child import POINTS
from relay_log import FAULTS

READERS = 12
# Each point once and each fault once; what is left of the points goes without a fault.
SCENARIOS = [
    Scenario(point, fault, times=1 if point in ("composed", "claimed") else 3, commit_group=group)
    for point, fault, group in zip(
        POINTS, itertools.chain(FAULTS, ("none", "none")), (1, 4) * 5, strict=True
    )
]
TWO = [
    Scenario("claimed", processes=2, connections=1),
    Scenario("dot sent", "451", processes=2, times=2),
]
QUICK = (*SCENARIOS[::3], TWO[0])


@pytest.fixture(scope="module")
def outbox(tmp_path_factory):
    return template(tmp_path_factory.mktemp("outbox"), READERS)


@pytest.mark.parametrize("scenario", [*SCENARIOS, *TWO], ids=lambda s: f"{s.point}-{s.fault}")
def test_a_killed_run_loses_nothing_and_repeats_only_what_nobody_can_know(
    outbox, tmp_path, scenario, whole: bool
) -> None:
    if not whole and scenario not in QUICK:
        pytest.skip("takes long: with --whole, as in .ci/run")
    toll = play(outbox, scenario, tmp_path / "scenario")
    assert toll.kills >= 1
    assert not toll.lost
    assert not toll.strange
    assert toll.copies <= toll.bound


def test_a_kill_before_the_dot_repeats_nothing(outbox, tmp_path) -> None:
    scenario = Scenario("half the body", times=3, connections=1)
    assert play(outbox, scenario, tmp_path / "scenario").copies == 0
