"""Running text with TeX in it to runs; what isn't understood stays as written.

Braces outside formulas: which only protect capitals, as in a BibTeX title.

Which dollars enclose a formula, and which are money.

Between two dollars stands a formula unless it reads as prose or as an amount:
`$5 to $10`, `$3 million and $4 billion`, `costs $5 ($10 with tax)`, `100$ and 200$`.
A number alone is one (`$10$`), and so is one with a formula's signs (`$5 \times 10^3$`).

Ties, dashes and quotation marks as TeX has them typed.
"""

import re

from digest.tex import commands, maths, runs, symbols
from digest.tex.commands import LINK, unescaped
from digest.tex.runs import Run, Script, Stretch, closings
from digest.tex.spacing import PREFIXES

# {BERT}, {G}raph, {3D}, {Monte Carlo}; not {NAME_1}, {x}, {a, b}, nor what follows a command.
_WORD = r"(?:[A-Z0-9][\w+./-]{0,30}[A-Z][\w+./-]{0,30}|[A-Z])"
_PROTECTED = re.compile(
    rf"\{{(?P<word>{_WORD}|[A-Z][\w-]{{1,30}}(?: [A-Z][\w-]{{1,30}}){{1,5}})\}}"
)
_BEFORE = frozenset(" \t\n([\"'“‘-/:–—")
_GROUPED_SIGN = re.compile(r"\{([,.:;-]|--)\}")


def protected(text: str, at: int, end: int) -> re.Match[str] | None:
    """Match {BERT} where the braces surely are no text; group 1 is what they hold."""
    match = _PROTECTED.match(text, at, end)
    if match is None:
        return None
    before = text[at - 1] if at else " "
    after = text[match.end()] if match.end() < end else " "
    is_in_word = len(match["word"]) == 1 and (after.islower() or before.isalpha())
    if "_" in match["word"] or (len(match["word"]) == 1 and not is_in_word):
        return None
    return match if before in _BEFORE or (is_in_word and before.isalpha()) else None


def grouped_sign(text: str, at: int, end: int) -> re.Match[str] | None:
    """Match the braces of 1{,}000."""
    is_behind = at > 0 and text[at - 1].isalnum()
    return _GROUPED_SIGN.match(text, at, end) if is_behind else None


def wraps_all(text: str, start: int, end: int, closing: dict[int, int]) -> bool:
    """Tell whether one pair of braces holds a whole title."""
    if not text.startswith("{", start) or closing.get(start) != end - 1:
        return False
    return bool(re.compile(r"\{[A-Z][^,;{}$\\]* [^,;{}$\\]*\}").match(text, start, end))


LONGEST = 600
_STEP = re.compile(r"\\.|[{}$]", re.DOTALL)
_TEXT_COMMAND = re.compile(
    r"\\(?:text[a-z]*|mbox|mathrm|mathsf|mathit|mathtt|mathbf|emph|operatorname\*?)"
    r"\s{0,3}\{[^{}]*\}"
)
_COMMAND = re.compile(r"\\[A-Za-z]+\s?")
_PROSE = re.compile(r"(?<![A-Za-z])[A-Za-z][a-z]+[,.;:]?\s+[A-Za-z]?[a-z]+(?![A-Za-z])")
_MONEY_WORD = re.compile(r"[A-Za-z]{2,}")
_FORMULA_WORDS = symbols.names(
    """log ln lg exp sin cos tan max min sup inf lim arg det mod bmod if otherwise for and or all
    const poly polylog"""
)
_MONEY_WORDS = symbols.names(
    """to and or per for in of a an at by with from vs versus over under than million billion
    trillion thousand usd us au ca hk nz eur euro euros dollar dollars cent cents bn mn month
    year hour day task query token tokens"""
)
_AMOUNT = re.compile(r"\s*[~≈<>≤≥+-]?\s*\d")
_CURRENCY = re.compile(r"(?:US|AU|CA|HK|NZ|NT|SG|[ACRS])$")
_ENDS_OPEN = re.compile(r"[-–—/(+,~=<>&]\s*$")
_AFTER_NUMBER = re.compile(r"[\\^_{<>=~≈≤≥±×]|[-+/*:.,]$|[A-Za-z]\S*$|[-+*/]\s*[A-Za-z\\{(]")
_MID_SENTENCE = re.compile(r"[.,;:)?!\]]\s")


def closing_dollar(text: str, start: int, end: int, closing: dict[int, int]) -> int:
    """Find the dollar that ends what begins at `start`, over balanced braces; -1: none."""
    limit = min(end, start + LONGEST)
    while match := _STEP.search(text, start, limit):
        start = match.end()
        if match[0] == "$":
            return match.start()
        if match[0] == "}":
            return -1
        if match[0] == "{":
            start = closing.get(match.start(), start - 1) + 1
    return -1


