"""Authors' names, read in any order and spelling.

Whether two names may be one person's: compared so that homonyms stay apart.

Who wrote a batch of papers: followed names looked up by family name.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from digest.paper import Paper
from digest.ranking.terms import decode_tex, fold_accents
from digest.subscriber import FollowedAuthor

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


def agree(followed: Name, listed: Name) -> bool | None:
    """Compare two names: True on whole given names, False on initials only, None if they differ."""
    if followed.plain == listed.plain:
        return any(not (each.capital or _initials_only(each)) for each in listed.readings)
    verdicts = [
        _agree_in(one, other)
        for one, other in product(followed.readings, listed.readings)
        if one.family & other.family and not _are_both_guessed(one, other)
    ]
    found = [verdict for verdict in verdicts if verdict is not None]
    return any(found) if found else None


def _are_both_guessed(one: Reading, other: Reading) -> bool:
    return (one.turned and other.turned) or (one.capital and other.capital)


def _initials_only(reading: Reading) -> bool:
    return bool(reading.given) and all(part.short for part in reading.given)


def _agree_in(followed: Reading, listed: Reading) -> bool | None:
    if not followed.given:
        return not listed.given
    if not listed.given or not _given_agree(followed.given, listed.given):
        return None
    if followed.turned and _initials_only(listed) and _names(followed) > _names(listed):
        return None  # "P. Martin" is no Martin Paul Thomas, but "W. Wang" may be Wang Wei
    return not _initials_only(listed) and (
        _initials_only(followed) or _share_a_whole_name(followed.given, listed.given)
    )


def _names(reading: Reading) -> int:
    """Count given names, hyphenated ones as one."""
    return sum(not part.joined for part in reading.given)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """A followed author on a paper; not `certain`: listed with initials alone, as `listed`."""

    paper: int
    certain: bool
    listed: str


class AuthorIndex:
    """The authors of a batch by every spelling of what may be their family name."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._papers = papers
        self._places: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for paper, facts in enumerate(papers):
            for place, author in enumerate(facts.authors):
                self._places[author].append((paper, place))
        self._names: defaultdict[str, list[str]] = defaultdict(list)
        for author in self._places:
            for family in parse_name(author).families:
                self._names[family].append(author)

    def find(self, followed: FollowedAuthor) -> tuple[Sighted, ...]:
        """Give the papers of an author, each once, the surest listing of each."""
        name = parse_name(followed.name)
        found: dict[int, Sighted] = {}
        for listed in sorted(
            {one for family in name.families for one in self._names.get(family, ())}
        ):
            certain = agree(name, parse_name(listed))
            if certain is None:
                continue
            for paper, place in self._places[listed]:
                sure = paper in found and found[paper].certain
                if not sure and self._stands(paper, place, followed.position):
                    found[paper] = Sighted(paper=paper, certain=certain, listed=listed)
        return tuple(found[paper] for paper in sorted(found))

    def _stands(self, paper: int, place: int, position: str | None) -> bool:
        """Say whether an author stands first or last; of a cut list nobody is the last."""
        facts = self._papers[paper]
        if position == "last":
            count = len(facts.authors)
            return place == count - 1 and facts.author_count == count
        return position is None or place == 0
