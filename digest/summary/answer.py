"""What an endpoint answered, made a line that is safe to print; nothing in it is trusted."""

import json
import re
import unicodedata
from typing import Any

from digest.errors import SummaryFailed
from digest.paper import collapse

LONGEST = 300
_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_ADDRESS = re.compile(r"https?:|www\.|mailto:|[\w.+-]+@[\w-]+\.\w", re.IGNORECASE)
_PAIRS = ('""', "''", "“”", "‘’", "„“", "«»", "‹›", "「」", "``")
_JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"


def read_answer(body: bytes, where: str) -> str:
    """Give the summary of a chat completion, "" if it is none; SummaryFailed if it is no such."""
    try:
        choice = json.loads(body)["choices"][0]
        text = _text(choice["message"]["content"])
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise SummaryFailed(f"{where}: what it answered is no chat completion") from error
    summary = clean(text)
    if not summary and choice.get("finish_reason") == "length":
        raise SummaryFailed(f"{where}: its answer was cut off before it began")
    return summary


def clean(text: str) -> str:
    """Give an answer as one line of at most LONGEST characters; "" if it points elsewhere."""
    line = collapse("".join(map(_printable, _THOUGHTS.sub(" ", text)))).strip("*_# ")
    while len(line) > 1 and line[0] + line[-1] in _PAIRS:
        line = line[1:-1].strip()
    if _ADDRESS.search(line) or not any(map(str.isalpha, line)):
        return ""
    if len(line) <= LONGEST:
        return line
    blank = line.rfind(" ", LONGEST // 2, LONGEST)
    return line[: blank if blank > 0 else LONGEST - 1].rstrip(" ,;:.-–—") + "…"


def _text(content: Any) -> str:
    """Give a message's text, which some endpoints give in parts; none is an empty answer."""
    if isinstance(content, list):
        return "".join(part["text"] for part in content if part["type"] == "text")
    if not isinstance(content, str | None):
        raise TypeError(content)
    return content or ""


def _printable(char: str) -> str:
    """Drop what changes how others are shown, or cannot be written."""
    category = unicodedata.category(char)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "" if category in ("Cf", "Cs", "Co", "Cn") and char not in _JOINERS else char
