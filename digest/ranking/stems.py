"""Words brought to their stems, so that what differs by grammar alone counts as one."""

from collections import Counter
from functools import lru_cache

import Stemmer

from digest.ranking.plurals import singular_as_written
from digest.ranking.stopwords import STOPWORDS
from digest.ranking.terms import words

TITLE_COUNTS = 2.0

_stem_english = Stemmer.Stemmer("english").stemWord  # Porter 2


def is_telling(key: str) -> bool:
    """Tell a word that may say something about a subject from signs, numbers and stop words."""
    return len(key) > 1 and key not in STOPWORDS and any(map(str.isalpha, key))


@lru_cache(maxsize=300_000)
def stem(word: str) -> str | None:
    """Give the stem of a word as written; None of one that tells nothing."""
    if word.casefold() in STOPWORDS:
        return None
    key, _ = singular_as_written(word)
    return str(_stem_english(key)) if is_telling(key) else None


def telling_words(text: str) -> dict[str, str]:
    """Give the telling words of a text: their stems, and the first of each as written."""
    found: dict[str, str] = {}
    for word in words(text):
        if key := stem(word):
            found.setdefault(key, word)
    return found


def bag(title: str | None, text: str | None) -> Counter[str]:
    """Count the stems of a text, those of its title doubly."""
    counted: Counter[str] = Counter()
    for part, worth in ((title, TITLE_COUNTS), (text, 1.0)):
        for word in words(part or ""):
            if key := stem(word):
                counted[key] += worth  # type: ignore[assignment]  # a Counter of halves is fine
    return counted
