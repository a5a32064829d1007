"""digest send: one issue a subscriber and day, nothing lost, nothing repeated."""

import re
import sqlite3
from datetime import datetime
from email import message_from_bytes, policy

import pytest
from freezegun import freeze_time

from servers import DROP, FaultyPeer, smtp_server
from world import World, make_papers

MONDAY = "2026-03-09 09:00:00"
TUESDAY = "2026-03-10 09:00:00"


def ids_in(content: bytes) -> set[str]:
    text = message_from_bytes(content, policy=policy.default).get_body(("plain",)).get_content()
    return set(re.findall(r"arxiv\.org/abs/(2601\.9\d{4})", text))


def rows(world: World, table: str) -> int:
    connection = sqlite3.connect(world.folder / "digest.db")
    try:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    finally:
        connection.close()


def test_everyone_gets_one_issue_and_a_second_run_sends_none(world: World) -> None:
    world.people = [world.person(name) for name in ("ada", "bob", "eve")]
    world.announce(*make_papers(3))
    with smtp_server() as server:
        world.serve_mail(server)
        first, second = world.run("send", "--json"), world.run("send", "--json")
    assert (first.code, first.json["issues"], first.json["sent"]) == (0, 3, 3)
    assert (second.code, second.json["issues"], second.json["sent"]) == (0, 0, 0)
    assert sorted(envelope.recipient for envelope in server.received) == [
        "ada@example.org",
        "bob@example.org",
        "eve@example.org",
    ]
    assert world.run("status", "--json").json["deliveries"] == {"sent": 3}


def test_a_paper_had_is_not_sent_again_and_a_crowded_out_one_comes_the_next_day(
    world: World,
) -> None:
    world.defaults += "\nmax_papers = 2\nalso = 1"
    world.announce(*make_papers(5))
    with smtp_server() as server:
        world.serve_mail(server)
        for day in (MONDAY, TUESDAY, "2026-03-11 09:00:00"):
            with freeze_time(day):
                world.run("send")
    had = [ids_in(envelope.content) for envelope in server.received]
    assert [len(ids) for ids in had] == [3, 2]
    assert not had[0] & had[1]


def test_a_weekend_delays_papers_and_loses_none(world: World) -> None:
    world.defaults = 'days = ["mon", "tue", "wed", "thu", "fri"]'
    world.write()
    world.announce(*make_papers(2))
    with freeze_time("2026-03-07 09:00:00"):
        saturday = world.run("send", "--json").json
    world.announce(*make_papers(2, start=2))
    with freeze_time("2026-03-08 09:00:00"):
        sunday = world.run("send", "--json").json
    with freeze_time(MONDAY):
        world.run("send")
    assert (saturday["new"], saturday["issues"]) == (2, 0)
    assert (sunday["new"], sunday["issues"]) == (2, 0)
    (message,) = (world.folder / "out").glob("*.eml")
    assert len(ids_in(message.read_bytes())) == 4


def test_an_outage_longer_than_the_window_is_caught_up(world: World) -> None:
    with freeze_time(MONDAY):
        world.announce(*make_papers(1))
        world.run("send")
    with freeze_time("2026-03-10 12:00:00"):
        world.announce(*make_papers(1, start=1))
        world.run("fetch")
    with freeze_time("2026-03-24 09:00:00"):
        report = world.run("send", "--json").json
    assert report["issues"] == 1


def test_a_paper_older_than_the_window_is_not_new_to_a_new_subscriber(world: World) -> None:
    world.announce(*make_papers(1))
    with freeze_time(MONDAY):
        world.run("fetch")
    with freeze_time("2026-03-17 09:00:00"):
        report = world.run("send", "--json").json
    assert report["why"] == {"nothing-new": 1}


def test_a_relay_that_is_down_loses_nothing(world: World) -> None:
    world.announce(*make_papers(1))
    with smtp_server() as server:
        world.serve_mail(server)
    down = world.run("send", "--json")
    assert (down.code, down.json["issues"], down.json["sent"]) == (75, 1, 0)
    assert "refuses us" in down.err
    with smtp_server() as server:
        world.serve_mail(server)
        up = world.run("send", "--json")
    assert (up.code, up.json["issues"], up.json["sent"]) == (0, 0, 1)


