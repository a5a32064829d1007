"""Authors' names, read in any order and spelling."""

import re
from dataclasses import dataclass
from functools import lru_cache

from digest.ranking.terms import decode_tex, fold_accents

_BRACKETS = re.compile(r"\([^()]*\)")
_TITLES = re.compile(r"^(?:dr|prof)\b\.?\s+|[\s,]+(?:ph\.?\s?d|m\.d)\.?$", re.IGNORECASE)
_SUFFIX = re.compile(r"[\s,]+(?:jr|sr|ii|iii|iv)\.?(?=\s*(?:,|$))", re.IGNORECASE)
_SMALL_WORDS = """
    af al at av bin da das de del della den der di do dos du el ibn la le les st ten ter van vom
    von y zu zum zur
"""
_PARTICLES = frozenset(_SMALL_WORDS.split())
_GROUPS = frozenset(
    {"collaboration", "collaborations", "consortium", "group", "lab", "labs", "project",
     "research", "team"}
)  # fmt: skip
_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue",
     "Ø": "Oe", "Å": "Aa"}
)  # fmt: skip
# Mueller, Jaeger, Koehler; but not Michael, Samuel, Xue, Baek, Miguel.
_WRITTEN_OUT = re.compile(r"(?<=[bcdfghjklmnprstvwz])([aou])e(?=[bcdfghjkmnprstvwz]|l(?!$|a$))")


@dataclass(frozen=True, slots=True)
class Part:
    """A given name or a piece of one, in every spelling; short: an initial or abbreviation.

    `joined`: a hyphen ties it to the part before it.
    """

    spellings: frozenset[str]
    short: bool
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a name; `turned`: family name first, though no comma says so.

    `capital`: its family name, all in capitals, may as well be initials run together.
    """

    family: frozenset[str]
    given: tuple[Part, ...]
    turned: bool = False
    capital: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A name with all its readings; names of equal `plain` are read alike."""

    plain: str
    readings: tuple[Reading, ...]

    @property
    def families(self) -> frozenset[str]:
        """Every spelling of whatever may be the family name."""
        return frozenset().union(*(reading.family for reading in self.readings))


@lru_cache(maxsize=100_000)
def parse_name(text: str) -> Name:
    """Read a name as a listing or a subscriber writes it."""
    text = _SUFFIX.sub("", _TITLES.sub("", _BRACKETS.sub(" ", _decoded(text)))).strip(" ,;")
    family, comma, given = (half.strip() for half in text.partition(","))
    if comma and given:
        readings = [_reading(_words(family), _spelled_out(_words(given), family))]
    else:
        readings = _readings(_words(text))
    return Name(plain=_plain(text), readings=tuple(each for each in readings if each.family))


def _decoded(text: str) -> str:
    text = decode_tex(text).replace("’", "'").replace("‐", "-").replace("‑", "-")
    return re.sub(r"^the\s+", "", " ".join(text.split()), flags=re.IGNORECASE)


def _plain(text: str) -> str:
    """Fold all but the case of what may be initials: that decides how a name is read."""
    words = re.sub(r"[^\w,]+", " ", fold_accents(text)).split()
    return " ".join(word if _is_run(word) else word.casefold() for word in words)


def _words(text: str) -> list[str]:
    """Cut at blanks and after full stops: "S.H. Han" is three words."""
    return re.sub(r"\.(?=[^\W\d_])", ". ", text).split()


def _readings(words: list[str]) -> list[Reading]:
    if len(words) < 2:
        return [_reading(words, [])]
    if _are_initials(words[-1], words[:-1]):
        return _of_initials(words[-1], words[:-1])
    if _are_initials(words[0], words[1:]):
        return _of_initials(words[0], words[1:])
    shorts = [_is_short(word) for word in words]
    cuts = range(1, len(words))
    if shorts[-1] and not shorts[0]:
        first = shorts.index(True)
        readings = [_reading(words[:first], words[first:])]
        if len(words[-1]) == 1:  # Weinan E
            readings.append(_reading(words[-1:], words[:-1]))
    elif any(shorts):
        readings = [_reading(words[i:], words[:i]) for i in cuts if not any(shorts[i:-1])]
    else:
        readings = [_reading(words[i:], words[:i]) for i in cuts]
        readings += [_reading(words[:i], words[i:], turned=True) for i in cuts]
    return readings


def _of_initials(run: str, others: list[str]) -> list[Reading]:
    """Read "FJ Theis" and "Theis FJ"; what looks like initials may be a family name: "Wei XU"."""
    return [_reading(others, _letters(run)), _reading([run], others, capital=True)]


def _letters(run: str) -> list[str]:
    return list(run.rstrip("."))


def _is_short(word: str) -> bool:
    """Tell an initial ("S", "S.", "J.-P.") or an abbreviation ("Yu.") from a whole name."""
    pieces = [piece for piece in word.split("-") if piece]
    return bool(pieces) and all(map(_is_short_piece, pieces))


def _is_short_piece(piece: str) -> bool:
    if len(piece) == 1:
        return piece not in "ye" and (piece.isascii() or piece.isupper())
    return piece.endswith(".") and len(piece) <= 4


def _is_run(word: str) -> bool:
    letters = "".join(_letters(word))
    return len(letters) in (2, 3) and letters.isalpha() and letters.isupper()


def _are_initials(word: str, others: list[str]) -> bool:
    """Tell initials run together from a name in capitals like the rest, or a group's ("CMS")."""
    return (
        _is_run(word)
        and not "".join(others).isupper()
        and not any(_is_short(other) or _bare(other) in _GROUPS for other in others)
    )


def _spelled_out(given: list[str], family: str) -> list[str]:
    """Cut initials that are run together after a comma: "Theis, FJ"."""
    return [
        letter
        for word in given
        for letter in (_letters(word) if _is_run(word) and not family.isupper() else [word])
    ]


def _reading(
    family: list[str], given: list[str], *, turned: bool = False, capital: bool = False
) -> Reading:
    while len(given) > 1 and _bare(given[-1]) in _PARTICLES:
        given = given[:-1]
    parts = tuple(
        Part(spellings=_spellings(piece), short=_is_short_piece(piece), joined=i > 0)
        for word in given
        for i, piece in enumerate(filter(None, word.split("-")))
    )
    return Reading(family=_family(family), given=parts, turned=turned, capital=capital)


def _family(words: list[str]) -> frozenset[str]:
    """Spell a family name as one word, with and without its particles."""
    pieces = [piece for word in words for piece in word.split("-") if piece]
    core = pieces
    while len(core) > 1 and _bare(core[0]) in _PARTICLES:
        core = core[1:]
    return (_spellings("".join(pieces)) | _spellings("".join(core))) - {""}


def _bare(word: str) -> str:
    return re.sub(r"[^\w]", "", fold_accents(word)).casefold()


def _spellings(word: str) -> frozenset[str]:
    """Give every way to write a word without accents: Müller is muller and mueller."""
    plain, expanded = _bare(word), _bare(word.translate(_UMLAUTS))
    shortened = _WRITTEN_OUT.sub(r"\1", plain) if len(plain) > 4 else plain
    return frozenset({plain, expanded, shortened})
