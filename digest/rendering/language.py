"""The mail's own words in one language, from words.LANG.toml; what is missing there is English.

The mail's words in every language that has a file: a user's own win, then the shipped ones.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from fnmatch import fnmatchcase
from functools import lru_cache

from digest.errors import RenderError

ENGLISH = "en"
_NAME = re.compile(r"\{(\w+)\}")
_LINE = re.compile(r"at line (\d+)")

Phrase = str | tuple[str, ...]


class Words:
    """Phrases by name; a name in braces is filled in, a pair chooses by `n`."""

    def __init__(self, phrases: Mapping[str, Phrase], missing: Iterable[str] = ()) -> None:
        self._phrases = phrases
        self.missing = tuple(missing)
        self._months, self._weekdays = phrases["months"], phrases["weekdays"]

    def __call__(self, name: str, /, *, n: int | None = None, **facts: object) -> str:
        """Give a phrase of the language, with its facts filled in."""
        phrase = self._phrases[name]
        if not isinstance(phrase, str):
            phrase = phrase[n != 1]
        if n is not None:
            facts["n"] = self.number(n)
        elif not facts:
            return phrase
        return _NAME.sub(lambda match: str(facts[match[1]]), phrase)

    def number(self, number: int) -> str:
        """Write a number with its thousands told apart."""
        return f"{number:,}".replace(",", self("thousands"))

    def day(self, day: date, today: date) -> str:
        """Write a day as in 6 March, with its year if that is not today's."""
        return self._dated("date" if day.year == today.year else "date_and_year", day)

    def long_day(self, day: date) -> str:
        """Write a day as in Tuesday, 10 March 2026."""
        return self._dated("long_date", day)

    def _dated(self, name: str, day: date) -> str:
        return self(
            name,
            day=day.day,
            month=self._months[day.month - 1],
            year=day.year,
            weekday=self._weekdays[day.weekday()],
        )

    def listed(self, items: Iterable[str]) -> str:
        """Join as in a, b and c."""
        *most, last = items
        return f"{', '.join(most)} {self('and')} {last}" if most else last


def read_words(
    text: str, name: str, known: Mapping[str, Phrase] | None = None
) -> dict[str, Phrase]:
    """Read a file of words; each must be a name of the English ones (`known`) and fit it.

    Raises RenderError with the line.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _LINE.search(str(error))
        line = int(place[1]) if place else len(text.splitlines())  # else it is the end
        raise RenderError(str(error), template=name, line=line) from error
    found: dict[str, Phrase] = {}
    for key, value in table.items():
        phrase = tuple(value) if isinstance(value, list) else value
        if why := _mistake(key, phrase, known):
            raise RenderError(f"{key}: {why}", template=name, line=_line_of(key, text))
        found[key] = phrase
    return found


def _mistake(key: str, phrase: object, known: Mapping[str, Phrase] | None) -> str | None:
    words = (phrase,) if isinstance(phrase, str) else phrase
    if not isinstance(words, tuple) or not all(isinstance(word, str) for word in words):
        return "must be a text or a list of texts"
    if known is None:
        return None
    if key not in known:
        return "is none of the mail's words: words.en.toml has them all"
    if isinstance(phrase, str) != isinstance(known[key], str):
        return "must be a text" if isinstance(phrase, tuple) else "must be a pair: of one, of many"
    if len(words) != (count := 1 if isinstance(known[key], str) else len(known[key])):
        return f"must have {count} texts"
    allowed = _names(known[key])
    if extra := sorted(_names(phrase) - allowed):
        offered = ", ".join(f"{{{each}}}" for each in sorted(allowed)) or "nothing to fill in"
        return f"{{{extra[0]}}} is not known here; there is {offered}"
    return None


def _names(phrase: object) -> set[str]:
    words = (phrase,) if isinstance(phrase, str) else phrase
    return {name for word in words for name in _NAME.findall(word)}  # type: ignore[attr-defined]


def _line_of(key: str, text: str) -> int | None:
    lines = text.splitlines()
    pattern = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
    return next((i for i, line in enumerate(lines, 1) if pattern.match(line)), None)


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
