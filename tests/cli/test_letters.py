"""Letters from people: a wish to stop is honoured, the rest reaches somebody who can answer."""

import email
import os
import time
import zlib
from datetime import UTC, datetime, timedelta
from email import policy

import pytest
from freezegun import freeze_time

from cli.test_returning import receive, sent, suppressed, token_of  # noqa: F401
from mail.test_returned import mail
from servers import smtp_server
from world import World, make_papers

ADA = "ada@example.org"
CONTACT = "help@example.org"


def letter(subject: str = "", body: str = "", *, sender: str = ADA, **fields: str) -> bytes:
    """A letter from Ada, of its own Message-ID."""
    fields.setdefault(
        "Message_ID", f"<{zlib.crc32(repr((subject, body, sender)).encode())}@example.org>"
    )
    return mail(subject, body, **fields).replace(b"ada@example.net", sender.encode())


@pytest.fixture
def answered(sent):  # noqa: F811
    """A world whose Ada has had a message, whose operator has an address, and its mail server."""
    world, _ = sent
    world.digest = f'contact = "{CONTACT}"'
    with smtp_server() as server:
        world.serve_mail(server, 'inbox = "inbox"')
        (world.folder / "inbox" / "new").mkdir(parents=True)
        yield world, server


def put(world: World, *letters: bytes) -> None:
    for number, content in enumerate(letters):
        (world.folder / "inbox" / "new" / f"{number}.mail").write_bytes(content)


def kept(world: World) -> list[str]:
    return sorted(path.name for path in (world.folder / "inbox" / "cur").glob("*"))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(letter("please unsubscribe me"), id="subject"),
        pytest.param(letter("Hello", "Bitte melden Sie mich ab.\n\nAda"), id="in German"),
        pytest.param(letter("unsubscribe", Auto_Submitted="auto-generated"), id="by a gateway"),
    ],
)
def test_a_wish_from_the_subscribers_own_address_is_honoured(answered, monkeypatch, content):
    world, server = answered
    told = receive(world, content, monkeypatch)
    assert (told["subscriber"], told["suppressed"]) == (ADA, True)
    (row,) = world.run("suppress", "--list", "--json").json
    assert row["why"].startswith("asked by mail from this address, without a token")
    assert server.received == ()
    assert world.run("suppress", ADA, "--remove").code == 0  # a forged one is undone so
    assert receive(world, content, monkeypatch)["suppressed"] is False
    assert suppressed(world) == []


def test_a_wish_from_an_address_of_old_ends_the_mail_to_the_present_one(answered, monkeypatch):
    world, _ = answered
    world.people = [world.person("lady", f'formerly = ["{ADA}"]')]
    world.write()
    assert receive(world, letter("unsubscribe"), monkeypatch)["subscriber"] == "lady@example.org"
    assert suppressed(world) == ["lady@example.org"]


def test_a_wish_is_its_senders_whoevers_mail_is_quoted_below_it(sent, monkeypatch) -> None:  # noqa: F811
    world, envelope = sent
    world.people += [world.person("bob")]
    world.write()
    token = token_of(envelope)
    quoted = f"please stop\n\n-----Original Message-----\nbounces+{token}@example.org"
    assert receive(world, letter("Re: Graphs", quoted, sender="bob@example.org"), monkeypatch)[
        "subscriber"
    ] == "bob@example.org"  # fmt: skip
    stranger = letter("Re: Graphs", quoted, sender="ada@elsewhere.example")
    assert receive(world, stranger, monkeypatch)["subscriber"] == ADA


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(letter("help"), "help", id="help"),
        pytest.param(letter("Re: Graphs", "fewer papers please"), "fewer papers", id="fewer"),
        pytest.param(
            letter("unsubscribe", sender="eve@elsewhere.example"), "unsubscribe", id="a stranger"
        ),
        pytest.param(
            letter("Grüße", "Schöne Ausgabe: ∀x. 😀"), "Schöne Ausgabe: ∀x. 😀", id="8bit"
        ),
        pytest.param(letter("Stop", "Unsubscribe me. Who runs this?"), "Who runs", id="both"),
    ],
)
def test_what_a_person_should_answer_reaches_the_contact_once(answered, monkeypatch, content, said):
    world, server = answered
    for _ in range(2):
        assert receive(world, content, monkeypatch)["passed_on"]
    (envelope,) = server.received
    assert envelope.recipient == CONTACT
    message = email.message_from_bytes(envelope.content, policy=policy.default)
    text, attached = message.iter_parts()
    assert said in text.get_content()
    assert message["Reply-To"] in (ADA, "eve@elsewhere.example")
    assert message["Auto-Submitted"] == "auto-generated"
    inner = attached.get_content()
    whole = inner if isinstance(inner, bytes) else inner.as_bytes()
    original = email.message_from_bytes(content, policy=policy.default)
    again = email.message_from_bytes(whole, policy=policy.default)
    assert again["Message-ID"] == original["Message-ID"]
    assert again.get_content().split() == original.get_content().split()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(letter("Out of office", "I am away. Unsubscribe"), id="vacation"),
        pytest.param(
            letter("Re: Graphs", "Thanks!", Auto_Submitted="auto-replied"), id="automatic"
        ),
        pytest.param(
            letter("[digest] x", "We got it.", sender=CONTACT), id="contact's own program"
        ),
        pytest.param(letter("x", "y", sender="papers@example.org"), id="ourselves"),
        pytest.param(letter("x", "y", Return_Path="<>"), id="a bounce"),
    ],
)
def test_no_programs_mail_is_passed_on(answered, monkeypatch, content) -> None:
    world, server = answered
    assert not receive(world, content, monkeypatch).get("passed_on")
    assert server.received == ()
    assert suppressed(world) == []


