"""Text to terms: TeX, accents, dashes and blanks folded, then cut into words and signs.

Words brought to their stems, so that what differs by grammar alone counts as one.

Words that say nothing about a paper's subject: English, and what every abstract says.

Singular and plural as one word, without ever making one word of two (car, care).
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

import Stemmer


class Token(NamedTuple):
    """A word or a sign as written; `apart`: a blank or dash stands before it."""

    text: str
    apart: bool


_MARKS = {
    '"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328",
    "r": "\u030a", "b": "\u0331", "d": "\u0323",
}  # fmt: skip
_TEX_LETTERS = {
    "ss": "ß", "l": "ł", "L": "Ł", "o": "ø", "O": "Ø", "ae": "æ", "AE": "Æ", "oe": "œ",
    "OE": "Œ", "aa": "å", "AA": "Å", "dj": "đ", "DJ": "Đ", "dh": "ð", "th": "þ", "i": "i", "j": "j",
}  # fmt: skip
# A command that ends in a letter swallows the blanks after it, a letter alone does not.
_TEX_LETTER = re.compile(
    r"\\(" + "|".join(sorted(_TEX_LETTERS, key=len, reverse=True)) + r")(?![A-Za-z])(?:\{\}|\s+)?"
)
_TEX_ACCENT = re.compile(
    r"\\(?:(?P<sign>[\"'`^~=.])|(?P<name>[uvHckrbd])(?![A-Za-z]))\s*(?P<brace>\{\s*)?"
    rf"(?P<letter>[A-Za-z]|{_TEX_LETTER.pattern})(?(brace)(?:\s*\}})?)"
)
_TEX_FONT = re.compile(
    r"\\(?:emph|text[a-z]*|math[a-z]+|operatorname|rm|bf|it|em|sc|tt)(?![A-Za-z])"
)
_TEX_MATH = re.compile(r"(?<!\\)\$([^$]{1,200})(?<!\\)\$")
_TEX_SPACE = re.compile(r"\\[\\,;:! ]|(?<!\\)~")
_TEX_REST = re.compile(r"(?<!\\)[{}$]|\\(?=[A-Za-z&%$#_{}])")


def decode_tex(text: str) -> str:
    """Turn TeX accents and letters into the characters they print; drop the markup around."""
    if not any(sign in text for sign in "\\${~"):
        return text
    text = _TEX_ACCENT.sub(_accented, text)
    text = _TEX_LETTER.sub(_letter, text)
    text = _TEX_FONT.sub("", text)
    text = _TEX_MATH.sub(lambda match: re.sub(r"[_^]", "", match[1]), text)
    return _TEX_REST.sub("", _TEX_SPACE.sub(" ", text))


def _accented(match: re.Match[str]) -> str:
    mark = _MARKS[match["sign"] or match["name"]]
    letter = _TEX_LETTER.sub(_letter, match["letter"])
    return unicodedata.normalize("NFC", letter + mark)


def _letter(match: re.Match[str]) -> str:
    return _TEX_LETTERS[match[1]]


_GREEK = {
    letter: name.capitalize() if letter.isupper() else name
    for code in (*range(0x391, 0x3AA), *range(0x3B1, 0x3CA))
    if (letter := chr(code)) and (full := unicodedata.name(letter, ""))
    for name in [full.split()[-1].lower().replace("lamda", "lambda")]
}
_LETTERS = {
    "ß": "ss", "ẞ": "SS", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE",
    "œ": "oe", "Œ": "OE", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th",
    "ı": "i", "ħ": "h", "Ħ": "H", "ŋ": "n", "ŧ": "t",
}  # fmt: skip
_SIGNS = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff\u2122\u00ae\u00a9"),
}
_BEFORE = str.maketrans({**_LETTERS, **_SIGNS})
_GREEK_NAMES = str.maketrans(_GREEK)
_COMBINING = re.compile("[\u0300-\u036f]")
_IDEOGRAPH = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff])")


def fold_accents(text: str) -> str:
    """Write letters plain, dashes as `-`, quotes as ASCII; case stays."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text.translate(_BEFORE))
    return unicodedata.normalize("NFC", _COMBINING.sub("", text))


POSSESSIVE = re.compile(r"(?<=\w)'s\b", re.IGNORECASE)
QUOTE = re.compile(r"(?<!\w)'+|'+(?!\w)")
AROUND_RELATION = re.compile(r"\s+(?=[<>=≤≥≈/&])|(?<=[<>=≤≥≈/&])\s+")


def fold(text: str) -> str:
    """Bring text to the form in which terms are compared, but for case and number."""
    text = fold_accents(decode_tex(text))
    if not text.isascii():
        text = _IDEOGRAPH.sub(r" \1 ", text).translate(_GREEK_NAMES)
    if "'" in text:
        text = QUOTE.sub("", POSSESSIVE.sub("", text))
    return AROUND_RELATION.sub("", text.replace('"', " ").replace("`", " "))


