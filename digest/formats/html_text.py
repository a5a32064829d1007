"""From HTML, or what a feed calls HTML, to the text that a reader would see.

Only the tags of HTML, JATS and MathML are markup: the `<` of `a<b` is mathematics and stays.
"""

import html
import re

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
