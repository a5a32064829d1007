"""Commands in running text: fonts, links, notes, letters, signs.

Accents and letters of other alphabets: \"o, \'{e}, \v{s}, \\ss.

Links in running text: their characters are never TeX, but for those it escapes.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence

from digest.tex import maths, runs, symbols
from digest.tex.maths import printable
from digest.tex.runs import Run, Script, Stretch, on_line

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


# An address, a DOI, or a path on a drive.
LINK = (
    r"(?:https?://|ftp://|www\.)"
    r"(?:[^\s{}\\<>\"$'`]|'(?!')|\{[\w.-]{0,40}\}|\\[_&%#~-]|\\textasciitilde)+"
    r"|(?<![\w.])10\.\d{4,9}/[^\s{}\\$]+"
    r"|(?<![A-Za-z0-9])[A-Za-z]:\\(?![A-Za-z]+\{)[^\s{}$]*"
)
_ESCAPE = re.compile(r"\\([_&%#~{}$])(?:\{\})?|\\textasciitilde(?:\{\}|\s)?|\\-(?=\w)")


def unescaped(address: str) -> str:
    """Take TeX's backslashes out of an address, not those of a path."""
    if address[1:3] == ":\\":
        return address
    return _ESCAPE.sub(lambda match: match[1] or ("~" if "tilde" in match[0] else "-"), address)


def shown(address: str, text: Sequence[Run]) -> list[Run]:
    """Show a link's text and address, once where they are the same."""
    written = on_line(text).strip()
    if not address or written.rstrip("/") == address.rstrip("/"):
        return [Run(written)]
    return [*text, Run(f" ({address})")] if written else [Run(address)]


_NAME = re.compile(r"\\([A-Za-z]+)\*?")
_BRACKETS = re.compile(r"\s?\[[^\[\]{}$]{0,200}\]")
_COLOUR = re.compile(r"\{[A-Za-z]{1,20}(?:![0-9]{1,3}|\d)?(?:![A-Za-z]{1,20})?\}")
_CODE = re.compile(r"\{x([0-9A-Fa-f]{2,5})\}")
_VERBATIM = re.compile(r"\\verb\*?([|!+@/])(.{0,200}?)\1")
_TWICE = re.compile(r"\\\\(?=(?:text[a-z]{2,}|emph|url|href|copyright|ss)[{}])")
_ENVIRONMENT = 2000

Handler = Callable[[Stretch, int, int], int | None]


def read(stretch: Stretch, at: int) -> int:
    """Read the command at `at`, and say where it ends."""
    if at + 1 >= stretch.end:
        return stretch.keep(at, stretch.end)
    if accent := read_accent(stretch.text, at, stretch.end):
        stretch.add(accent[0])
        return accent[1]
    if name := _NAME.match(stretch.text, at, stretch.end):
        return _named(stretch, name)
    return _sign(stretch, at)


def begins(stretch: Stretch, at: int) -> bool:
    r"""Tell whether a group begins with TeX: {\em x}, {\"u}, {$x$}, not {a, b}."""
    if stretch.text.startswith(("$", "\\%", "\\$", "\\&", "\\#"), at):
        return True
    if read_accent(stretch.text, at, stretch.end):
        return True
    name = _NAME.match(stretch.text, at + bool(_TWICE.match(stretch.text, at)), stretch.end)
    return name is not None and name[1] in _KNOWN


def _sign(stretch: Stretch, at: int) -> int:
    r"""Read \%, \, and the like."""
    sign = stretch.text[at + 1]
    if sign in symbols.ESCAPED:
        stretch.add(sign)
    elif sign == "\\":
        return _line_break(stretch, at)
    elif sign in ",;! ":
        beside = (stretch.before(at) or " ", stretch.after(at + 2) or " ")
        is_needed = sign != "!" and not any(side.isspace() for side in beside)
        stretch.add(" " if is_needed else "")
    elif sign != "@" and not (sign == "-" and _hyphenates(stretch, at)):
        stretch.keep(at, at + 2)
    return at + 2


def _hyphenates(stretch: Stretch, at: int) -> bool:
    return stretch.before(at).isalpha() and stretch.after(at + 2).isalpha()


def _line_break(stretch: Stretch, at: int) -> int:
    if _TWICE.match(stretch.text, at, stretch.end):  # escaped once too often on its way
        return at + 1
    if stretch.before(at).isspace() and stretch.after(at + 2).isspace():
        return at + 3
    return stretch.keep(at, at + 2)


def _named(stretch: Stretch, name: re.Match[str]) -> int:
    word, at, stop = name[1], name.start(), name.end()
    if handler := _WITH_ARGUMENT.get(word):
        start = stop + 1 if stretch.after(stop) == " " and word in _FONTS else stop
        if stretch.has_group(start) and (end := handler(stretch, at, start)) is not None:
            return end
    if word in symbols.SWITCHES:
        return stretch.skip_blank(stretch.skip_empty(stop))
    if word in symbols.LETTERS:
        return _letter(stretch, at, stop, word)
    if word in symbols.WORDS:
        return _word(stretch, stop, word)
    return _formula(stretch, name)


def _letter(stretch: Stretch, at: int, stop: int, word: str) -> int:
    stretch.add(symbols.LETTERS[word].translate(symbols.DOTTED))
    after = stretch.skip_empty(stop)
    is_unit = word == "AA" and not stretch.before(at).isalpha()
    return after if after > stop or is_unit else stretch.skip_blank(stop)


