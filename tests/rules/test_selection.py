"""Which papers a subscriber may get."""

from datetime import timedelta

import pytest

from builders import NOW, make_sighting, make_stored, make_subscriber
from digest.paper import AnnounceType, Sighting, StoredPaper
from digest.rules.selection import Selection, is_back, reach
from digest.subscriber import Schedule, Subscriber

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALL = frozenset(AnnounceType)


def seen(days_ago: float, **facts: object) -> Sighting:
    return make_sighting(**{"seen_at": NOW - days_ago * DAY, **facts})


def is_allowed(*sightings: Sighting, last_issue: float | None = None, **facts: object) -> bool:
    """Whether a paper with these sightings may be chosen; `last_issue` is days ago."""
    allowed = Selection([make_stored(sightings=sightings)]).allowed(
        make_subscriber(**facts),
        had=frozenset(),
        now=NOW,
        last_made_at=None if last_issue is None else NOW - last_issue * DAY,
    )
    return bool(allowed[0])


@pytest.mark.parametrize(
    ("last_issue", "expected"),
    [
        pytest.param(None, 7, id="the-first-issue"),
        pytest.param(1, 7, id="an-issue-yesterday"),
        pytest.param(7, 7, id="a-week-ago"),
        pytest.param(12, 12, id="after-a-gap"),
        pytest.param(30, 30, id="as-far-as-it-goes"),
        pytest.param(90, 30, id="no-further-than-catch-up"),
    ],
)
def test_how_far_back_an_issue_looks(last_issue: int | None, expected: int) -> None:
    last_made_at = None if last_issue is None else NOW - last_issue * DAY
    found = reach(make_subscriber(), now=NOW, last_made_at=last_made_at)
    assert found == expected * DAY


def test_a_window_beyond_catch_up_is_kept() -> None:
    subscriber = make_subscriber(window=40 * DAY, catch_up=30 * DAY)
    assert reach(subscriber, now=NOW, last_made_at=NOW - 90 * DAY) == 40 * DAY


@pytest.mark.parametrize(
    ("sightings", "facts", "expected"),
    [
        pytest.param([seen(0)], {}, True, id="just-now"),
        pytest.param([seen(7)], {}, True, id="at-the-edge-of-the-window"),
        pytest.param([seen(7.01)], {}, False, id="outside-the-window"),
        pytest.param([seen(7.01)], {"window": 8 * DAY}, True, id="a-wider-window"),
        pytest.param([seen(12)], {"last_issue": 13}, True, id="after-a-gap"),
        pytest.param([seen(12)], {"last_issue": 11}, False, id="before-the-gap"),
        pytest.param([seen(31)], {"last_issue": 60}, False, id="beyond-catch-up"),
        pytest.param(
            [seen(31)], {"last_issue": 60, "catch_up": 40 * DAY}, True, id="a-longer-catch-up"
        ),
        pytest.param([seen(1), seen(20, source="hf")], {}, False, id="first-seen-too-long-ago"),
        pytest.param([seen(1)], {"sources": ("ml",)}, True, id="from-a-source-that-is-read"),
        pytest.param([seen(1)], {"sources": ("hf",)}, False, id="from-another-source"),
        pytest.param([seen(1)], {"sources": ()}, False, id="no-source-is-read"),
        pytest.param(
            [seen(1), seen(20, source="hf")],
            {"sources": ("ml",)},
            True,
            id="seen-earlier-where-the-subscriber-does-not-look",
        ),
        pytest.param(
            [seen(1, source="hf"), seen(20)],
            {"sources": ("ml",)},
            False,
            id="seen-lately-where-the-subscriber-does-not-look",
        ),
        pytest.param([seen(1, source=None)], {}, True, id="given-by-hand"),
        pytest.param(
            [seen(1, announce_type=AnnounceType.CROSS)], {}, True, id="a-wanted-announce-type"
        ),
        pytest.param(
            [seen(1, announce_type=AnnounceType.REPLACE)], {}, False, id="a-replacement"
        ),
        pytest.param(
            [seen(1, announce_type=AnnounceType.REPLACE)],
            {"announce_types": ALL},
            True,
            id="a-replacement-that-is-wanted",
        ),
        pytest.param(
            [seen(1, announce_type=AnnounceType.REPLACE), seen(20, announce_type=AnnounceType.NEW)],
            {},
            False,
            id="a-replacement-makes-an-old-paper-no-newer",
        ),
        pytest.param(
            [seen(1, announce_type=AnnounceType.CROSS), seen(2, announce_type=AnnounceType.NEW)],
            {"announce_types": frozenset({AnnounceType.NEW})},
            True,
            id="one-wanted-type-is-enough",
        ),
        pytest.param(
            [seen(1, announce_type=AnnounceType.NEW, source="hf"),
             seen(1, announce_type=AnnounceType.REPLACE, source="ml")],
            {"sources": ("ml",)},
            False,
            id="source-and-type-of-one-sighting",
        ),
    ],
)  # fmt: skip
def test_a_paper_by_its_sightings(
    sightings: list[Sighting], facts: dict[str, object], expected: bool
) -> None:
    assert is_allowed(*sightings, **facts) is expected


