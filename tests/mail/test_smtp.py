import base64
import socket
from typing import Any

import pytest

from digest.errors import (
    DeliveryDeferred,
    DeliveryError,
    DeliveryFailed,
    RelayRefused,
)
from digest.mail import Transport
from digest.mail.relay import Relay
from digest.mail.smtp import SmtpTransport
from servers import DROP, FaultyPeer, make_envelope, make_relay, nothing, smtp_server


def test_a_relay_gets_the_message_byte_for_byte() -> None:
    calls: list[None] = []
    with smtp_server() as server, SmtpTransport(make_relay(server)) as transport:
        reply = transport.send(make_envelope(), on_data=lambda: calls.append(None))
    assert server.received == (make_envelope(),)
    assert reply == "250 2.0.0 Ok: queued as 1"
    assert len(calls) == 1


def test_a_message_keeps_its_dots_and_gets_a_last_line_end() -> None:
    with FaultyPeer() as peer, SmtpTransport(make_relay(peer)) as transport:
        transport.send(make_envelope(content=b".\r\nx\r\n..y"), on_data=nothing)
    assert peer.texts == [b"..\r\nx\r\n...y\r\n"]


def test_the_stages_come_in_order_and_end_with_quit() -> None:
    with FaultyPeer() as peer, SmtpTransport(make_relay(peer)) as transport:
        transport.send(make_envelope(), on_data=nothing)
    assert peer.commands == [
        "ehlo digest.example.org",
        "MAIL FROM:<papers@example.org>",
        "RCPT TO:<ada@example.org>",
        "DATA",
        "quit",
    ]


def test_the_caller_is_told_before_the_final_dot_and_after_the_text() -> None:
    with FaultyPeer() as peer, SmtpTransport(make_relay(peer)) as transport:
        seen: list[list[bytes]] = []
        transport.send(make_envelope(), on_data=lambda: seen.append(list(peer.texts)))
        assert seen == [[]]
        assert len(peer.texts) == 1


class _CrashError(Exception):
    pass


def test_a_caller_that_fails_before_the_final_dot_sends_nothing() -> None:
    def crash() -> None:
        raise _CrashError

    with FaultyPeer() as peer, SmtpTransport(make_relay(peer)) as transport:
        with pytest.raises(_CrashError):
            transport.send(make_envelope(), on_data=crash)
        transport.send(make_envelope(recipient="bob@example.org"), on_data=nothing)
    assert len(peer.texts) == 1
    assert peer.connections == 2


def test_a_refused_recipient_leaves_the_connection_in_use() -> None:
    with (
        smtp_server(refuse={"eve@example.org": "550 5.1.1 No such user"}) as server,
        SmtpTransport(make_relay(server)) as transport,
    ):
        with pytest.raises(DeliveryFailed, match=r"RCPT TO: 550 5\.1\.1 No such user") as caught:
            transport.send(make_envelope(recipient="eve@example.org"), on_data=nothing)
        transport.send(make_envelope(), on_data=nothing)
    assert caught.value.recipient == "eve@example.org"
    assert server.connections == 1
    assert len(server.received) == 1


def test_the_reply_to_the_final_dot_may_take_longer_than_others() -> None:
    with (
        FaultyPeer(pause=("dot", 0.4)) as peer,
        SmtpTransport(make_relay(peer, timeout=0.2, data_timeout=5)) as transport,
    ):
        assert transport.send(make_envelope(), on_data=nothing).endswith("queued as PEER")


def test_a_connection_lost_in_the_middle_of_the_text_is_only_deferred() -> None:
    calls: list[None] = []
    # More than the buffers of two sockets hold.
    content = b"Subject: Graphs\r\n\r\n" + (b"x" * 78 + b"\r\n") * 200_000
    with (
        FaultyPeer({"text": DROP}, {}) as peer,
        SmtpTransport(make_relay(peer)) as transport,
        pytest.raises(DeliveryDeferred, match="the message's text"),
    ):
        transport.send(make_envelope(content=content), on_data=lambda: calls.append(None))
    assert calls == []
    assert peer.texts == []


