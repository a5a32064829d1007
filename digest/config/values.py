"""Single values of a configuration, each read or refused in our own words.

Every reader takes what TOML holds and raises ValueError: what is wrong and what is allowed.
"""

import difflib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

from digest import taxonomy
from digest.paper import PaperId, collapse

Reader = Callable[[Any], Any]

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}")
_LARGEST_WEIGHT = 1e6  # sums of thousands of them stay finite


def show(value: object) -> str:
    """Write a value as TOML would, short and on one line."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) > 10**18:
        return "so large a number"
    text = _quote(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _quote(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in quoted)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A closing remark that names the nearest known word, or else all of them."""
    words = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(word.casefold(), words, n=1)
    if near:
        return f"; did you mean {show(words[near[0]])}?"
    return f"; allowed: {', '.join(words.values())}"


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{show(value)} is no text: write it in quotes")
    if not value.strip():
        raise ValueError("is empty")
    return value.strip()


def one_line(value: Any) -> str:
    line = text(value)
    if any(unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in line):
        raise ValueError(f"{show(line)} holds a line break or a control character")
    return line


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{show(value)} is neither true nor false")
    return value


def whole(low: int, high: int | None = None) -> Reader:
    allowed = f"of at least {low}" if high is None else f"from {low} to {high}"

    def read(value: Any) -> int:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole or value < low or value > (10**9 if high is None else high):
            raise ValueError(f"{show(value)} is no whole number {allowed}")
        return int(value)

    return read


def number(low: float, high: float) -> Reader:
    def read(value: Any) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not low <= value <= high:  # nan is between nothing
            raise ValueError(f"{show(value)} is no number from {low:.9g} to {high:.9g}")
        return float(value)

    return read


weight = number(-_LARGEST_WEIGHT, _LARGEST_WEIGHT)


def positive(value: Any) -> float:
    amount: float = weight(value)
    if amount <= 0:
        raise ValueError(f"{show(value)} is no number above 0")
    return amount


def choice(*options: str) -> Reader:
    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in options:
            allowed = ", ".join(show(option) for option in options)
            raise ValueError(f"{show(value)} is none of {allowed}")
        return value

    return read


def language(value: Any) -> str:
    """A language tag (BCP 47): of any language, since words.LANG.toml may be the user's."""
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        raise ValueError(f'{show(value)}: must be a language like "en", "de" or "pt-BR"')
    return value


def keyword(value: Any) -> str:
    term = collapse(one_line(value))
    if "*" in term[1:-1] or not any(char.isalnum() for char in term):
        raise ValueError(
            f"{show(term)} is no keyword: it needs a letter or digit, and * only at either end"
        )
    return term


def author(value: Any) -> str:
    name = collapse(one_line(value))
    words = "".join(char if char.isalpha() else " " for char in name).split()
    has_family_name = any(len(word) > 1 or not word.isascii() for word in words)
    if "*" in name or not has_family_name:
        raise ValueError(f"{show(name)} is no author: write at least a family name, without *")
    return name


def category(value: Any) -> str:
    name = collapse(one_line(value))
    if "*" in name:
        raise ValueError(
            f'{show(name)} is no category: an archive ("cs") is all its categories, * is not used'
        )
    # A feed may have categories of any name, but none of arXiv's archives with a wrong ending.
    known = taxonomy.ARCHIVES.get(taxonomy.archive(name).lower(), ())
    if "." in name and known and not taxonomy.expand(name):
        raise ValueError(f"{show(name)} is no category of arXiv{did_you_mean(name, known)}")
    return name


def example(value: Any) -> str:
    paper = PaperId.parse(one_line(value))
    name = paper and (paper.arxiv or paper.doi)
    if not name:
        raise ValueError(f"{show(value)} is no arXiv id, DOI or address of either")
    return name
