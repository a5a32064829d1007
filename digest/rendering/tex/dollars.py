"""Which dollars enclose a formula, and which are money.

Between two dollars stands a formula unless it reads as prose or as an amount:
`$5 to $10`, `$3 million and $4 billion`, `costs $5 ($10 with tax)`, `100$ and 200$`.
A number alone is one (`$10$`), and so is one with a formula's signs (`$5 \\times 10^3$`).
"""

import re

from digest.rendering.tex import symbols

LONGEST = 600
_STEP = re.compile(r"\\.|[{}$]", re.DOTALL)
_TEXT_COMMAND = re.compile(
    r"\\(?:text[a-z]*|mbox|mathrm|mathsf|mathit|mathtt|mathbf|emph|operatorname\*?)"
    r"\s{0,3}\{[^{}]*\}"
)
_COMMAND = re.compile(r"\\[A-Za-z]+\s?")
_PROSE = re.compile(r"(?<![A-Za-z])[A-Za-z][a-z]+[,.;:]?\s+[A-Za-z]?[a-z]+(?![A-Za-z])")
_WORD = re.compile(r"[A-Za-z]{2,}")
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
    if any(word.lower() in _MONEY_WORDS for word in _WORD.findall(bare)):
        return True
    if after[:1].isdigit() or _CURRENCY.search(before) or _CURRENCY.search(content):
        return True
    if any(sign in content for sign in "\\^_{"):
        return False
    return content[-1].isspace() or bool(_ENDS_OPEN.search(content))
