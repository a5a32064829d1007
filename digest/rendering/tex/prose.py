"""Running text with TeX in it to runs; what isn't understood stays as written."""

import re

from digest.rendering.tex import braces, commands, dollars, maths, scripts, typography
from digest.rendering.tex.links import LINK, unescaped
from digest.rendering.tex.script import Run, Script
from digest.rendering.tex.spacing import PREFIXES
from digest.rendering.tex.stretch import Stretch, closings

DEEPEST = 20
_NEXT = re.compile(rf"(?P<link>{LINK})|(?P<sign>[\\${{}}^_~]|(?<![-<!])--+|`+|'')", re.IGNORECASE)
_LEADING = re.compile(r"^([^\w\s(\[]) (?=\S)")
_BLANK_AT_START = re.compile(r"\s*(?:\\[,;: ]|~|\\q?quad(?![A-Za-z]))")
_BLANK_AT_END = re.compile(r"(?:\\[,;: ]|~|\\q?quad)\s*$")


def read(text: str) -> list[Run]:
    """Read a title or an abstract."""
    closing = closings(text)
    start, end = 0, len(text)
    if braces.wraps_all(text, start, end, closing):
        start, end = 1, end - 1
    return _read(text, start, end, closing, 0)


def _read(text: str, start: int, end: int, closing: dict[int, int], depth: int) -> list[Run]:
    """Read a stretch in one pass; a command's argument is read one level deeper."""
    if depth > DEEPEST:
        return [Run(text[start:end])]
    stretch = Stretch(
        text=text,
        end=end,
        closing=closing,
        deeper=lambda start, end: _read(text, start, end, closing, depth + 1),
    )
    while match := _NEXT.search(text, start, end):
        stretch.keep(start, match.start())
        if match["link"]:
            stretch.add(unescaped(match[0]))
            start = match.end()
        else:
            start = _sign(stretch, match)
    stretch.keep(start, end)
    return stretch.found


def _sign(stretch: Stretch, match: re.Match[str]) -> int:
    """Read what a sign begins, and say where it ends."""
    sign, at = match["sign"], match.start()
    if sign == "\\":
        if stretch.after(at, 2) in ("\\(", "\\["):
            return _bracketed(stretch, at)
        return commands.read(stretch, at)
    if sign == "$":
        return _dollar(stretch, at)
    if sign == "{":
        return _brace(stretch, at)
    if sign in "^_":
        return _script(stretch, at)
    if sign[0] in "`'":
        return typography.quote(stretch, match)
    if sign == "~":
        sign = typography.tie(stretch, at)
    elif sign[0] == "-":
        sign = typography.dash(stretch, match)
    stretch.add(sign)
    return match.end()


def _dollar(stretch: Stretch, at: int) -> int:
    width = 2 if stretch.text.startswith("$$", at) else 1
    start = at + width
    close = dollars.closing_dollar(stretch.text, start, stretch.end, stretch.closing)
    if close < 0 or (width == 2 and not stretch.text.startswith("$$", close)):
        return stretch.keep(at, start)
    stop = close + width
    content = stretch.text[start:close]
    if not dollars.is_formula(content, stretch.before(at, 3), stretch.after(stop)):
        return stretch.keep(at, start)
    return _formula(stretch, at, close, width)


def _bracketed(stretch: Stretch, at: int) -> int:
    r"""Read \(..\) or \[..\]."""
    closing = "\\)" if stretch.text[at + 1] == "(" else "\\]"
    close = stretch.text.find(closing, at + 2, min(stretch.end, at + maths.LONGEST))
    return _formula(stretch, at, close, 2) if close > 0 else stretch.keep(at, at + 2)


def _formula(stretch: Stretch, at: int, close: int, width: int) -> int:
    start, stop = at + width, close + width
    pieces = maths.read(stretch.text, start, close, stretch.deeper)
    if pieces is None:
        return stretch.keep(at, stop)
    content, before = stretch.text[start:close], stretch.before(at)
    if pieces and before.isalnum():  # OR$=2$
        pieces = (Run(_LEADING.sub(r"\1", pieces[0].text), pieces[0].script), *pieces[1:])
    if before and not before.isspace() and _BLANK_AT_START.match(content):
        stretch.add(" ")
    stretch.found += pieces
    is_sign = bool(pieces) and pieces[-1].text[-1] in PREFIXES
    if pieces and not is_sign and stretch.after(stop).isalnum() and _BLANK_AT_END.search(content):
        stretch.add(" ")
    return stop


def _script(stretch: Stretch, at: int) -> int:
    text, end = stretch.text, stretch.end
    if scripts.stands_in_address(text, at, end):
        return stretch.keep(at, at + 1)
    level = Script.SUP if text[at] == "^" else Script.SUB
    for shape in (scripts.in_compound, scripts.bare_script):
        if match := shape(text, at, end):
            stretch.add(match[1] or match[2], level)
            return match.end()
    if text.startswith("{", at + 1) and scripts.takes_braces(text, at, end):
        script = maths.read_script(text, at + 1, end, stretch.deeper)
        if script and script[0]:
            stretch.add(script[0], level)
            return script[1]
    return stretch.keep(at, at + 1)


def _brace(stretch: Stretch, at: int) -> int:
    for shape in (braces.protected, braces.grouped_sign):
        if match := shape(stretch.text, at, stretch.end):
            stretch.add(match[1])
            return match.end()
    if not stretch.has_group(at) or not commands.begins(stretch, at + 1):
        return stretch.keep(at, at + 1)
    close = stretch.closing[at]
    stretch.found += stretch.deeper(at + 1, close)
    return close + 1
