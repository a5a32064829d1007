"""OAI-PMH: sets, resumption tokens that are strange, and old papers that were touched."""

from datetime import date, timedelta
from urllib.parse import urlencode

import pytest

from builders import NOW, make_announcement, make_dump, make_paper
from digest import taxonomy
from digest.errors import SourceError, SourceUnavailable
from digest.issue import Outcome
from digest.net.client import Client
from digest.sources.arxiv.oai import ArxivOai
from digest.sources.arxiv.oai_source import ArxivOaiSource, oai_set
from digest.sources.pull import NOTHING, Memory, Pull
from http_server import HttpServer, Reply

TODAY = date(2026, 3, 10)
TOKEN = "verb%3DListRecords%26from%3D2026-03-03%26skip%3D2000"
OTHER = "verb%3DListRecords%26from%3D2026-03-03%26skip%3D4000"
WHAT = {"verb": "ListRecords", "metadataPrefix": "arXivRaw"}


def record(number: int, stamp: str = "2026-03-09", title: str = "<title>Graphs</title>") -> str:
    return (
        f"<record><header><datestamp>{stamp}</datestamp></header><metadata><arXivRaw>"
        f"<id>2603.{number:05}</id>"
        '<version version="v1"><date>Mon, 09 Mar 2026 10:00:00 GMT</date></version>'
        f"{title}</arXivRaw></metadata></record>"
    )


def answer(*records: str, token: str | None = None) -> Reply:
    more = "" if token is None else f'<resumptionToken expires="x">{token}</resumptionToken>'
    return envelope(f"<ListRecords>{''.join(records)}{more}</ListRecords>")


def error(code: str) -> Reply:
    return envelope(f'<error code="{code}">It is so.</error>')


def envelope(text: str) -> Reply:
    root = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    return Reply(body=f"<?xml version='1.0'?>\n{root}{text}</OAI-PMH>\n".encode())


def first_path(named: str = "cs:cs:LG", since: str = "2026-03-03") -> str:
    return f"/oai?{urlencode({**WHAT, 'set': named, 'from': since})}"


def next_path(token: str = TOKEN) -> str:
    return f"/oai?{urlencode({'verb': 'ListRecords', 'resumptionToken': token})}"


def make_source(server: HttpServer, client: Client, *categories: str) -> ArxivOaiSource:
    return ArxivOaiSource(
        name="oai", categories=categories or ("cs.LG",), client=client, base_url=server.url("")
    )


def pull(server: HttpServer, client: Client, *categories: str, memory: Memory = NOTHING) -> Pull:
    return make_source(server, client, *categories).pull(now=NOW, memory=memory)


@pytest.mark.parametrize(
    ("category", "name"),
    [
        ("cs.LG", "cs:cs:LG"),
        ("hep-lat", "physics:hep-lat"),
        ("astro-ph.EP", "physics:astro-ph:EP"),
        ("cond-mat.stat-mech", "physics:cond-mat:stat-mech"),
        ("physics.optics", "physics:physics:optics"),
        ("q-bio.NC", "q-bio:q-bio:NC"),
        ("math-ph", "physics:math-ph"),
        pytest.param("cs.NA", "math:math:NA", id="alias"),
    ],
)
def test_a_category_is_a_set_of_its_archive_and_group(category: str, name: str) -> None:
    assert oai_set(category) == name


def test_every_category_has_a_set() -> None:
    canonical = {name for category in taxonomy.NAMES for name in taxonomy.expand(category)}
    assert len({oai_set(category) for category in canonical}) == len(canonical) == 149


def test_pages_follow_by_tokens_that_are_encoded_once_more(
    server: HttpServer, client: Client
) -> None:
    server.script(first_path(), answer(record(1), token=TOKEN))
    server.script(next_path(), answer(record(2), token=OTHER))
    server.script(next_path(OTHER), answer(record(3)))
    result = pull(server, client)
    assert "%253D" in next_path()
    assert server.paths == [first_path(), next_path(), next_path(OTHER)]
    facts = {(dump.source, dump.part, dump.day) for dump in result.dumps}
    assert facts == {("oai", "cs.LG", TODAY)}
    assert [(each.part, each.day, each.is_done) for each in result.verdicts] == [
        ("cs.LG", TODAY - timedelta(days=3), True)
    ]


def test_an_empty_token_is_the_end(server: HttpServer, client: Client) -> None:
    server.script(first_path(), answer(record(1), token=""))
    assert len(pull(server, client).dumps) == 1


