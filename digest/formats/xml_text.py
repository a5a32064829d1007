"""From the bytes of a dump to the texts of the XML documents in it, each fit to be parsed.

From formats.md, failures: HTML comes with status 200 where XML is due, and the charset that is
declared, or not, need not be the one that is used.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from digest.formats.kinds import looks_like
from digest.formats.lines import BOM, decode, is_damaged
from digest.paper import Dump

DAMAGE = "\ufdd0"  # allowed in XML, used by nobody: stands where bytes are no UTF-8
_SURROGATES = re.compile("[\ud800-\udfff]+")
_CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML allows none of them
_CHARSET = re.compile(r"""\s*<\?xml\s[^>]*?encoding\s*=\s*["'](?P<name>[\w.-]+)""")
_ONE_BYTE = re.compile(r"iso-?8859-\d{1,2}|latin-?1|windows-125\d|cp-?125\d", re.IGNORECASE)
_DECLARATION = re.compile(r"\ufeff?(?=<\?xml\s)")
_PROLOG = r"(?:<\?.*?\?>|<!--.*?-->|\s+)*+"
_OWN_DTD = re.compile(
    _PROLOG + r"""<!DOCTYPE(?:[^\[>"']|"[^"]*"|'[^']*')*+\[""", re.IGNORECASE | re.DOTALL
)
_ROOT = re.compile(
    _PROLOG + r"""(?:<!DOCTYPE[^>]*+>\s*)?"""
    r"""(?P<tag><(?P<name>[A-Za-z_][\w.:-]*)(?:[^<>"']|"[^"<]*"|'[^'<]*')*+>)""",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlText:
    """The text of one document, without the blanks around it, and the line it begins on."""

    text: str
    line: int

    @property
    def root(self) -> re.Match[str] | None:
        """The start tag of the root element: `tag`, and the `name` in it."""
        return _ROOT.match(self.text)

    @property
    def why_not(self) -> str | None:
        """Why it is not to be parsed; a DTD of its own may hold an entity bomb."""
        kind = looks_like(self.text)
        if not self.text:
            return "is empty"
        if kind == "HTML" or not self.text.startswith("<"):
            return f"looks like {kind or 'plain text'}, which is no XML"
        if _OWN_DTD.match(self.text):
            return "has a DTD of its own, where entities are declared: refused"
        return None


def read_quickly(dump: Dump) -> XmlText | None:
    """The whole of a dump that is UTF-8, not yet searched for what XML forbids."""
    try:
        return _stripped(dump.content.decode(), line=1)
    except UnicodeDecodeError:
        return None


def read_text(dump: Dump) -> XmlText:
    """The whole of a dump, with nothing in it that XML forbids; raises ListingMalformed.

    A declared charset is believed only where the bytes are no UTF-8: what declares Latin-1 is
    often UTF-8 all the same, and would be read as mojibake.
    """
    text = decode(dump)
    if is_damaged(text):
        text = _redecoded(dump, text)
    return _stripped(_CONTROLS.sub(" ", _SURROGATES.sub(DAMAGE, text)), line=1)


def documents(whole: XmlText) -> Iterator[XmlText]:
    """Cut a text at each XML declaration and after each root element."""
    line, at = whole.line, 0
    for end in _ends(whole.text):
        part = _stripped(whole.text[at:end], line=line)
        if part.text:
            yield part
        line, at = line + whole.text.count("\n", at, end), end


def _redecoded(dump: Dump, text: str) -> str:
    charset = _CHARSET.match(text)
    damaged = sum("\ud800" <= character <= "\udfff" for character in text)
    good = sum(character > "\x7f" for character in text) - damaged
    if charset is None or good > damaged or not _ONE_BYTE.fullmatch(charset["name"]):
        return text
    try:
        return dump.content.decode(charset["name"])
    except (LookupError, UnicodeError):
        return text


def _stripped(text: str, *, line: int) -> XmlText:
    body = text.lstrip().removeprefix(BOM).lstrip()
    above = text.count("\n", 0, len(text) - len(body))
    return XmlText(text=body.rstrip().removesuffix(BOM), line=line + above)


def _ends(text: str) -> Iterator[int]:
    declared = [match.end() for match in _DECLARATION.finditer(text)]
    for begin, end in pairwise([0, *declared, len(text)]):
        at = begin
        while root := _ROOT.match(text, at, end):
            closed = re.compile(rf"</{re.escape(root['name'])}\s*>(?=[\s\ufeff]*<)").search(
                text, at, end
            )
            if closed is None:
                break
            at = closed.end()
            yield at
        yield end
