"""The outbox: claimed once, settled by who claimed it, taken up after a crash."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import chain

import pytest
import sqlalchemy as sa

from builders import NOW
from digest.issue import Delivery, Status
from digest.store import issues, outbox, subscribers
from digest.store.database import reading, writing
from digest.subscriber import Suppression
from store.rows import LEASE, add_issues, add_picks, claim, numbered

SOON = NOW + timedelta(minutes=1)
OVER = NOW + LEASE + timedelta(seconds=1)
ADA, GRACE = "ada@example.org", "grace@example.org"


def begin(engine: sa.Engine, delivery: Delivery) -> bool:
    with writing(engine) as connection:
        return bool(outbox.begin_sending(connection, [delivery], now=NOW, lease=LEASE))


def settle(engine: sa.Engine, delivery: Delivery, status: Status, **facts: object) -> bool:
    with writing(engine) as connection:
        return outbox.settle(connection, delivery, status, now=NOW, **facts)  # type: ignore[arg-type]


def recover(engine: sa.Engine, *, resend: bool = True) -> int:
    with writing(engine) as connection:
        return outbox.recover(connection, now=OVER, resend=resend)


def counts(engine: sa.Engine) -> dict[Status, int]:
    with reading(engine) as connection:
        return outbox.counts(connection)


def waiting(engine: sa.Engine) -> int:
    with reading(engine) as connection:
        return outbox.waiting(connection)


def had(engine: sa.Engine, *addresses: str) -> frozenset[int]:
    with reading(engine) as connection:
        return issues.had(connection, {"me": addresses})["me"]


def test_an_issue_waits_until_it_is_claimed(engine: sa.Engine) -> None:
    (number,) = add_issues(engine, "Ada@Example.org")
    assert counts(engine) == {Status.QUEUED: 1}
    (delivery,) = claim(engine)
    assert (delivery.issue_id, delivery.recipient) == (number, "Ada@Example.org")
    assert (delivery.status, delivery.attempts, delivery.queued_at) == (Status.CLAIMED, 0, NOW)
    assert claim(engine) == []


def test_the_oldest_are_claimed_first_and_no_more_than_asked_for(engine: sa.Engine) -> None:
    add_issues(engine, *(f"{name}@example.org" for name in "abc"))
    batches = [[delivery.recipient[0] for delivery in claim(engine, limit=2)] for _ in range(3)]
    assert batches == [["a", "b"], ["c"], []]


def test_claimers_at_once_never_share_a_row(engine: sa.Engine) -> None:
    add_issues(engine, *(f"reader{number}@example.org" for number in range(40)))

    def claim_all(_worker: int) -> list[int]:
        batches = iter(lambda: claim(engine, limit=3), [])
        return [delivery.id for delivery in chain.from_iterable(batches)]

    with ThreadPoolExecutor(4) as pool:
        claimed = list(chain.from_iterable(pool.map(claim_all, range(4))))
    assert len(claimed) == len(set(claimed)) == 40


def test_a_delivery_goes_from_claimed_over_sending_to_sent(engine: sa.Engine) -> None:
    add_issues(engine, ADA)
    (delivery,) = claim(engine)
    assert begin(engine, delivery)
    assert counts(engine) == {Status.SENDING: 1}
    assert settle(engine, delivery, Status.SENT, reply="250 queued as 1")
    assert counts(engine) == {Status.SENT: 1}
    assert waiting(engine) == 0
    with reading(engine) as connection:
        (past,) = issues.past(connection)
    assert (past.status, past.attempts, past.reply) == (Status.SENT, 1, "250 queued as 1")


def test_a_deferred_delivery_is_claimed_when_its_time_has_come(engine: sa.Engine) -> None:
    add_issues(engine, ADA)
    (delivery,) = claim(engine)
    settle(engine, delivery, Status.DEFERRED, next_at=SOON, reply="451 later")
    assert waiting(engine) == 1
    assert claim(engine) == []
    (again,) = claim(engine, now=SOON)
    assert (again.attempts, again.fence, again.reply) == (1, delivery.fence + 1, "451 later")


@pytest.mark.parametrize(
    "status", [Status.SENT, Status.FAILED, Status.SUPPRESSED, Status.UNCERTAIN]
)
def test_a_settled_delivery_is_not_claimed_again(engine: sa.Engine, status: Status) -> None:
    add_issues(engine, ADA)
    (delivery,) = claim(engine)
    settle(engine, delivery, status)
    assert claim(engine, now=OVER) == []
    assert waiting(engine) == 0


def test_a_suppressed_recipient_is_never_begun(engine: sa.Engine) -> None:
    add_issues(engine, "Ada@example.org", GRACE)
    ada, grace = claim(engine)
    with writing(engine) as connection:
        subscribers.add_suppression(
            connection, Suppression(email="ADA@example.org", why="bounce", since=NOW)
        )
    assert not begin(engine, ada)
    assert begin(engine, grace)
    assert counts(engine) == {Status.CLAIMED: 1, Status.SENDING: 1}


def test_a_lost_claim_is_neither_begun_nor_settled(engine: sa.Engine) -> None:
    add_issues(engine, ADA)
    (first,) = claim(engine)
    recover(engine)
    (second,) = claim(engine, now=OVER)
    assert not begin(engine, first)
    assert not settle(engine, first, Status.SENT)
    assert begin(engine, second)
    assert not settle(engine, first, Status.FAILED)
    assert settle(engine, second, Status.SENT)


def test_a_claim_is_not_begun_twice(engine: sa.Engine) -> None:
    add_issues(engine, ADA)
    (delivery,) = claim(engine)
    assert begin(engine, delivery)
    assert not begin(engine, delivery)


def test_nothing_is_recovered_before_its_lease_is_over(engine: sa.Engine) -> None:
    add_issues(engine, ADA, GRACE)
    ada, _ = claim(engine)
    begin(engine, ada)
    with writing(engine) as connection:
        assert outbox.recover(connection, now=NOW + LEASE, resend=True) == 0
    assert counts(engine) == {Status.CLAIMED: 1, Status.SENDING: 1}


def test_after_a_crash_what_was_only_claimed_is_queued(engine: sa.Engine) -> None:
    add_issues(engine, ADA)
    claim(engine)
    assert recover(engine, resend=False) == 1
    assert counts(engine) == {Status.QUEUED: 1}


@pytest.mark.parametrize(
    ("resend", "claimed"), [pytest.param(True, 1, id="resend"), pytest.param(False, 0, id="hold")]
)
def test_after_a_crash_what_was_begun_is_uncertain(
    engine: sa.Engine, resend: bool, claimed: int
) -> None:
    add_issues(engine, ADA)
    (delivery,) = claim(engine)
    begin(engine, delivery)
    assert recover(engine, resend=resend) == 1
    assert counts(engine) == {Status.UNCERTAIN: 1}
    assert waiting(engine) == claimed
    assert len(claim(engine, now=OVER)) == claimed


def test_an_answer_that_comes_after_the_lease_is_believed(engine: sa.Engine) -> None:
    add_issues(engine, ADA)
    (delivery,) = claim(engine)
    begin(engine, delivery)
    recover(engine)
    assert settle(engine, delivery, Status.SENT)
    assert counts(engine) == {Status.SENT: 1}
    assert claim(engine, now=OVER) == []


def test_released_deliveries_are_as_before_they_were_claimed(engine: sa.Engine) -> None:
    add_issues(engine, ADA, GRACE)
    ada, _ = claim(engine)
    settle(engine, ada, Status.DEFERRED, next_at=SOON)
    claimed = claim(engine, now=SOON)
    with writing(engine) as connection:
        outbox.release(connection, claimed)
    assert counts(engine) == {Status.DEFERRED: 1, Status.CLAIMED: 1}
    assert claim(engine) == []
    (again,) = claim(engine, now=SOON)
    assert again.attempts == 1


@pytest.mark.parametrize(
    ("begun", "expected"),
    [
        pytest.param(False, Status.SENDING, id="its-outcome-is-not-known"),
        pytest.param(True, Status.QUEUED, id="the-relay-said-no"),
    ],
)
def test_releasing_what_was_begun(engine: sa.Engine, begun: bool, expected: Status) -> None:
    add_issues(engine, ADA)
    (delivery,) = claim(engine)
    begin(engine, delivery)
    with writing(engine) as connection:
        outbox.release(connection, [delivery], begun=begun)
    assert counts(engine) == {expected: 1}


def test_releasing_a_lost_claim_changes_nothing(engine: sa.Engine) -> None:
    add_issues(engine, ADA)
    (first,) = claim(engine)
    recover(engine)
    claim(engine, now=OVER)
    with writing(engine) as connection:
        outbox.release(connection, [first], begun=True)
    assert counts(engine) == {Status.CLAIMED: 1}


@pytest.mark.parametrize(
    ("status", "is_had"),
    [
        pytest.param(Status.SENT, True, id="sent"),
        pytest.param(Status.DEFERRED, True, id="deferred"),
        pytest.param(Status.UNCERTAIN, True, id="uncertain"),
        pytest.param(Status.FAILED, False, id="failed"),
        pytest.param(Status.SUPPRESSED, False, id="suppressed"),
    ],
)
def test_papers_had(engine: sa.Engine, status: Status, is_had: bool) -> None:
    (paper,) = add_picks(engine, ADA, numbered("a"))
    assert had(engine, ADA) == {paper.id}
    (delivery,) = claim(engine)
    assert had(engine, ADA) == {paper.id}
    settle(engine, delivery, status)
    assert had(engine, ADA) == ({paper.id} if is_had else frozenset())


def test_papers_of_former_addresses_were_had_and_those_of_others_not(engine: sa.Engine) -> None:
    (old,) = add_picks(engine, "Old@example.org", numbered("old"), day=date(2026, 3, 9))
    (new,) = add_picks(engine, ADA, numbered("new"))
    add_picks(engine, GRACE, numbered("other"))
    assert had(engine, ADA, "old@example.org") == {old.id, new.id}
    assert had(engine, ADA) == {new.id}
    assert had(engine, "nobody@example.org") == frozenset()
