"""From the bytes of a dump to numbered lines of text, whatever wrote them.

What a file looks like that is not a listing we read, so that it can be refused by name.

From one free string of authors to their names.

From formats.md, identity: joined by commas, by "and", or by both; affiliations stand in round
brackets and hold commas themselves; `(1)` refers to a list `((1) Institute, …)` at the end; TeX
accents stay as they are; collaborations are names like others; a lone ":" is none.

From HTML, or what a feed calls HTML, to the text that a reader would see.

Only the tags of HTML, JATS and MathML are markup: the `<` of `a<b` is mathematics and stays.

The authors of an entry of a feed, from one creator or from many.

From formats.md, generic and biorxiv: `dc:creator` holds one name, all of them, or names joined by
`;`, and in `Kukla, D., Crampton, A.` the comma stands inside names and between them.
"""

import codecs
import html
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from digest.errors import ListingMalformed
from digest.paper import Dump, collapse

_BINARY = (
    (b"%PDF-", "PDF"),
    (b"\x1f\x8b", "gzip data"),
    (b"PK\x03\x04", "a zip archive"),
)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DECLARED = re.compile(rb"<\?xml[^>]{1,60}encoding")  # XML says itself what it is in
_LINE_END = re.compile(r"\r\n|\n|\r")
_DAMAGE = re.compile("[\x00\ud800-\udfff]")
_DAMAGE_OF_TEXT = 0.3
BOM = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a dump without the white space around it, counted from 1."""

    number: int
    text: str


def malformed(dump: Dump, why: str, line: int | None = None) -> ListingMalformed:
    """Say that a dump is no listing."""
    return ListingMalformed(why, name=dump.name, line=line, source=dump.source)


def decode(dump: Dump) -> str:
    """The text of a dump; bytes that are no UTF-8 stand in it as lone surrogates.

    A character cut off by the very end of the dump is left out. Raises ListingMalformed where
    the bytes are no text.
    """
    for magic, kind in _BINARY:
        if dump.content.startswith(magic):
            raise malformed(dump, f"looks like {kind}, which is no listing")
    if b"\0" in dump.content and not dump.content.startswith(_UTF16):
        raise malformed(dump, "looks like binary data, which is no listing")
    text = _decoded(dump.content).removeprefix(BOM)
    if "\0" in text:
        raise malformed(dump, "looks like binary data, which is no listing")
    if not text.isascii() and _is_mostly_damage(text) and not _DECLARED.match(dump.content):
        raise malformed(dump, "looks like binary data or text that is not UTF-8")
    return text


def _decoded(content: bytes) -> str:
    if content.startswith(_UTF16):
        return codecs.getincrementaldecoder("utf-16")("surrogatepass").decode(content)
    try:
        return content.decode()  # the fast and the usual case
    except UnicodeDecodeError:
        return codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(content)


def _is_mostly_damage(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return len(_DAMAGE.findall(text)) > _DAMAGE_OF_TEXT * len(text)
    return False


def numbered(text: str) -> Iterator[Line]:
    """Every line of a text, blank ones too, one after the other: a dump may be large.

    Only LF, CRLF and CR end a line: a form feed or U+2028 is part of somebody's abstract. A BOM
    that begins a line is where one file was put after another.
    """
    begin = number = 0
    for number, end in enumerate(_LINE_END.finditer(text), start=1):
        yield _line(number, text[begin : end.start()])
        begin = end.end()
    yield _line(number + 1, text[begin:])


def _line(number: int, text: str) -> Line:
    return Line(number=number, text=text.strip().removeprefix(BOM).lstrip())


def is_damaged(text: str) -> bool:
    """Whether a text holds what no text should: bytes that are no UTF-8, or a NUL."""
    return _DAMAGE.search(text) is not None


def shown(text: str) -> str:
    """A piece of a dump as a message may quote it: short, on one line, safe on a terminal."""
    return ascii(text if len(text) <= 40 else text[:37] + "...")


_ROOT = re.compile(
    r"(?:<\?[^>]*\?>|<!--.*?-->|<!doctype[^>\[]*>|\s+)*+"
    r"<(?:[\w.-]+:)?(?P<name>[a-z][\w.-]*)[^<]*>",
    re.IGNORECASE | re.DOTALL,
)
_XML = {"feed": "Atom", "rss": "RSS", "rdf": "RSS 1.0", "oai-pmh": "OAI-PMH"}
_JSON = re.compile(r'\{\s*["}]|\[\s*[\[{"\]]')
_HEAD = 4096


def looks_like(text: str) -> str | None:
    """HTML, XML (with its kind) or JSON; None is any other text."""
    head = text[:_HEAD].lstrip()
    if head.startswith("<"):
        return _markup(head, text)
    if _JSON.match(head):
        return "JSON"
    return None


def _markup(head: str, text: str) -> str | None:
    root = _ROOT.match(head)
    name = root["name"].lower() if root else ""
    if name == "html" or head[:14].lower() == "<!doctype html":
        return "HTML"
    if name in _XML:
        return f"XML ({_XML[name]})"
    if head.startswith("<?xml"):
        return "XML"
    return "HTML or XML" if root and f"</{name}" in text.lower() else None


_BRACKET = re.compile(r"\\.|[(){}]", re.DOTALL)
_OPENING = {")": "(", "}": "{"}
_SEPARATOR = re.compile(
    r"(?<!\\),(?:\s*for\s+the\s)?|:(?=[\s,]|$)|(?<!\S)and(?!\S)|(?<!\S)on\s+behalf\s+of(?:\s+the)?(?!\S)"
)
_SIGN = re.compile(r"[(){}\\:]")
_SUFFIXES = frozenset(("Jr", "Jr.", "jr", "jr.", "Sr", "Sr.", "sr", "sr.", "II", "III", "IV"))


def split_names(text: str) -> tuple[str, ...]:
    """The names in the order of the text; separators within brackets or TeX braces are none."""
    text = collapse(text)
    parts = [part.strip() for part in text.split(",")] if _is_plain(text) else list(_parts(text))
    if _SUFFIXES.isdisjoint(parts) and "" not in parts:
        return tuple(parts)
    names: list[str] = []
    for part in parts:
        if names and part in _SUFFIXES:
            names[-1] += f" {part}"
        elif part:
            names.append(part)
    return tuple(names)


def _is_plain(text: str) -> bool:
    """Whether there are but names and commas, as nearly always."""
    has_word = " and " in text or " behalf " in text or " for " in text
    return not has_word and _SIGN.search(text) is None


def _parts(whole: str) -> Iterator[str]:
    """Cut between names; what is not to be cut is hidden from the search."""
    texts = list(_pieces(whole))
    text = "".join(piece for piece, _ in texts)
    mask = "".join(piece if is_open else "x" * len(piece) for piece, is_open in texts)
    at = 0
    for separator in _SEPARATOR.finditer(mask):
        yield collapse(text[at : separator.start()])
        at = separator.end()
    yield collapse(text[at:])


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text without what stands in round brackets, and whether it may hold separators.

    What follows a bracket that is never closed goes as far as the next comma; a list of
    institutes goes to the end.
    """
    closings = _closings(text)
    at = 0
    for token in _BRACKET.finditer(text):
        here, mark = token.start(), token[0]
        if here < at or mark not in "(){}":
            continue
        yield text[at:here], True
        at = closings.get(here, here) + 1
        if mark == "{":
            yield text[here:at], here not in closings
            continue
        yield " ", True
        if mark == "(" and here not in closings:
            comma = text.find(",", here)
            at = len(text) if comma < 0 or text.startswith("((", here) else comma
    yield text[at:], True


