"""Turns an issue into a message: subject, HTML and text, from the templates."""

from bisect import bisect_left
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, TemplateError, select_autoescape
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from digest.bundled import bundled
from digest.errors import RenderError
from digest.issue import Issue, Message
from digest.rendering import cards, reasons, rich, telling, words
from digest.rendering.cards import Content, PaperView
from digest.rendering.dictionary import Dictionary, is_words
from digest.rendering.inlining import inline
from digest.rendering.language import Words
from digest.rendering.mathtext import Script
from digest.rendering.rich import Rich
from digest.rendering.size import HTML_LIMIT, is_small, surely_fits
from digest.rendering.views import Fit, Footer, IssueView, fits, issue_view, paper_views
from digest.rendering.words import one_line, tidy, wrap

__all__ = ["HTML_LIMIT", "Footer", "Renderer", "forget"]

_SUFFIXES = (".html", ".txt", ".css")
_KEPT = 4_096  # parts of messages that many readers share
_MISTAKES = (
    TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError,
    TypeError, ValueError,
)  # fmt: skip


def forget() -> None:
    """Empty what is remembered of papers: those of yesterday rarely come again."""
    for module in (cards, reasons, rich, telling, words):
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
