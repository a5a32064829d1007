"""Links in running text: their characters are never TeX, but for those it escapes."""

import re
from collections.abc import Sequence

from digest.rendering.tex.script import Run, on_line

# An address, a DOI, or a path on a drive.
LINK = (
    r"(?:https?://|ftp://|www\.)"
    r"(?:[^\s{}\\<>\"$'`]|'(?!')|\{[\w.-]{0,40}\}|\\[_&%#~-]|\\textasciitilde)+"
    r"|(?<![\w.])10\.\d{4,9}/[^\s{}\\$]+"
    r"|(?<![A-Za-z0-9])[A-Za-z]:\\(?![A-Za-z]+\{)[^\s{}$]*"
)
_ESCAPE = re.compile(r"\\([_&%#~{}$])(?:\{\})?|\\textasciitilde(?:\{\}|\s)?|\\-(?=\w)")


def unescaped(address: str) -> str:
    """Take TeX's backslashes out of an address, not those of a path."""
    if address[1:3] == ":\\":
        return address
    return _ESCAPE.sub(lambda match: match[1] or ("~" if "tilde" in match[0] else "-"), address)


def shown(address: str, text: Sequence[Run]) -> list[Run]:
    """Show a link's text and address, once where they are the same."""
    written = on_line(text).strip()
    if not address or written.rstrip("/") == address.rstrip("/"):
        return [Run(written)]
    return [*text, Run(f" ({address})")] if written else [Run(address)]
