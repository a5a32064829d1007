"""From a dump to the XML documents in it and their entries; of damaged ones, what is whole.

From formats.md, failures: XML comes cut half way. An entry counts only where its end tag stands;
what is lost is a Rejection.

From the bytes of a dump to the texts of the XML documents in it, each fit to be parsed.

From formats.md, failures: HTML comes with status 200 where XML is due, and the charset that is
declared, or not, need not be the one that is used.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from digest.paper import Dump, Rejection, collapse
from digest.sources.reading.json_text import Unreadable
from digest.sources.reading.text import BOM, decode, is_damaged, looks_like, malformed

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


Element = Any  # lxml ships no types
Fields = Mapping[str, Sequence[str]]
_LONGEST_QUOTE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An element of a listing, and the line of the dump it begins on."""

    element: Element
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One XML document of a dump, which begins on `line`.

    Where it is not whole, `root` has only what stands before the first entry, and `rejections`
    say what of it could not be read.
    """

    root: Element
    line: int
    entries: tuple[Entry, ...]
    rejections: tuple[Rejection, ...] = ()
    is_whole: bool = True


def read_documents(dump: Dump, entry_tags: Collection[str]) -> tuple[Document, ...]:
    """Every document of a dump with its entries, whose tags are given as `{namespace}name`.

    What of a dump is no document at all is a rejection of the first. Raises ListingMalformed
    where there is neither a whole document nor a whole entry.
    """
    for xml in _attempts(dump):
        whole = _read_whole(xml, entry_tags)
        if isinstance(whole, Document):
            return (whole,)
    found = [_read(part, entry_tags) for part in documents(xml)]
    read = [each for each in found if isinstance(each, Document)]
    unread = [each for each in found if isinstance(each, Rejection)]
    if not read:
        raise malformed(dump, unread[0].why, unread[0].line)
    return (replace(read[0], rejections=(*read[0].rejections, *unread)), *read[1:])


def text_of(element: Element | None) -> str | None:
    """All text within an element; blank is None."""
    text = "" if element is None else "".join(element.itertext()).strip()
    return text or None


def fields_of(element: Element, names: Mapping[str, str]) -> Fields:
    """What the children of an entry say, under the names that their tags have; raises Unreadable.

    An empty one may say it in the attribute `term` or `href`. Elements within a text are what
    followed it before an end tag was lost.
    """
    fields: dict[str, list[str]] = {}
    for child in element:
        if (name := names.get(child.tag)) is None:
            continue
        if len(child):
            raise Unreadable(f"an entry with other elements in its {name}")
        text = child.text
        if text is None:
            text = child.get("term") or child.get("href") or ""
        if DAMAGE in text:
            raise Unreadable("an entry whose text is not valid UTF-8")
        if text and not text.isspace():
            fields.setdefault(name, []).append(text)
    return fields


def only(fields: Fields, name: str) -> str | None:
    """What an entry says once; raises Unreadable where it says two things.

    Two titles are two entries that ran together.
    """
    texts = fields.get(name)
    if texts is None:
        return None
    if len(texts) > 1:
        raise Unreadable(f"an entry with more than one {name}")
    return texts[0]


def one_line(text: str | None) -> str | None:
    """A title or an abstract with its white space collapsed; quick where there is nothing to do."""
    if not text:
        return None
    has_wide = "\n" in text or "\t" in text or "\r" in text or "  " in text
    is_wrapped = has_wide or not (text.isascii() or text.isprintable())
    return collapse(text) if is_wrapped else text.strip()


def unwrapped(text: str | None) -> str | None:
    """A text whose lines are put into one; blanks within them stay."""
    if text is None or "\n" not in text:
        return text and text.strip()
    return " ".join(line for line in map(str.strip, text.split("\n")) if line)


def quoted(text: str) -> str:
    """What a service says, as a message may quote it: on one line, safe on a terminal."""
    return ascii(collapse(text)[:_LONGEST_QUOTE])


def _attempts(dump: Dump) -> Iterator[XmlText]:
    """The text as it stands, if that can be parsed, then without what XML forbids."""
    quick = read_quickly(dump)
    if quick and quick.why_not is None:
        yield quick
    xml = read_text(dump)
    if xml.why_not is not None:
        raise malformed(dump, xml.why_not)
    yield xml


def _read(part: XmlText, tags: Collection[str]) -> Document | Rejection:
    """A document, or what is whole of it; a Rejection where nothing is."""
    if part.why_not is not None:
        return Rejection(line=part.line, why=part.why_not)
    found = _read_whole(part, tags)
    return found if isinstance(found, Document) else _salvaged(part, tags, found)


def _read_whole(part: XmlText, tags: Collection[str]) -> Document | Rejection:
    try:
        root = _parse(part.text)
    except _syntax_error() as error:
        return _broken(error, part.line)
    entries = tuple(
        Entry(element=element, line=part.line + element.sourceline - 1)
        for element in root.iter(*tags)
    )
    return Document(root=root, line=part.line, entries=entries)


def _parse(text: str, *, recover: bool = False) -> Element:
    from lxml import etree  # slow to import

    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
        collect_ids=False,
    )
    return etree.fromstring(text.encode(), parser)


def _syntax_error() -> type[SyntaxError]:
    from lxml import etree

    error: type[SyntaxError] = etree.XMLSyntaxError
    return error


def _broken(error: SyntaxError, first_line: int) -> Rejection:
    message = ascii((error.msg or "").split(", line ")[0])[1:-1]
    line = first_line + max(error.lineno or 1, 1) - 1
    return Rejection(line=line, why=f"is not well-formed XML: {message[:100]}")


def _salvaged(part: XmlText, tags: Collection[str], why: Rejection) -> Document | Rejection:
    """Read each entry of a broken document for itself, in the namespaces of the root element."""
    names = "|".join(re.escape(tag.rpartition("}")[2]) for tag in tags)
    starts = [m.start() for m in re.finditer(rf"<(?:[\w.-]+:)?(?:{names})(?=[\s/>])", part.text)]
    end = re.compile(rf"</(?:[\w.-]+:)?(?:{names})\s*>")
    root = part.root
    if root is None or not starts:
        return why
    found = list(_pieces(part, root, starts, end))
    entries = tuple(e for e in found if isinstance(e, Entry) and e.element.tag in tags)
    rejections = tuple(each for each in found if isinstance(each, Rejection))
    head = _head(part.text[: starts[0]])
    if not entries or head is None:
        return why
    return Document(
        root=head,
        line=part.line,
        entries=entries,
        rejections=rejections or (why,),
        is_whole=False,
    )


def _head(text: str) -> Element | None:
    try:
        return _parse(text, recover=True)
    except _syntax_error():
        return None


def _pieces(
    part: XmlText, root: re.Match[str], starts: Sequence[int], end: re.Pattern[str]
) -> Iterator[Entry | Rejection]:
    """What each stretch of text from one start tag to the next holds; the first is the head."""
    text, line, at = part.text, part.line, 0
    is_closed = re.compile(rf"</{re.escape(root['name'])}\s*>").search(text, starts[-1])
    for begin, stop in pairwise([0, *starts, len(text)]):
        line, at = line + text.count("\n", at, begin), begin
        close = end.search(text, begin, stop) if begin else None
        if close:
            yield _piece(text[begin : close.end()], line, root)
        elif begin and (stop < len(text) or is_closed):
            yield Rejection(line=line, why="an entry that is cut off")
        if stray := end.search(text, close.end() if close else begin, stop):
            yield Rejection(
                line=line + text.count("\n", begin, stray.start()),
                why="the end of an entry whose beginning is missing",
            )
    if not is_closed:
        within = "" if close else f", within the entry that begins on line {line}"
        yield Rejection(
            line=part.line + text.count("\n"), why=f"cut off here{within}: the rest is missing"
        )


def _piece(text: str, line: int, root: re.Match[str]) -> Entry | Rejection:
    try:
        around = _parse(f"{root['tag']}{text}</{root['name']}>")
    except _syntax_error():
        return Rejection(line=line, why="an entry that is not well-formed XML")
    return Entry(element=around[0], line=line)
