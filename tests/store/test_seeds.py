"""The five real dumps, from bytes to records."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import NOW, SEEDS
from digest.paper import Dump, Listing
from digest.sources import registry
from digest.store.recording import Tally
from store.rows import all_rows, record, stored

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason=f"no dumps in {SEEDS}")


@pytest.fixture(scope="module")
def listings() -> list[Listing]:
    return [_parse(path) for path in sorted(SEEDS.glob("*.txt"))]


def _parse(path: Path) -> Listing:
    return registry.parse(Dump(content=path.read_bytes(), name=path.name))


def _record_all(engine: sa.Engine, listings: list[Listing]) -> Tally:
    return sum((record(engine, listing) for listing in listings), start=Tally())


def test_the_five_dumps_are_232_papers(engine: sa.Engine, listings: list[Listing]) -> None:
    assert _record_all(engine, listings) == Tally(pulled=233, new=232, known=1)
    assert len(stored(engine)) == 232


def test_fetching_the_dumps_twice_changes_nothing(
    engine: sa.Engine, listings: list[Listing]
) -> None:
    _record_all(engine, listings)
    once = all_rows(engine)
    assert _record_all(engine, listings) == Tally(pulled=233, known=233)
    assert all_rows(engine) == once


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "order",
    [
        pytest.param([4, 3, 2, 1, 0], id="backwards"),
        pytest.param([2, 0, 4, 1, 3], id="shuffled"),
        pytest.param([1, 1, 4, 4, 0, 2, 3, 1], id="some-again"),
    ],
)
def test_the_order_of_the_dumps_does_not_matter(
    engine: sa.Engine, listings: list[Listing], order: list[int]
) -> None:
    _record_all(engine, [listings[number] for number in order])
    facts = {(held.paper.title, held.paper.arxiv_id) for held in stored(engine)}
    assert len(stored(engine)) == 232
    assert facts == {
        (a.paper.title, a.paper.arxiv_id) for listing in listings for a in listing.announcements
    }


def test_the_dumps_as_one_listing_are_as_many_papers(
    engine: sa.Engine, listings: list[Listing]
) -> None:
    entries = tuple(entry for listing in listings for entry in listing.announcements)
    tally = record(engine, Listing(format="hf-text", announcements=entries), seen_at=NOW)
    assert tally == Tally(pulled=233, new=232, known=1)
