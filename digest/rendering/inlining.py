"""Puts a style sheet into a template's style attributes, before Jinja ever fills it.

premailer sees only a copy in which every Jinja tag is blanked out and every element is numbered;
the styles it finds are carried over to the template by number. So nothing but `style` attributes
ever changes: tags, entities, comments and line numbers stay as their author wrote them. What a
Jinja tag decides inside one `class` attribute is not seen: both branches count.
"""

import html
import logging
import re
from functools import cache

from digest.errors import RenderError

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
