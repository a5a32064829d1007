"""Running text with TeX in it to runs; what isn't understood stays as written."""

import re
from collections.abc import Sequence

from digest.rendering.tex import braces, dollars, maths, scripts, symbols
from digest.rendering.tex.accents import read_accent
from digest.rendering.tex.script import Run, Script, on_line

DEEPEST = 20
_LINK = (
    r"(?:https?://|ftp://|www\.)(?:[^\s{}\\<>\"$'`]|'(?!')|\{[\w.-]{0,40}\}|\\[_&%#~]|\\textasciitilde)+"
    r"|(?<![\w.])10\.\d{4,9}/[^\s{}\\$]+"
    r"|(?<![A-Za-z0-9])[A-Za-z]:\\(?![A-Za-z]+\{)[^\s{}$]*"
)
_NEXT = re.compile(rf"(?P<link>{_LINK})|(?P<sign>[\\${{}}^_~]|(?<![-<!])--+|`+|'')", re.IGNORECASE)
_NAME = re.compile(r"\\([A-Za-z]+)\*?")
_BRACKETS = re.compile(r"\s?\[[^\[\]{}$]{0,200}\]")
_FONT_NAME = re.compile(r"\{[A-Za-z]{1,20}(?:![0-9]{1,3}|\d)?(?:![A-Za-z]{1,20})?\}")
_ESCAPE = re.compile(r"\\([_&%#~{}$])(?:\{\})?|\\textasciitilde(?:\{\}|\s)?|\\-")
_CODE = re.compile(r"\\unicode\{x([0-9A-Fa-f]{2,5})\}")
_VERBATIM = re.compile(r"\\verb\*?([|!+@/])(.{0,200}?)\1")
_TWICE = re.compile(r"\\\\(?=(text[a-z]{2,}|emph|url|href)\{)")
_QUOTE = re.compile(r"`([^`'\n]{1,80})'(?![\w'])")
_TILDE_SIDES = re.compile(r"[^\W_]|[.,;:)\]}%!?\"'”’$]")


def read(text: str) -> list[Run]:
    """Read a title or an abstract."""
    reader = _Reader(text)
    start, end = 0, len(text)
    if braces.wraps_all(text, start, end, reader.closing):
        start, end = 1, end - 1
    return reader.read(start, end, 0)


def _closings(text: str) -> dict[int, int]:
    """Map each brace that opens a group to the one that closes it."""
    found, opened = {}, []
    for match in re.finditer(r"\\.|[{}]", text, re.DOTALL):
        if match[0] == "{":
            opened.append(match.start())
        elif match[0] == "}" and opened:
            found[opened.pop()] = match.start()
    return found


