"""What the operator is told is wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.issue import Outcome
from digest.service.troubles import of_sources, of_waiting
from digest.store.pulls import Failing

SINCE = datetime(2026, 3, 9, 2, 30, tzinfo=UTC)
NOW = SINCE + timedelta(days=1)


@pytest.mark.usefixtures("new_york")
def test_since_when_is_told_by_the_machines_clock_and_names_its_zone() -> None:
    failing = {"ml": Failing(since=SINCE, outcome=Outcome.FAILED, why="HTTP 503")}
    (source,) = of_sources({"ml": timedelta(hours=1)}, failing, NOW)
    (waiting,) = of_waiting(SINCE, None, NOW)
    assert source.text == "source ml: failed since 2026-03-08 22:30 EDT: HTTP 503"
    assert waiting.text.endswith("since 2026-03-08 22:30 EDT")
