"""Accents and letters of other alphabets: \\"o, \\'{e}, \\v{s}, \\ss."""

import re
import unicodedata

from digest.rendering.tex import symbols

_LETTER = r"(?:[^\W\d_]|\\(?:i|j|ae|AE|o|O|aa|AA)(?![A-Za-z])\s?)"
_ACCENT = re.compile(
    rf"\\(?:(?P<sign>[\"'`^~=.])\s{{0,2}}(?P<brace>\{{)?\s?|(?P<name>[uvHckrbd])(?:(?P<group>\{{)\s?|\s))"
    rf"(?P<letter>{_LETTER}|(?<=\{{)\{{\\[ij]\}})(?(brace)\s?\}}|)(?(group)\s?\}}|)"
)
# A backslash before a quotation mark may be a program's: \"deep\", don\'t.
_QUOTED = re.compile(r"""\\(["'])[^\\]{1,80}\\\1(?![A-Za-z{\\])""")
_APOSTROPHE = re.compile(r"\\'(?:s|t|d|ll|re|ve|m)(?![A-Za-z])")
_FILE_ENDING = re.compile(r"\\\.(?![zZIeE])|\\\.(?:zip|exe|edu|eu|eps|epub)(?![A-Za-z])")
# A converter has taken the first letter of a Greek name for an accent: \k{appa}.
_BROKEN_GREEK = re.compile(r"\\([uvHckrbd])\{([a-z]{1,6})\}")


def read_accent(text: str, at: int, end: int) -> tuple[str, int] | None:
    """Read an accented letter, and say where it ends."""
    if broken := _BROKEN_GREEK.match(text, at, end):
        name = broken[1] + broken[2]
        if name in symbols.GREEK:
            return symbols.ORDINARY[name], broken.end()
    match = _ACCENT.match(text, at, end)
    if match is None or (not match["brace"] and _is_a_programs(text, match)):
        return None
    spelt = unicodedata.normalize("NFC", _base(match["letter"]) + _mark(match))
    is_spelt_out = bool(match["brace"] or match["group"])
    if len(spelt) > 1 and not is_spelt_out:
        return None
    return spelt, match.end()


def _mark(match: re.Match[str]) -> str:
    return symbols.MARKS[match["sign"] or match["name"]]


def _base(letter: str) -> str:
    name = letter.strip("{}\\ ")
    if "\\" in letter:
        return {"i": "i", "j": "j"}.get(name) or symbols.LETTERS[name]
    return letter


def _is_a_programs(text: str, match: re.Match[str]) -> bool:
    at = match.start()
    sign, before = match["sign"], text[max(at - 1, 0) : at]
    if sign == ".":
        return bool(_FILE_ENDING.match(text, at))
    if sign in ('"', "'") and not before.isalpha():
        return bool(_QUOTED.match(text, at))
    if match["name"] in ("b", "d"):
        return not match["group"]
    return sign == "'" and bool(_APOSTROPHE.match(text, at))