def test_a_used_connection_that_is_dead_is_replaced_without_a_word() -> None:
    with (
        FaultyPeer({"MAIL": ["250 Ok", DROP]}, {}) as peer,
        SmtpTransport(make_relay(peer)) as transport,
    ):
        for _ in range(2):
            transport.send(make_envelope(), on_data=nothing)
    assert peer.connections == 2
    assert len(peer.texts) == 2


def test_a_used_connection_is_replaced_only_once() -> None:
    with (
        FaultyPeer({"MAIL": ["250 Ok", DROP]}, {"MAIL": DROP}) as peer,
        SmtpTransport(make_relay(peer)) as transport,
    ):
        transport.send(make_envelope(), on_data=nothing)
        with pytest.raises(DeliveryDeferred):
            transport.send(make_envelope(), on_data=nothing)
    assert peer.connections == 2


def test_a_relay_that_refuses_to_reset_gets_a_new_connection() -> None:
    with (
        FaultyPeer({"RCPT": "550 5.1.1 No", "RSET": "500 What?"}, {}) as peer,
        SmtpTransport(make_relay(peer)) as transport,
    ):
        with pytest.raises(DeliveryFailed):
            transport.send(make_envelope(), on_data=nothing)
        transport.send(make_envelope(), on_data=nothing)
    assert peer.connections == 2


def test_a_relay_that_says_it_is_closing_is_hung_up_on() -> None:
    with (
        FaultyPeer({"RCPT": "421 4.3.2 Closing"}, {}) as peer,
        SmtpTransport(make_relay(peer)) as transport,
    ):
        with pytest.raises(DeliveryDeferred):
            transport.send(make_envelope(), on_data=nothing)
        transport.send(make_envelope(), on_data=nothing)
    assert peer.connections == 2
    assert "rset" not in peer.commands


def test_a_connection_carries_so_many_messages_and_no_more() -> None:
    with (
        smtp_server() as server,
        SmtpTransport(make_relay(server, messages_per_connection=2)) as transport,
    ):
        for _ in range(5):
            transport.send(make_envelope(), on_data=nothing)
    assert len(server.received) == 5
    assert server.connections == 3


def test_a_lost_quit_is_no_failure() -> None:
    with FaultyPeer({"QUIT": DROP}) as peer, SmtpTransport(make_relay(peer)) as transport:
        transport.send(make_envelope(), on_data=nothing)
    assert peer.commands[-1] == "quit"


def test_a_transport_may_be_closed_and_used_again() -> None:
    with smtp_server() as server:
        transport: Transport = SmtpTransport(make_relay(server))
        transport.close()
        for _ in range(2):
            transport.send(make_envelope(), on_data=nothing)
            transport.close()
            transport.close()
    assert server.connections == 2


def test_nobody_at_the_port_stops_the_run() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    relay = Relay(host="127.0.0.1", port=port, security="none")
    with SmtpTransport(relay) as transport, pytest.raises(RelayRefused, match="refused"):
        transport.send(make_envelope(), on_data=nothing)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "no..host", "a" * 70 + ".example"])
def test_a_host_that_is_not_found_stops_the_run(host: str) -> None:
    relay = Relay(host=host, port=25, security="none")
    with SmtpTransport(relay) as transport, pytest.raises(RelayRefused, match="connecting"):
        transport.send(make_envelope(), on_data=nothing)


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        pytest.param({"recipient": "a@b>\r\nRCPT TO:<eve@c"}, DeliveryFailed, id="recipient CR LF"),
        pytest.param({"recipient": "a@b> NOTIFY=NEVER"}, DeliveryFailed, id="recipient blank"),
        pytest.param({"sender": "a@b>\r\nRCPT TO:<eve@c"}, RelayRefused, id="sender CR LF"),
        pytest.param({"sender": "a@b\nDATA"}, RelayRefused, id="sender LF"),
    ],
)
def test_an_address_cannot_carry_a_command(facts: Any, error: type[DeliveryError]) -> None:
    with FaultyPeer() as peer, SmtpTransport(make_relay(peer)) as transport, pytest.raises(error):
        transport.send(make_envelope(**facts), on_data=nothing)
    assert peer.commands == []


