"""Pauses that grow, and an end to trying."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW
from digest.rules.retry import LONGEST, next_try

FIVE = timedelta(minutes=5)
DAY = timedelta(hours=20)


def pause(
    attempts: int, *, first: timedelta = FIVE, retry_for: timedelta = DAY, jitter: float = 0.0
) -> timedelta | None:
    at = next_try(attempts, first=first, retry_for=retry_for, queued_at=NOW, now=NOW, jitter=jitter)
    return None if at is None else at - NOW


@pytest.mark.parametrize(
    ("attempts", "minutes"),
    [
        pytest.param(1, 5, id="first"),
        pytest.param(2, 10, id="doubled"),
        pytest.param(6, 160, id="many-times"),
        pytest.param(7, 240, id="capped"),
        pytest.param(10**6, 240, id="for-ever"),
    ],
)
def test_pauses_double_up_to_a_cap(attempts: int, minutes: int) -> None:
    assert pause(attempts) == timedelta(minutes=minutes)


def test_a_first_pause_above_the_cap_is_kept() -> None:
    assert pause(3, first=timedelta(hours=6)) == timedelta(hours=6)


def test_jitter_makes_a_pause_up_to_a_fifth_longer() -> None:
    assert pause(1, jitter=1.0) == timedelta(minutes=6)


@pytest.mark.parametrize(
    ("elapsed", "next_after"),
    [
        pytest.param(timedelta(hours=15), timedelta(hours=19), id="within"),
        pytest.param(timedelta(hours=17), DAY, id="the-last-try-is-at-the-end"),
        pytest.param(DAY, None, id="at-the-end"),
        pytest.param(timedelta(days=3), None, id="long-past"),
    ],
)
def test_trying_ends_with_the_time_for_it(elapsed: timedelta, next_after: timedelta | None) -> None:
    at = next_try(9, first=FIVE, retry_for=DAY, queued_at=NOW, now=NOW + elapsed, jitter=0.0)
    assert at == (None if next_after is None else NOW + next_after)


@given(
    first=st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=1)),
    retry_for=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=7)),
    jitter=st.floats(0, 1),
)
def test_every_try_is_later_than_the_one_before_and_there_is_a_last(
    first: timedelta, retry_for: timedelta, jitter: float
) -> None:
    now: datetime | None = NOW
    tries, pauses = 0, []
    while now is not None:
        tries += 1
        after = next_try(
            tries, first=first, retry_for=retry_for, queued_at=NOW, now=now, jitter=jitter
        )
        pauses += [] if after is None else [after - now]
        now = after
    assert sum(pauses, timedelta(0)) == retry_for
    assert all(timedelta(0) < length <= max(first, LONGEST) * 1.2 for length in pauses)
    assert sorted(pauses[:-1]) == pauses[:-1]