def _word(stretch: Stretch, stop: int, word: str) -> int:
    sign, end = symbols.WORDS[word], stretch.skip_empty(stop)
    after = stretch.after(end)
    if sign.endswith(".") and after == ".":
        sign = sign[:-1]
    elif sign in (" ", "—", "–") and after.isspace():
        end += 1
    stretch.add(sign)
    return end


def _formula(stretch: Stretch, name: re.Match[str]) -> int:
    """Read a sign or a construction that belongs into a formula and stands outside."""
    text, at, stop = stretch.text, name.start(), name.end()
    if verbatim := _VERBATIM.match(text, at, stretch.end):
        stretch.add(verbatim[2])
        return verbatim.end()
    before = runs.word_before(text, at)
    is_sign = name[1] in symbols.SIGNS and (len(before) < 2 or before[-1].isdigit())
    is_built = name[1] in _BUILT and stretch.has_group(stop)
    if is_built or (is_sign and not runs.stands_in_address(text, at, stretch.end)):
        one = maths.read_one(text, at, stretch.end, stretch.deeper)
        if one is not None:
            stretch.found += one[0]
            return stretch.skip_empty(one[1] - text[one[1] - 1].isspace())
    return _as_written(stretch, name)


def _as_written(stretch: Stretch, name: re.Match[str]) -> int:
    """Keep a command with all its arguments."""
    stop = name.end()
    while True:
        if brackets := _BRACKETS.match(stretch.text, stop, stretch.end):
            stop = brackets.end()
        elif stretch.has_group(stop):
            stop = stretch.closing[stop] + 1
        else:
            break
    if name[1] == "begin":
        closing = f"\\end{stretch.text[name.end() : stop][:30]}"
        end = stretch.text.find(closing, stop, min(stretch.end, stop + _ENVIRONMENT))
        stop = end + len(closing) if end >= 0 else stop
    return stretch.keep(name.start(), stop)


# Handlers of an argument take where the command begins and where its argument does, and say
# where they stopped; None: it isn't what it should be.


def _font(stretch: Stretch, _at: int, start: int) -> int:
    stretch.found += stretch.deeper(start + 1, stretch.closing[start])
    return stretch.closing[start] + 1


def _address(stretch: Stretch, _at: int, start: int) -> int:
    close = stretch.closing[start]
    stretch.add(unescaped(stretch.text[start + 1 : close].strip()))
    return close + 1


def _level(script: Script) -> Handler:
    def handler(stretch: Stretch, _at: int, start: int) -> int:
        close = stretch.closing[start]
        stretch.add(on_line(stretch.deeper(start + 1, close)), script)
        return close + 1

    return handler


def _citation(stretch: Stretch, _at: int, start: int) -> int:
    close = stretch.closing[start]
    stretch.add(f"[{stretch.text[start + 1 : close]}]")
    return close + 1


def _note(stretch: Stretch, at: int, start: int) -> int:
    close = stretch.closing[start]
    stretch.add("(" if stretch.before(at).isspace() else " (")
    stretch.found += [*stretch.deeper(start + 1, close), Run(")")]
    return close + 1


def _character(stretch: Stretch, _at: int, start: int) -> int | None:
    code = _CODE.match(stretch.text, start, stretch.end)
    character = printable(int(code[1], 16)) if code else ""
    stretch.add(character)
    return code.end() if code and character else None


def _link(stretch: Stretch, _at: int, start: int) -> int | None:
    close = stretch.closing[start]
    address = unescaped(stretch.text[start + 1 : close].strip())
    if not stretch.has_group(close + 1):
        stretch.add(address if "://" in address else "")
        return close + 1 if "://" in address else None
    end = stretch.closing[close + 1]
    stretch.found += shown(address, stretch.deeper(close + 2, end))
    return end + 1


def _second(stretch: Stretch, _at: int, start: int) -> int | None:
    r"""Show the text of \textcolor{red}{text}."""
    close = stretch.closing[start]
    if not _COLOUR.match(stretch.text, start, stretch.end) or not stretch.has_group(close + 1):
        return None
    return _font(stretch, start, close + 1)


def _colour(stretch: Stretch, _at: int, start: int) -> int | None:
    close = stretch.closing[start]
    is_colour = _COLOUR.match(stretch.text, start, stretch.end)
    return stretch.skip_blank(close + 1) if is_colour else None


_FONTS = symbols.FONTS
_WITH_ARGUMENT: dict[str, Handler] = {
    **dict.fromkeys(_FONTS, _font),
    **dict.fromkeys(("url", "nolinkurl", "path"), _address),
    "textsuperscript": _level(Script.SUP),
    "textsubscript": _level(Script.SUB),
    **dict.fromkeys(symbols.CITATIONS, _citation),
    **dict.fromkeys(("footnote", "thanks"), _note),
    "unicode": _character,
    **dict.fromkeys(("href", "hyperlink"), _link),
    **dict.fromkeys(("textcolor", "foreignlanguage"), _second),
    "color": _colour,
}
_BUILT = (
    symbols.names("frac dfrac tfrac nicefrac binom sqrt mathbb Bbb operatorname mathds")
    | symbols.MATHS_MARKS.keys()
)
_KNOWN = (
    _WITH_ARGUMENT.keys()
    | symbols.SWITCHES
    | symbols.LETTERS.keys()
    | symbols.WORDS.keys()
    | symbols.SIGNS.keys()
    | _BUILT
)
