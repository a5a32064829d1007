"""Summaries are kept by what was asked, in which language and of which model."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from builders import NOW, make_issue, make_pick
from digest.store import caches, issues
from digest.store.database import reading, writing
from store.rows import make_listing, numbered, record, stored

TODAY = NOW.date()


def test_an_answer_comes_back_for_its_question_language_and_model_alone(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        caches.keep_summary(connection, "tiny", "en", "a", "Salt 🎉.", now=NOW)
        caches.keep_summary(connection, "tiny", "de", "a", "Salz.", now=NOW)
        caches.keep_summary(connection, "tiny", "en", "b", "", now=NOW)
    with reading(engine) as connection:
        assert caches.load_summaries(connection, "tiny", "en", ["a", "b", "c"]) == {
            "a": "Salt 🎉.",
            "b": "",
        }
        assert caches.load_summaries(connection, "tiny", "de", ["a", "b"]) == {"a": "Salz."}
        assert caches.load_summaries(connection, "large", "en", ["a"]) == {}
        assert caches.load_summaries(connection, "tiny", "en", []) == {}


def test_the_first_answer_stays(engine: sa.Engine) -> None:
    for text in ("First.", "Second."):
        with writing(engine) as connection:
            caches.keep_summary(connection, "tiny", "en", "a", text, now=NOW)
    with reading(engine) as connection:
        assert caches.load_summaries(connection, "tiny", "en", ["a"]) == {"a": "First."}


def test_more_requests_than_a_day_has_are_refused_whoever_asks(engine: sa.Engine) -> None:
    def ask(_: int) -> bool:
        with writing(engine) as connection:
            return caches.may_ask(connection, TODAY, most=5)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(ask, range(12))) == 5
    with writing(engine) as connection:
        assert caches.requests(connection, TODAY) == 5
        assert caches.requests(connection, TODAY + timedelta(days=1)) == 0
        assert caches.may_ask(connection, TODAY + timedelta(days=1), most=5)
        assert caches.may_ask(connection, TODAY, most=6)
        assert not caches.may_ask(connection, TODAY, most=2)


def test_the_summary_of_a_pick_is_part_of_its_issue(engine: sa.Engine) -> None:
    record(engine, make_listing(*map(numbered, "ab")))
    first, second = stored(engine)
    issue = make_issue(make_pick(first, summary="Größe ≠ <b>."), make_pick(second))
    with writing(engine) as connection:
        number = issues.add(connection, issue)
    assert number is not None
    with reading(engine) as connection:
        loaded = issues.load(connection, [number])[number]
    assert [pick.summary for pick in loaded.picks] == ["Größe ≠ <b>.", None]
    assert replace(loaded, picks=issue.picks) == issue