def _closings(text: str) -> dict[int, int]:
    """Where each bracket that is closed is closed."""
    open_at: dict[str, list[int]] = {"(": [], "{": []}
    closings: dict[int, int] = {}
    for token in _BRACKET.finditer(text):
        mark = token[0]
        if mark in open_at:
            open_at[mark].append(token.start())
        elif mark in _OPENING and open_at[_OPENING[mark]]:
            closings[open_at[_OPENING[mark]].pop()] = token.start()
    return closings


_BLOCKS = (
    "address|article|aside|blockquote|br|center|dd|div|dl|dt|figcaption|figure|footer|form|h[1-6]|"
    "header|hr|li|main|nav|ol|p|pre|sec|section|table|tbody|td|tfoot|th|thead|title|tr|ul"
)
_INLINE = (
    "a|abbr|acronym|b|bdi|bdo|big|bold|button|cite|code|del|dfn|em|ext-link|font|i|img|ins|italic|"
    "kbd|label|m(?:ath|frac|i|n|o|over|row|sqrt|sub|subsup|sup|text|under)|mark|q|s|samp|"
    "sc|small|span|strike|strong|sub|sup|svg|time|tt|u|var|wbr|xref"
)
_ATTRIBUTES = r"(?:\s[^<>]*)?/?"
_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
_BLOCK = re.compile(rf"</?(?:[a-z]+:)?(?:{_BLOCKS}){_ATTRIBUTES}>", re.IGNORECASE)
_TAG = re.compile(rf"</?(?:[a-z]+:)?(?:{_INLINE}){_ATTRIBUTES}>", re.IGNORECASE)
_CLOSING = re.compile(rf"</(?:[a-z]+:)?(?:{_BLOCKS}|{_INLINE})\s*>", re.IGNORECASE)