def test_what_was_passed_on_and_comes_back_stops_there(answered, monkeypatch) -> None:
    world, server = answered
    receive(world, letter("help"), monkeypatch)
    (envelope,) = server.received
    name = email.message_from_bytes(envelope.content)["Message-ID"]
    for again in (
        envelope.content,
        letter("Re: help", "Thanks for your mail!", sender="bot@desk.example", In_Reply_To=name),
    ):
        assert not receive(world, again, monkeypatch).get("passed_on")
    assert len(server.received) == 1


def test_no_more_than_twenty_a_day_are_passed_on_and_the_rest_waits(answered) -> None:
    world, server = answered
    put(world, *(letter(f"question {number}") for number in range(22)))
    world.run("send", "--no-fetch")
    assert len(server.received) == 20
    assert len(list((world.folder / "inbox" / "new").iterdir())) == 2
    with freeze_time(datetime.now(UTC) + timedelta(days=1, hours=1)):
        world.run("send", "--no-fetch")
    assert len([each for each in server.received if each.recipient == CONTACT]) == 22
    assert len(kept(world)) == 22


def test_in_an_inbox_what_nobody_could_be_sent_is_left_unseen(answered) -> None:
    world, server = answered
    put(world, letter("help"))
    world.run("send", "--no-fetch")
    assert kept(world) == ["0.mail:2,PS"]
    world.digest = ""
    world.write()
    world.serve_mail(server, 'inbox = "inbox"')
    put(world, letter("help again"), letter("unsubscribe"))
    world.run("send", "--no-fetch")
    assert kept(world) == ["0.mail:2,", "0.mail:2,PS", "1.mail:2,S"]


def test_a_letter_waits_for_a_relay_that_is_down(answered, monkeypatch) -> None:
    world, _ = answered
    world.mail = 'host = "127.0.0.1"\nport = 1\nsecurity = "none"\ninbox = "inbox"'
    world.write()
    put(world, letter("help"), letter("unsubscribe"))
    world.run("send", "--no-fetch")
    assert [path.name for path in (world.folder / "inbox" / "new").iterdir()] == ["0.mail"]
    assert suppressed(world) == [ADA]  # the wish behind it did not wait


def test_a_letter_that_cannot_be_read_costs_itself_alone(answered) -> None:
    world, server = answered
    world.announce(*make_papers(2, start=20))
    new = world.folder / "inbox" / "new"
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number)
        for number in range(900)
    )
    put(world, b"From: eve@example.com\n" + nested, letter("help"))
    (new / "0.folder").mkdir()
    (new / "0.folder" / "x").write_text("x")
    os.mkfifo(new / "0.pipe")
    (new / "0.link").symlink_to("/dev/zero")
    with freeze_time(datetime.now(UTC) + timedelta(days=1)):
        result = world.run("send", "--json")
    assert (result.code, result.json["sent"]) == (0, 1)
    assert {each.recipient for each in server.received} == {ADA, CONTACT}
    assert list(new.iterdir()) == []
    aside = {path.name for path in (world.folder / "inbox" / "unreadable").iterdir()}
    assert aside == {"0.mail", "0.folder", "0.pipe", "0.link"}
    assert "cannot be read" in result.err


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(b"Content-Type: text/html\n\n" + b"<!--<" * 60_000, id="comments"),
        pytest.param(b"Content-Type: text/html\n\n" + b"<![<?</<a " * 30_000, id="openings"),
        pytest.param(b"Subject: " + b"=?utf-8?q?x?= " * 50_000 + b"\n\nx", id="encoded words"),
        pytest.param(
            b"Subject: x\n\n" + b"On Mon, somebody\n" * 20_000, id="openings of quotations"
        ),
        pytest.param(b"From: " + b"(" * 50_000 + b"\n\nx", id="parentheses"),
    ],
)
def test_no_letter_takes_long(answered, monkeypatch, hostile) -> None:
    world, _ = answered
    began = time.process_time()
    receive(world, b"From: eve@example.com\n" + hostile, monkeypatch)
    assert time.process_time() - began < 5


def test_an_inbox_that_cannot_be_opened_does_not_keep_mail_back(answered) -> None:
    world, _server = answered
    world.announce(*make_papers(2, start=20))
    (world.folder / "inbox" / "new").rmdir()
    (world.folder / "inbox" / "new").write_text("no folder")
    with freeze_time(datetime.now(UTC) + timedelta(days=1)):
        result = world.run("send", "--json")
    assert result.json["sent"] == 1
    assert "inbox" in result.err