class _Reader:
    """One pass over a text: a method takes a place and says where it stopped reading."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.closing = _closings(text)
        self.is_quoted = False

    def read(self, start: int, end: int, depth: int) -> list[Run]:
        """Read a stretch; a command's argument is read one level deeper."""
        if depth > DEEPEST:
            return [Run(self.text[start:end])]
        found: list[Run] = []
        while match := _NEXT.search(self.text, start, end):
            found.append(Run(self.text[start : match.start()]))
            if match["link"]:
                found.append(Run(_unescaped(match[0]) if match[0][1] != ":" else match[0]))
                start = match.end()
            else:
                start = self._sign(match, end, depth, found)
        found.append(Run(self.text[start:end]))
        return found

    def _sign(self, match: re.Match[str], end: int, depth: int, found: list[Run]) -> int:
        sign, at = match["sign"], match.start()
        if sign == "\\":
            return self._command(at, end, depth, found)
        if sign == "$":
            return self._dollar(at, end, depth, found)
        if sign == "{":
            return self._brace(at, end, depth, found)
        if sign in "^_":
            return self._script(at, end, depth, found)
        if sign == "~":
            found.append(Run(" " if self._ties(at, end) else sign))
        elif sign[0] == "-":
            found.append(Run(self._dash(match, end)))
        elif sign[0] in "`'":
            return self._quote(match, end, found)
        else:
            found.append(Run(sign))
        return match.end()

    # Dollars and formulas

    def _dollar(self, at: int, end: int, depth: int, found: list[Run]) -> int:
        width = 2 if self.text.startswith("$$", at) else 1
        start = at + width
        close = dollars.closing_dollar(self.text, start, end, self.closing)
        if close < 0 or (width == 2 and not self.text.startswith("$$", close)):
            found.append(Run("$" * width))
            return start
        stop = close + width
        before, after = self.text[max(0, at - 3) : at], self.text[stop : min(stop + 1, end)]
        if not dollars.is_formula(self.text[start:close], before, after):
            found.append(Run("$" * width))
            return start
        return self._formula(at, start, close, stop, depth, found)

    def _formula(
        self, at: int, start: int, close: int, stop: int, depth: int, found: list[Run]
    ) -> int:
        pieces = maths.read(self.text, start, close, self._deeper(depth))
        found += [Run(self.text[at:stop])] if pieces is None else pieces
        return stop

    def _deeper(self, depth: int) -> maths.Prose:
        return lambda start, end: self.read(start, end, depth + 1)

    def _bracketed(self, at: int, end: int, depth: int, found: list[Run]) -> int:
        r"""Read \(..\) or \[..\]."""
        close_sign = "\\)" if self.text[at + 1] == "(" else "\\]"
        close = self.text.find(close_sign, at + 2, min(end, at + maths.LONGEST))
        if close < 0:
            found.append(Run(self.text[at : at + 2]))
            return at + 2
        return self._formula(at, at + 2, close, close + 2, depth, found)

    def _script(self, at: int, end: int, depth: int, found: list[Run]) -> int:
        if not scripts.stands_in_address(self.text, at, end):
            level = Script.SUP if self.text[at] == "^" else Script.SUB
            for shape in (scripts.in_compound, scripts.bare_script):
                if match := shape(self.text, at, end):
                    found.append(Run(match[1] or match[2], level))
                    return match.end()
            if self.text.startswith("{", at + 1) and scripts.takes_braces(self.text, at, end):
                script = maths.read_script(self.text, at + 1, end, self._deeper(depth))
                if script and script[0]:
                    found.append(Run(script[0], level))
                    return script[1]
        found.append(Run(self.text[at]))
        return at + 1

    # Blanks, dashes, quotes

    def _ties(self, at: int, end: int) -> bool:
        """Tell the tie of Type~1 from about ~5, from a range 5~10, from y~x and x~N(0, 1)."""
        before, after = self.text[at - 1 : at], self.text[at + 1 : min(at + 3, end)]
        if not after or not _TILDE_SIDES.match(before) or after[0].isspace() or after[0] in "~/":
            return False
        if before.isdigit() and after[0].isdigit():
            return False
        is_single = len(scripts.word_before(self.text, at)) == 1 and before.isalpha()
        if is_single and after[0].isalpha() and not after[1:].isalpha():
            return False
        return not scripts.stands_in_address(self.text, at, end)

    def _dash(self, match: re.Match[str], end: int) -> str:
        """Read -- and --- between words; an option --flag and an arrow --> stay."""
        dash = {"--": "–", "---": "—"}.get(match[0])
        before = self.text[match.start() - 1 : match.start()] or " "
        after = self.text[match.end() : min(match.end() + 1, end)] or " "
        if dash is None or after in "->" or match.start() == 0 or match.end() >= end:
            return match[0]
        is_even = before.isspace() == after.isspace()
        is_even |= after.isspace() and before.isalpha() and dash == "—"
        if not is_even or scripts.stands_in_address(self.text, match.start(), end):
            return match[0]
        return dash

    def _quote(self, match: re.Match[str], end: int, found: list[Run]) -> int:
        at, sign = match.start(), match[0]
        before, after = self.text[at - 1 : at], self.text[match.end() : min(match.end() + 1, end)]
        if sign == "''" and self.is_quoted and not before.isspace():
            self.is_quoted = False
            found.append(Run("”"))
        elif sign == "``" and after and not after.isspace() and not before.isalnum():
            self.is_quoted = True
            found.append(Run("“"))
        elif sign == "`" and not before.isalnum() and (whole := _QUOTE.match(self.text, at, end)):
            found += [Run("‘"), *self.read(at + 1, whole.end() - 1, DEEPEST), Run("’")]
            return whole.end()
        else:
            found.append(Run(sign))
        return match.end()

    # Groups and commands

    def _brace(self, at: int, end: int, depth: int, found: list[Run]) -> int:
        for shape in (braces.protected, braces.grouped_sign):
            if match := shape(self.text, at, end):
                found.append(Run(match[1]))
                return match.end()
        close = self.closing.get(at, end)
        if close < end and self._begins_known(at + 1, close):
            found += self.read(at + 1, close, depth + 1)
            return close + 1
        found.append(Run("{"))
        return at + 1

    def _begins_known(self, at: int, close: int) -> bool:
        r"""Tell {\em x}, {\"u} and {$x$} from a group of the author's."""
        if self.text.startswith(("$", "\\%", "\\$", "\\&", "\\#"), at):
            return True
        if read_accent(self.text, at, close):
            return True
        name = _NAME.match(self.text, at, close)
        return bool(name and (name[1] in _KNOWN))

    def _command(self, at: int, end: int, depth: int, found: list[Run]) -> int:
        if at + 1 >= end:
            found.append(Run("\\"))
            return end
        if accent := read_accent(self.text, at, end):
            found.append(Run(accent[0]))
            return accent[1]
        name = _NAME.match(self.text, at, end)
        if name is None:
            return self._escape(at, end, depth, found)
        return self._named(name, end, depth, found)

    def _escape(self, at: int, end: int, depth: int, found: list[Run]) -> int:
        sign = self.text[at + 1]
        if sign in symbols.ESCAPED:
            found.append(Run(sign))
        elif sign in "([":
            return self._bracketed(at, end, depth, found)
        elif sign == "\\":
            return self._line_break(at, end, found)
        elif sign in symbols.BLANKS and sign not in ":>/~":
            found.append(Run(self._one_blank(at, end) if symbols.BLANKS[sign] else ""))
        elif sign == "@" or (sign == "-" and self._hyphenates(at)):
            pass
        else:
            found.append(Run(self.text[at : at + 2]))
        return at + 2

    def _one_blank(self, at: int, end: int) -> str:
        after = self.text[at + 2 : min(at + 3, end)]
        is_beside = self.text[at - 1 : at].isspace() or not after or after.isspace()
        return "" if is_beside else " "

    def _hyphenates(self, at: int) -> bool:
        return self.text[at - 1 : at].isalpha() and self.text[at + 2 : at + 3].isalpha()

    def _line_break(self, at: int, end: int, found: list[Run]) -> int:
        if _TWICE.match(self.text, at, end):  # escaped once too often on its way
            return at + 1
        is_alone = self.text[at - 1 : at].isspace() and self.text[at + 2 : at + 3].isspace()
        found.append(Run("" if is_alone else "\\\\"))
        return at + 3 if is_alone else at + 2

    def _named(self, name: re.Match[str], end: int, depth: int, found: list[Run]) -> int:
        at, stop, word = name.start(), name.end(), name[1]
        if word in _TAKE_ARGUMENT and self._argument(stop, end):
            return self._with_argument(word, at, stop, end, depth, found)
        if word in symbols.SWITCHES:
            return self._skip_blank(self._skip_empty(stop, end), end)
        if letter := symbols.LETTERS.get(word):
            found.append(Run("i" if letter == "ı" else "j" if letter == "ȷ" else letter))
            after = self._skip_empty(stop, end)
            is_unit = word == "AA" and not self.text[at - 1 : at].isalpha()
            return after if after > stop or is_unit else self._skip_blank(stop, end)
        if (sign := symbols.WORDS.get(word)) is not None:
            return self._word(sign, stop, end, found)
        return self._maths(name, end, depth, found)

    def _word(self, sign: str, stop: int, end: int, found: list[Run]) -> int:
        stop = self._skip_empty(stop, end)
        if sign.endswith(".") and self.text.startswith(".", stop):
            sign = sign[:-1]
        elif sign == " " and self.text[stop : stop + 1].isspace():
            sign = ""
        elif sign.endswith(".") and self.text[stop : stop + 1].isalpha():
            sign += " "
        found.append(Run(sign))
        return stop

    def _maths(self, name: re.Match[str], end: int, depth: int, found: list[Run]) -> int:
        at, stop, word = name.start(), name.end(), name[1]
        if verbatim := _VERBATIM.match(self.text, at, end):
            found.append(Run(verbatim[2]))
            return verbatim.end()
        is_sign = word in symbols.SIGNS and len(scripts.word_before(self.text, at)) < 2
        is_built = word in _BUILT and self._argument(stop, end)
        if is_built or (is_sign and not scripts.stands_in_address(self.text, at, end)):
            one = maths.read_one(self.text, at, end, self._deeper(depth))
            if one is not None:
                found += one[0]
                swallowed = self.text[one[1] - 1 : one[1]].isspace()
                return self._skip_empty(one[1] - swallowed, end)
        return self._as_written(name, end, found)

    def _as_written(self, name: re.Match[str], end: int, found: list[Run]) -> int:
        """Keep a command with all its arguments."""
        stop = name.end()
        while True:
            if brackets := _BRACKETS.match(self.text, stop, end):
                stop = brackets.end()
            elif self._argument(stop, end):
                stop = self.closing[stop] + 1
            else:
                break
        if name[1] == "begin":
            stop = self._environment_end(name.end(), stop, end)
        found.append(Run(self.text[name.start() : stop]))
        return stop

    def _environment_end(self, start: int, stop: int, end: int) -> int:
        closing = f"\\end{self.text[start:stop][:30]}"
        found = self.text.find(closing, stop, min(end, stop + 2000))
        return found + len(closing) if found >= 0 else stop

    def _argument(self, at: int, end: int) -> bool:
        return self.text.startswith("{", at) and self.closing.get(at, end) < end

    def _skip_empty(self, at: int, end: int) -> int:
        return at + 2 if self.text.startswith("{}", at, end) else at

    def _skip_blank(self, at: int, end: int) -> int:
        while at < end and self.text[at].isspace():
            at += 1
        return at

    def _with_argument(
        self, word: str, at: int, start: int, end: int, depth: int, found: list[Run]
    ) -> int:
        close = self.closing[start]
        if word in symbols.FONTS:
            found += self.read(start + 1, close, depth + 1)
        elif word in _LINKS:
            found.append(Run(_unescaped(self.text[start + 1 : close].strip())))
        elif word in _LEVELS:
            inside = on_line(self.read(start + 1, close, depth + 1))
            found.append(Run(inside, _LEVELS[word]))
        elif word in _CITATIONS:
            found.append(Run(f"[{self.text[start + 1 : close]}]"))
        elif word in _ASIDES:
            gap = "" if self.text[at - 1 : at].isspace() else " "
            found += [Run(f"{gap}("), *self.read(start + 1, close, depth + 1), Run(")")]
        elif word == "unicode":
            return self._character(at, end, found)
        else:
            return self._two(word, at, start, end, depth, found)
        return close + 1

    def _character(self, at: int, end: int, found: list[Run]) -> int:
        code = _CODE.match(self.text, at, end)
        character = maths.printable(int(code[1], 16)) if code else ""
        stop = code.end() if code and character else at + 1
        found.append(Run(character or "\\"))
        return stop

    def _two(self, word: str, at: int, start: int, end: int, depth: int, found: list[Run]) -> int:
        first, second = self.closing[start], self.closing[start] + 1
        if word == "color" and _FONT_NAME.match(self.text, start, end):
            return self._skip_blank(second, end)
        if not self._argument(second, end):
            found.append(Run(self.text[at:second]))
            return second
        if word == "textcolor" and not _FONT_NAME.match(self.text, start, end):
            found.append(Run(self.text[at : self.closing[second] + 1]))
            return self.closing[second] + 1
        shown = self.read(second + 1, self.closing[second], depth + 1)
        if word in ("href", "hyperlink"):
            address = _unescaped(self.text[start + 1 : first].strip())
            found += _link(address, shown)
        else:
            found += shown
        return self.closing[second] + 1


