"""The mail's words in every language that has a file: a user's own win, then the shipped ones."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache

from digest.rendering.language import ENGLISH, Phrase, Words, read_words

_WORDS = "words.{}.toml"


class Dictionary:
    """The mail's words in every language there is a file for; a user's words win."""

    def __init__(self, shipped: Mapping[str, str], own: Mapping[str, str]) -> None:
        english = _WORDS.format(ENGLISH)
        self._base = read_words(shipped[english], english)
        self._tables = [
            {
                name: read_words(text, name, self._base)
                for name, text in sources.items()
                if is_words(name)
            }
            for sources in (own, shipped)
        ]
        self.of = lru_cache(maxsize=None)(self._of)

    def _of(self, language: str) -> Words:
        """Give the words of a language, or of what it is a kind of (de for de-AT)."""
        kinds = (language.lower(), language.lower().partition("-")[0])
        names = [_WORDS.format(kind) for kind in dict.fromkeys(kinds)]
        found: dict[str, Phrase] = {}
        for name in reversed(names):
            for table in reversed(self._tables):
                found |= table.get(name, {})
        english = self._tables[0].get(_WORDS.format(ENGLISH), {})
        missing = () if kinds[1] == ENGLISH else (key for key in self._base if key not in found)
        return Words(self._base | english | found, missing)


def is_words(name: str) -> bool:
    return fnmatchcase(name, _WORDS.format("*"))
