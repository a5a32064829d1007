"""When a source is asked again."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.issue import Outcome
from digest.service.pulling import next_pull

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "every", "last", "outcome", "expected"),
    [
        pytest.param(
            "arxiv", None, "2026-03-10T23:00", Outcome.NEW, "2026-03-11T04:10", id="next listing"
        ),
        pytest.param(
            "arxiv", None, "2026-03-10T05:00", Outcome.NEW, "2026-03-10T17:00", id="twice a day"
        ),
        pytest.param(
            "arxiv", None, "2026-03-11T04:10", Outcome.LATE, "2026-03-11T04:25", id="late"
        ),
        pytest.param(
            "arxiv", None, "2026-01-14T23:00", Outcome.NEW, "2026-01-15T05:10", id="in winter"
        ),
        pytest.param(
            "arxiv", None, "2026-03-14T04:30", Outcome.QUIET, "2026-03-14T16:30", id="weekend"
        ),
        pytest.param(
            "arxiv", 2 * HOUR, "2026-03-10T05:00", Outcome.NEW, "2026-03-10T07:00", id="every"
        ),
        pytest.param(
            "huggingface", None, "2026-03-10T05:00", Outcome.NEW, "2026-03-10T06:00", id="hourly"
        ),
        pytest.param(
            "biorxiv", None, "2026-03-10T05:00", Outcome.FAILED, "2026-03-10T05:15", id="failed"
        ),
        pytest.param(
            "url", 5 * MINUTE, "2026-03-10T05:00", Outcome.FAILED, "2026-03-10T05:05",
            id="failed, and asked more often anyway",
        ),
    ],
)  # fmt: skip
def test_the_next_pull(
    kind: str, every: timedelta | None, last: str, outcome: Outcome, expected: str
) -> None:
    at = next_pull(kind, every=every, last=utc(last), outcome=outcome, jitter=0.0)
    assert at == utc(expected)


def test_installations_spread_over_some_minutes() -> None:
    first, last = (
        next_pull(
            "arxiv", every=None, last=utc("2026-03-10T23:00"), outcome=Outcome.NEW, jitter=jitter
        )
        for jitter in (0.0, 1.0)
    )
    assert last - first == 5 * MINUTE
