"""How large a message's HTML may be: Gmail cuts off what is above 102,400 bytes as they travel."""

import binascii

from digest.issue import Issue, Pick

HTML_LIMIT = 100_000
"""Bytes of the HTML in UTF-8."""

ENCODED_LIMIT = 102_400
"""Bytes of it in quoted-printable (RFC 2045)."""

_FRAME = 12_000  # what the shipped templates print around the papers
_PICK, _ALSO = 2_200, 700  # and around a paper that is no card
_SHOWN = 300  # characters of a text that a title, a name or an address has at most
_LINE = 75  # characters of an encoded line, before the break of two or three more


def is_small(html: str) -> bool:
    """Say whether HTML stays below both limits."""
    content = html.encode()
    if len(content) > HTML_LIMIT:
        return False
    return _at_most(html, len(content)) <= ENCODED_LIMIT or encoded(content) <= ENCODED_LIMIT


def encoded(content: bytes) -> int:
    """Count the bytes of a part in quoted-printable, line ends as CRLF."""
    lines = binascii.b2a_qp(content)
    return len(lines) + lines.count(b"\n")


def _at_most(html: str, size: int) -> int:
    """Bound the encoded size of what is printed, unencoded: a byte that needs it takes three."""
    beyond_ascii = 2 * (size - len(html))
    written = size + 2 * (beyond_ascii + html.count("=")) + 3 * (html.count("\n") + 1)
    return written + 3 * (written // _LINE + 1)


def surely_fits(issue: Issue) -> bool:
    """Say whether every paper has room as a title at least, in the shipped templates."""
    picks = sum(_PICK + _worst(pick) for pick in issue.picks)
    also = sum(_ALSO + _worst(pick) for pick in issue.also)
    return _FRAME + picks + also <= HTML_LIMIT


def _worst(pick: Pick) -> int:
    """Bound the encoded bytes of what is printed of a paper as a title."""
    paper = pick.stored.paper
    texts = (
        paper.title or paper.abstract or "",
        pick.summary or (paper.abstract or "")[:_SHOWN],
        paper.organization or "",
        *paper.authors[:8],
        *(reason.term for reason in pick.reasons[:2]),
    )
    return sum(len(repr(text[:_SHOWN].encode())) for text in texts)
