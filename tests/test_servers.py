import socket
from pathlib import Path

from authority import Authority
from digest.demo.server import LoopbackServer
from digest.mail.relay import Relay
from digest.mail.smtp import SmtpTransport
from servers import make_envelope, make_relay, nothing, smtp_server


def test_the_loopback_server_keeps_what_it_receives() -> None:
    with LoopbackServer() as server:
        relay = Relay(host="127.0.0.1", port=server.port, security="none")
        with SmtpTransport(relay) as transport:
            for name in ("ada", "bob"):
                transport.send(make_envelope(recipient=f"{name}@example.org"), on_data=nothing)
    assert server.received == (
        make_envelope(),
        make_envelope(recipient="bob@example.org"),
    )


def test_two_loopback_servers_do_not_meet() -> None:
    with LoopbackServer() as first, LoopbackServer() as second:
        assert first.port != second.port


def test_a_server_stops_while_somebody_is_still_connected() -> None:
    with smtp_server() as server:
        client = socket.create_connection((server.host, server.port), timeout=5)
        assert client.recv(3) == b"220"
    with client:
        while client.recv(4096):
            pass


def test_a_server_with_tls_stops_while_somebody_is_still_connected(tmp_path: Path) -> None:
    authority = Authority.found(tmp_path)
    with smtp_server(tls=authority.context()) as server:
        transport = SmtpTransport(make_relay(server, security="tls", ca_file=authority.ca_file))
        transport.send(make_envelope(), on_data=nothing)
    transport.close()
    assert server.received == (make_envelope(),)
