"""What a file looks like that is not a listing we read, so that it can be refused by name."""

import re

_ROOT = re.compile(
    r"(?:<\?[^>]*\?>|<!--.*?-->|<!doctype[^>\[]*>|\s+)*+"
    r"<(?:[\w.-]+:)?(?P<name>[a-z][\w.-]*)[^<]*>",
    re.IGNORECASE | re.DOTALL,
)
_XML = {"feed": "Atom", "rss": "RSS", "rdf": "RSS 1.0", "oai-pmh": "OAI-PMH"}
_JSON = re.compile(r'\{\s*["}]|\[\s*[\[{"\]]')
_HEAD = 4096


def looks_like(text: str) -> str | None:
    """HTML, XML (with its kind) or JSON; None is any other text."""
    head = text[:_HEAD].lstrip()
    if head.startswith("<"):
        return _markup(head, text)
    if _JSON.match(head):
        return "JSON"
    return None


def _markup(head: str, text: str) -> str | None:
    root = _ROOT.match(head)
    name = root["name"].lower() if root else ""
    if name == "html" or head[:14].lower() == "<!doctype html":
        return "HTML"
    if name in _XML:
        return f"XML ({_XML[name]})"
    if head.startswith("<?xml"):
        return "XML"
    return "HTML or XML" if root and f"</{name}" in text.lower() else None
