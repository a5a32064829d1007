"""The header lines of a Hugging Face page's text, also where they are glued to the text before.

From formats.md, seeds: `new`, `Get trending papers in your email inbox!`, `Subscribe`, `Daily
Papers`, `byAK and the research community` and the day of viewing, each flavour with some of them;
the one without blank lines has its first title directly after `Subscribe`. A file that does not
end its last line, put before another one, leaves the other's first line glued to its own last.
"""

import re
from collections.abc import Iterable, Sequence

from digest.formats.lines import BOM, Line

_INVITATION = "Get trending papers in your email inbox"
_INVITATIONS = (f"{_INVITATION}!", f"{_INVITATION} once a day!")
_BADGE = "new"
_BUTTON = "Subscribe"
_TITLE = "Daily Papers"
_COMMUNITY = ("byAK and the research community", "by AK and the research community")
_PHRASES = (*_INVITATIONS, *_COMMUNITY, _BADGE, _BUTTON, _TITLE)
_GLUED_TITLE = re.compile(rf"{_BUTTON}[^\W_a-z]|{_BUTTON}[\"“$(\[]")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_VIEWING_DAY = re.compile(rf"(?:{'|'.join(MONTHS)}) \d{{1,2}}", re.ASCII)


def unglued(lines: Iterable[Line]) -> list[Line]:
    """The lines that are not blank, with glued header lines split off."""
    whole: list[Line] = []
    for line in lines:
        for piece in _split(line):
            if piece.text == _INVITATIONS[0] and whole:
                whole[-1] = _without_badge(whole[-1])
            whole.append(piece)
    return whole


def _split(line: Line) -> list[Line]:
    """Split what precedes an invitation from it; a blank line is no piece at all."""
    for invitation in _INVITATIONS:
        if line.text.endswith(invitation):
            before = line.text.removesuffix(invitation).rstrip().removesuffix(BOM)
            texts = (before, invitation)
            return [Line(number=line.number, text=text) for text in texts if text]
    return [line] if line.text else []


def _without_badge(line: Line) -> Line:
    before = line.text.removesuffix(_BADGE)
    if before in ("", line.text) or before[-1].isspace():
        return line
    return Line(number=line.number, text=before.removesuffix(BOM))


def is_telling(lines: Sequence[Line]) -> bool:
    """Whether there is a header line that no other kind of file has."""
    if lines and lines[0].text in (_BUTTON, _TITLE):
        return True
    return any(line.text in (*_INVITATIONS, *_COMMUNITY) for line in lines)


def is_header(lines: Sequence[Line], at: int, *, after_header: bool) -> bool:
    """Whether the line at `at` is part of a header.

    The day of viewing is where it follows another header line, or begins a file that was cut
    within the header; such a file may also begin with the end of a header line.
    """
    text = lines[at].text
    if text in _PHRASES:
        return True
    if _VIEWING_DAY.fullmatch(text):
        return after_header or at == 0
    return at == 0 and _is_rest_of_phrase(text) and _goes_on(lines[1:2])


def _is_rest_of_phrase(text: str) -> bool:
    return any(phrase.endswith(text) for phrase in _PHRASES)


def _goes_on(following: Sequence[Line]) -> bool:
    return any(
        line.text.startswith((*_PHRASES, _BUTTON)) or _VIEWING_DAY.fullmatch(line.text)
        for line in following
    )


def title_after_button(lines: Sequence[Line], at: int) -> Line | None:
    """The title that stands on the same line as `Subscribe`, below an invitation.

    A file that lost the invitation begins so; a word like `Subscriber` is left alone there.
    """
    line = lines[at]
    if not line.text.startswith(_BUTTON):
        return None
    title = line.text.removeprefix(_BUTTON).strip()
    if at == 0:
        is_glued = _GLUED_TITLE.match(line.text) is not None
    else:
        is_glued = any(each.endswith(lines[at - 1].text) for each in _INVITATIONS)
    return Line(number=line.number, text=title) if title and is_glued else None