def fold_character(character: str) -> str:
    """Fold one character as `fold` does, so that its place in a text stays known."""
    folded = fold_accents(character)
    return _IDEOGRAPH.sub(r" \1 ", folded).translate(_GREEK_NAMES)


# A word keeps what makes it another word: C++, C#, .NET, and the decimals of 3.5 and 3.5B.
TOKEN = re.compile(
    r"([\s-]*)((?:(?<![^\s(\[/,;-])\.(?=[^\W\d_]))?[^\W_]+(?:(?<=\d)[.,]\d[^\W_]*)*"
    r"(?:\+\+|\#(?!\w))?|[^\w\s-]|_)"
)


def tokens(text: str) -> list[Token]:
    """Cut text into words and single signs."""
    return [Token(word, bool(gap)) for gap, word in TOKEN.findall(fold(text))]


def words(text: str) -> list[str]:
    """Cut text likewise, without saying what stood between."""
    return [word for _, word in TOKEN.findall(fold(text))]


def is_word(token: str) -> bool:
    """Tell a word from a sign."""
    return any(character.isalnum() for character in token)


_WORDS = """
    a about above after again against all almost along already also although always among an and
    another any are around as at be became because become been before being below best better
    between both but by can cannot could did do does done down due during each either else enough
    etc even ever every few first five for four from further get give given go good had has have
    having he hence her here hers him his how however i if in indeed instead into is it its itself
    just keep know known last least less let like ll made mainly make many may me might mine more
    moreover most much must my near need neither never new next no nor not now of off often on once
    one only onto or other our out over own per perhaps put quite rather re really same second see
    seem several shall she should since so some still such take ten than that the their them then
    there thereby therefore these they third this those though three through thus to together too
    toward two under until up upon us use used using usually ve various very via want was way we
    well were what when where whereas whether which while who whose why will with within without
    would yet you your zero aren couldn didn doesn don far hasn haven isn shouldn wasn weren won
    wouldn
    ability able accord accurate achieve across address advance aim allow analysis analyze appear
    application applied apply approach article aspect assess available base based bases behavior
    build case certain challenge challenging change code combine common commonly compare comparison
    complex component comprehensive conclude condition conduct consider consist consistent contain
    context contribute contribution corresponding current currently datum demonstrate depend derive
    describe design despite detail determine develop development differ difference different
    difficult directly discuss dominant easy effect effective effectively effectiveness efficient
    employ enable enhance ensure establish evaluate evaluation evidence examine example exist
    existing experiment experimental explore extend extensive fact feature find finding focus follow
    following form framework full fully fundamental furthermore future gap general generally
    generate github goal good great group help high higher highly http https identify impact
    implement important importantly improve improvement include including increase increasingly
    indicate individual inform information insight introduce investigate involve issue key lack
    large largely lead level leverage limit limitation limited long low main major mean measure
    method model month multiple namely nature novel number numerous observe obtain offer open
    outperform overall paper part particular particularly perform performance point popular possible
    potential practical present previous previously prior problem process produce project promising
    propose proposed provide publicly purpose question range recent recently reduce reflect relate
    related relatively release rely remain report represent require research result reveal review
    rise role scenario school scope section seek set setting show shown significant significantly
    similar simple simply small solution solve source specific specifically standard state step
    strong study substantial success suggest superior support system task technique term test
    therefore today tool traditional type typical typically understand understanding unique useful
    usual valid value vary wide widely work world year yield
"""
STOPWORDS = frozenset(_WORDS.split())


# Words that end like a plural and are none, or whose plural looks the same.
_SAME = """
    aids alias always asbestos atlas bias biogas canvas chaos cmos corps cosmos diabetes does ethos
    gas herpes kudos lens macos mars measles mers mumps news pancreas pathos perhaps rabies
    rhinoceros sars scabies series species sometimes this thus was whereas yes
"""
_UNCHANGED = frozenset(_SAME.split())