def test_a_deferred_message_is_tried_again_after_the_pause_and_not_before(world: World) -> None:
    world.people = [world.person("ada"), world.person("bob")]
    world.announce(*make_papers(1))
    with freeze_time(MONDAY) as clock:
        with smtp_server(refuse={"bob@example.org": "451 4.2.1 greylisted"}) as server:
            world.serve_mail(server)
            first = world.run("send", "--json")
        assert (first.code, first.json["sent"], first.json["deferred"]) == (75, 1, 1)
        with smtp_server() as server:
            world.serve_mail(server)
            too_early = world.run("send", "--json")
            clock.tick(600)
            later = world.run("send", "--json")
    assert (too_early.code, too_early.json["sent"]) == (75, 0)
    assert (later.code, later.json["sent"]) == (0, 1)


def test_papers_of_a_refused_message_are_free_again(world: World) -> None:
    world.announce(*make_papers(1))
    with freeze_time(MONDAY), smtp_server(refuse={"ada@example.org": "550 5.1.1 no"}) as server:
        world.serve_mail(server)
        failed = world.run("send", "--json")
    assert (failed.code, failed.json["failed"]) == (1, 1)
    with freeze_time(TUESDAY), smtp_server() as server:
        world.serve_mail(server)
        world.run("send")
    assert ids_in(server.received[0].content) == {"2601.90000"}


@pytest.mark.parametrize(
    ("in_doubt", "copies"),
    [pytest.param("resend", 2, id="resend"), pytest.param("hold", 1, id="hold")],
)
def test_a_message_lost_after_the_dot_follows_in_doubt(
    world: World, in_doubt: str, copies: int
) -> None:
    world.announce(*make_papers(1))
    with freeze_time(MONDAY) as clock, FaultyPeer({"dot": DROP}, {}) as peer:
        world.serve_mail(peer, f'in_doubt = "{in_doubt}"')
        first = world.run("send", "--json")
        clock.tick(600)
        world.run("send")
    assert (first.code, first.json["uncertain"]) == (75, 1)
    names = [re.search(rb"Message-ID: \S+", text).group() for text in peer.texts]
    assert len(names) == copies
    assert len(set(names)) == 1


def test_an_issue_is_the_same_bytes_on_every_try(world: World) -> None:
    world.announce(*make_papers(3))
    with freeze_time(MONDAY) as clock, FaultyPeer({"dot": DROP}, {}) as peer:
        world.serve_mail(peer)
        world.run("send")
        clock.tick(600)
        world.run("send")
    assert len(peer.texts) == 2
    assert peer.texts[0] == peer.texts[1]


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        pytest.param(
            "pauses = [{ from = 2026-03-09, to = 2026-03-10 }]", {"paused": 1}, id="paused"
        ),
        pytest.param("until = 2026-03-08", {"ended": 1}, id="ended"),
        pytest.param('days = ["sun"]', {}, id="not their day"),
        pytest.param('exclude = { keywords = ["graphs"] }', {"nothing-matched": 1}, id="excluded"),
        pytest.param("window = '0d'", {"nothing-new": 1}, id="nothing in the window"),
        pytest.param('announce_types = ["replace"]', {"nothing-new": 1}, id="other types"),
    ],
)
def test_who_is_skipped_and_why(world: World, keys: str, why: dict[str, int]) -> None:
    world.people = [world.person("ada", keys)]
    world.write()
    world.announce(*[paper | {"announce_type": "new"} for paper in make_papers(1)])
    with freeze_time("2026-03-08 20:00:00"):
        world.run("fetch")
    with freeze_time(MONDAY):
        report = world.run("send", "--json")
    assert (report.code, report.json["issues"], report.json["why"]) == (0, 0, why)


def test_a_named_address_ignores_days_but_not_pauses(world: World) -> None:
    pause = "pauses = [{ from = 2026-03-01, to = 2026-04-01 }]"
    world.people = [world.person("ada", 'days = ["sun"]'), world.person("bob", pause)]
    world.write()
    world.announce(*make_papers(1))
    with freeze_time(MONDAY):
        report = world.run("send", "ADA@example.org", "bob@example.org", "--json").json
    assert (report["sent"], report["why"]) == (1, {"paused": 1})