def is_formula(content: str, before: str, after: str) -> bool:
    """Tell a formula from prose between two amounts; before, after: the text about it."""
    if not content.strip() or _MID_SENTENCE.match(content):
        return False
    bare = _COMMAND.sub("\\\\", _TEXT_COMMAND.sub("\\\\", content))
    if _is_prose(bare) or not _is_closed(content, after):
        return False
    if before[-1:].isdigit() and not _AFTER_NUMBER.match(content):
        return False
    return not (_AMOUNT.match(content) and _is_amount(content, bare, before, after))


def _is_prose(bare: str) -> bool:
    pairs = (match[0].lower().split() for match in _PROSE.finditer(bare))
    return any(not {first.rstrip(",.;:"), second} & _FORMULA_WORDS for first, second in pairs)


def _is_closed(content: str, after: str) -> bool:
    """Look at the blanks inside: both, none, or one before a blank."""
    if content[0].isspace():
        return content[-1].isspace() or "\\" in content
    if content[-1].isspace():
        return not after[:1] or not (after[0].isalnum() or after[0] in "/($")
    return not (re.fullmatch(r"[A-Z_]{3,}\S*", content) and after[:1].isalpha())


def _is_amount(content: str, bare: str, before: str, after: str) -> bool:
    """Judge what begins with a number."""
    if any(word.lower() in _MONEY_WORDS for word in _MONEY_WORD.findall(bare)):
        return True
    if after[:1].isdigit() or _CURRENCY.search(before) or _CURRENCY.search(content):
        return True
    if any(sign in content for sign in "\\^_{"):
        return False
    return content[-1].isspace() or bool(_ENDS_OPEN.search(content))


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
    is_single = len(runs.word_before(stretch.text, at)) == 1 and before.isalpha()
    if is_single and after[0].isalpha() and not after[1:].isalpha():
        return "~"
    return "~" if runs.stands_in_address(stretch.text, at, stretch.end) else " "


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
    if not is_between or runs.stands_in_address(stretch.text, at, stretch.end):
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


DEEPEST = 20
_NEXT = re.compile(rf"(?P<link>{LINK})|(?P<sign>[\\${{}}^_~]|(?<![-<!])--+|`+|'')", re.IGNORECASE)
_LEADING = re.compile(r"^([^\w\s(\[]) (?=\S)")
_BLANK_AT_START = re.compile(r"\s*(?:\\[,;: ]|~|\\q?quad(?![A-Za-z]))")
_BLANK_AT_END = re.compile(r"(?:\\[,;: ]|~|\\q?quad)\s*$")


def read(text: str) -> list[Run]:
    """Read a title or an abstract."""
    closing = closings(text)
    start, end = 0, len(text)
    if wraps_all(text, start, end, closing):
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
        return quote(stretch, match)
    if sign == "~":
        sign = tie(stretch, at)
    elif sign[0] == "-":
        sign = dash(stretch, match)
    stretch.add(sign)
    return match.end()


def _dollar(stretch: Stretch, at: int) -> int:
    width = 2 if stretch.text.startswith("$$", at) else 1
    start = at + width
    close = closing_dollar(stretch.text, start, stretch.end, stretch.closing)
    if close < 0 or (width == 2 and not stretch.text.startswith("$$", close)):
        return stretch.keep(at, start)
    stop = close + width
    content = stretch.text[start:close]
    if not is_formula(content, stretch.before(at, 3), stretch.after(stop)):
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
    if runs.stands_in_address(text, at, end):
        return stretch.keep(at, at + 1)
    level = Script.SUP if text[at] == "^" else Script.SUB
    for shape in (runs.in_compound, runs.bare_script):
        if match := shape(text, at, end):
            stretch.add(match[1] or match[2], level)
            return match.end()
    if text.startswith("{", at + 1) and runs.takes_braces(text, at, end):
        script = maths.read_script(text, at + 1, end, stretch.deeper)
        if script and script[0]:
            stretch.add(script[0], level)
            return script[1]
    return stretch.keep(at, at + 1)


def _brace(stretch: Stretch, at: int) -> int:
    for shape in (protected, grouped_sign):
        if match := shape(stretch.text, at, stretch.end):
            stretch.add(match[1])
            return match.end()
    if not stretch.has_group(at) or not commands.begins(stretch, at + 1):
        return stretch.keep(at, at + 1)
    close = stretch.closing[at]
    stretch.found += stretch.deeper(at + 1, close)
    return close + 1