def to_text(markup: str) -> str:
    """Take the tags away and decode entities once; where a block ends, so does a line."""
    seen = _UNSEEN.sub("", markup)
    lines = _BLOCK.sub("\n", " ".join(seen.split()))
    return html.unescape(_TAG.sub("", lines))


def is_markup(text: str) -> bool:
    """Whether a text that calls itself plain has an end tag: few papers do."""
    return _CLOSING.search(text) is not None


_AFFILIATION = re.compile(r"\s*\([^()]*\)")
_INITIALS = re.compile(r"(?:(?:[^\W\d_]\.[\s-]*)+|[A-Z]{1,2})(?:\s+(?:[JS]r\.?|I{2,3}|IV))?")
_ET_AL = re.compile(r"[,;]?\s*\b(?:et al\.?|and others)\s*\Z", re.IGNORECASE)


def split_creators(creators: Iterable[str]) -> tuple[tuple[str, ...], bool]:
    """The names, and whether they are all.

    One creator may hold all the names; of several each is one unless it has more than a comma.
    """
    stated = [text for creator in creators if (text := collapse(creator))]
    texts = [_ET_AL.sub("", text) for text in stated]
    names = (name for text in texts for name in _names(text, is_only=len(texts) == 1))
    return tuple(dict.fromkeys(name for name in names if name and "@" not in name)), texts == stated


def _names(text: str, *, is_only: bool) -> Iterable[str]:
    if ";" in text:
        return (_name(part) for part in text.split(";"))
    parts = split_names(text)
    return _paired(parts) if is_only or len(parts) > 2 else (_name(text),)


def _name(text: str) -> str:
    return _AFFILIATION.sub("", text).strip(" ,")


def _paired(parts: Sequence[str]) -> Iterator[str]:
    """Put `Family, I.` together again; so too where every part is one word."""
    are_words = len(parts) % 2 == 0 and not any(" " in part for part in parts)
    rest = deque(parts)
    while rest:
        name = rest.popleft()
        if rest and not _is_initials(name) and (are_words or _is_initials(rest[0])):
            name = f"{name}, {rest.popleft()}"
        yield name


def _is_initials(text: str) -> bool:
    return _INITIALS.fullmatch(text) is not None
