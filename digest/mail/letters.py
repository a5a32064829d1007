"""Letters as they come in: who wrote, what they wrote themselves, and what they only quote."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parseaddr
from html.parser import HTMLParser
from urllib.parse import unquote

from digest.mail.headers import clean

_MOST = 300_000  # characters of a letter that are looked at
_MOST_HTML = 60_000  # of its HTML: the parser's time grows with the square of what is unclosed
_MOST_LINES = 3_000  # among which a sender's own words are looked for
_LONGEST_FIELD = 4_000
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ADDRESSED = ("delivered-to", "x-original-to", "envelope-to", "to", "cc", "x-failed-recipients")
_MACHINES = re.compile(r"mailer-daemon|no-?reply|do-?not-?reply|listserv|majordomo", re.IGNORECASE)
_OF_MACHINES = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From", "List-Id", "List-Unsubscribe")
_DIVIDER = re.compile(
    r"\s*(?:-{2,}\s*(?:original(?:e|al)? (?:message|nachricht)|original-nachricht|"
    r"urspr(?:ü|ue)ngliche (?:nachricht|mail)|(?:begin )?forwarded message|"
    r"weitergeleitete (?:nachricht|mail)|message d'origine|mensaje original)\b.*|_{10,}\s*)",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"(?:on|am|le|el|op|il|em)\s.{4,300}?\b(?:wrote|schrieb|a écrit|escribió|schreef|ha scritto|"
    r"escreveu)\b.{0,120}?:\s*",
    re.IGNORECASE,
)
_WROTE_SHORT = re.compile(r".{3,200}\b(?:wrote|schrieb|writes|schreibt)\s?:\s*", re.IGNORECASE)
_WHEN_OR_WHO = re.compile(r"[\d@]")
_HEADER = re.compile(r"\W{0,3}(?:from|von|de|da|van)\W{0,3}:\W*\S", re.IGNORECASE)
_HEADERS = re.compile(
    r"\W{0,3}(?:sent|gesendet|date|datum|to|an|subject|betreff|envoyé|enviado|reply-to)\W{0,3}:",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"\s*(?:sent from (?:my|outlook|mail|yahoo|samsung)\b|get outlook for|envoyé de mon|"
    r"(?:von|mit) meinem .{2,40} gesendet|gesendet (?:von|mit)\b).{0,60}",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"(?:re:\s*)?\[?auto(?:matic)?(?:[ -]?(?:reply|response))?\]?:|(?:re:\s*)?automatische antwort|"
    r"(?:re:\s*)?out[ -]of[ -](?:the[ -])?office|(?:re:\s*)?abwesenheit",
    re.IGNORECASE,
)
_ANSWERS = re.compile(r"<notice\.[0-9a-f]{32}@")  # what tells the operator something
_WRAPS = 60  # of a quoted line so long what follows unmarked may be the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message that is no bounce.

    `sender` is a bare address, case-folded; `own` what its sender wrote, without what they quote
    of ours; `addressed` whom it is for; `text` all that is legible, tokens in links included.
    """

    sender: str | None
    name: str
    subject: str
    own: str
    addressed: str
    text: str
    is_automatic: bool
    is_of_machine: bool

    @property
    def addresses(self) -> frozenset[str]:
        """The addresses that it is from and to, as they are compared."""
        named = getaddresses(self.addressed.splitlines())
        own = {self.sender} if self.sender else set[str]()
        return frozenset({address.casefold() for _, address in named} | own)


def read_letter(message: Message, content: bytes, *, addresses: str = "") -> Letter:
    """Read a message; `addresses` are those that the mail system says it was for."""
    name, sender = parseaddr(_decoded(message, "From"))
    subject = clean(_decoded(message, "Subject"))
    bodies = [(part.get_content_type(), _body(part)) for part in _texts(message)]
    addressed = "\n".join((addresses, *(_decoded(message, each) for each in _ADDRESSED)))
    raw = content[:_MOST].decode("utf-8", errors="replace")
    raw = raw.replace("=\r\n", "").replace("=\n", "")
    legible = "\n".join((addressed, subject, *(body for _, body in bodies), raw))
    is_of_machine = _is_of_machine(message, sender)
    return Letter(
        sender=sender.strip().casefold() if "@" in sender else None,
        name=clean(name),
        subject=subject,
        own=own_words(bodies),
        addressed=addressed,
        # A link's %20 would be taken for a part of the token behind it.
        text=f"{legible}\n{unquote(legible)}",
        is_automatic=is_of_machine or _is_automatic(message) or bool(_AWAY.match(subject)),
        is_of_machine=is_of_machine,
    )


def own_words(bodies: list[tuple[str, str]]) -> str:
    """Return what the sender wrote of the text, else of the HTML, that a letter has."""
    for kind in ("text/plain", "text/html"):
        for content_type, body in bodies:
            if content_type == kind:
                text = _legible(body) if kind == "text/html" else body
                if (own := without_quotations(text)).strip():
                    return own
    return ""


def without_quotations(text: str) -> str:
    """Leave out what is quoted, whether it is marked line by line or stands below the rest."""
    lines = text.splitlines()[:_MOST_LINES]
    own: list[str] = []
    number = 0
    quoted = ""
    while number < len(lines):
        line = lines[number]
        if line.lstrip().startswith(">"):
            quoted = line
        elif line.rstrip() == "--":
            break  # a signature
        elif end := _end_of_opening(lines, number):
            if not _is_marked(lines, end):
                break
            number, quoted = end - 1, ""
        elif len(quoted) < _WRAPS and not _DEVICE.fullmatch(line):
            own.append(line)
            quoted = ""
        else:
            quoted = ""
        number += 1
    return "\n".join(own).strip()


