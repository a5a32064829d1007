"""From the templates to messages, and whether every template can be filled in."""

import difflib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from digest.bundled import bundled
from digest.config import Settings
from digest.issue import Issue, Message
from digest.mail import message
from digest.mail.addresses import own_mailbox
from digest.mail.tokens import Tokens
from digest.rendering import renderer as rendering
from digest.rendering.issue_view import Footer
from digest.rendering.language import is_words
from digest.rendering.renderer import Renderer
from digest.rendering.samples import trial_issues

NOBODYS = Tokens(b"")
"""For what is only looked at: tokens that stop nobody's mail."""

SHIPPED = bundled("templates")

_NAMED = 5  # words that are named before the rest is only counted


def renderer(settings: Settings, tokens: Tokens = NOBODYS) -> Callable[[Issue], Message]:
    """Make messages of issues, with what this configuration says below them."""
    templates = _templates(settings)
    return lambda issue: templates.render(issue, footer(settings, issue, tokens))


def fitter(settings: Settings) -> Callable[[Issue], Issue]:
    """Take out of issues what a message has no room for."""
    templates = _templates(settings)
    return lambda issue: templates.fitted(issue, footer(settings, issue))


def forget() -> None:
    """Let go of everything that was rendered; what comes next is rendered anew."""
    _shipped.cache_clear()
    rendering.forget()
    message.forget()


def _templates(settings: Settings) -> Renderer:
    """Read the templates: a user's own anew, for they may have changed; the shipped ones once."""
    return Renderer(settings.templates) if settings.templates else _shipped()


@cache
def _shipped() -> Renderer:
    return Renderer()


def try_templates(settings: Settings) -> list[str]:
    """Fill in every template with sample and hostile data; name the words that are missing.

    Raises RenderError, with file and line, for a template that cannot be filled in.
    """
    templates = Renderer(settings.templates)
    said = list(_strays(settings.templates)) if settings.templates else []
    people = (*settings.subscribers, settings.shared.template)
    for language in dict.fromkeys(each.language for each in people):
        for issue in trial_issues(language):
            templates.render(issue, footer(settings, issue))
        if missing := templates.words(language).missing:
            named = ", ".join(missing[:_NAMED]) + (" …" if len(missing) > _NAMED else "")
            said.append(
                f"words.{language}.toml: English stands for {len(missing)} words that are missing: "
                f"{named}"
            )
    return said


def _strays(folder: Path) -> Iterator[str]:
    """Name the files that nothing reads: most often a name is misspelt."""
    files = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }
    shipped = [path.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob("*.*")]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in files.values()]
    for name, path in files.items():
        is_included = any(f'"{name}"' in text or f"'{name}'" in text for text in texts)
        if name not in shipped and not is_words(name) and not is_included:
            near = difflib.get_close_matches(name, shipped, n=1)
            meant = f": did you mean {near[0]}?" if near else ""
            yield f"{path}: nothing reads a template of this name{meant}"


def footer(settings: Settings, issue: Issue, tokens: Tokens = NOBODYS) -> Footer:
    """Say what stands below an issue."""
    return Footer(
        unsubscribe=unsubscribe(settings, issue, tokens),
        contact=settings.contact,
        sender_name=_sender_name(settings),
    )


def _sender_name(settings: Settings) -> str:
    if settings.mail is None:
        return "digest"
    mailbox = own_mailbox(settings.mail.sender)
    return mailbox.name or mailbox.address


def unsubscribe(settings: Settings, issue: Issue, tokens: Tokens) -> tuple[str, ...]:
    """Give the ways to stop, with the subscriber's token in them."""
    addresses = settings.mail.unsubscribe if settings.mail else ()
    token = tokens.of_subscriber(issue.subscriber)
    return tuple(address.replace("{token}", token) for address in addresses)
