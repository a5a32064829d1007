"""[mail.dkim]: what leaves is signed, and what stands in the way is said before the morning."""

import re
import sys
from datetime import timedelta

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from freezegun import freeze_time

from servers import DROP, FaultyPeer, smtp_server
from world import World, make_papers

KEY = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
DKIM = '[mail.dkim]\nselector = "s1"\nkey = { file = "dkim.pem" }'


@pytest.fixture
def signing(world: World) -> World:
    """A world that signs, with something to send."""
    (world.folder / "dkim.pem").write_bytes(KEY)
    world.mail = f'directory = "out"\n{DKIM}'
    world.write()
    world.announce(*make_papers(2))
    return world


def is_valid(content: bytes, record: str) -> bool:
    text = "".join(re.findall(r'"([^"]*)"', record)).encode()
    return bool(dkim.verify(content, dnsfunc=lambda name, timeout=5: text))


def message(world: World) -> bytes:
    (path,) = (world.folder / "out").glob("*.eml")
    return path.read_bytes()


def test_check_prints_the_record_by_which_what_is_sent_verifies(signing: World) -> None:
    record = signing.run("check", "--json").json["dkim"]
    assert record.startswith('s1._domainkey.example.org. IN TXT "v=DKIM1; ')
    assert f"the DNS needs this for [mail.dkim]:\n{record}\n" in signing.run("check").out
    assert signing.run("send").code == 0
    assert is_valid(message(signing), record)


def test_a_preview_and_what_a_relay_gets_are_signed(signing: World) -> None:
    record = signing.run("check", "--json").json["dkim"]
    file = signing.folder / "next.eml"
    signing.run("fetch")
    assert signing.run("preview", "ada@example.org", "--eml", str(file)).code == 0
    assert is_valid(file.read_bytes(), record)
    with smtp_server() as server:
        signing.serve_mail(server, DKIM)
        assert signing.run("send").code == 0
    assert is_valid(server.received[0].content, record)


def test_a_message_sent_again_is_signed_with_the_same_bytes(signing: World) -> None:
    with freeze_time("2026-03-09 09:00") as clock, FaultyPeer({"dot": DROP}, {}) as peer:
        signing.serve_mail(peer, DKIM)
        assert signing.run("send").code == 75
        clock.tick(timedelta(hours=1))
        assert signing.run("send").code == 0
    first, second = peer.texts
    assert first == second
    assert first.startswith(b"DKIM-Signature: ")


def test_without_the_section_nothing_is_signed(world: World) -> None:
    world.announce(*make_papers(2))
    assert world.run("check", "--json").json["dkim"] is None
    assert world.run("send").code == 0
    assert b"DKIM" not in message(world)


@pytest.mark.parametrize(
    ("key", "telling"),
    [
        pytest.param(b"hello", "is no private key in PEM", id="no key"),
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(None, "No such file", id="no file"),
    ],
)
def test_a_broken_key_is_named_and_nothing_leaves(
    signing: World, key: bytes | None, telling: str
) -> None:
    file = signing.folder / "dkim.pem"
    file.unlink()
    if key is not None:
        file.write_bytes(key)
    for command in ("check", "send"):
        result = signing.run(command)
        assert result.code == 2
        assert re.search(r"config\.toml:\d+: mail\.dkim\.key: ", result.err)
        assert telling in result.err
    assert not (signing.folder / "out").exists()

    file.write_bytes(KEY)
    assert signing.run("send").code == 0
    assert message(signing).startswith(b"DKIM-Signature: ")


def test_without_the_extra_it_says_what_to_install(
    signing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("cryptography")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    monkeypatch.delitem(sys.modules, "digest.mail.dkim", raising=False)
    result = signing.run("check")
    assert result.code == 2
    assert re.search(
        r"config\.toml:\d+: mail\.dkim\.key: needs cryptography[\w.]*: "
        r"pip install 'daily-paper-digest\[dkim\]'\n",
        result.err,
    )


@pytest.mark.parametrize(
    ("domain", "is_warned_about"),
    [
        pytest.param("example.org", False, id="the same"),
        pytest.param("news.example.org", False, id="one below"),
        pytest.param("example.net", True, id="another"),
    ],
)
def test_a_domain_that_is_not_that_of_the_sender_is_warned_about(
    signing: World, domain: str, is_warned_about: bool
) -> None:
    signing.mail += f'\ndomain = "{domain}"'
    signing.write()
    result = signing.run("check")
    assert result.code == 0
    warning = "mail.dkim.domain: is not the domain of from, example.org"
    assert (warning in result.err) == is_warned_about


def test_a_key_in_the_configuration_is_warned_about(signing: World) -> None:
    signing.mail = signing.mail.replace('{ file = "dkim.pem" }', f'"""\n{KEY.decode()}"""')
    signing.write()
    result = signing.run("check")
    assert result.code == 0
    assert "mail.dkim.key: a secret in plain text" in result.err
    assert "BEGIN" not in result.err


def test_an_international_domain_is_signed_for_as_a_labels(signing: World) -> None:
    signing.mail += '\ndomain = "bücher.example"'
    signing.write()
    assert (
        signing.run("check", "--json")
        .json["dkim"]
        .startswith("s1._domainkey.xn--bcher-kva.example. IN TXT ")
    )
