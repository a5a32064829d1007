"""What a message says as one of a list: how to stop it, whom to ask, whose it is (RFC 2369)."""

import re
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from urllib.parse import quote

from digest.errors import RelayRefused
from digest.mail.addresses import ascii_domain, own_mailbox
from digest.mail.headers import clean, fold, identifier

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
