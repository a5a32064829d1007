"""Singular and plural as one word, without ever making one word of two (car, care)."""

import re
from functools import lru_cache

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
