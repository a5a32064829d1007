"""Header fields by hand: cleaned, encoded and folded (RFC 5322, RFC 2047).

What a message says as one of a list: how to stop it, whom to ask, whose it is (RFC 2369).
"""

import base64
import re
import string
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from urllib.parse import quote

from digest.errors import RelayRefused
from digest.mail.addresses import ascii_domain, own_mailbox

# Controls and lone surrogates; U+2028 and U+2029 are white space to Python and go with it.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE = 76  # RFC 2047 section 2: the limit of a line with an encoded word
_WORD = 75  # and of the word itself
# A plain word that fits a line of 998 (RFC 5322 section 2.1.1) even with each letter escaped.
_LONGEST = 450
_OVERHEAD = len("=?utf-8?q??=")
_Q_PLAIN = frozenset(string.ascii_letters + string.digits + "!*+-/")  # RFC 2047 section 5 (3)
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]*")


def clean(text: str) -> str:
    """Take out of a header's value whatever could end it, and every second blank."""
    return " ".join(_UNFIT.sub(" ", text).split())


def identifier(text: str) -> str:
    """Keep what may stand in a name that machines read: ASCII without blanks."""
    return re.sub(r"[^!-~]", "", text)


def fold(name: str, words: Iterable[str]) -> str:
    """Lay out a field over lines, breaking only between words; the last line has no CRLF yet."""
    lines = [f"{name}:"]
    for number, word in enumerate(words):
        if number == 0 or len(lines[-1]) + 1 + len(word) <= _LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return "\r\n".join(lines)


def text_words(name: str, text: str) -> list[str]:
    """Split an unstructured value into words for `fold`, encoded where they must be."""
    return text.split() if _is_plain(text) else _encoded_words(name, text)


def phrase_words(name: str, text: str) -> list[str]:
    """Split a display name into words for `fold`: atoms, a quoted string, or encoded words."""
    if not _is_plain(text):
        return _encoded_words(name, text)
    if _ATOMS.fullmatch(text):
        return text.split()
    return ('"' + re.sub(r'(["\\])', r"\\\1", text) + '"').split()


def _is_plain(text: str) -> bool:
    return (
        text.isascii() and "=?" not in text and all(len(word) < _LONGEST for word in text.split())
    )


def _encoded_words(name: str, text: str) -> list[str]:
    """Encode text whole, in the shorter of Q and B, never splitting a character."""
    room = min(_WORD, _LINE - len(f"{name}: ")) - _OVERHEAD
    letters = [_q(letter) for letter in text]
    if sum(map(len, letters)) <= -(-len(text.encode()) // 3) * 4:
        return [
            f"=?utf-8?q?{chunk.decode()}?=" for chunk in _chunks(map(str.encode, letters), room)
        ]
    chunks = _chunks(map(str.encode, text), room // 4 * 3)
    return [f"=?utf-8?b?{base64.b64encode(chunk).decode()}?=" for chunk in chunks]


def _q(letter: str) -> str:
    if letter == " ":
        return "_"
    return letter if letter in _Q_PLAIN else "".join(f"={byte:02X}" for byte in letter.encode())


def _chunks(pieces: Iterable[bytes], room: int) -> list[bytes]:
    """Join pieces into chunks of at most `room` bytes."""
    chunks = [b""]
    for piece in pieces:
        if len(chunks[-1]) + len(piece) > room:
            chunks.append(b"")
        chunks[-1] += piece
    return chunks


_HOST = re.compile(r"(?<=//)[^/?#:@]+|(?<=@)[^/?#:,]+")
_URI_SAFE = "%:/?#[]@!$&'()*+,;=-._~"  # RFC 3986: delimiters, and what is encoded already
_LOCAL_PART_SAFE = "!$'*+-._~"  # RFC 6068 section 2, less what a list of URIs needs
_LONGEST_URI = 900  # a line has 998 characters at most, and a URI can't be folded


def list_fields(
    list_id: str, *, unsubscribe: Iterable[str], token: str, help_from: str, owner: str
) -> list[str]:
    """List a list's fields; `help_from` and `owner` are `a@b` or `Name <a@b>`.

    Raises RelayRefused for an unusable address of ours.
    """
    return [
        f"List-Id: <{identifier(list_id)}>",  # RFC 2919
        *_unsubscribe([_uri(uri, token) for uri in unsubscribe]),
        f"List-Help: <{_mailto(help_from)}?subject=help>",  # RFC 2369 section 3.1
        f"List-Owner: <{_mailto(owner)}>",  # section 3.5
        "List-Post: NO",  # section 3.4: nobody may post here
    ]


def feedback_id(day: date, kind: str, list_id: str) -> str:
    """Name the mailing, never the person, for the complaints that Gmail adds up.

    `Feedback-ID: a:b:c:SenderId`, the narrowest first; the last one stays the same and has 5 to
    15 characters (https://support.google.com/mail/answer/6254652). Ours are the issue's day, its
    layout, the list, and a short name of the list.
    """
    name = identifier(list_id)
    parts = (day.isoformat(), kind, name, f"digest{sha256(name.encode()).hexdigest()[:8]}")
    return ":".join(re.sub(r"[^A-Za-z0-9._-]", "", part) for part in parts)


def _unsubscribe(uris: list[str]) -> list[str]:
    """List every way to stop, and one-click where there is one (RFC 2369, RFC 8058)."""
    if not uris:
        return []
    listed = [f"<{uri}>" for uri in uris]
    fields = [fold("List-Unsubscribe", (*(f"{uri}," for uri in listed[:-1]), listed[-1]))]
    if any(uri.lower().startswith("https:") for uri in uris):
        fields.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    return fields


def _uri(uri: str, token: str) -> str:
    text = clean(uri).strip("<> ").replace("{token}", quote(token, safe=""))
    try:
        text = quote(_HOST.sub(_ascii_host, text, count=1), safe=_URI_SAFE)
    except ValueError as error:
        raise RelayRefused(f"mail.unsubscribe: {error}") from error
    if len(text) > _LONGEST_URI:
        raise RelayRefused(f"mail.unsubscribe: longer than {_LONGEST_URI} characters: {text}")
    return text


def _ascii_host(match: re.Match[str]) -> str:
    return match[0] if match[0].isascii() else ascii_domain(match[0])


def _mailto(address: str) -> str:
    local_part, _, domain = own_mailbox(address).address.rpartition("@")
    return f"mailto:{quote(local_part, safe=_LOCAL_PART_SAFE)}@{domain}"
