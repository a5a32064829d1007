"""Turns an issue into a message: subject, HTML and text, from the templates.

Puts a style sheet into a template's style attributes, before Jinja ever fills it.

premailer sees only a copy in which every Jinja tag is blanked out and every element is numbered;
the styles it finds are carried over to the template by number. So nothing but `style` attributes
ever changes: tags, entities, comments and line numbers stay as their author wrote them. What a
Jinja tag decides inside one `class` attribute is not seen: both branches count.

How large a message's HTML may be: Gmail cuts off what is above 102,400 bytes as they travel.
"""

import binascii
import html
import logging
import re
from bisect import bisect_left
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, TemplateError, select_autoescape
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from digest.bundled import bundled
from digest.errors import RenderError
from digest.issue import Issue, Message, Pick
from digest.rendering import extract, paper_view, reasons, rich
from digest.rendering import text as words_of_text
from digest.rendering.issue_view import Fit, Footer, IssueView, fits, issue_view, paper_views
from digest.rendering.language import Dictionary, Words, is_words
from digest.rendering.paper_view import Content, PaperView
from digest.rendering.rich import Rich
from digest.rendering.text import one_line, tidy, wrap
from digest.tex.runs import Script

_STRING = r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
_JINJA = re.compile(
    r"\{#.*?#\}"
    r"|\{%[-+]?\s*raw\s*[-+]?%\}.*?\{%[-+]?\s*endraw\s*[-+]?%\}"
    rf"|\{{%(?:{_STRING}|(?!%\}}).)*+%\}}"
    rf"|\{{\{{(?:{_STRING}|\{{(?:{_STRING}|[^{{}}])*\}}|(?!\}}\}}).)*+\}}\}}",
    re.DOTALL,
)
_START_TAG = re.compile(r"""(?P<name><[a-zA-Z][^\s/>"']*+)(?:"[^"]*"|'[^']*'|[^"'>])*>""")
_STYLE = re.compile(r"""(?<=\s)style\s*=\s*(?P<quote>["']).*?(?P=quote)""", re.I | re.S)
_IMPORT = re.compile(r"@import\b[^;<}]*;?", re.IGNORECASE)  # cssutils would go and get it
_NUMBER = "data-element"


@cache
def inline(template: str, css: str) -> str:
    """Return the template with the rules of `css` (and of its own <style>) in its elements."""
    masked = _JINJA.sub(_blank, template)
    tags = list(_START_TAG.finditer(masked))
    styles = _computed_styles(_numbered(masked, tags), css) if tags else {}
    result, end = "", 0
    for number, style in sorted(styles.items()):
        at, addition = _insertion(tags[number], style)
        result += template[end:at] + addition
        end = at
    return result + template[end:]


def _blank(match: re.Match[str]) -> str:
    """Hide a Jinja tag in as many characters: letters where HTML needs a name or a value."""
    before = match.string[match.start() - 1 : match.start()]
    return ("x" if before in ("=", "<") else " ") * len(match[0])


def _numbered(masked: str, tags: list[re.Match[str]]) -> str:
    """Write each element's number into it, and leave out the styles it has of its own."""
    result, end = "", 0
    for number, tag in enumerate(tags):
        rest = _STYLE.sub("", masked[tag.end("name") : tag.end()])
        result += f'{masked[end : tag.start()]}{tag["name"]} {_NUMBER}="{number}"{rest}'
        end = tag.end()
    return result + masked[end:]


def _computed_styles(page: str, css: str) -> dict[int, str]:
    """Ask premailer which declarations apply to each numbered element."""
    from cssselect import SelectorError
    from lxml import etree
    from premailer import Premailer

    premailer = Premailer(
        etree.fromstring(_IMPORT.sub("", page), etree.HTMLParser()),
        css_text=_IMPORT.sub("", css),
        allow_network=False,
        disable_leftover_css=True,
        disable_validation=True,
        cssutils_logging_level=logging.CRITICAL + 1,
    )
    try:
        elements = premailer.transform().xpath(f"//*[@{_NUMBER} and @style]")
    except SelectorError as error:
        raise RenderError(f"a selector is wrong: {error}", template="style.css") from error
    return {int(element.get(_NUMBER)): element.get("style") for element in elements}


