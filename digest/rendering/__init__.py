"""Turns an issue into a message: subject, HTML and text, from the templates."""

from bisect import bisect_left
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from jinja2 import FunctionLoader, StrictUndefined, TemplateError, select_autoescape
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from digest.bundled import bundled
from digest.errors import RenderError
from digest.issue import Issue, Message
from digest.rendering.inlining import inline
from digest.rendering.views import Fit, Footer, IssueView, fits, issue_view, paper_views
from digest.rendering.words import one_line, tidy, wrap

__all__ = ["HTML_LIMIT", "Footer", "Renderer"]

HTML_LIMIT = 100_000
_SURELY_FITS = 40
"""Papers that fit as titles, however long: those are cut at 300 characters."""

_SUFFIXES = (".html", ".txt", ".css")
_MISTAKES = (
    TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError,
    TypeError, ValueError,
)  # fmt: skip


class Renderer:
    """Renders issues; a user's `templates` win over the shipped ones, file by file.

    Everything is read and compiled here, so a template's syntax is checked at construction.
    """

    def __init__(self, templates: Path | None = None) -> None:
        shipped = _read(bundled("templates"))
        self._sources = shipped | (_read(templates) if templates else {})
        self._environment = ImmutableSandboxedEnvironment(
            loader=FunctionLoader(self._load),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters["wrap"] = wrap
        for name in shipped:
            if not name.endswith(".css"):
                self._compile(name)

    def render(self, issue: Issue, footer: Footer) -> Message:
        """Render an issue, with as much of it as fits into HTML_LIMIT bytes."""
        view, html = self._largest_that_fits(issue, footer)
        subject = one_line(self._fill("issue/subject.txt", view))
        return Message(subject=subject, html=html, text=tidy(self._fill("issue/body.txt", view)))

    def fitted(self, issue: Issue, footer: Footer) -> Issue:
        """Leave out the papers, last ones first, that a message of this issue has no room for."""
        if len(issue.picks) + len(issue.also) <= _SURELY_FITS:
            return issue
        view, _ = self._largest_that_fits(issue, footer)
        shown = len(view.cards) + len(view.titles) + len(view.also)
        picks = issue.picks[:shown]
        return replace(issue, picks=picks, also=issue.also[: shown - len(picks)])

    def _largest_that_fits(self, issue: Issue, footer: Footer) -> tuple[IssueView, str]:
        """Try the whole issue, and where that is too large bisect the steps to less."""
        papers = paper_views(issue)

        def filled(fit: Fit) -> tuple[IssueView, str]:
            view = issue_view(issue, footer, papers, fit)
            return view, self._fill("issue/body.html", view)

        whole, *steps = fits(issue)
        result = filled(whole)
        if _is_small(result[1]):
            return result
        at = bisect_left(steps, True, key=lambda fit: _is_small(filled(fit)[1]))
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

    def _fill(self, name: str, view: IssueView) -> str:
        try:
            return self._environment.get_template(name).render(issue=view)
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


def _is_small(html: str) -> bool:
    return len(html.encode()) <= HTML_LIMIT


def _syntax_error(error: TemplateSyntaxError, name: str) -> RenderError:
    return RenderError(
        error.message or "syntax error", template=error.name or name, line=error.lineno
    )


def _read(folder: Path) -> dict[str, str]:
    """Read every template beneath a folder, by its name as other templates call it."""
    if not folder.is_dir():
        raise RenderError("no such folder of templates", template=str(folder))
    files = (path for path in sorted(folder.rglob("*")) if path.suffix in _SUFFIXES)
    return {path.relative_to(folder).as_posix(): _text(path) for path in files}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RenderError(f"cannot be read: {error}", template=str(path)) from error
