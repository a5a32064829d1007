"""Sixty days of arXiv: every announced paper reaches the store once, with its true day."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from freezegun import freeze_time

from arxiv_service import DAY, Arxiv, ArxivServer
from digest import wiring
from digest.issue import Outcome
from digest.net.client import Client
from digest.paper import AnnounceType
from digest.pipeline.fetch import Supply, fetch
from digest.sources.arxiv.source import ArxivSource
from digest.store import papers
from digest.store.database import migrate, open_database, reading

FIRST, LAST = date(2026, 8, 3), date(2026, 10, 1)
LABOUR_DAY = date(2026, 9, 7)  # no announcement that evening: no listing the day after
STALE_DAY = date(2026, 8, 12)
OUR_OUTAGE = (date(2026, 8, 19), date(2026, 8, 23))
THEIR_OUTAGE = frozenset({date(2026, 9, 16), date(2026, 9, 17)})
HOURS = (time(5, 30), time(13, 0), time(22, 0))


def instants() -> Iterator[datetime]:
    """Every time at which we pull: thrice a day (UTC), but for our outage."""
    day = FIRST
    while day <= LAST + DAY:
        if not OUR_OUTAGE[0] <= day <= OUR_OUTAGE[1]:
            yield from (datetime.combine(day, hour, UTC) for hour in HOURS)
        day += DAY


@pytest.fixture(scope="module")
def arxiv() -> Arxiv:
    service = Arxiv(
        categories=("cs.LG", "stat.ML"),
        first=FIRST,
        silent=frozenset({LABOUR_DAY + DAY}),
        stale=frozenset({("stat.ML", STALE_DAY)}),
        down=THEIR_OUTAGE,
    )
    service.announce(LAST)
    return service


@pytest.fixture(scope="module")
def outcomes(arxiv: Arxiv, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict]:
    """Live through the sixty days; the outcome and reason of every pull, and the store."""
    folder: Path = tmp_path_factory.mktemp("sixty")
    engine = open_database(f"sqlite:///{folder / 'digest.db'}", create=True)
    migrate(engine)
    found: dict[datetime, tuple[Outcome, str | None]] = {}
    with ArxivServer(arxiv) as server, Client(sleep=lambda seconds: None) as client:
        source = ArxivSource(
            name="ml",
            categories=arxiv.categories,
            client=client,
            feed_url=server.url(""),
            list_url=server.url(""),
            backfill=timedelta(0),
        )
        with freeze_time(datetime.combine(FIRST, HOURS[0]), tick=True) as clock:
            for now in instants():
                clock.move_to(now)
                arxiv.now = now
                haul = fetch(engine, Supply(sources=(source,)), now=wiring.now())
                (fetched,) = haul.fetched
                assert not fetched.tally.rejected
                found[now] = fetched.outcome, fetched.why or fetched.error
        requests = Counter(server.paths)
    yield {"pulls": found, "engine": engine, "requests": requests}
    engine.dispose()


def on(outcomes: dict, day: date) -> list[Outcome]:
    return [outcome for now, (outcome, _) in outcomes["pulls"].items() if now.date() == day]


def test_every_announced_paper_is_in_the_store_once_with_its_true_day(
    arxiv: Arxiv, outcomes: dict
) -> None:
    engine: sa.Engine = outcomes["engine"]
    with reading(engine) as connection:
        held = papers.first_seen_since(connection, datetime(2000, 1, 1, tzinfo=UTC))
    days = {stored.paper.arxiv_id: stored.announcement.announced for stored in held}
    assert len(held) == len(days)
    assert days == arxiv.announced()


def test_announce_types_are_kept_and_the_strongest_wins(arxiv: Arxiv, outcomes: dict) -> None:
    with reading(outcomes["engine"]) as connection:
        held = papers.first_seen_since(connection, datetime(2000, 1, 1, tzinfo=UTC))
    crossed = [stored for stored in held if len(stored.paper.categories) == 2]
    assert len(crossed) == len(held) / 6
    assert {stored.announcement.announce_type for stored in held} == {AnnounceType.NEW}
    kinds = Counter(s.announce_type for stored in held for s in stored.sightings)
    assert kinds[AnnounceType.CROSS] >= len(crossed)
    assert kinds[AnnounceType.REPLACE] > 0


def test_quiet_stale_and_failed_are_told_apart(outcomes: dict) -> None:
    assert set(on(outcomes, date(2026, 8, 8))) == {Outcome.QUIET}
    assert Outcome.STALE in on(outcomes, STALE_DAY)
    assert set(on(outcomes, LABOUR_DAY + DAY)) <= {Outcome.QUIET}
    assert all(Outcome.FAILED in on(outcomes, day) for day in THEIR_OUTAGE)
    assert on(outcomes, OUR_OUTAGE[1] + DAY)[0] is Outcome.NEW
    reasons = {why for outcome, why in outcomes["pulls"].values() if outcome is Outcome.QUIET}
    assert any("weekend" in (why or "") for why in reasons)
    stale = [why for outcome, why in outcomes["pulls"].values() if outcome is Outcome.STALE]
    assert all("stat.ML" in (why or "") and "cs.LG" not in (why or "") for why in stale)


def test_arxiv_is_asked_little(outcomes: dict) -> None:
    catchups = sum(n for path, n in outcomes["requests"].items() if "/catchup/" in path)
    feeds = sum(n for path, n in outcomes["requests"].items() if "/atom/" in path)
    listed = 43 * 2
    assert feeds <= 2 * listed  # the tries of two days on which nothing answered are in it
    assert catchups <= listed