def test_due_waits_for_the_hour_in_the_subscribers_zone(world: World) -> None:
    world.people = [world.person("ada", 'timezone = "Asia/Kathmandu"\nsend_at = "07:30"')]
    world.write()
    world.announce(*make_papers(1))
    with freeze_time("2026-03-09 01:44:00"):
        before = world.run("send", "--due", "--json").json
    with freeze_time("2026-03-09 01:45:00"):
        after = world.run("send", "--due", "--json").json
    assert (before["issues"], before["skipped"], after["sent"]) == (0, 0, 1)


def test_due_decides_a_day_once(world: World) -> None:
    with freeze_time("2026-03-09 07:00:00"):
        world.run("fetch")
    with freeze_time(MONDAY):
        first = world.run("send", "--due", "--json").json
        world.announce(*make_papers(1))
        second = world.run("send", "--due", "--json").json
        by_hand = world.run("send", "--json").json
    assert (first["why"], second["issues"], by_hand["issues"]) == ({"nothing-new": 1}, 0, 1)


def test_a_dry_run_writes_nothing(world: World) -> None:
    world.announce(*make_papers(1))
    without = world.run("send", "--dry-run")
    assert without.code == 2
    assert not (world.folder / "digest.db").exists()
    world.run("fetch")
    dry = world.run("send", "--dry-run", "--json")
    assert (dry.json["issues"], dry.json["sent"], rows(world, "issues")) == (1, 0, 0)
    assert not (world.folder / "out").exists()


def test_no_fetch_sends_what_is_there(world: World) -> None:
    world.announce(*make_papers(1))
    world.run("fetch")
    world.announce(*make_papers(1, start=1))
    report = world.run("send", "--no-fetch", "--json").json
    assert (report["pulled"], report["issues"]) == (0, 1)
    (message,) = (world.folder / "out").glob("*.eml")
    assert ids_in(message.read_bytes()) == {"2601.90000"}


def test_a_failed_source_is_named_in_the_issue_and_in_the_report(world: World) -> None:
    world.sources += '\n[[source]]\nname = "gone"\nkind = "file"\npath = "not-there.txt"'
    world.write()
    world.announce(*make_papers(1))
    report = world.run("send", "--json")
    assert (report.code, report.json["source_errors"], report.json["sent"]) == (1, 1, 1)
    assert "not-there.txt" in report.err
    (message,) = (world.folder / "out").glob("*.eml")
    text = message_from_bytes(message.read_bytes(), policy=policy.default)
    assert "gone" in text.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    ("when_empty", "fails", "issues"),
    [
        pytest.param("explain", True, 1, id="explain, and something failed"),
        pytest.param("explain", False, 0, id="explain, and all was quiet"),
        pytest.param("skip", True, 0, id="skip"),
        pytest.param("send", False, 1, id="send"),
    ],
)
def test_when_there_is_nothing_to_send(
    world: World, when_empty: str, fails: bool, issues: int
) -> None:
    world.defaults += f'\nwhen_empty = "{when_empty}"'
    if fails:
        world.sources += '\n[[source]]\nname = "gone"\nkind = "file"\npath = "not-there.txt"'
    world.write()
    assert world.run("send", "--json").json["issues"] == issues


def test_a_thin_day_is_told_in_one_line_by_each_command_that_looks(world: World) -> None:
    world.people = [
        world.person("ada", interest='keywords = ["lens"]\ncategories = ["cs.LG"]'),
        *(world.person(f"reader{n}", interest='keywords = ["lens"]') for n in range(7)),
    ]
    world.write()
    world.announce(*(paper | {"categories": ["cs.LG"]} for paper in make_papers(4)))
    ada = "ada@example.org"
    with freeze_time(MONDAY):
        sent, ranked, status = world.run("send"), world.run("rank", ada), world.run("status", ada)
        as_json = world.run("status", ada, "--json").json["subscribers"][0]
    assert "nothing for ada@example.org today, of 4\n" in sent.out
    assert "nothing for 3 more\n" in sent.out
    assert ranked.out == "nothing for ada@example.org today, of 4\n"
    assert "nothing last time, of 4\n" in status.out
    assert (as_json["why"], as_json["searched"]) == ("nothing-matched", 4)


