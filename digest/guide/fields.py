"""Fields of research, found by the words that people have for them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from digest import taxonomy

ARXIV = "arxiv"
_TITLES = {ARXIV: "arXiv", "biorxiv": "bioRxiv", "medrxiv": "medRxiv"}
_MOST = 9  # fields offered at once
_SMALL = frozenset({"a", "an", "and", "for", "in", "of", "on", "the", "to", "with", "research"})

_ALSO: Mapping[str, str] = MappingProxyType(
    {
        "agent": "cs.MA cs.AI",
        "ai": "cs.AI cs.LG",
        "astronomy": "astro-ph.GA astro-ph.IM",
        "bayesian": "stat.ME stat.ML",
        "black hole": "gr-qc astro-ph.HE",
        "brain": "q-bio.NC neuroscience",
        "cancer": "cancer_biology oncology",
        "chatbot": "cs.CL",
        "chemistry": "physics.chem-ph biochemistry",
        "climate": "physics.ao-ph",
        "compiler": "cs.PL",
        "crispr": "genetics genomics",
        "deep learning": "cs.LG stat.ML",
        "diffusion model": "cs.CV cs.LG",
        "evolution": "q-bio.PE evolutionary_biology",
        "fluid": "physics.flu-dyn",
        "generative": "cs.LG cs.CV",
        "graph": "math.CO cs.DM cs.SI",
        "gravity": "gr-qc",
        "image": "cs.CV eess.IV",
        "language model": "cs.CL cs.LG",
        "large language model": "cs.CL cs.LG",
        "llm": "cs.CL cs.LG",
        "medicine": "public_and_global_health epidemiology",
        "natural language processing": "cs.CL",
        "neural network": "cs.LG cs.NE stat.ML",
        "nlp": "cs.CL",
        "optics": "physics.optics",
        "particle": "hep-ph hep-ex",
        "privacy": "cs.CR",
        "protein": "q-bio.BM biochemistry biophysics",
        "quantum computing": "quant-ph cs.ET",
        "quantum information": "quant-ph cs.IT",
        "recommender": "cs.IR",
        "reinforcement learning": "cs.LG cs.AI",
        "robot": "cs.RO",
        "search": "cs.IR",
        "sequencing": "genomics bioinformatics q-bio.GN",
        "single cell": "q-bio.GN q-bio.QM bioinformatics genomics",
        "speech": "eess.AS cs.SD cs.CL",
        "statistics": "stat.ME math.ST stat.AP",
        "transformer": "cs.LG cs.CL",
        "vision": "cs.CV",
    }
)
"""Words that people have for a field, and the categories whose names do not hold them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A category of a service: `arxiv`, `biorxiv` or `medrxiv`."""

    service: str
    category: str

    def __str__(self) -> str:
        name = taxonomy.NAMES.get(self.category)
        if self.service != ARXIV:
            return f"{_TITLES[self.service]} {self.category}"
        return f"{self.category} {name}" if name else f"{self.category} (all of it)"


def _all() -> Iterable[Field]:
    for category in taxonomy.NAMES:
        if taxonomy.canonical(category) == category:
            yield Field(service=ARXIV, category=category)
    for service, categories in taxonomy.PREPRINT_SERVERS.items():
        for category in categories:
            yield Field(service=service, category=category)


ALL = tuple(_all())


def named(text: str) -> Field | None:
    """Return the field that a text names outright: `cs.LG`, `q-bio`, `bioRxiv neuroscience`."""
    term = " ".join(re.sub(r"[_:/-]", " ", text.casefold()).split())
    for service in taxonomy.PREPRINT_SERVERS:
        if term.startswith(f"{service} "):
            category = term.removeprefix(f"{service} ")
            field = Field(service=service, category=category)
            return field if field in ALL else None
    found = taxonomy.expand(text)
    if not found:
        return None
    category = found[0] if len(found) == 1 else text.strip().lower()
    return Field(service=ARXIV, category=category)


def find(text: str) -> Sequence[Field]:
    """Return the fields that words speak of, the likeliest first; nine at most."""
    if field := named(text):
        return (field,)
    words = _words(text)
    scores = {each: _score(each, words) for each in ALL}
    best = max(scores.values())
    good = [each for each in ALL if scores[each] and scores[each] >= best / 2]
    return sorted(good, key=lambda each: -scores[each])[:_MOST]


def _score(field: Field, words: Sequence[str]) -> float:
    """Return how much of what was asked for a field's name and its other names hold."""
    if not words:
        return 0
    asked = " ".join(words)
    if field.service == ARXIV:
        own = _words(taxonomy.NAMES[field.category])
    else:
        own = _words(field.category)
    hits = sum(any(_same(word, each) for each in own) for word in words)
    score = hits / len(words) + (0.5 if own == list(words) else 0) + hits / (8 * len(own))
    spelt = field.category.replace(" ", "_")
    also = (
        (4 - place) / 4
        for other, categories in _ALSO.items()
        if f" {' '.join(_words(other))} " in f" {asked} "
        for place, category in enumerate(categories.split())
        if category == spelt
    )
    return (score if hits else 0) + max(also, default=0)


def _words(text: str) -> list[str]:
    """Return the words that matter, singular, in small letters."""
    words = re.findall(r"[^\W_]+", text.casefold())
    return [_singular(word) for word in words if word not in _SMALL]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    is_plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "cs"))
    return word[:-1] if is_plural else word


def _same(asked: str, own: str) -> bool:
    """Whether one is the other, or its beginning: "robot" is "robotics"."""
    return asked == own or (len(asked) >= 4 and own.startswith(asked))
