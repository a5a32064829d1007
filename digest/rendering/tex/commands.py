"""Commands in running text: fonts, links, notes, letters, signs."""

import re
from collections.abc import Callable

from digest.rendering.tex import atoms, links, maths, scripts, symbols
from digest.rendering.tex.accents import read_accent
from digest.rendering.tex.script import Run, Script, on_line
from digest.rendering.tex.stretch import Stretch

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
    before = scripts.word_before(text, at)
    is_sign = name[1] in symbols.SIGNS and (len(before) < 2 or before[-1].isdigit())
    is_built = name[1] in _BUILT and stretch.has_group(stop)
    if is_built or (is_sign and not scripts.stands_in_address(text, at, stretch.end)):
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
    stretch.add(links.unescaped(stretch.text[start + 1 : close].strip()))
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
    character = atoms.printable(int(code[1], 16)) if code else ""
    stretch.add(character)
    return code.end() if code and character else None


def _link(stretch: Stretch, _at: int, start: int) -> int | None:
    close = stretch.closing[start]
    address = links.unescaped(stretch.text[start + 1 : close].strip())
    if not stretch.has_group(close + 1):
        stretch.add(address if "://" in address else "")
        return close + 1 if "://" in address else None
    end = stretch.closing[close + 1]
    stretch.found += links.shown(address, stretch.deeper(close + 2, end))
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
