"""When there may be somebody whose issue is due."""

from datetime import UTC, datetime, time, timedelta

from digest.service.agenda import Agenda
from digest.subscriber import Schedule

EVERY_DAY = frozenset(range(7))
MORNING = Schedule(send_at=time(7, 30), days=EVERY_DAY, wait_for=timedelta(hours=2))
EVENING = Schedule(send_at=time(19), days=EVERY_DAY, wait_for=timedelta(hours=1))
START = datetime(2026, 3, 10, 6, tzinfo=UTC)


def at(hour: int, minute: int = 0) -> datetime:
    return START.replace(hour=hour, minute=minute)


def started(*schedules: Schedule) -> Agenda:
    agenda = Agenda(schedules, since=START)
    assert agenda.is_due(START, is_anything_late=False)
    return agenda


def test_at_the_start_anybody_may_be_due_and_then_nobody() -> None:
    assert not started(MORNING).is_due(at(7, 29), is_anything_late=False)


def test_each_hour_counts_once() -> None:
    agenda = started(MORNING, EVENING, MORNING)
    due = [agenda.is_due(at(hour, 30), is_anything_late=False) for hour in range(6, 24)]
    assert [hour for hour, is_due in enumerate(due, start=6) if is_due] == [7, 19]


def test_a_clock_that_jumps_over_an_hour_does_not_lose_it() -> None:
    agenda = started(MORNING)
    assert agenda.is_due(at(12), is_anything_late=False)
    assert agenda.next_at == at(7, 30) + timedelta(days=1)


def test_while_something_is_late_whoever_waits_is_looked_after_every_minute() -> None:
    agenda = started(MORNING)
    assert agenda.is_due(at(7, 30), is_anything_late=True)
    assert agenda.is_due(at(7, 31), is_anything_late=True)
    assert agenda.is_due(at(9, 30), is_anything_late=True)
    assert agenda.is_due(at(9, 31), is_anything_late=True)
    assert not agenda.is_due(at(9, 32), is_anything_late=True)


def test_once_nothing_is_late_any_more_it_is_looked_once() -> None:
    agenda = started(MORNING)
    agenda.is_due(at(7, 30), is_anything_late=True)
    assert agenda.is_due(at(7, 40), is_anything_late=False)
    assert not agenda.is_due(at(7, 41), is_anything_late=False)


def test_a_start_in_the_midst_of_a_wait_goes_on_waiting() -> None:
    agenda = Agenda([MORNING], since=at(8))
    assert agenda.is_due(at(8), is_anything_late=True)
    assert agenda.is_due(at(9, 30), is_anything_late=True)


def test_a_look_that_came_to_nothing_is_repeated() -> None:
    agenda = started(MORNING)
    agenda.is_due(at(7, 30), is_anything_late=False)
    agenda.look_again(at(7, 30))
    assert agenda.is_due(at(7, 31), is_anything_late=False)
    assert not agenda.is_due(at(7, 32), is_anything_late=False)


def test_nobody_is_never_due() -> None:
    agenda = started()
    assert agenda.next_at is None
    assert not agenda.is_due(at(23), is_anything_late=False)
