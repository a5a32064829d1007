"""The service's steps in this process, on a clock of the test's: what the subscriber notices."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from freezegun import freeze_time

from digest import wiring
from digest.service.care import STEPS, Care
from digest.service.work import Work
from digest.store import database
from http_server import HttpServer, Reply
from servers import smtp_server
from world import World, make_papers

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
MORNING = datetime(2026, 3, 10, 7, 30, tzinfo=UTC)


class Service:
    """The steps of a service, one after the other, whenever the clock says."""

    def __init__(self, world: World, clock) -> None:
        self.world = world
        self.clock = clock
        self.settings = wiring.load_settings(str(world.config))
        with wiring.open_store(self.settings, create=True) as engine:
            self.engine = engine
        self.restart()

    def at(self, now: datetime) -> None:
        self.clock.move_to(now)
        for step in STEPS:
            self.care.attempt(step)

    def reload(self) -> None:
        self.work.renew(wiring.load_settings(str(self.world.config)))

    def restart(self) -> None:
        self.work = Work(wiring.load_settings(str(self.world.config)), self.engine)
        self.care = Care(self.work)


@contextmanager
def running(world: World) -> Iterator[Service]:
    with freeze_time(MORNING - HOUR, tick=True) as clock:
        service = Service(world, clock)
        yield service
        service.engine.dispose()


def mails(world: World) -> list:
    """What lies in the mail directory: issues and notices, in the order of their names."""
    files = sorted((world.folder / "out").glob("*.eml"))
    return [message_from_bytes(file.read_bytes(), policy=default) for file in files]


def issues(world: World) -> list:
    return [mail for mail in mails(world) if mail["To"].addresses[0].username != "ops"]


def notices(world: World) -> list:
    return [mail for mail in mails(world) if mail["To"].addresses[0].username == "ops"]


@pytest.fixture
def told(world: World) -> World:
    """A world with an operator and something to read."""
    world.digest = 'alerts_to = ["ops@example.org"]'
    world.write()
    world.announce(*make_papers(5))
    return world


def test_a_letter_that_cannot_be_read_costs_itself_alone_and_is_told(told: World) -> None:
    told.mail += '\ninbox = "inbox"'
    told.write()
    new = told.folder / "inbox" / "new"
    (new / "1.folder" / "deep").mkdir(parents=True)
    (new / "2.mail").write_bytes(
        b"From: ada@example.org\nSubject: help\nMessage-ID: <1@example.org>\n\nHello?"
    )
    with running(told) as service:
        service.at(MORNING)
    assert len(issues(told)) == 1
    assert list(new.iterdir()) == []
    passed_on, alert = sorted(notices(told), key=lambda each: "help" not in each["Subject"])
    assert passed_on["Reply-To"] == "ada@example.org"
    assert "1.folder: cannot be read" in alert.get_content()


def test_the_issue_comes_at_the_hour_and_once(told: World) -> None:
    with running(told) as service:
        service.at(MORNING - MINUTE)
        assert not issues(told)
        for minute in range(5):
            service.at(MORNING + minute * MINUTE)
        assert len(issues(told)) == 1


def test_the_clock_put_forward_a_day_brings_tomorrow_s_issue_early_and_none_twice(
    told: World,
) -> None:
    with running(told) as service:
        service.at(MORNING)
        told.announce(*make_papers(2, start=10))
        service.at(MORNING + DAY)  # it is wrong
        service.at(MORNING + 2 * MINUTE)  # and right again
        told.announce(*make_papers(2, start=20))
        service.at(MORNING + DAY + MINUTE)
        service.at(MORNING + 2 * DAY)
        rows = told.run("issues", "--json").lines
    assert [row["date"] for row in rows] == ["2026-03-10", "2026-03-11", "2026-03-12"]
    assert [row["papers"] for row in rows] == [5, 2, 2]


def test_the_clock_put_back_a_day_sends_nothing_again(told: World) -> None:
    with running(told) as service:
        service.at(MORNING)
        service.at(MORNING - DAY)
        service.at(MORNING - DAY + MINUTE)
        told.announce(*make_papers(2, start=10))
        service.at(MORNING + MINUTE)
        service.at(MORNING + DAY)
        rows = told.run("issues", "--json").lines
    assert [row["papers"] for row in rows if row["papers"]] == [5, 2]
    assert [row["date"] for row in rows][-1] == "2026-03-11"


def test_a_mail_server_down_all_day_delays_the_issue_and_the_operator_is_told_after(
    told: World,
) -> None:
    with smtp_server() as gone:
        port = gone.port
    told.mail = f'host = "127.0.0.1"\nport = {port}\nsecurity = "none"'
    told.write()
    with running(told) as service:
        for hours in range(12):
            service.at(MORNING + hours * HOUR)
        with smtp_server() as server:
            told.serve_mail(server)
            service.reload()
            service.at(MORNING + 12 * HOUR)
            service.at(MORNING + 12 * HOUR + 11 * MINUTE)
            taken = [envelope.recipient for envelope in server.received]
    assert taken.count("ada@example.org") == 1
    status = told.run("status", "--json").json
    assert status["deliveries"] == {"sent": 1}


def test_a_refused_message_that_waits_for_hours_is_told(told: World) -> None:
    with smtp_server(refuse={"ada@example.org": "550 5.1.1 nobody here"}) as server:
        told.serve_mail(server)
        with running(told) as service:
            service.at(MORNING)
        texts = [e.content.decode() for e in server.received if e.recipient == "ops@example.org"]
    assert len(texts) == 1
    assert "1 deliveries failed" in texts[0]


def test_a_source_down_for_long_is_told_once_a_day(told: World) -> None:
    told.sources = (
        '[[source]]\nname = "gone"\nkind = "file"\npath = "nowhere.txt"\nalert_after = "3h"'
    )
    told.write()
    with running(told) as service:
        for hours in range(30):
            service.at(MORNING + hours * HOUR)
    texts = [notice.get_content() for notice in notices(told)]
    assert len(texts) == 2
    assert all("source gone: failed since 2026-03-10 07:30 UTC" in text for text in texts)
    assert all("nowhere.txt" in text for text in texts)


def test_a_source_down_for_less_is_not_told(told: World) -> None:
    told.sources = '[[source]]\nname = "gone"\nkind = "file"\npath = "nowhere.txt"'
    told.write()
    with running(told) as service:
        for hours in range(12):
            service.at(MORNING + hours * HOUR)
    assert not notices(told)


def test_a_broken_file_is_told_and_its_reader_keeps_the_last_good_profile(told: World) -> None:
    told.people = []
    told.digest += '\nsubscribers = ["people/*.toml"]'
    told.write()
    file = told.folder / "people" / "ada.toml"
    file.parent.mkdir()
    file.write_text('email = "ada@example.org"\n[[interest]]\nkeywords = ["graph"]\n')
    with running(told) as service:
        service.at(MORNING)
        file.write_text("nonsense")
        service.reload()
        told.announce(*make_papers(2, start=10))
        service.at(MORNING + DAY)
        assert len(issues(told)) == 2
        (notice,) = notices(told)
    assert "ada.toml" in notice.get_content()
    assert notice["Auto-Submitted"] == "auto-generated"


def test_a_locked_database_delays_the_issue_and_is_told(told: World, monkeypatch) -> None:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_MS", 50)
    with running(told) as service:
        service.at(MORNING - MINUTE)
        service.engine.dispose()
        with closing(sqlite3.connect(told.folder / "digest.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            service.at(MORNING)
            assert not issues(told)
            other.execute("ROLLBACK")
        service.at(MORNING + MINUTE)
        assert len(issues(told)) == 1
    (notice,) = notices(told)
    assert "locked" in notice.get_content()


def test_after_days_off_there_is_one_issue_with_the_papers_of_all_of_them(told: World) -> None:
    with running(told) as service:
        service.at(MORNING)
        told.announce(*make_papers(6, start=10))
        service.restart()
        service.at(MORNING + 4 * DAY + 3 * HOUR)
        rows = told.run("issues", "--json").lines
    assert [(row["date"], row["papers"]) for row in rows] == [("2026-03-10", 5), ("2026-03-14", 6)]


def test_somebody_new_in_the_database_is_served_without_a_reload(told: World) -> None:
    with running(told) as service:
        service.at(MORNING)
        told.run("subscribers", "add", "cleo@example.org", "--keyword", "graph")
        service.at(MORNING + MINUTE)
    assert {mail["To"].addresses[0].username for mail in mails(told)} == {"ada", "cleo"}


@pytest.mark.parametrize("known", ["not at all", "imported days before"])
def test_a_service_enabled_in_the_evening_mails_nobody_before_their_hour(
    told: World, known: str
) -> None:
    with freeze_time(MORNING - 3 * DAY):
        if known == "not at all":
            told.people.append(told.person("cleo"))
            told.write()
        else:
            told.run("fetch")
            told.run("subscribers", "add", "cleo@example.org", "--keyword", "graph")
    with running(told) as service:
        evening = MORNING.replace(hour=22, minute=36)
        for minute in range(3):
            service.at(evening + minute * MINUTE)
        assert not mails(told)
        service.restart()
        service.at(MORNING + DAY - MINUTE)
        assert not mails(told)
        service.at(MORNING + DAY)
    assert {mail["To"].addresses[0].username for mail in mails(told)} == {"ada", "cleo"}


@pytest.mark.parametrize("kept_in", ["file", "database"])
def test_who_is_added_after_their_hour_has_a_first_issue_the_next_day(
    told: World, kept_in: str
) -> None:
    with running(told) as service:
        service.at(MORNING)
        service.clock.move_to(MORNING + 4 * HOUR)
        if kept_in == "file":
            told.people.append(told.person("cleo"))
            told.write()
            service.reload()
        else:
            told.run("subscribers", "add", "cleo@example.org", "--keyword", "graph")
        for hours in range(4, 14):
            service.at(MORNING + hours * HOUR)
        assert len(issues(told)) == 1
        service.at(MORNING + DAY)
    assert [mail["To"].addresses[0].username for mail in issues(told)] == ["ada", "cleo"]


def test_an_outage_at_the_hour_costs_nobody_who_was_known_an_issue(told: World) -> None:
    """Neither who has had issues, nor who was added while the service ran; a day later."""
    with running(told) as service:
        service.at(MORNING)
        service.clock.move_to(MORNING + HOUR)
        told.run("subscribers", "add", "cleo@example.org", "--keyword", "graph")
        told.run("subscribers", "rename", "cleo@example.org", "clea@example.org")
        service.at(MORNING + 2 * HOUR)
        told.announce(*make_papers(2, start=20))
        service.restart()
        service.at(MORNING + DAY + 2 * HOUR)
    names = [mail["To"].addresses[0].username for mail in issues(told)]
    assert sorted(names) == ["ada", "ada", "clea"]


def test_after_a_restored_backup_who_was_known_is_no_newcomer(told: World) -> None:
    with running(told) as service:
        service.at(MORNING)
        told.run("backup", str(told.folder / "copy.db"))
        service.engine.dispose()
        told.run("restore", str(told.folder / "copy.db"))
        told.announce(*make_papers(2, start=20))
        service.clock.move_to(MORNING + 2 * DAY + 12 * HOUR)
        service.restart()
        service.at(MORNING + 2 * DAY + 12 * HOUR)
    assert len(issues(told)) == 2


def test_a_clock_that_was_ahead_once_keeps_nobody_waiting_for_ever(told: World) -> None:
    with freeze_time(MORNING + 3650 * DAY):
        told.run("fetch")
        told.run("subscribers", "add", "cleo@example.org", "--keyword", "graph")
    with running(told) as service:
        service.at(MORNING - MINUTE)
        service.at(MORNING + 5 * MINUTE)
    assert {mail["To"].addresses[0].username for mail in issues(told)} == {"ada", "cleo"}


def test_who_left_and_comes_back_is_new_again(told: World) -> None:
    with running(told) as service:
        told.run("subscribers", "add", "cleo@example.org", "--keyword", "graph")
        service.at(MORNING)
        told.run("subscribers", "remove", "cleo@example.org")
        service.at(MORNING + DAY)
        told.announce(*make_papers(2, start=20))
        service.clock.move_to(MORNING + DAY + 12 * HOUR)
        told.run("subscribers", "add", "cleo@example.org", "--keyword", "graph")
        service.at(MORNING + DAY + 12 * HOUR)
        assert len(issues(told)) == 2
        service.at(MORNING + 2 * DAY)
    names = [mail["To"].addresses[0].username for mail in issues(told)]
    assert sorted(names) == ["ada", "ada", "cleo", "cleo"]


def test_the_log_says_after_a_reload_how_many_there_are_of_every_kind(
    told: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    told.people = []
    told.write()
    with running(told) as service:
        told.run("subscribers", "add", "cleo@example.org", "--keyword", "graph")
        service.at(MORNING)
        told.people = [told.person("ada")]
        told.write()
        service.reload()
        service.at(MORNING + HOUR)
    lines = [record.getMessage() for record in caplog.records if "subscribers=" in record.message]
    assert lines == ["subscribers=1 new=0", "reloaded subscribers=2 new=1"]


def test_a_heartbeat_is_called_while_all_is_well_and_not_when_it_is_not(told: World) -> None:
    with HttpServer() as server:
        server.script("/ping", Reply(body=b"ok"))
        told.digest = f'heartbeat = "{server.url("/ping")}"'
        told.write()
        with running(told) as service:
            for minutes in range(0, 120, 10):
                service.at(MORNING + minutes * MINUTE)
            calls = len(server.requests)
            told.sources = (
                '[[source]]\nname = "gone"\nkind = "file"\npath = "no.txt"\nalert_after = "1m"'
            )
            told.write()
            service.reload()
            for minutes in range(120, 300, 10):
                service.at(MORNING + minutes * MINUTE)
    assert calls == 2
    assert len(server.requests) <= calls + 1


def test_one_bad_address_among_good_ones_is_told_once_and_stops_no_heartbeat(told: World) -> None:
    told.people.append(told.person("bob"))
    with (
        HttpServer() as web,
        smtp_server(refuse={"bob@example.org": "550 5.1.1 nobody here"}) as server,
    ):
        web.script("/ping", Reply(body=b"ok"))
        told.digest += f'\nheartbeat = "{web.url("/ping")}"'
        told.serve_mail(server)
        with running(told) as service:
            for hours in range(20):
                service.at(MORNING + hours * HOUR)
        told_of = [e for e in server.received if e.recipient == "ops@example.org"]
    assert len(told_of) == 1
    assert len(web.requests) >= 10


def test_a_heartbeat_that_does_not_answer_costs_nothing(told: World) -> None:
    told.digest = 'heartbeat = "http://127.0.0.1:9/secret-token"'
    told.write()
    with running(told) as service:
        service.at(MORNING)
        assert len(issues(told)) == 1


def test_figures_are_written_to_a_file(told: World) -> None:
    told.config.write_text(told.config.read_text() + '[metrics]\nfile = "digest.prom"\n')
    with running(told) as service:
        service.at(MORNING)
    text = (told.folder / "digest.prom").read_text()
    assert 'digest_deliveries{state="sent"} 1.0' in text
    assert [path.name for path in told.folder.glob("*.prom*")] == ["digest.prom"]


def test_old_issues_and_papers_go_and_what_was_had_does_not_come_again(told: World) -> None:
    told.digest = 'keep_issues = "20d"\nkeep_papers = "30d"'
    told.write()
    with running(told) as service:
        service.at(MORNING)
        (told.folder / "dumps" / "papers.jsonl").unlink()
        told.announce(*make_papers(3, word="lens", start=50), name="lens.jsonl")
        service.at(MORNING + 30 * MINUTE)
        (told.folder / "dumps" / "lens.jsonl").unlink()
        told.announce(*make_papers(2, start=10), name="more.jsonl")
        service.at(MORNING + DAY)
        (told.folder / "dumps" / "more.jsonl").unlink()
        for days in range(2, 60, 3):
            service.at(MORNING + days * DAY)
        status = told.run("status", "--json").json
        assert len(told.run("issues", "--json").lines) == 1  # the newest stays
        told.announce(*make_papers(5))  # the first ones again
        service.at(MORNING + 61 * DAY)
        service.at(MORNING + 62 * DAY)
    # Those about lenses, which nobody had, are gone; the others are known again.
    assert status["papers"] == 7
    assert len(told.run("issues", "--json").lines) == 1


def test_a_bug_is_not_swallowed(told: World) -> None:
    with running(told) as service:
        service.work.engine = None  # type: ignore[assignment]
        with pytest.raises(AttributeError):
            service.care.attempt("pull")
