"""Signatures by which receivers know a message for ours and unchanged (DKIM, RFC 6376).

Made here and not by dkimpy, which takes the time of its own clock for `t=`: a message that is
sent again must have the same bytes. RSA by PKCS #1 1.5 and Ed25519 have no randomness in them.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from digest.errors import ConfigError
from digest.mail.headers import fold

# Each is signed once more than it is there, so that none can be added either. Left out: what
# relays write themselves (Sender, Return-Path) or use up (Precedence, X-Auto-Response-Suppress).
SIGNED = (
    *("From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID"),
    *("MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Language"),
    *("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"),  # RFC 8058 section 4 wants these
    *("List-Help", "List-Owner", "List-Post", "Feedback-ID", "Auto-Submitted"),
)
_KEY_SIZES = range(1024, 4096 + 1)  # bits that every receiver can verify: RFC 8301 section 3.2
_LINE = 72
_STRING = 255  # octets of one string of a TXT record

_Fields = dict[str, list[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Signs messages for a domain (A-labels), whose record `selector` names the key."""

    domain: str
    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey = field(repr=False)

    def sign(self, content: bytes, at: datetime) -> bytes:
        """Put a signature before the content, whose lines end in CRLF; `at` is its time."""
        head, _, body = content.partition(b"\r\n\r\n")
        fields = _by_name(head)
        unsigned = fold("DKIM-Signature", self._tags(fields, body, at)) + "\r\n b="
        canonical = b"".join(map(_relaxed, (*_signed(fields), unsigned.encode())))
        signature = _base64(self._raw_signature(canonical.removesuffix(b"\r\n")))
        lines = "\r\n ".join(_pieces(signature, _LINE))
        return f"{unsigned}{lines}\r\n".encode() + content

    def record(self) -> str:
        """Write the record to publish, as a zone file has it (RFC 6376 section 3.6.1)."""
        public = self.key.public_key()
        if isinstance(self.key, RSAPrivateKey):
            kind = "rsa"
            octets = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        else:
            kind = "ed25519"
            octets = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        text = f"v=DKIM1; k={kind}; p={_base64(octets)}"
        quoted = " ".join(f'"{each}"' for each in _pieces(text, _STRING))
        return f"{self.selector}._domainkey.{self.domain}. IN TXT {quoted}"

    def _tags(self, fields: _Fields, body: bytes, at: datetime) -> Iterator[str]:
        """Give the words of the signature's own field but for its last tag, b=."""
        algorithm = "rsa-sha256" if isinstance(self.key, RSAPrivateKey) else "ed25519-sha256"
        yield from ("v=1;", f"a={algorithm};", "c=relaxed/relaxed;")
        yield from (f"d={self.domain};", f"s={self.selector};", f"t={int(at.timestamp())};")
        names = [name for name in SIGNED for _ in range(len(fields.get(name.lower(), ())) + 1)]
        yield from f"h={': '.join(names)};".split()
        yield f"bh={_base64(sha256(_relaxed_body(body)).digest())};"

    def _raw_signature(self, data: bytes) -> bytes:
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(data, PKCS1v15(), SHA256())
        return self.key.sign(sha256(data).digest())  # RFC 8463 section 3


def load_signer(pem: str, *, domain: str, selector: str, where: str) -> Signer:
    """Make a signer of a private key; ConfigError at `where` (FILE:LINE: key) if it is none."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except TypeError as error:
        raise ConfigError([f"{where}: is locked with a password: store it without"]) from error
    except (ValueError, UnsupportedAlgorithm):  # its words tell nobody anything
        raise ConfigError(
            [f"{where}: is no private key in PEM: {_how_to_make(selector)}"]
        ) from None
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise ConfigError([f"{where}: is neither RSA nor Ed25519: {_how_to_make(selector)}"])
    if isinstance(key, RSAPrivateKey) and key.key_size not in _KEY_SIZES:
        raise ConfigError(
            [f"{where}: has {key.key_size} bits, and receivers take 1024 to 4096: 2048 is usual"]
        )
    return Signer(domain=domain, selector=selector, key=key)


def _how_to_make(selector: str) -> str:
    return f"openssl genrsa -out {selector}.pem 2048 makes one"


def _by_name(head: bytes) -> _Fields:
    """Sort whole fields by their names in small letters, in the order in which they stand."""
    fields: _Fields = {}
    for each in re.split(rb"\r\n(?![\t ])", head):
        fields.setdefault(each.partition(b":")[0].decode().lower(), []).append(each)
    return fields


def _signed(fields: _Fields) -> Iterator[bytes]:
    """Give the fields to sign, those of one name from the bottom up (RFC 6376 section 5.4.2)."""
    for name in SIGNED:
        yield from reversed(fields.get(name.lower(), ()))


def _relaxed(each: bytes) -> bytes:
    """Make a field canonical (RFC 6376 section 3.4.2)."""
    name, _, value = each.partition(b":")
    flat = re.sub(rb"[\t ]+", b" ", value.replace(b"\r\n", b""))
    return name.strip().lower() + b":" + flat.strip() + b"\r\n"


def _relaxed_body(body: bytes) -> bytes:
    """Make a body canonical (RFC 6376 section 3.4.4)."""
    flat = re.sub(rb" (?=\r\n)", b"", re.sub(rb"[\t ]+", b" ", body)).rstrip(b"\r\n")
    return flat and flat + b"\r\n"


def _pieces(text: str, length: int) -> list[str]:
    return [text[start : start + length] for start in range(0, len(text), length)]


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()