def test_a_broken_subscriber_file_keeps_its_last_good_profile(world: World) -> None:
    people = world.folder / "people"
    people.mkdir()
    good = 'email = "bob@example.org"\n[[interest]]\nkeywords = ["graph"]\n'
    (people / "bob.toml").write_text(good)
    world.digest = 'subscribers = ["people/*.toml"]'
    world.write()
    world.announce(*make_papers(1))
    with freeze_time(MONDAY):
        assert world.run("send", "--json").json["sent"] == 2
    (people / "bob.toml").write_text(good + "keyword = 3\n")
    (people / "new.toml").write_text("email = 7\n")
    world.announce(*make_papers(1, start=1))
    with freeze_time(TUESDAY):
        report = world.run("send", "--json")
    assert (report.code, report.json["sent"]) == (1, 2)
    assert "bob.toml:4: interest[0].keyword" in report.err
    assert "bob@example.org keeps the last good profile" in report.err
    assert "new.toml: its subscriber is left out" in report.err
    assert world.run("check").code == 2


def test_a_test_message_is_recorded_nowhere(world: World) -> None:
    world.announce(*make_papers(1))
    world.run("fetch")
    with smtp_server() as server:
        world.serve_mail(server)
        sent = world.run("send", "--test", "ada@example.org", "--to", "me@example.org", "--json")
    assert sent.json["recipient"] == "me@example.org"
    assert [envelope.recipient for envelope in server.received] == ["me@example.org"]
    assert rows(world, "issues") == 0


def test_a_trial_sends_everything_to_one_address(world: World) -> None:
    world.people = [world.person("ada"), world.person("bob")]
    world.announce(*make_papers(1))
    with smtp_server() as server:
        world.serve_mail(server, 'redirect_all_to = "me@example.org"')
        world.run("send")
    assert [envelope.recipient for envelope in server.received] == ["me@example.org"] * 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(("nobody@example.org",), "no subscriber has the address", id="unknown"),
        pytest.param(("--to", "me@example.org"), "--to goes with --test", id="--to alone"),
    ],
)
def test_bad_usage_of_send_ends_with_2(world: World, arguments: tuple[str, ...], says: str) -> None:
    result = world.run("send", *arguments)
    assert result.code == 2
    assert says in result.err


def test_a_former_address_keeps_the_history(world: World) -> None:
    world.announce(*make_papers(1))
    with freeze_time(MONDAY):
        world.run("send")
    world.people = [world.person("lovelace", 'formerly = ["ADA@example.org"]')]
    world.write()
    with freeze_time(TUESDAY):
        report = world.run("send", "--json").json
    assert report["why"] == {"nothing-new": 1}


def test_status_tells_the_next_issue_after_the_one_of_today(world: World) -> None:
    world.announce(*make_papers(1))
    with freeze_time("2026-03-09 06:00:00"):
        before = world.run("send", "--json"), world.run("status", "--json").json
    (person,) = before[1]["subscribers"]
    assert person["last_issue"] == "2026-03-09"
    assert datetime.fromisoformat(person["next_issue"]).isoformat() == "2026-03-10T07:30:00+00:00"


def test_papers_of_a_failed_delivery_are_free_for_the_next_one_however_long_after(
    world: World,
) -> None:
    world.people = [world.person("ada", 'days = ["mon"]')]
    world.write()
    world.announce(*make_papers(1))
    with freeze_time("2026-03-05 12:00:00"):
        world.run("fetch")
    with freeze_time(MONDAY), smtp_server(refuse={"ada@example.org": "550 5.1.1 no"}) as server:
        world.serve_mail(server)
        world.run("send", "--no-fetch")
    with freeze_time("2026-03-11 12:00:00"):
        world.run("fetch")
    with freeze_time("2026-03-12 08:00:00"), smtp_server() as server:
        world.serve_mail(server)
        world.run("send", "ada@example.org", "--no-fetch")
    assert ids_in(server.received[0].content) == {"2601.90000"}


def test_one_mailbox_that_refuses_for_policy_stops_nobody_elses_mail(world: World) -> None:
    names = [f"reader{number}" for number in range(6)]
    world.people = [world.person(name) for name in names]
    world.announce(*make_papers(1))
    with smtp_server(refuse={"reader1@example.org": "550 5.7.515 policy"}) as server:
        world.serve_mail(server, "connections = 1")
        report = world.run("send", "--json")
    assert (report.code, report.json["sent"], report.json["failed"]) == (75, 5, 0)
    assert "5.7.515" in report.err