# Plurals that no rule below would bring home.
_PAIRS = """
    aches:ache addenda:addendum algae:alga aliases:alias alumni:alumnus antennae:antenna apis:api
    atlases:atlas automata:automaton avalanches:avalanche axes:axis bacilli:bacillus
    bacteria:bacterium biases:bias bronchi:bronchus caches:cache cacti:cactus calculi:calculus
    calories:calorie calves:calf canoes:canoe canvases:canvas children:child cilia:cilium
    cliches:cliche colloquia:colloquium consortia:consortium continua:continuum cookies:cookie
    corpora:corpus cpus:cpu crises:crisis criteria:criterion curricula:curriculum data:datum
    desiderata:desideratum diagnoses:diagnosis dies:die echoes:echo elves:elf emphases:emphasis
    equilibria:equilibrium errata:erratum extrema:extremum feet:foot flagella:flagellum foci:focus
    foes:foe formulae:formula fungi:fungus ganglia:ganglion gases:gas geese:goose genera:genus
    gpus:gpu gyri:gyrus halves:half headaches:headache hippocampi:hippocampus hooves:hoof icus:icu
    knives:knife larvae:larva leaves:leaf lemmata:lemma lenses:lens lives:life loaves:loaf
    loci:locus maxima:maximum media:medium memoranda:memorandum men:man menus:menu
    metastases:metastasis mice:mouse minima:minimum mitochondria:mitochondrion moduli:modulus
    momenta:momentum movies:movie nebulae:nebula neuroses:neurosis niches:niche npus:npu
    nuclei:nucleus oases:oasis oboes:oboe optima:optimum ova:ovum oxen:ox phenomena:phenomenon
    phyla:phylum polyhedra:polyhedron prairies:prairie prognoses:prognosis psyches:psyche
    psychoses:psychosis quanta:quantum quizzes:quiz radii:radius schemata:schema selfies:selfie
    selves:self septa:septum sera:serum shelves:shelf shoes:shoe spectra:spectrum stimuli:stimulus
    stomata:stoma strata:stratum sulci:sulcus supernovae:supernova symbioses:symbiosis
    symposia:symposium synopses:synopsis taxa:taxon teeth:tooth tetrahedra:tetrahedron thieves:thief
    thromboses:thrombosis toes:toe tori:torus tpus:tpu vertebrae:vertebra wives:wife wolves:wolf
    women:woman zombies:zombie
"""
_IRREGULAR = dict(pair.split(":") for pair in _PAIRS.split())

# The plural of two words, base and basis, is brought home to neither: see `kindred`.
_SHARED = "bases"

# Sciences end in -ics and are no plurals (dynamics, dynamic); these are.
_ICS = """
    antibiotics ceramics characteristics clinics comics conics critics cubics epidemics fabrics
    heuristics logics lyrics metrics mosaics pandemics plastics polemics quadrics topics
"""
_PLURALS_IN_ICS = frozenset(_ICS.split())

_RULES = tuple(
    (re.compile(pattern), singular)
    for pattern, singular in (
        (r"(matr|hel|append)ices$", r"\1ix"),
        (r"(vert|ind|vort|cort|simpl|cod)ices$", r"\1ex"),
        (r"lyses$", "lysis"),
        (r"(h|gen)eses$", r"\1esis"),
        (r"(ss|sh|ch|x|zz)es$", r"\1"),
        (r"(^|^re|^mis|^over|^ab|^disab|^m|^r|^exc|^acc|^per|[aof])uses$", r"\1use"),
        (r"uses$", "us"),
        (r"oes$", "o"),
        (r"(?<=..)ies$", "y"),
        (r"(?<!s)(?<!u)(?<!i)s$", ""),
    )
)


def singular(word: str) -> str:
    """Bring a case-folded word to its singular; three letters or fewer stay as they are."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not word.endswith("s"):
        return word
    if (
        word in _UNCHANGED
        or word == _SHARED
        or not word.isascii()
        or (word[0].isdigit() and word[-2].isdigit())
    ):
        return word
    if word.endswith("ics") and word not in _PLURALS_IN_ICS:
        return word
    for pattern, replacement in _RULES:
        if pattern.search(word):
            return pattern.sub(replacement, word)
    return word


@lru_cache(maxsize=200_000)
def singular_as_written(word: str) -> tuple[str, str]:
    """Give the singular of a word case-folded, and in the case it is written in.

    Capitals with a small s are a plural at any length: PCs, GUIs.
    """
    if len(word) > 2 and word.endswith("s") and word[:-1].isupper():
        return word[:-1].casefold(), word[:-1]
    folded = word.casefold()
    one = singular(folded)
    if one == folded:
        return folded, word
    if word.isupper():
        return one, one.upper()
    same = next((i for i, (a, b) in enumerate(zip(folded, one, strict=False)) if a != b), len(one))
    return one, word[:same] + one[same:]


def kindred(one: str) -> tuple[str, ...]:
    """Give the other forms that a word in its singular answers to, in the case it is written in.

    Bases answer to base and to basis, and each of them to bases, but base is not basis.
    """
    folded, upper = one.casefold(), one.isupper()
    if folded == _SHARED:
        return one[:-1], one[:-2] + ("IS" if upper else "is")
    if folded in ("base", "basis"):
        return (one[:3] + ("ES" if upper else "es"),)
    return ()


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
