"""Our signatures, as dkimpy sees them: another's code, which had no part in making them."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, make_headers, make_message
from digest.errors import ConfigError
from digest.issue import Envelope
from digest.mail.dkim import SIGNED, Signer, load_signer
from digest.mail.message import make_content
from digest.mail.smtp import SmtpTransport
from servers import make_relay, nothing, smtp_server

KINDS = ("rsa", "ed25519")
WEAK = """\
MIIBPAIBAAJBANB4LzBz0983H8ya71/vAjNz1D6nYivWtyjTewXqCXplCfYV1qn1
nyE83yQCjYZMPqStAloyuJdrqcGBLPfRNb8CAwEAAQJBAIly1Foz5DvGEpdKiA1O
frsB4ay1m8qftP+b//70Qe+Jwgpwz8/TranJ1sbEbli+Qaa3CbK1OtPVWIoBj1cB
VtECIQDrVMvGuiYA6jN0xCUEzeMFJwBGwnxqEr5YdoM7tH7xMwIhAOLHbTGAYo/V
VPxdHv5pHPwtiP5RA815pPxEf4EkswFFAiEAnRSHxImCToAFgr5eO1u2Wj0TOSge
ZatHNMM+i77KMPMCIHIf9Gal+nPx4wwBfPiBQ3HxJHD/qk88eXfurM/7/Q2VAiEA
m35aR0L1S3WyPfQdEf94/NSlvI2Lo4ngQdxy9KbjQEc=
"""
FULL = make_content(
    make_message(subject="Ünusual graphs", text="One.\n\n  two \t\n.\n\n\n"),
    make_headers(
        reply_to="help@example.org",
        unsubscribe=("https://example.org/stop/{token}", "mailto:stop@example.org"),
    ),
)
THERE = re.findall(r"(?m)^([!-9;-~]+):", FULL.partition(b"\r\n\r\n")[0].decode())
COVERED = [name for name in THERE if name in SIGNED]


@cache
def pem(kind: str, *, bits: int = 2048, password: bytes | None = None) -> str:
    """A private key as openssl writes it; `pkcs1` is RSA as older ones do."""
    locked: KeySerializationEncryption = NoEncryption()
    if password:
        locked = BestAvailableEncryption(password)
    form = PrivateFormat.TraditionalOpenSSL if kind == "pkcs1" else PrivateFormat.PKCS8
    key: Any = {
        "ed25519": Ed25519PrivateKey.generate,
        "ec": lambda: generate_private_key(SECP256R1()),
    }.get(kind, lambda: generate_rsa(65537, bits))()
    return str(key.private_bytes(Encoding.PEM, form, locked).decode())


def in_pem(base64: str) -> str:
    kind = "RSA PRIVATE KEY"
    return f"-----BEGIN {kind}-----\n{base64}-----END {kind}-----\n"


def signer(kind: str = "ed25519", **facts: str) -> Signer:
    return load_signer(
        pem(kind), **{"domain": "example.org", "selector": "s1", "where": "c:1: k", **facts}
    )


def is_valid(content: bytes, by: Signer) -> bool:
    """Verify the topmost signature, with what the signer wants in the DNS."""
    name, record = by.record().split(" IN TXT ")
    text = "".join(re.findall(r'"([^"]*)"', record)).encode()

    def look_up(asked: bytes, timeout: int = 5) -> bytes | None:
        return text if asked.decode() == name else None

    return bool(dkim.verify(content, dnsfunc=look_up))


def signature(content: bytes) -> dict[str, str]:
    """The tags of the signature that stands first."""
    field = re.match(rb"DKIM-Signature: (.*?)\r\n(?![\t ])", content, re.DOTALL)
    assert field is not None
    tags = re.sub(r"\s", "", field[1].decode()).split(";")
    return dict(tag.split("=", 1) for tag in tags)


@pytest.mark.parametrize("kind", [*KINDS, "pkcs1"])
def test_another_program_verifies_our_signature(kind: str) -> None:
    by = signer(kind)
    content = by.sign(FULL, NOW)
    assert is_valid(content, by)
    assert content.endswith(FULL)


def test_a_signature_by_another_key_is_not_ours() -> None:
    assert not is_valid(signer("pkcs1").sign(FULL, NOW), signer("rsa"))


def test_a_signature_is_what_receivers_want_of_it() -> None:
    tags = signature(signer("rsa").sign(FULL, NOW))
    assert {name: tags[name] for name in "vacdst"} == {
        "v": "1",
        "a": "rsa-sha256",
        "c": "relaxed/relaxed",
        "d": "example.org",
        "s": "s1",
        "t": str(int(NOW.timestamp())),
    }
    assert "l" not in tags  # or anybody could write below the text
    assert "x" not in tags
    covered = tags["h"].split(":")
    for name in (
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "MIME-Version",
        "Content-Type",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
    ):
        assert covered.count(name) == 2
    assert covered.count("Cc") == covered.count("Content-Transfer-Encoding") == 1
    assert signature(signer("ed25519").sign(FULL, NOW))["a"] == "ed25519-sha256"


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_message_has_the_same_bytes_at_every_try(kind: str) -> None:
    assert signer(kind).sign(FULL, NOW) == signer(kind).sign(FULL, NOW)
    assert signer(kind).sign(FULL, NOW) != signer(kind).sign(FULL, NOW + timedelta(seconds=1))


@pytest.mark.parametrize("kind", KINDS)
def test_a_signed_message_is_fit_for_smtp(kind: str) -> None:
    long = signer(kind, domain="a" * 63 + ".example.org", selector="b" * 63)
    for content in (signer(kind).sign(FULL, NOW), long.sign(FULL, NOW)):
        head = content.partition(b"\r\n\r\n")[0]
        assert content.isascii()
        assert content.endswith(b"--\r\n")
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
        assert max(map(len, head.split(b"\r\n"))) <= 79  # a domain cannot be folded
        assert head.count(b"\r\nDKIM-Signature:") == 0  # it stands first, and once


def changes(name: str) -> Iterator[tuple[str, bytes]]:
    """The signed message with a field changed, taken away, or there twice."""
    content = signer().sign(FULL, NOW)
    field = re.search(rb"(?m)^%s: (?:.*\r\n)(?:[\t ].*\r\n)*" % name.encode(), content)
    assert field is not None
    whole = field[0]
    yield "changed", content.replace(whole, whole[:-2] + b"x\r\n")
    yield "emptied", content.replace(whole, name.encode() + b":\r\n")
    yield "removed", content.replace(whole, b"")
    yield "repeated", content.replace(whole, whole + whole)
    yield "added above", name.encode() + b": x\r\n" + content
    yield "added below", content.replace(b"\r\n\r\n", b"\r\n%s: x\r\n\r\n" % name.encode(), 1)


@pytest.mark.parametrize("name", COVERED)
def test_a_change_to_a_covered_header_breaks_the_signature(name: str) -> None:
    for what, content in changes(name):
        assert not is_valid(content, signer()), what


@pytest.mark.parametrize("name", [name for name in SIGNED if name not in THERE])
def test_a_header_that_was_not_there_cannot_be_added(name: str) -> None:
    by = signer()
    assert not is_valid(f"{name}: x\r\n".encode() + by.sign(FULL, NOW), by)


def test_every_header_is_covered_but_those_that_relays_use_up() -> None:
    assert set(THERE) - set(SIGNED) == {"Precedence", "X-Auto-Response-Suppress"}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda body: body.replace(b"One", b"Two"), id="a word"),
        pytest.param(lambda body: body + b"More.\r\n", id="more below"),
        pytest.param(lambda body: body.replace(b"\r\n\r\n", b"\r\n", 1), id="a line less"),
        pytest.param(lambda body: b"\r\n" + body, id="a line more"),
    ],
)
def test_a_change_to_the_body_breaks_the_signature(change: Callable[[bytes], bytes]) -> None:
    by = signer()
    head, _, body = by.sign(FULL, NOW).partition(b"\r\n\r\n")
    assert is_valid(head + b"\r\n\r\n" + body, by)
    assert not is_valid(head + b"\r\n\r\n" + change(body), by)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda it: b"Received: by mx\r\n\tfor ada\r\n" + it, id="a trace"),
        pytest.param(lambda it: b"Sender: papers@example.org\r\n" + it, id="a sender"),
        pytest.param(lambda it: it.replace(b"Precedence: bulk\r\n", b""), id="precedence gone"),
        pytest.param(lambda it: it.replace(b"\r\nTo: ", b"\r\nTO:\r\n\t"), id="folded otherwise"),
        pytest.param(lambda it: it.replace(b"bulk\r\n", b"bulk  \r\n") + b"\r\n", id="blanks"),
    ],
)
def test_what_relays_do_on_the_way_breaks_nothing(change: Callable[[bytes], bytes]) -> None:
    by = signer()
    content = by.sign(FULL, NOW)
    assert change(content) != content
    assert is_valid(change(content), by)


@given(
    subject=st.text(),
    name=st.text(),
    text=st.text(st.sampled_from("a \t\r\n.=é-")),
    html=st.text(),
)
def test_whatever_a_message_holds_its_signature_is_good(
    subject: str, name: str, text: str, html: str
) -> None:
    message = make_message(subject=subject, text=text, html=html)
    by = signer()
    assert is_valid(by.sign(make_content(message, make_headers(recipient_name=name)), NOW), by)


@given(body=st.text(st.sampled_from("a \t\n")).map(lambda text: text.replace("\n", "\r\n")))
def test_a_body_of_blanks_and_empty_lines_is_canonical_as_others_have_it(body: str) -> None:
    by = signer()
    assert is_valid(by.sign(b"From: a@example.org\r\n\r\n" + body.encode(), NOW), by)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("recipient", ["ada@example.org", "zoë@bücher.example"])
def test_a_signature_is_good_at_the_other_end_of_smtp(kind: str, recipient: str) -> None:
    by = signer(kind)
    content = by.sign(make_content(make_message(), make_headers(recipient=recipient)), NOW)
    envelope = Envelope(sender="papers@example.org", recipient=recipient, content=content)
    with smtp_server() as server, SmtpTransport(make_relay(server)) as transport:
        transport.send(envelope, on_data=nothing)
    assert server.received[0].content == content
    assert is_valid(server.received[0].content, by)


def test_a_record_is_in_strings_that_the_dns_takes() -> None:
    record = signer("rsa").record()
    assert record.startswith('s1._domainkey.example.org. IN TXT "v=DKIM1; k=rsa; p=MII')
    strings = re.findall(r'"([^"]*)"', record)
    assert [len(each) <= 255 for each in strings] == [True, True]
    assert re.fullmatch(r'.* IN TXT "v=DKIM1; k=ed25519; p=[\w+/]{43}="', signer().record())


@pytest.mark.parametrize(
    ("key", "telling"),
    [
        pytest.param(lambda: "hello", "no private key in PEM: openssl genrsa", id="no key"),
        pytest.param(lambda: pem("rsa")[:300], "no private key in PEM", id="half a key"),
        pytest.param(lambda: "ключ", "no private key in PEM", id="not ASCII"),
        pytest.param(lambda: pem("rsa", password=b"x"), "locked with a password", id="locked"),
        pytest.param(lambda: in_pem(WEAK), "has 512 bits, and receivers take 1024", id="short"),
        pytest.param(lambda: pem("ec"), "neither RSA nor Ed25519", id="another kind"),
    ],
)
def test_a_key_that_is_none_is_named_with_its_place(key: Callable[[], str], telling: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_signer(key(), domain="d", selector="s", where="digest.toml:7: mail.dkim.key")
    (problem,) = caught.value.problems
    assert problem.startswith("digest.toml:7: mail.dkim.key: ")
    assert telling in problem
    assert "BEGIN" not in problem


def test_a_key_shows_in_no_text() -> None:
    assert "key" not in repr(signer())
