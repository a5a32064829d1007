"""A profile is kept as it was, once for all who share it."""

import json
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, make_criteria, make_interest, make_issue, make_paper, make_subscriber
from digest.errors import StoreError
from digest.paper import AnnounceType, Paper
from digest.store import issues
from digest.store import subscribers as kept
from digest.store.database import reading, writing
from digest.subscriber import (
    Example,
    FollowedAuthor,
    Interest,
    Keyword,
    Layout,
    Pause,
    Schedule,
    Subscriber,
    WhenEmpty,
)
from store.rows import all_rows

RICH = make_subscriber(
    make_interest(
        name="Größe & <b>",
        weight=0.1 + 0.2,
        at_least=2,
        always=True,
        keywords=("C++", Keyword(term="MET", weight=3, case=True)),
        authors=(FollowedAuthor(name="李 明", position="last"),),
        categories=("cs.LG",),
        examples=(
            "2401.00001",
            Example(
                name="library.bib:7",
                paper=make_paper(authors=("Ada",), published=date(2024, 1, 2)),
                added=date(2026, 2, 28),
            ),
        ),
        about="Fast.",
        require=(make_criteria(keywords=["a"]), make_criteria(categories=["cs.CL"])),
        exclude=make_criteria(authors=["Bob"]),
    ),
    make_interest(keywords=("plain",)),
    name="Ada",
    formerly=("old@example.org",),
    sources=("ml",),
    announce_types=frozenset(AnnounceType),
    trending=0.2,
    exclude=make_criteria(keywords=["survey"]),
    schedule=Schedule(
        timezone="Asia/Kathmandu",
        send_at=time(6, 5),
        days=frozenset({6, 0}),
        wait_for=timedelta(minutes=90, microseconds=1),
        pauses=(Pause(start=date(2026, 1, 1), end=date(2026, 1, 3)),),
        until=date(2027, 1, 1),
        closed=frozenset({date(2026, 12, 24), date(2026, 12, 25)}),
    ),
    window=timedelta(days=3),
    when_empty=WhenEmpty.SEND,
    layout=Layout.TITLES,
    language="de",
)


def keep(engine: sa.Engine, *subscribers: Subscriber) -> dict[str, str]:
    with writing(engine) as connection:
        return kept.keep(connection, subscribers)


@pytest.mark.parametrize(
    "subscriber",
    [pytest.param(RICH, id="rich"), pytest.param(make_subscriber(), id="plain")],
)
def test_a_profile_comes_back_equal(engine: sa.Engine, subscriber: Subscriber) -> None:
    digest = keep(engine, subscriber)[subscriber.key]
    with reading(engine) as connection:
        assert kept.load_profile(connection, digest, of=subscriber) == subscriber
        assert kept.load_profile(connection, "0" * 64, of=subscriber) is None


a_day = st.dates(date(2000, 1, 1), date(2100, 1, 1))
a_schedule = st.builds(Schedule, pauses=st.just(()), until=st.none() | a_day)
a_paper = st.builds(Paper, published=st.none() | a_day)
an_interest = st.builds(
    Interest,
    weight=st.floats(0, 10),
    keywords=st.lists(st.builds(Keyword, weight=st.floats(-5, 5)), max_size=2).map(tuple),
    examples=st.lists(st.builds(Example, paper=st.none() | a_paper), max_size=2).map(tuple),
)


@given(
    st.builds(
        Subscriber,
        interests=st.lists(an_interest, max_size=2).map(tuple),
        schedule=a_schedule,
        exclude=st.just(make_criteria()),
        min_score=st.floats(0, 100),
    )
)
def test_any_profile_comes_back_equal(subscriber: Subscriber) -> None:
    assert kept.from_json(kept.to_json(subscriber)) == subscriber


def test_those_who_want_the_same_share_a_row(engine: sa.Engine) -> None:
    grace = replace(RICH, email="grace@example.org", name=None, formerly=())
    eve = make_subscriber(email="eve@example.org")
    digests = keep(engine, RICH, grace, eve)
    assert digests[RICH.key] == digests[grace.key] != digests[eve.key]
    assert keep(engine, RICH) == {RICH.key: digests[RICH.key]}
    rows = all_rows(engine)["profiles"]
    assert len(rows) == 2
    assert not any("example.org" in row for row in rows)


def test_equal_sets_are_written_alike() -> None:
    days = [frozenset(order) for order in ([0, 8, 1], [8, 1, 0], [1, 0, 8])]
    texts = {kept.to_json(make_subscriber(schedule=Schedule(days=each))) for each in days}
    assert len(texts) == 1


def test_a_profile_of_another_version_is_read() -> None:
    content = json.loads(kept.to_json(RICH))
    content["colour"] = content["interests"][0]["mood"] = "blue"
    del content["language"], content["interests"][0]["about"], content["schedule"]["until"]
    read = kept.from_json(json.dumps(content))
    first, second = RICH.interests
    assert read == replace(
        RICH,
        language="en",
        interests=(replace(first, about=None), second),
        schedule=replace(RICH.schedule, until=None),
    )


def test_an_issue_keeps_the_profile_that_it_was_made_with(engine: sa.Engine) -> None:
    digest = keep(engine, RICH)[RICH.key]
    with writing(engine) as connection:
        issues.add(connection, make_issue(), profile=digest)
        issues.add(connection, make_issue(subscriber="eve@example.org", message_id="<2>"))
        held = [(past.profile, past.made_at) for past in issues.past(connection)]
    assert held == [(digest, NOW), (None, NOW)]


def test_no_issue_has_a_profile_that_is_not_held(engine: sa.Engine) -> None:
    with pytest.raises(StoreError), writing(engine) as connection:
        issues.add(connection, make_issue(), profile="0" * 64)
