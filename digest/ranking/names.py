"""Authors' names: read in any order and spelling, and compared so that homonyms stay apart."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from digest.ranking.terms import decode_tex, fold_accents

_BRACKETS = re.compile(r"\([^()]*\)")
_TITLES = re.compile(r"^(?:dr|prof)\b\.?\s+|[\s,]+(?:ph\.?\s?d|m\.d)\.?$", re.IGNORECASE)
_SUFFIX = re.compile(r"[\s,]+(?:jr|sr|ii|iii|iv)\.?(?=\s*(?:,|$))", re.IGNORECASE)
_SMALL_WORDS = """
    af al at av bin da das de del della den der di do dos du el ibn la le les st ten ter van vom
    von y zu zum zur
"""
_PARTICLES = frozenset(_SMALL_WORDS.split())
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
    """One way to read a name; `turned`: family name first, though no comma says so."""

    family: frozenset[str]
    given: tuple[Part, ...]
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A name with all its readings; names of equal `plain` are written alike."""

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
        readings: tuple[Reading, ...] = (_reading(_words(family), _words(given)),)
    else:
        readings = tuple(_readings(_words(text)))
    readings = tuple(reading for reading in readings if reading.family)
    return Name(plain=_plain(text), readings=readings)


def _decoded(text: str) -> str:
    text = decode_tex(text).replace("’", "'").replace("‐", "-").replace("‑", "-")
    return re.sub(r"^the\s+", "", " ".join(text.split()), flags=re.IGNORECASE)


def _plain(text: str) -> str:
    return re.sub(r"[^\w,]+", " ", fold_accents(text).casefold()).strip()


def _words(text: str) -> list[str]:
    """Cut at blanks and after full stops: "S.H. Han" is three words."""
    return re.sub(r"\.(?=[^\W\d_])", ". ", text).split()


def _readings(words: list[str]) -> list[Reading]:
    if len(words) < 2:
        return [_reading(words, [])]
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
    if _is_run_of_initials(words):
        readings.append(_reading(words[:-1], list(words[-1])))
    return readings


def _is_short(word: str) -> bool:
    """Tell an initial ("S", "S.", "J.-P.") or an abbreviation ("Yu.") from a whole name."""
    pieces = [piece for piece in word.split("-") if piece]
    return bool(pieces) and all(map(_is_short_piece, pieces))


def _is_short_piece(piece: str) -> bool:
    if len(piece) == 1:
        return piece not in "ye" and (piece.isascii() or piece.isupper())
    return piece.endswith(".") and len(piece) <= 4


def _is_run_of_initials(words: list[str]) -> bool:
    """Tell "Smith JA", as PubMed writes it."""
    last = words[-1]
    others = "".join(words[:-1])
    return len(last) in (2, 3) and last.isalpha() and last.isupper() and not others.isupper()


def _reading(family: list[str], given: list[str], *, turned: bool = False) -> Reading:
    while len(given) > 1 and _bare(given[-1]) in _PARTICLES:
        given = given[:-1]
    parts = tuple(
        Part(spellings=_spellings(piece), short=_is_short_piece(piece), joined=i > 0)
        for word in given
        for i, piece in enumerate(filter(None, word.split("-")))
    )
    return Reading(family=_family(family), given=parts, turned=turned)


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


def agree(followed: Name, listed: Name) -> bool | None:
    """Compare two names: True on whole given names, False on initials only, None if they differ."""
    if followed.plain == listed.plain:
        return any(not _initials_only(reading) for reading in listed.readings)
    verdicts = [
        _agree_in(one, other)
        for one, other in product(followed.readings, listed.readings)
        if one.family & other.family and not (one.turned and other.turned)
    ]
    found = [verdict for verdict in verdicts if verdict is not None]
    return any(found) if found else None


def _initials_only(reading: Reading) -> bool:
    return bool(reading.given) and all(part.short for part in reading.given)


def _agree_in(followed: Reading, listed: Reading) -> bool | None:
    if not followed.given:
        return not listed.given
    if not listed.given or not _given_agree(followed.given, listed.given):
        return None
    if followed.turned and _initials_only(listed):
        return None
    return not _initials_only(listed) and (
        _initials_only(followed) or _share_a_whole_name(followed.given, listed.given)
    )


def _share_a_whole_name(one: tuple[Part, ...], other: tuple[Part, ...]) -> bool:
    if not (one[0].short or other[0].short):
        return True
    return any(
        a.spellings & b.spellings for a, b in product(one, other) if not (a.short or b.short)
    )


def _given_agree(one: tuple[Part, ...], other: tuple[Part, ...]) -> bool:
    """Compare given names from the first on; the longer one's further names are free."""
    i = j = 0
    while i < len(one) and j < len(other):
        steps = _step(one[i:], other[j:])
        if steps is None:
            return False
        i, j = i + steps[0], j + steps[1]
    return not (_is_cut(one, i, other) or _is_cut(other, j, one))


def _step(one: tuple[Part, ...], other: tuple[Part, ...]) -> tuple[int, int] | None:
    """Say how many parts of each stand for the same name; None if they differ."""
    if _fits(one[0], other[0]):
        return 1, 1
    if _glued(one) & other[0].spellings and not other[0].short:
        return 2, 1
    if one[0].spellings & _glued(other) and not one[0].short:
        return 1, 2
    return None


def _fits(a: Part, b: Part) -> bool:
    if not (a.short or b.short):
        return bool(a.spellings & b.spellings)
    return any(
        (b.short and x.startswith(y)) or (a.short and y.startswith(x))
        for x, y in product(a.spellings, b.spellings)
    )


def _glued(parts: tuple[Part, ...]) -> frozenset[str]:
    """Write the first two parts as one: Xiao-Ming is Xiaoming."""
    if len(parts) < 2 or parts[0].short or parts[1].short:
        return frozenset()
    return frozenset(a + b for a, b in product(parts[0].spellings, parts[1].spellings))


def _is_cut(parts: tuple[Part, ...], i: int, other: tuple[Part, ...]) -> bool:
    """Tell a hyphenated name of which the other has only the beginning: Jean-Pierre, Jean."""
    return 0 < i < len(parts) and parts[i].joined and not parts[i].short and not other[-1].short
