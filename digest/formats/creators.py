"""The authors of an entry of a feed, from one creator or from many.

From formats.md, generic and biorxiv: `dc:creator` holds one name, all of them, or names joined by
`;`, and in `Kukla, D., Crampton, A.` the comma stands inside names and between them.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from digest.formats.authors import split_names
from digest.paper import collapse

_AFFILIATION = re.compile(r"\s*\([^()]*\)")
_INITIALS = re.compile(r"(?:(?:[^\W\d_]\.[\s-]*)+|[A-Z]{1,2})(?:\s+(?:[JS]r\.?|I{2,3}|IV))?")
_ET_AL = re.compile(r"[,;]?\s*\b(?:et al\.?|and others)\s*\Z", re.IGNORECASE)


def split_creators(creators: Iterable[str]) -> tuple[tuple[str, ...], bool]:
    """The names, and whether they are all.

    One creator may hold all the names; of several each is one unless it has more than a comma.
    """
    stated = [text for creator in creators if (text := collapse(creator))]
    texts = [_ET_AL.sub("", text) for text in stated]
    names = (name for text in texts for name in _names(text, is_only=len(texts) == 1))
    return tuple(dict.fromkeys(name for name in names if name and "@" not in name)), texts == stated


def _names(text: str, *, is_only: bool) -> Iterable[str]:
    if ";" in text:
        return (_name(part) for part in text.split(";"))
    parts = split_names(text)
    return _paired(parts) if is_only or len(parts) > 2 else (_name(text),)


def _name(text: str) -> str:
    return _AFFILIATION.sub("", text).strip(" ,")


def _paired(parts: Sequence[str]) -> Iterator[str]:
    """Put `Family, I.` together again; so too where every part is one word."""
    are_words = len(parts) % 2 == 0 and not any(" " in part for part in parts)
    rest = deque(parts)
    while rest:
        name = rest.popleft()
        if rest and not _is_initials(name) and (are_words or _is_initials(rest[0])):
            name = f"{name}, {rest.popleft()}"
        yield name


def _is_initials(text: str) -> bool:
    return _INITIALS.fullmatch(text) is not None
