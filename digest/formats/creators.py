"""The authors in one string of names, as feeds write them.

From formats.md, generic and identity: names joined by `;`, by `,` or by `and`; affiliations in
brackets that may hold commas; `Kukla, D., Crampton, A.` where the comma also stands inside a name.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from digest.paper import collapse

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_INITIALS = re.compile(r"(?:[^\W\d_]\.[\s-]*)+|[A-Z]{1,2}")
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV")
_AND = re.compile(r"(?:\A|\s+)(?:and|&)\s+")
_GROUP = re.compile(r"\b(?:of|for|the|collaborations?|consortium|group|team)\b", re.IGNORECASE)
_ET_AL = re.compile(r"[,;]?\s*\b(?:et al\.?|and others)\s*\Z", re.IGNORECASE)
_DEEPEST = 5


def split_authors(creators: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """The names in what a feed gives as creators, and whether these are all.

    One creator may hold all the names; of several each is a name, unless `;` says otherwise.
    """
    cleaned = [_without_brackets(collapse(creator)) for creator in creators]
    is_whole = not any(_ET_AL.search(creator) for creator in cleaned)
    named = [_ET_AL.sub("", creator) for creator in cleaned]
    names = (name for creator in named for name in _names(creator, is_only=len(named) == 1))
    return tuple(dict.fromkeys(name for name in names if name and "@" not in name)), is_whole


def _without_brackets(text: str) -> str:
    for _ in range(_DEEPEST):
        text = _BRACKETS.sub("", text)
    return text


def _names(text: str, *, is_only: bool) -> Iterable[str]:
    if ";" in text:
        return (part.strip(" ,") for part in text.split(";"))
    if not is_only:
        return (text.strip(" ,"),)
    parts = [part.strip() for part in text.split(",") if part.strip()]
    is_list = len(parts) > 1
    return _paired([side for part in parts for side in _around_and(part, is_list=is_list)])


def _around_and(text: str, *, is_list: bool) -> list[str]:
    """Split `Ada Stream and Ben Brook`, but no `Institute for Sand and Sea`."""
    sides = [side.strip() for side in _AND.split(text)]
    if _GROUP.search(text) or (not is_list and any(" " not in side for side in sides)):
        return [text]
    return [side for side in sides if side]


def _paired(parts: Sequence[str]) -> Iterator[str]:
    """Put `Family, I.` together again; so too where every part is one word."""
    single = len(parts) % 2 == 0 and not any(" " in part for part in parts)
    at = 0
    while at < len(parts):
        name = parts[at]
        at += 1
        if at < len(parts) and (single or _is_initials(parts[at])) and not _is_initials(name):
            name = f"{name}, {parts[at]}"
            at += 1
        if at < len(parts) and _SUFFIX.fullmatch(parts[at]):
            name = f"{name}, {parts[at]}"
            at += 1
        yield name


def _is_initials(text: str) -> bool:
    return _INITIALS.fullmatch(text) is not None
