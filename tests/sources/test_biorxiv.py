"""bioRxiv and medRxiv: intervals, cursors, categories, and the ends of pages."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from builders import NOW, make_announcement, make_dump, make_paper
from digest.errors import SourceUnavailable
from digest.issue import Outcome
from digest.net.client import Client
from digest.paper import AnnounceType
from digest.sources.biorxiv.api import BiorxivJson
from digest.sources.biorxiv.source import BiorxivSource
from digest.sources.pull import NOTHING, Memory, Pull
from http_server import HttpServer, Reply

TODAY = date(2026, 3, 10)
NO_POSTS = {"messages": [{"status": "no posts found"}], "collection": []}


def record(number: int = 1, **facts: Any) -> dict[str, Any]:
    return {
        "doi": f"10.64898/2026.03.09.{number:06}",
        "title": "Graphs",
        "version": "1",
        "date": "2026-03-09",
        "category": "cell biology",
        "server": "bioRxiv",
        **facts,
    }


def page(*records: Any, total: Any = None, **message: Any) -> dict[str, Any]:
    told = {"status": "ok", "count": len(records), **({"total": total} if total else {}), **message}
    return {"messages": [told], "collection": list(records)}


def path(cursor: int = 0, *, first: str = "2026-03-03", only: str = "") -> str:
    return f"/details/biorxiv/{first}/2026-03-10/{cursor}/json{only}"


def script(server: HttpServer, where: str, *documents: Any) -> None:
    server.script(where, *(Reply(body=json.dumps(each).encode()) for each in documents))


def make_source(server: HttpServer, client: Client, *categories: str) -> BiorxivSource:
    return BiorxivSource(
        name="bio",
        server="biorxiv",
        client=client,
        categories=categories,
        base_url=server.url(""),
    )


def pull(server: HttpServer, client: Client, *categories: str, memory: Memory = NOTHING) -> Pull:
    return make_source(server, client, *categories).pull(now=NOW, memory=memory)


def is_whole(result: Pull) -> bool:
    """Whether the source says that the old end of the interval is done."""
    done = [each.day for each in result.verdicts if each.is_done]
    return done == [TODAY - timedelta(days=3)]


@pytest.mark.parametrize(
    "total", [pytest.param(3, id="number"), pytest.param("3", id="string"), "5", None]
)
def test_the_cursor_steps_by_what_a_page_holds(
    server: HttpServer, client: Client, total: Any
) -> None:
    script(server, path(0), page(record(1), record(2), total=total))
    script(server, path(2), page(record(3), total=total))
    script(server, path(3), NO_POSTS)
    result = pull(server, client)
    assert [json.loads(dump.content)["messages"][0]["count"] for dump in result.dumps] == [2, 1]
    assert {(dump.source, dump.part, dump.day) for dump in result.dumps} == {("bio", "", TODAY)}
    assert server.paths == [path(0), path(2), path(3)][: 2 if total in (3, "3") else 3]
    assert result.error is None
    assert is_whole(result)


def test_a_page_shorter_than_it_says_is_followed_from_where_it_ends(
    server: HttpServer, client: Client
) -> None:
    script(server, path(0), page(record(1), total=2, count=30))
    script(server, path(1), page(record(2), total=2))
    assert len(pull(server, client).dumps) == 2


def test_a_quiet_interval_is_one_page_that_says_so(server: HttpServer, client: Client) -> None:
    script(server, path(0), NO_POSTS)
    result = pull(server, client)
    (dump,) = result.dumps
    verdict = make_source(server, client).judge(dump, BiorxivJson().parse(dump))
    assert (verdict.outcome, verdict.why, verdict.day) == (Outcome.QUIET, "no posts", TODAY)
    assert verdict.is_done


def test_the_interval_begins_two_days_before_the_last_one_got(
    server: HttpServer, client: Client
) -> None:
    first = path(0, first="2026-03-06")
    script(server, first, NO_POSTS)
    got = frozenset({date(2026, 3, 8), date(2026, 3, 1)})
    pull(server, client, memory=Memory(got={"": got}))
    assert server.paths == [first]


def test_an_outage_is_made_good_up_to_thirty_days(server: HttpServer, client: Client) -> None:
    first = path(0, first="2026-02-08")
    script(server, first, NO_POSTS)
    pull(server, client, memory=Memory(got={"": frozenset({date(2025, 12, 1)})}))
    assert server.paths == [first]


def test_each_category_is_asked_for_by_its_own_name_and_memory(
    server: HttpServer, client: Client
) -> None:
    cells = path(0, first="2026-03-07", only="?category=cell_biology")
    animals = path(0, only="?category=animal_behavior_and_cognition")
    script(server, cells, page(record(1), total=1))
    script(server, animals, NO_POSTS)
    result = pull(
        server,
        client,
        "Cell Biology",
        "cell—biology",
        "animal-behavior and_cognition",
        memory=Memory(got={"cell_biology": frozenset({date(2026, 3, 9)})}),
    )
    assert server.paths == [cells, animals]
    assert [dump.part for dump in result.dumps] == ["cell_biology", "animal_behavior_and_cognition"]


def test_a_category_that_fails_stops_no_other(server: HttpServer, client: Client) -> None:
    server.script(path(0, only="?category=ecology"), Reply())
    script(server, path(0, only="?category=genomics"), NO_POSTS)
    result = pull(server, client, "ecology", "genomics")
    assert [dump.part for dump in result.dumps] == ["genomics"]
    assert next((v.part, v.outcome, v.is_done) for v in result.verdicts) == (
        "ecology",
        Outcome.FAILED,
        False,
    )
    assert "an empty answer" in str(result.error)


def test_an_empty_body_is_a_failure_and_no_quiet_day(server: HttpServer, client: Client) -> None:
    server.script(path(0), Reply())
    with pytest.raises(SourceUnavailable, match="an empty answer"):
        pull(server, client)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"messages":[{"status":"ok","count":30,"tot', id="cut"),
        pytest.param(b"<html>Down for maintenance</html>", id="html"),
        pytest.param(b'{"messages":[{"status":"error: too busy"}]}', id="refused"),
        pytest.param(b'{"messages":[{"status":"ok"}]}', id="without-records"),
        pytest.param(b"[" * 9_000, id="nested"),
    ],
)
def test_what_is_no_page_is_handed_on_and_ends_the_part(
    server: HttpServer, client: Client, body: bytes
) -> None:
    script(server, path(0), page(record(1), total=60))
    server.script(path(1), Reply(body=body))
    result = pull(server, client)
    assert result.dumps[-1].content == body
    assert [verdict.outcome for verdict in result.verdicts] == [Outcome.FAILED]
    assert isinstance(result.error, SourceUnavailable)


def test_a_service_that_is_down_is_left_after_two_parts(server: HttpServer, client: Client) -> None:
    for category in "abcd":
        server.script(path(0, only=f"?category={category}"), Reply(status=503))
    with pytest.raises(SourceUnavailable):
        pull(server, client, "a", "b", "c", "d")
    assert len(set(server.paths)) == 2


def test_a_damaged_record_keeps_the_day_open(server: HttpServer, client: Client) -> None:
    dump = make_dump(json.dumps(page(record(1), {"doi": 5}, total=2)), day=TODAY)
    verdict = make_source(server, client).judge(dump, BiorxivJson().parse(dump))
    assert (verdict.outcome, verdict.is_done) == (Outcome.NEW, False)


def test_a_page_of_which_nothing_could_be_read_has_failed(
    server: HttpServer, client: Client
) -> None:
    dump = make_dump(json.dumps(page(record(1, doi=5))), day=TODAY)
    verdict = make_source(server, client).judge(dump, BiorxivJson().parse(dump))
    assert (verdict.outcome, verdict.is_done) == (Outcome.FAILED, False)


@pytest.mark.parametrize(
    ("asked", "theirs", "is_wanted"),
    [
        pytest.param((), ("ecology",), True, id="all"),
        pytest.param(("Cell-Biology",), ("cell biology",), True, id="spelling"),
        pytest.param(("ecology",), ("cell biology",), False, id="another"),
        pytest.param(("ecology",), (), True, id="not-said"),
    ],
)
def test_only_the_categories_asked_for_are_wanted(
    server: HttpServer,
    client: Client,
    asked: tuple[str, ...],
    theirs: tuple[str, ...],
    is_wanted: bool,
) -> None:
    announcement = make_announcement(
        make_paper(categories=theirs), announce_type=AnnounceType.REPLACE
    )
    assert make_source(server, client, *asked).wants(announcement) is is_wanted