def test_each_category_begins_two_days_before_its_last_day(
    server: HttpServer, client: Client
) -> None:
    learning, lattice = first_path(since="2026-03-07"), first_path("physics:hep-lat")
    for where in (learning, lattice):
        server.script(where, error("noRecordsMatch"))
    memory = Memory(got={"cs.LG": frozenset({date(2026, 3, 9)})})
    result = pull(server, client, "cs.LG", "hep-lat", memory=memory)
    assert server.paths == [learning, lattice]
    assert [dump.part for dump in result.dumps] == ["cs.LG", "hep-lat"]


def test_that_no_records_match_is_quiet(server: HttpServer, client: Client) -> None:
    server.script(first_path(), error("noRecordsMatch"))
    result = pull(server, client)
    verdict = make_source(server, client).judge(result.dumps[0], ArxivOai().parse(result.dumps[0]))
    assert (verdict.outcome, verdict.part, verdict.day) == (Outcome.QUIET, "cs.LG", TODAY)
    assert verdict.is_done
    assert result.error is None


def test_a_token_that_expired_begins_again_at_the_last_datestamp(
    server: HttpServer, client: Client
) -> None:
    again = first_path(since="2026-03-06")
    server.script(
        first_path(), answer(record(1, "2026-03-05"), record(2, "2026-03-06"), token=TOKEN)
    )
    server.script(next_path(), error("badResumptionToken"))
    server.script(again, answer(record(2, "2026-03-06"), record(3, "2026-03-09")))
    result = pull(server, client)
    assert server.paths == [first_path(), next_path(), again]
    assert len(result.dumps) == 2
    assert result.error is None


def test_tokens_that_always_expire_are_a_failure(server: HttpServer, client: Client) -> None:
    server.script(first_path(), answer(record(1, "2026-03-03"), token=TOKEN))
    server.script(next_path(), error("badResumptionToken"))
    result = pull(server, client)
    assert server.paths == [first_path(), next_path()] * 3
    assert [verdict.is_done for verdict in result.verdicts] == [False]
    assert "badResumptionToken" in str(result.error)


def test_tokens_without_end_are_left(server: HttpServer, client: Client) -> None:
    server.script(first_path(), answer(record(1), token=TOKEN))
    server.script(next_path(), answer(record(1), token=TOKEN))
    result = pull(server, client)
    assert len(result.dumps) == 100
    assert "not at its end after 100 pages" in str(result.error)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(answer(record(1)).body[:-12], SourceUnavailable, id="cut"),
        pytest.param(b"<html>Back soon</html>", SourceUnavailable, id="html"),
        pytest.param(error("badArgument").body, SourceError, id="refused"),
    ],
)
def test_what_is_no_whole_answer_is_handed_on_and_stops_no_other_category(
    server: HttpServer, client: Client, body: bytes, kind: type[SourceError]
) -> None:
    server.script(first_path(), Reply(body=body))
    server.script(first_path("cs:cs:CL"), answer(record(2)))
    result = pull(server, client, "cs.LG", "cs.CL")
    assert [dump.part for dump in result.dumps] == ["cs.LG", "cs.CL"]
    assert result.dumps[0].content == body
    assert type(result.error) is kind
    failed = [verdict for verdict in result.verdicts if verdict.outcome is Outcome.FAILED]
    assert [(verdict.part, verdict.is_done) for verdict in failed] == [("cs.LG", False)]


def test_a_damaged_record_keeps_the_day_open(server: HttpServer, client: Client) -> None:
    dump = make_dump(answer(record(1), record(2, title="<title>")).body, part="cs.LG", day=TODAY)
    verdict = make_source(server, client).judge(dump, ArxivOai().parse(dump))
    assert (verdict.outcome, verdict.is_done) == (Outcome.NEW, False)


@pytest.mark.parametrize(
    ("published", "is_wanted"),
    [
        pytest.param(date(2026, 3, 9), True, id="new"),
        pytest.param(date(2026, 2, 24), True, id="held-for-a-week"),
        pytest.param(date(2026, 2, 23), False, id="old-and-touched"),
        pytest.param(None, True, id="not-said"),
    ],
)
def test_old_papers_that_were_touched_are_not_wanted(
    server: HttpServer, client: Client, published: date | None, is_wanted: bool
) -> None:
    server.script(first_path(), error("noRecordsMatch"))
    server.script(first_path("cs:cs:CL", since="2026-03-08"), error("noRecordsMatch"))
    source = make_source(server, client, "cs.LG", "cs.CL")
    source.pull(now=NOW, memory=Memory(got={"cs.CL": frozenset({TODAY})}))
    assert source.wants(make_announcement(make_paper(published=published))) is is_wanted


def test_before_a_pull_every_paper_is_wanted(server: HttpServer, client: Client) -> None:
    old = make_announcement(make_paper(published=date(2019, 1, 1)))
    assert make_source(server, client).wants(old)
