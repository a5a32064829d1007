"""Ties, dashes and quotation marks as TeX has them typed."""

import re

from digest.rendering.tex import scripts
from digest.rendering.tex.stretch import Stretch

_DASHES = {"--": "–", "---": "—"}
_BEGINS_WORD = frozenset("\"'`“‘([{$\\")
_TILDE_SIDES = re.compile(r"[^\W_]|[.,;:)\]}%!?\"'”’$]")
_QUOTE = re.compile(r"`([^`'\n]{1,80})'(?![\w'])")


def tie(stretch: Stretch, at: int) -> str:
    """Tell the tie of Type~1 from about ~5, from a range 5~10, from y~x and x~N(0, 1)."""
    before, after = stretch.before(at), stretch.after(at + 1, 2)
    if not after or not _TILDE_SIDES.match(before) or after[0].isspace() or after[0] in "~/":
        return "~"
    if before.isdigit() and after[0].isdigit():
        return "~"
    is_single = len(scripts.word_before(stretch.text, at)) == 1 and before.isalpha()
    if is_single and after[0].isalpha() and not after[1:].isalpha():
        return "~"
    return "~" if scripts.stands_in_address(stretch.text, at, stretch.end) else " "


def dash(stretch: Stretch, match: re.Match[str]) -> str:
    """Read -- and --- between words; an option --flag and an arrow --> stay."""
    at, written = match.start(), match[0]
    before, after = stretch.before(at), stretch.after(match.end())
    if not before or not after or after in "->" or written not in _DASHES:
        return written
    if after.isspace():
        is_between = before.isspace() or (before.isalpha() and written == "---")
    else:
        is_between = not before.isspace() and (after.isalnum() or after in _BEGINS_WORD)
    if not is_between or scripts.stands_in_address(stretch.text, at, stretch.end):
        return written
    return _DASHES[written]


def quote(stretch: Stretch, match: re.Match[str]) -> int:
    """Read ``x'' and `x', but no code between backticks, inches or primes."""
    at, sign = match.start(), match[0]
    before, after = stretch.before(at), stretch.after(match.end())
    if sign == "''" and stretch.is_quoted and not before.isspace():
        stretch.is_quoted = False
        stretch.add("”")
    elif sign == "``" and after and not after.isspace() and not before.isalnum():
        stretch.is_quoted = True
        stretch.add("“")
    elif (
        sign == "`"
        and not before.isalnum()
        and (whole := _QUOTE.match(stretch.text, at, stretch.end))
    ):
        stretch.add("‘")
        stretch.found += stretch.deeper(at + 1, whole.end() - 1)
        stretch.add("’")
        return whole.end()
    else:
        stretch.add(sign)
    return match.end()