def _insertion(tag: re.Match[str], style: str) -> tuple[int, str]:
    """Say where in the template a style belongs: before the element's own, which so wins."""
    escaped = html.escape(style)
    if own := _STYLE.search(tag.string, tag.end("name"), tag.end()):
        return own.end("quote"), f"{escaped}; "
    return tag.end("name"), f' style="{escaped}"'


HTML_LIMIT = 100_000
"""Bytes of the HTML in UTF-8."""

ENCODED_LIMIT = 102_400
"""Bytes of it in quoted-printable (RFC 2045)."""

_FRAME = 12_000  # what the shipped templates print around the papers
_PICK, _ALSO = 2_200, 700  # and around a paper that is no card
_SHOWN = 300  # characters of a text that a title, a name or an address has at most
_LINE = 75  # characters of an encoded line, before the break of two or three more


def is_small(html: str) -> bool:
    """Say whether HTML stays below both limits."""
    content = html.encode()
    if len(content) > HTML_LIMIT:
        return False
    return _at_most(html, len(content)) <= ENCODED_LIMIT or encoded(content) <= ENCODED_LIMIT


def encoded(content: bytes) -> int:
    """Count the bytes of a part in quoted-printable, line ends as CRLF."""
    lines = binascii.b2a_qp(content)
    return len(lines) + lines.count(b"\n")


