"""Text to terms: TeX, accents, dashes and blanks folded, then cut into words and signs."""

import re
import unicodedata
from typing import NamedTuple


class Token(NamedTuple):
    """A word or a sign as written; `apart`: a blank or dash stands before it."""

    text: str
    apart: bool


_MARKS = {
    '"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328",
    "r": "\u030a", "b": "\u0331", "d": "\u0323",
}  # fmt: skip
_TEX_LETTERS = {
    "ss": "ß", "l": "ł", "L": "Ł", "o": "ø", "O": "Ø", "ae": "æ", "AE": "Æ", "oe": "œ",
    "OE": "Œ", "aa": "å", "AA": "Å", "dj": "đ", "DJ": "Đ", "dh": "ð", "th": "þ", "i": "i", "j": "j",
}  # fmt: skip
# A command that ends in a letter swallows the blanks after it, a letter alone does not.
_TEX_LETTER = re.compile(
    r"\\(" + "|".join(sorted(_TEX_LETTERS, key=len, reverse=True)) + r")(?![A-Za-z])(?:\{\}|\s+)?"
)
_TEX_ACCENT = re.compile(
    r"\\(?:(?P<sign>[\"'`^~=.])|(?P<name>[uvHckrbd])(?![A-Za-z]))\s*(?P<brace>\{\s*)?"
    rf"(?P<letter>[A-Za-z]|{_TEX_LETTER.pattern})(?(brace)(?:\s*\}})?)"
)
_TEX_FONT = re.compile(
    r"\\(?:emph|text[a-z]*|math[a-z]+|operatorname|rm|bf|it|em|sc|tt)(?![A-Za-z])"
)
_TEX_MATH = re.compile(r"(?<!\\)\$([^$]{1,200})(?<!\\)\$")
_TEX_SPACE = re.compile(r"\\[\\,;:! ]|(?<!\\)~")
_TEX_REST = re.compile(r"(?<!\\)[{}$]|\\(?=[A-Za-z&%$#_{}])")


def decode_tex(text: str) -> str:
    """Turn TeX accents and letters into the characters they print; drop the markup around."""
    if not any(sign in text for sign in "\\${~"):
        return text
    text = _TEX_ACCENT.sub(_accented, text)
    text = _TEX_LETTER.sub(_letter, text)
    text = _TEX_FONT.sub("", text)
    text = _TEX_MATH.sub(lambda match: re.sub(r"[_^]", "", match[1]), text)
    return _TEX_REST.sub("", _TEX_SPACE.sub(" ", text))


def _accented(match: re.Match[str]) -> str:
    mark = _MARKS[match["sign"] or match["name"]]
    letter = _TEX_LETTER.sub(_letter, match["letter"])
    return unicodedata.normalize("NFC", letter + mark)


def _letter(match: re.Match[str]) -> str:
    return _TEX_LETTERS[match[1]]


_GREEK = {
    letter: name.capitalize() if letter.isupper() else name
    for code in (*range(0x391, 0x3AA), *range(0x3B1, 0x3CA))
    if (letter := chr(code)) and (full := unicodedata.name(letter, ""))
    for name in [full.split()[-1].lower().replace("lamda", "lambda")]
}
_LETTERS = {
    "ß": "ss", "ẞ": "SS", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE",
    "œ": "oe", "Œ": "OE", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th",
    "ı": "i", "ħ": "h", "Ħ": "H", "ŋ": "n", "ŧ": "t",
}  # fmt: skip
_SIGNS = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff\u2122\u00ae\u00a9"),
}
_BEFORE = str.maketrans({**_LETTERS, **_SIGNS})
_GREEK_NAMES = str.maketrans(_GREEK)
_COMBINING = re.compile("[\u0300-\u036f]")
_IDEOGRAPH = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff])")


def fold_accents(text: str) -> str:
    """Write letters plain, dashes as `-`, quotes as ASCII; case stays."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text.translate(_BEFORE))
    return unicodedata.normalize("NFC", _COMBINING.sub("", text))


POSSESSIVE = re.compile(r"(?<=\w)'s\b", re.IGNORECASE)
QUOTE = re.compile(r"(?<!\w)'+|'+(?!\w)")
AROUND_RELATION = re.compile(r"\s+(?=[<>=≤≥≈/&])|(?<=[<>=≤≥≈/&])\s+")


def fold(text: str) -> str:
    """Bring text to the form in which terms are compared, but for case and number."""
    text = fold_accents(decode_tex(text))
    if not text.isascii():
        text = _IDEOGRAPH.sub(r" \1 ", text).translate(_GREEK_NAMES)
    if "'" in text:
        text = QUOTE.sub("", POSSESSIVE.sub("", text))
    return AROUND_RELATION.sub("", text.replace('"', " ").replace("`", " "))


def fold_character(character: str) -> str:
    """Fold one character as `fold` does, so that its place in a text stays known."""
    folded = fold_accents(character)
    return _IDEOGRAPH.sub(r" \1 ", folded).translate(_GREEK_NAMES)


# A word keeps what makes it another word: C++, C#, .NET, and the decimals of 3.5 and 3.5B.
TOKEN = re.compile(
    r"([\s-]*)((?:(?<![^\s(\[/,;-])\.(?=[^\W\d_]))?[^\W_]+(?:(?<=\d)[.,]\d[^\W_]*)*"
    r"(?:\+\+|\#(?!\w))?|[^\w\s-]|_)"
)


def tokens(text: str) -> list[Token]:
    """Cut text into words and single signs."""
    return [Token(word, bool(gap)) for gap, word in TOKEN.findall(fold(text))]


def words(text: str) -> list[str]:
    """Cut text likewise, without saying what stood between."""
    return [word for _, word in TOKEN.findall(fold(text))]


def is_word(token: str) -> bool:
    """Tell a word from a sign."""
    return any(character.isalnum() for character in token)
