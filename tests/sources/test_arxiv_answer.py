"""What arXiv's answers mean, and when a day is done: feeds and pages held against the timetable."""

from datetime import date

import pytest

from arxiv_pages import feed, morning, page
from builders import make_announcement, make_paper
from digest.net.client import Client
from digest.paper import AnnounceType, Dump, Listing, Rejection
from digest.sources.arxiv.feed import ArxivRss
from digest.sources.arxiv.pages import ArxivHtml
from digest.sources.arxiv.source import ArxivSource

TODAY = date(2026, 3, 10)  # a Tuesday
FRIDAY, MONDAY = date(2026, 3, 6), date(2026, 3, 9)
THANKSGIVING = date(2026, 11, 26)


def make_source(client: Client, **facts: object) -> ArxivSource:
    return ArxivSource(name="ml", categories=("cs.LG",), client=client, **facts)


def read(dump: Dump) -> Listing:
    return (ArxivRss() if b"<feed" in dump.content else ArxivHtml()).parse(dump)


def answer(day: date, content: bytes, *, now: date = TODAY) -> Dump:
    return Dump(content=content, name="x", part="cs.LG", day=day, pulled_at=morning(now))


@pytest.mark.parametrize(
    ("dump", "outcome", "is_done", "why"),
    [
        pytest.param(answer(TODAY, feed(TODAY, "2603.00001")), "new", True, None, id="feed"),
        pytest.param(
            answer(TODAY, feed(TODAY)),
            "late",
            False,
            "the listing of 2026-03-10 is not there yet",
            id="feed-empty",
        ),
        pytest.param(
            answer(TODAY, feed(MONDAY, "2603.00001")),
            "stale",
            False,
            "still shows the listing of 2026-03-09",
            id="feed-of-yesterday",
        ),
        pytest.param(
            answer(MONDAY, feed(TODAY, "2603.00001"), now=MONDAY),
            "new",
            False,
            "shows the listing of 2026-03-10, not that of 2026-03-09",
            id="feed-of-the-next-day",
        ),
        pytest.param(
            answer(THANKSGIVING, feed(THANKSGIVING), now=THANKSGIVING),
            "quiet",
            False,
            "arXiv holiday of 26 November",
            id="feed-on-a-holiday",
        ),
        pytest.param(
            answer(TODAY, feed(TODAY, "2603.00001", "x")),
            "new",
            False,
            "not all of it can be read",
            id="feed-with-damage",
        ),
        pytest.param(answer(MONDAY, page(MONDAY, "2603.00001")), "new", True, None, id="page"),
        pytest.param(
            answer(MONDAY, page(MONDAY)),
            "late",
            False,
            "the listing of 2026-03-09 is not there yet",
            id="page-empty",
        ),
        pytest.param(
            answer(FRIDAY, page(FRIDAY)),
            "quiet",
            True,
            "arXiv shows no papers of 2026-03-06",
            id="page-empty-two-days-later",
        ),
        pytest.param(
            answer(THANKSGIVING, page(THANKSGIVING), now=date(2026, 11, 27)),
            "quiet",
            True,
            "arXiv holiday of 26 November",
            id="page-of-a-holiday",
        ),
        pytest.param(
            answer(MONDAY, page(FRIDAY, "2603.00001")),
            "failed",
            False,
            "shows the listing of 2026-03-06, not that of 2026-03-09",
            id="page-of-another-day",
        ),
        pytest.param(
            answer(MONDAY, page(MONDAY, "2603.00001", "x")),
            "new",
            False,
            "not all of it can be read",
            id="page-with-damage",
        ),
        pytest.param(
            answer(FRIDAY, page(FRIDAY, "2603.00001", "x")),
            "new",
            True,
            None,
            id="page-with-damage-days-later",
        ),
        pytest.param(
            answer(FRIDAY, page(FRIDAY, "2603.00001").removesuffix(b"</body></html>")),
            "new",
            False,
            "not all of it can be read",
            id="page-cut-is-never-enough",
        ),
    ],
)
def test_an_answer_is_held_against_the_timetable(
    client: Client, dump: Dump, outcome: str, is_done: bool, why: str | None
) -> None:
    verdict = make_source(client).judge(dump, read(dump))
    assert (verdict.outcome.value, verdict.is_done, verdict.why) == (outcome, is_done, why)
    assert (verdict.part, verdict.day) == (dump.part, dump.day)


def listing(format_name: str, *days: date | None, damage: int = 0) -> Listing:
    return Listing(
        format=format_name,
        announcements=tuple(make_announcement(announced=day) for day in days),
        rejections=(Rejection(line=3, why="no id"),) * damage,
    )


@pytest.mark.parametrize(
    ("read_as", "outcome", "is_done"),
    [
        pytest.param(listing("arxiv-rss", *[TODAY] * 2000), "new", False, id="feed-at-its-limit"),
        pytest.param(listing("arxiv-rss", *[TODAY] * 1999), "new", True, id="feed-below-it"),
        pytest.param(listing("arxiv-html", *[TODAY] * 2000), "new", True, id="page-as-long"),
        pytest.param(listing("arxiv-rss", None), "new", False, id="feed-without-a-day"),
        pytest.param(listing("arxiv-html", None), "new", True, id="page-without-a-heading"),
        pytest.param(listing("arxiv-html", damage=2), "failed", False, id="nothing-readable"),
    ],
)
def test_a_listing_is_done_when_it_is_certainly_whole(
    client: Client, read_as: Listing, outcome: str, is_done: bool
) -> None:
    verdict = make_source(client).judge(answer(TODAY, b"<html></html>"), read_as)
    assert (verdict.outcome.value, verdict.is_done) == (outcome, is_done)


def test_holidays_can_be_added(client: Client) -> None:
    source = make_source(client, holidays=frozenset({TODAY}))
    dump = answer(TODAY, feed(TODAY))
    assert source.judge(dump, read(dump)).why == "arXiv holiday of 10 March"


@pytest.mark.parametrize(
    ("cross_lists", "wanted"),
    [
        pytest.param(True, {"new", "cross", "replace", "replace-cross"}, id="with"),
        pytest.param(False, {"new", "replace"}, id="without"),
    ],
)
def test_cross_lists_can_be_left_out(client: Client, cross_lists: bool, wanted: set[str]) -> None:
    source = make_source(client, cross_lists=cross_lists)
    kinds = {
        each.value for each in AnnounceType if source.wants(make_announcement(announce_type=each))
    }
    assert kinds == wanted
    assert source.wants(make_announcement(make_paper()))