def _at_most(html: str, size: int) -> int:
    """Bound the encoded size of what is printed, unencoded: a byte that needs it takes three."""
    beyond_ascii = 2 * (size - len(html))
    written = size + 2 * (beyond_ascii + html.count("=")) + 3 * (html.count("\n") + 1)
    return written + 3 * (written // _LINE + 1)


def surely_fits(issue: Issue) -> bool:
    """Say whether every paper has room as a title at least, in the shipped templates."""
    picks = sum(_PICK + _worst(pick) for pick in issue.picks)
    also = sum(_ALSO + _worst(pick) for pick in issue.also)
    return _FRAME + picks + also <= HTML_LIMIT


def _worst(pick: Pick) -> int:
    """Bound the encoded bytes of what is printed of a paper as a title."""
    paper = pick.stored.paper
    texts = (
        paper.title or paper.abstract or "",
        pick.summary or (paper.abstract or "")[:_SHOWN],
        paper.organization or "",
        *paper.authors[:8],
        *(reason.term for reason in pick.reasons[:2]),
    )
    return sum(len(repr(text[:_SHOWN].encode())) for text in texts)


_SUFFIXES = (".html", ".txt", ".css")
_KEPT = 4_096  # parts of messages that many readers share
_MISTAKES = (
    TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError,
    TypeError, ValueError,
)  # fmt: skip


def forget() -> None:
    """Empty what is remembered of papers: those of yesterday rarely come again."""
    for module in (paper_view, reasons, rich, extract, words_of_text):
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


class Renderer:
    """Renders issues; a user's `templates` win over the shipped ones, file by file.

    Everything is read and compiled here, so a template's syntax is checked at construction.
    """

    def __init__(self, templates: Path | None = None) -> None:
        shipped, own = _read(bundled("templates")), _read(templates) if templates else {}
        self._sources = shipped | own
        self._has_own = bool(own)
        self._words = Dictionary(shipped, own)
        kind = ImmutableSandboxedEnvironment if own else Environment
        self._environment = kind(
            loader=FunctionLoader(self._load),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters["wrap"] = wrap
        self._shape = lru_cache(_KEPT)(self._in_shape)
        self._environment.filters["rich"] = lru_cache(_KEPT)(self._rich)
        self._environment.globals["shared"] = lru_cache(4 * _KEPT)(self._shared)
        for name in self._sources:
            if name.endswith((".html", ".txt")):
                self._compile(name)

    def render(self, issue: Issue, footer: Footer) -> Message:
        """Render an issue, with as much of it as fits into HTML_LIMIT bytes."""
        words = self.words(issue.language)
        view, html = self._largest_that_fits(issue, footer, words)
        subject = one_line(self._fill("issue/subject.txt", view, words))
        text = tidy(self._fill("issue/body.txt", view, words))
        return Message(subject=subject, html=html, text=text)

    def words(self, language: str) -> Words:
        """Give the mail's own words in a language; its `missing` ones are English."""
        return self._words.of(language)

    def fitted(self, issue: Issue, footer: Footer) -> Issue:
        """Leave out the papers, last ones first, that a message of this issue has no room for."""
        if not self._has_own and surely_fits(issue):
            return issue
        view, _ = self._largest_that_fits(issue, footer, self.words(issue.language))
        return replace(issue, picks=issue.picks[: view.picks], also=issue.also[: len(view.also)])

    def _largest_that_fits(
        self, issue: Issue, footer: Footer, words: Words
    ) -> tuple[IssueView, str]:
        """Try the whole issue, and where that is too large bisect the steps to less."""
        papers = paper_views(issue, words)

        def filled(fit: Fit) -> tuple[IssueView, str]:
            view = issue_view(issue, footer, papers, fit, words)
            return view, self._fill("issue/body.html", view, words)

        whole, *steps = fits(issue)
        result = filled(whole)
        if is_small(result[1]):
            return result
        at = bisect_left(steps, True, key=lambda fit: is_small(filled(fit)[1]))
        if at == len(steps):
            why = f"a message without papers is already larger than {HTML_LIMIT:,} bytes"
            raise RenderError(why, template="issue/body.html")
        return filled(steps[at])

    def _load(self, name: str) -> tuple[str, str, None] | None:
        """Hand a template to Jinja, with its styles inlined if it is HTML."""
        source = self._sources.get(name)
        if source is None:
            return None
        if name.endswith(".html"):
            source = inline(source, self._sources["style.css"])
        return source, name, None

    def _compile(self, name: str) -> None:
        try:
            self._environment.get_template(name)
        except TemplateSyntaxError as error:
            raise _syntax_error(error, name) from error

    def _rich(self, text: Rich) -> Markup:
        """Show rich text as the templates want its marks and scripts."""
        shown = []
        for piece in text.pieces:
            bit: str = escape(piece.text)
            if piece.script is not Script.LINE:
                bit = self._shape("sup" if piece.script is Script.SUP else "sub", bit)
            if piece.url:
                bit = self._shape("address", bit, piece.url)
            shown.append(self._shape("match", bit) if piece.marked else bit)
        return Markup("".join(shown))  # noqa: S704 (escaped above)

    def _in_shape(self, name: str, *texts: str) -> Markup:
        shapes: Any = self._environment.get_template("issue/_spans.html").module
        return Markup(getattr(shapes, name)(*texts))  # noqa: S704 (a macro's result)

    def _shared(self, name: str, paper: PaperView | Content, level: str, words: Words) -> Markup:
        """Fill in a paper's card, or what of it is the same for all who asked for the same."""
        template = self._environment.get_template(name)
        return Markup(template.render(paper=paper, level=level, words=words))  # noqa: S704

    def _fill(self, name: str, view: IssueView, words: Words) -> str:
        try:
            return self._environment.get_template(name).render(issue=view, words=words)
        except TemplateSyntaxError as error:
            raise _syntax_error(error, name) from error
        except _MISTAKES as error:
            template, line = self._place(error.__traceback__) or (name, None)
            why = str(error) or type(error).__name__
            raise RenderError(why, template=template, line=line) from error

    def _place(self, traceback: TracebackType | None) -> tuple[str, int] | None:
        """Find the innermost template that an error went through."""
        place = None
        while traceback:
            name = traceback.tb_frame.f_code.co_filename
            if name in self._sources:
                place = name, traceback.tb_lineno
            traceback = traceback.tb_next
        return place


def _syntax_error(error: TemplateSyntaxError, name: str) -> RenderError:
    return RenderError(
        error.message or "syntax error", template=error.name or name, line=error.lineno
    )


def _read(folder: Path) -> dict[str, str]:
    """Read every template beneath a folder, by its name as other templates call it."""
    if not folder.is_dir():
        raise RenderError("no such folder of templates", template=str(folder))
    files = (
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix in _SUFFIXES or is_words(path.name)
    )
    return {path.relative_to(folder).as_posix(): _text(path) for path in files}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RenderError(f"cannot be read: {error}", template=str(path)) from error