def test_a_relay_that_refuses_everybody_for_policy_stops_the_run(world: World) -> None:
    names = [f"reader{number}" for number in range(6)]
    world.people = [world.person(name) for name in names]
    world.announce(*make_papers(1))
    refuse = {f"{name}@example.org": "550 5.7.515 policy" for name in names}
    with freeze_time(MONDAY) as clock:
        with smtp_server(refuse=refuse) as server:
            world.serve_mail(server, "connections = 1")
            refused = world.run("send", "--json")
        clock.tick(600)
        with smtp_server() as server:
            world.serve_mail(server)
            mended = world.run("send", "--json")
    assert (refused.code, refused.json["sent"], refused.json["failed"]) == (75, 0, 0)
    assert (mended.code, mended.json["sent"]) == (0, 6)


def test_what_a_message_has_no_room_for_comes_later(world: World) -> None:
    world.defaults += "\nmax_papers = 1000"
    world.announce(*make_papers(600))
    with smtp_server() as server:
        world.serve_mail(server)
        for day in (MONDAY, TUESDAY):
            with freeze_time(day):
                world.run("send")
    first, second = (ids_in(envelope.content) for envelope in server.received)
    assert 0 < len(first) < 600
    assert second
    assert not first & second


def test_a_test_message_has_a_name_of_its_own_and_is_no_dry_run(world: World) -> None:
    world.announce(*make_papers(1))
    with smtp_server() as server:
        world.serve_mail(server)
        world.run("send")
        world.announce(*make_papers(1, start=1))
        world.run("fetch")
        both = world.run("send", "--test", "ada@example.org", "--dry-run")
        world.run("send", "--test", "ada@example.org")
    names = [re.search(rb"Message-ID: \S+", e.content).group() for e in server.received]
    assert both.code == 2
    assert len(names) == len(set(names)) == 2
    assert world.run("send", "--test", "ada@example.org", "--to", "nobody").code == 2


def test_a_run_by_hand_before_the_hour_does_not_settle_the_day(world: World) -> None:
    world.defaults += '\nsend_at = "07:30"\ntimezone = "UTC"'
    world.write()
    with freeze_time("2026-03-09 05:00:00"):
        early = world.run("send", "--json").json
    world.announce(*make_papers(1))
    with freeze_time("2026-03-09 07:31:00"):
        due = world.run("send", "--due", "--json").json
    assert (early["why"], due["sent"]) == ({"nothing-new": 1}, 1)


def test_who_is_new_has_a_first_issue_at_their_next_hour_or_once_it_is_asked_for(
    world: World,
) -> None:
    world.people = [world.person(name) for name in ("ada", "bob", "cleo")]
    world.write()
    world.announce(*make_papers(1))
    with freeze_time("2026-03-09 22:36:00"):
        due = world.run("send", "--due", "--json")
        named = world.run("send", "ada@example.org", "--json").json
    with freeze_time("2026-03-09 23:00:00"):
        again = world.run("send", "--due", "--json")
    with freeze_time("2026-03-10 07:30:00"):
        morning = world.run("send", "--due", "--json").json
    assert (due.code, due.json["issues"], due.json["skipped"]) == (0, 0, 0)
    assert "3 new subscribers: the first issue at the next hour" in due.err
    assert (named["sent"], again.json["issues"], again.err) == (1, 0, "")
    assert morning["sent"] == 2  # ada has had the paper


def test_everyone_who_is_new_has_an_issue_when_send_is_told_so(world: World) -> None:
    world.announce(*make_papers(1))
    with freeze_time("2026-03-09 22:36:00"):
        assert world.run("send", "--due", "--json").json["issues"] == 0
        assert world.run("send", "--json").json["sent"] == 1


def test_a_dry_run_knows_who_is_new_and_notes_it_not(world: World) -> None:
    world.announce(*make_papers(1))
    world.people = []
    world.write()
    with freeze_time("2026-03-09 06:00:00"):
        world.run("fetch")
    world.people = [world.person("ada")]
    world.write()
    with freeze_time("2026-03-09 22:36:00"):
        dry = world.run("send", "--due", "--dry-run", "--json").json
    assert (dry["issues"], rows(world, "known_since")) == (0, 0)


def test_a_missing_secret_is_said_before_anything_is_done(world: World) -> None:
    world.announce(*make_papers(1))
    with smtp_server() as server:
        world.serve_mail(server, 'username = "u"', 'password = { env = "NO_SUCH_VARIABLE" }')
        result = world.run("send", "--json")
    assert result.code == 2
    assert "NO_SUCH_VARIABLE" in result.err
    assert not (world.folder / "digest.db").exists()