def test_the_empty_sender_is_allowed() -> None:
    with FaultyPeer() as peer, SmtpTransport(make_relay(peer)) as transport:
        transport.send(make_envelope(sender=""), on_data=nothing)
    assert "MAIL FROM:<>" in peer.commands


def test_a_domain_outside_ascii_needs_no_extension() -> None:
    with FaultyPeer() as peer, SmtpTransport(make_relay(peer)) as transport:
        transport.send(make_envelope(recipient="ada@bücher.example"), on_data=nothing)
    assert "MAIL FROM:<papers@example.org>" in peer.commands
    assert "RCPT TO:<ada@xn--bcher-kva.example>" in peer.commands


INTERNATIONAL = make_envelope(recipient="zoë@example.org", content="To: zoë@x\r\n\r\n".encode())


def test_letters_outside_ascii_before_the_at_go_to_a_relay_that_offers_it() -> None:
    with smtp_server() as server, SmtpTransport(make_relay(server)) as transport:
        transport.send(INTERNATIONAL, on_data=nothing)
    assert server.received == (INTERNATIONAL,)


def test_letters_outside_ascii_before_the_at_fail_where_it_is_not_offered() -> None:
    with FaultyPeer() as peer, SmtpTransport(make_relay(peer)) as transport:
        with pytest.raises(DeliveryFailed, match="SMTPUTF8"):
            transport.send(INTERNATIONAL, on_data=nothing)
        transport.send(make_envelope(), on_data=nothing)
    assert len(peer.texts) == 1


def test_the_relays_words_are_fit_for_a_log() -> None:
    reply = "550-5.1.1 No \x1b[31msuch\r\n550 5.1.1 user"
    with (
        FaultyPeer({"RCPT": reply}) as peer,
        SmtpTransport(make_relay(peer)) as transport,
        pytest.raises(DeliveryFailed) as caught,
    ):
        transport.send(make_envelope(), on_data=nothing)
    assert str(caught.value) == "RCPT TO: 550 5.1.1 No [31msuch 5.1.1 user"


def test_a_password_is_not_shown() -> None:
    assert "s3cret" not in repr(Relay(host="h", port=25, username="u", password="s3cret"))


def test_the_final_dot_does_not_wait_for_an_acknowledgement() -> None:
    found: list[int] = []
    with smtp_server() as server, SmtpTransport(make_relay(server)) as transport:
        transport.send(make_envelope(), on_data=nothing)
        found.append(_no_delay(transport))
    assert found[0] != 0


def _no_delay(transport: SmtpTransport) -> int:
    assert transport._smtp is not None
    assert transport._smtp.sock is not None
    return transport._smtp.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_access_token_is_presented_as_xoauth2() -> None:
    with FaultyPeer(
        {"EHLO": "250-peer.example.org\r\n250 AUTH XOAUTH2", "AUTH": "235 2.7.0 Accepted"}
    ) as peer:
        relay = make_relay(peer, username="papers", password="t0ken", auth="xoauth2")
        with SmtpTransport(relay) as transport:
            transport.send(make_envelope(), on_data=nothing)
    (said,) = [line for line in peer.commands if line.startswith("AUTH")]
    assert base64.b64decode(said.split()[2]) == b"user=papers\x01auth=Bearer t0ken\x01\x01"


def test_an_access_token_that_is_refused_says_why() -> None:
    why = base64.b64encode(b'{"status":"401"}').decode()
    script = {
        "EHLO": "250-peer.example.org\r\n250 AUTH XOAUTH2",
        "AUTH": f"334 {why}",
        "": "535 5.7.8 no",
    }
    with FaultyPeer(script) as peer:
        relay = make_relay(peer, username="papers", password="old", auth="xoauth2")
        with SmtpTransport(relay) as transport, pytest.raises(RelayRefused, match="401"):
            transport.send(make_envelope(), on_data=nothing)
