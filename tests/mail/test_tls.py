from pathlib import Path
from typing import Any

import pytest

from authority import Authority
from digest.errors import RelayRefused
from digest.issue import Envelope
from digest.mail.relay import Relay
from digest.mail.smtp import SmtpTransport
from servers import FaultyPeer, smtp_server

ENVELOPE = Envelope(
    sender="papers@example.org", recipient="ada@example.org", content=b"Subject: x\r\n\r\ny\r\n"
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.found(tmp_path_factory.mktemp("ca"))


def send(server: Any, **facts: Any) -> str:
    relay = Relay(**{"host": server.host, "port": server.port, "timeout": 5, **facts})
    with SmtpTransport(relay) as transport:
        return transport.send(ENVELOPE, on_data=lambda: None)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_encrypted_to_a_relay_of_a_private_authority(
    security: str, authority: Authority
) -> None:
    context: dict[str, Any] = {security: authority.context()}
    with smtp_server(**context) as server:
        send(server, security=security, ca_file=authority.ca_file)
    assert server.received == (ENVELOPE,)


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("named", "is_trusted", "why"),
    [
        pytest.param("127.0.0.1", False, "unable to get local issuer", id="unknown authority"),
        pytest.param("mail.example.org", True, "IP address mismatch", id="another's name"),
    ],
)
def test_a_certificate_that_is_not_valid_stops_the_run(
    security: str, named: str, is_trusted: bool, why: str, authority: Authority
) -> None:
    context: dict[str, Any] = {security: authority.context(named)}
    ca_file = authority.ca_file if is_trusted else None
    with smtp_server(**context) as server, pytest.raises(RelayRefused, match=why) as caught:
        send(server, security=security, ca_file=ca_file)
    assert "mail.ca_file" in str(caught.value)
    assert server.received == ()


def test_a_relay_without_starttls_stops_the_run_and_never_sees_the_password() -> None:
    with FaultyPeer() as peer, pytest.raises(RelayRefused, match="does not offer STARTTLS"):
        send(peer, security="starttls", username="papers", password="s3cret")
    assert [line.split()[0] for line in peer.commands] == ["ehlo"]


def test_a_relay_that_refuses_starttls_stops_the_run() -> None:
    script = {"EHLO": "250-peer\r\n250 STARTTLS", "STARTTLS": "454 4.7.0 Not available"}
    with FaultyPeer(script) as peer, pytest.raises(RelayRefused, match="STARTTLS: 454") as caught:
        send(peer, security="starttls")
    assert caught.value.code == 454
    assert not any(line.startswith("MAIL") for line in peer.commands)


def test_a_relay_that_speaks_no_tls_stops_the_run() -> None:
    with FaultyPeer() as peer, pytest.raises(RelayRefused, match=r"mail\.security"):
        send(peer, security="tls")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("missing.pem", None, id="missing"),
        pytest.param("empty.pem", "nothing", id="no certificate"),
    ],
)
def test_an_authority_that_cannot_be_read_stops_the_run(
    name: str, content: str | None, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    with FaultyPeer() as peer, pytest.raises(RelayRefused, match=r"mail\.ca_file"):
        send(peer, security="tls", ca_file=tmp_path / name)
    assert peer.connections == 0


@pytest.mark.parametrize(
    ("username", "password"),
    [
        pytest.param("papers", "s3cret", id="ascii"),
        pytest.param("papers", "gehëim", id="utf-8"),
    ],
)
def test_the_right_password_lets_us_in(username: str, password: str, authority: Authority) -> None:
    login = {"username": username, "password": password, "ca_file": authority.ca_file}
    with smtp_server(starttls=authority.context(), login=(username, password)) as server:
        send(server, **login)
    assert server.received == (ENVELOPE,)


@pytest.mark.parametrize("password", ["wrong", "fälsch", None])
def test_a_wrong_password_stops_the_run_and_is_not_told(
    password: str | None, authority: Authority
) -> None:
    login = {"username": "papers", "password": password, "ca_file": authority.ca_file}
    with (
        smtp_server(starttls=authority.context(), login=("papers", "s3cret")) as server,
        pytest.raises(RelayRefused, match="login as papers: 535") as caught,
    ):
        send(server, **login)
    assert caught.value.code == 535
    assert str(password) not in str(caught.value)
    assert server.received == ()


def test_a_relay_that_takes_no_login_stops_the_run() -> None:
    with FaultyPeer() as peer, pytest.raises(RelayRefused, match="login as papers"):
        send(peer, security="none", username="papers", password="s3cret")


def test_a_relay_that_cannot_check_a_login_now_stops_the_run() -> None:
    script = {"EHLO": "250-peer\r\n250 AUTH PLAIN", "AUTH": "454 4.7.0 Try later"}
    with FaultyPeer(script) as peer, pytest.raises(RelayRefused) as caught:
        send(peer, security="none", username="papers", password="s3cret")
    assert caught.value.code == 454