def _is_marked(lines: list[str], number: int) -> bool:
    """Whether the next line with words, from this one on, is marked as quoted."""
    after = (lines[place] for place in range(number, len(lines)))
    return next(filter(str.strip, after), "").lstrip().startswith(">")


def _end_of_opening(lines: list[str], number: int) -> int | None:
    """Return where the words end that open a quotation, if they begin with this line."""
    line = lines[number]
    if _DIVIDER.fullmatch(line):
        return number + 1
    if _HEADER.match(line) and any(map(_HEADERS.match, lines[number + 1 : number + 5])):
        return number + 1
    is_marked = _is_marked(lines, number + 1)
    if not _WHEN_OR_WHO.search(line):
        return number + 1 if is_marked and _WROTE_SHORT.fullmatch(line) else None
    if _WROTE_SHORT.fullmatch(line):
        return number + 1
    for count in (1, 2, 3):
        opening = lines[number : number + count]
        if not all(map(str.strip, opening)):
            return None
        joined = " ".join(map(str.strip, opening))
        if len(joined) <= 500 and _WROTE.fullmatch(joined):
            return number + count
    return None


def _decoded(message: Message, name: str) -> str:
    """Return a field's values as people read them (RFC 2047)."""
    found = []
    for written in message.get_all(name, []):
        value = str(written)[:_LONGEST_FIELD]
        try:
            found.append(str(make_header(decode_header(value))))
        except (LookupError, ValueError, HeaderParseError):
            found.append(value)
    return "\n".join(found) if name in _ADDRESSED else " ".join(found[:1])


def _texts(message: Message) -> Iterator[Message]:
    """Walk through the parts with text, but not into a message that is attached."""
    if message.get_content_maintype() == "message":
        return
    payload = message.get_payload()
    if message.is_multipart() and isinstance(payload, list):
        for part in payload:
            if isinstance(part, Message):
                yield from _texts(part)
    elif message.get_content_maintype() == "text" and not message.get_filename():
        yield message


def _body(part: Message) -> str:
    payload = part.get_payload(decode=True)
    content = payload[:_MOST] if isinstance(payload, bytes) else b""
    try:
        return content.decode(part.get_content_charset() or "utf-8", errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")


def _is_of_machine(message: Message, sender: str) -> bool:
    """Tell what no person ever wrote: reports, and the mail of lists and systems."""
    is_null = str(message.get("Return-Path", "")).strip() == "<>"
    is_report = message.get_content_type() == "multipart/report"
    is_spam = str(message.get("X-Spam-Flag", "")).strip().casefold() == "yes"
    local_part = sender.partition("@")[0]
    is_marked = any(name in message for name in _OF_MACHINES)
    answered = f"{message.get('In-Reply-To', '')} {message.get('References', '')}"
    is_answer = bool(_ANSWERS.search(answered))  # of a program to what we told the operator
    is_machine = bool(_MACHINES.fullmatch(local_part))
    return any((is_null, is_report, is_spam, is_marked, is_answer, is_machine))


def _is_automatic(message: Message) -> bool:
    """Tell what is marked as a machine's (RFC 3834); a gateway may have marked a person's."""
    said = str(message.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    precedence = str(message.get("Precedence", "")).strip().lower()
    return said != "no" or precedence in ("auto_reply", "junk", "bulk", "list")


class _Words(HTMLParser):
    """Collects the text of HTML without what is quoted; a link's text is where it leads.

    A quotation becomes a line that is marked as one: words may follow it.
    """

    _BLOCKS = frozenset(
        ("p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "table", "ul", "ol", "hr")
    )
    _HIDDEN = frozenset(("blockquote", "style", "script", "head", "title"))
    _QUOTES = re.compile(
        r"gmail_quote|yahoo_quoted|protonmail_quote|moz-cite-prefix|zmail_extra", re.IGNORECASE
    )
    # Of these the quotation follows the element.
    _OPENINGS = re.compile(
        r"outlookmessageheader|divrplyfwdmsg|appendonsend|mail-editor-reference-message",
        re.IGNORECASE,
    )

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._inside: tuple[str, int] | None = None  # what hides the text, and how often it is open
        self._link: str | None = None
        self._is_over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marks = " ".join(value or "" for name, value in attrs if name in ("class", "id"))
        self._is_over = self._is_over or bool(self._OPENINGS.search(marks))
        if tag == "body" and self._inside and self._inside[0] == "head":
            self._inside = None  # one without an end
        elif self._inside is not None:
            name, depth = self._inside
            self._inside = (name, depth + (tag == name))
        elif tag in self._HIDDEN or self._QUOTES.search(marks):
            self._inside = (tag, 1)
            self._say("\n>\n" if tag not in self._HIDDEN or tag == "blockquote" else "")
        if tag in self._BLOCKS:
            self._say("\n\n" if tag == "p" else "\n")
        if tag == "a":
            self._link = dict(attrs).get("href")

    def handle_endtag(self, tag: str) -> None:
        if self._inside is not None and tag == self._inside[0]:
            depth = self._inside[1] - 1
            self._inside = (tag, depth) if depth else None
        if tag in self._BLOCKS:
            self._say("\n")
        if tag == "a":
            self._link = None

    def handle_data(self, data: str) -> None:
        if self._inside is None:
            words = re.sub(r"\s+", " ", data)
            self._say(words if self._link is None or "@" in words else self._link)

    def _say(self, words: str) -> None:
        if not self._is_over:
            self.words.append(words)


def _legible(html: str) -> str:
    parser = _Words()
    parser.feed(_COMMENT.sub("", html)[:_MOST_HTML])
    parser.close()
    lines = (line.strip() for line in "".join(parser.words).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