def select(
    selection: Selection, subscriber: Subscriber, *, had: frozenset[int] = frozenset()
) -> list[StoredPaper]:
    allowed = selection.allowed(subscriber, had=had, now=NOW)
    return [paper for paper, yes in zip(selection.papers, allowed, strict=True) if yes]


def test_a_paper_had_before_is_not_selected() -> None:
    papers = [make_stored() for _ in range(3)]
    had = frozenset({papers[1].id, 987654321})
    assert select(Selection(papers), make_subscriber(), had=had) == [papers[0], papers[2]]


def test_one_subscriber_does_not_change_what_another_gets() -> None:
    recent = make_stored()
    older = make_stored(sightings=(seen(20),))
    elsewhere = make_stored(sightings=(seen(1, source="hf"),))
    selection = Selection([recent, older, elsewhere])
    plain = make_subscriber()
    assert select(selection, plain, had=frozenset({recent.id})) == [elsewhere]
    assert select(selection, make_subscriber(sources=("ml",))) == [recent]
    assert select(selection, make_subscriber(window=21 * DAY)) == [recent, older, elsewhere]
    assert select(selection, plain) == [recent, elsewhere]


def test_without_papers_nothing_is_selected() -> None:
    assert select(Selection([]), make_subscriber(), had=frozenset({1})) == []


@pytest.mark.parametrize(
    ("facts", "gone"),
    [
        pytest.param({"comment": "This paper has been withdrawn by the author"}, True, id="said"),
        pytest.param({"comment": "Withdrawn: a mistake in Lemma 2"}, True, id="shortly"),
        pytest.param({"abstract": "The article was withdrawn."}, True, id="in the abstract"),
        pytest.param({"comment": "12 pages; withdrawn from a journal"}, False, id="elsewhere"),
        pytest.param({"comment": "Withdrawn from a meeting, 12 pages"}, False, id="a meeting"),
        pytest.param({"comment": "This paper was withdrawn from arXiv"}, True, id="from arXiv"),
        pytest.param({"abstract": "Withdrawn drugs are studied."}, False, id="drugs"),
        pytest.param({"abstract": "We study withdrawn savings."}, False, id="a word"),
    ],
)
def test_a_withdrawn_paper_is_never_new(facts: dict[str, str], gone: bool) -> None:
    held = Selection([make_stored(**facts)])
    assert held.allowed(make_subscriber(), had=frozenset(), now=NOW).tolist() == [not gone]


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        pytest.param({AnnounceType.NEW}, False, id="new alone"),
        pytest.param({AnnounceType.REPLACE}, True, id="replacements alone"),
        pytest.param({AnnounceType.NEW, AnnounceType.REPLACE}, True, id="both"),
    ],
)
def test_a_late_replacement_is_new_to_those_who_want_replacements(
    types: set[AnnounceType], expected: bool
) -> None:
    first = seen(90, announce_type=AnnounceType.NEW)
    again = seen(1, announce_type=AnnounceType.REPLACE)
    assert is_allowed(first, again, announce_types=frozenset(types)) is expected


@pytest.mark.parametrize(
    ("days", "days_ago", "expected"),
    [
        pytest.param(range(7), 7, False, id="a-week"),
        pytest.param(range(7), 9, True, id="longer-than-a-week"),
        pytest.param([NOW.weekday()], 7, False, id="weekly"),
        pytest.param([NOW.weekday()], 14, True, id="weekly-and-one-missed"),
    ],
)
def test_who_is_back_after_a_long_time(days, days_ago: int, expected: bool) -> None:
    subscriber = make_subscriber(schedule=Schedule(days=frozenset(days)))
    assert is_back(subscriber, now=NOW, last_made_at=NOW - days_ago * DAY) is expected