def _unescaped(address: str) -> str:
    return _ESCAPE.sub(lambda match: match[1] or ("~" if "tilde" in match[0] else "-"), address)


def _link(address: str, shown: Sequence[Run]) -> list[Run]:
    """Show a link's text and address, once where they are the same."""
    text = on_line(shown).strip()
    if not address or text.rstrip("/") == address.rstrip("/"):
        return [Run(text)]
    return [*shown, Run(f" ({address})")] if text else [Run(address)]


_LINKS = frozenset(("url", "nolinkurl", "path"))
_LEVELS = {"textsuperscript": Script.SUP, "textsubscript": Script.SUB}
_CITATIONS = frozenset(("cite", "citep", "citet", "citealp", "parencite", "textcite", "autocite"))
_ASIDES = frozenset(("footnote", "thanks"))
_PAIRS = frozenset(("href", "hyperlink", "textcolor", "color", "foreignlanguage"))
_TAKE_ARGUMENT = (
    symbols.FONTS | _LINKS | _LEVELS.keys() | _CITATIONS | _ASIDES | _PAIRS | {"unicode"}
)
_BUILT = (
    symbols.names("frac dfrac tfrac nicefrac binom sqrt mathbb Bbb operatorname mathds")
    | symbols.MATHS_MARKS.keys()
)
_KNOWN = (
    _TAKE_ARGUMENT | symbols.SWITCHES | symbols.LETTERS.keys() | symbols.WORDS.keys()
    | symbols.SIGNS.keys() | _BUILT
)  # fmt: skip
