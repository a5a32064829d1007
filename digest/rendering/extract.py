"""The sentence of an abstract that tells best what the paper does, in its own words.

Words by which a sentence of an abstract tells whether it sums the paper up, and how much.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain

from digest.paper import collapse
from digest.rendering.text import sentences


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _each(words: str, worth: float) -> dict[str, float]:
    return dict.fromkeys(words.split(), worth)


def _forms(verbs: str, worth: float) -> dict[str, float]:
    """Give the forms that "we" and "this paper" go with."""
    found: dict[str, float] = {}
    for verb in verbs.split():
        stem = verb.removesuffix("e")
        third = f"{verb[:-1]}ies" if verb.endswith("y") else f"{verb}s"
        found |= dict.fromkeys((verb, third, f"{stem}ed", f"{verb[:-1]}ied"), worth)
    return found


VERBS = (
    _forms(
        "apply analyze analyse aim ask address characterize compare compute consider "
        "describe determine evaluate examine explore extend focus formalize generalize identify "
        "investigate measure offer provide review revisit study survey tackle train use view "
        "treat integrate combine augment adopt",
        1.6,
    )
    | _each(
        "gives give gave focuses addresses analyzes analyses conduct conducts perform performs", 1.3
    )
    | _forms("argue demonstrate derive discover establish obtain prove report reveal show", 2.1)
    | _each("find finds found", 2.1)
    | _forms(
        "construct contribute create design develop devise formulate introduce present propose "
        "release unveil",
        3.0,
    )
    | _each("build builds built", 3.0)
)
MADE = _each("proposed introduced presented developed designed devised", 1.4)
PAPER = _set(
    "paper work article study letter thesis survey review report note tutorial manuscript "
    "chapter position"
)
WAY = _set(
    "method methods approach model framework algorithm algorithms system architecture technique "
    "strategy scheme mechanism benchmark dataset pipeline"
)
OUTCOME = _set("results findings analysis analyses experiments")
HANGS = (
    _each("however but yet and or nevertheless nonetheless instead conversely unlike", 2.0)
    | _each("similarly likewise otherwise while although though despite", 1.2)
    | _each("moreover furthermore additionally besides also second third next finally", 1.8)
    | _each("lastly secondly thirdly then further consequently accordingly meanwhile", 1.8)
    | _each("specifically particularly concretely notably importantly first firstly", 1.4)
    | _each("thus therefore hence", 0.7)
    | _each("it its they their them these those that such he she both one each some", 1.6)
    | _each("others another", 1.6)
)
HANG_TOGETHER = {
    ("in", "contrast"): 2.0, ("for", "example"): 2.0, ("for", "instance"): 2.0,
    ("in", "addition"): 1.8, ("as", "a"): 1.2, ("in", "particular"): 1.6, ("with", "this"): 1.2,
    ("the", "former"): 1.6, ("the", "latter"): 1.6, ("the", "resulting"): 1.2,
    ("to", "this"): 0.3, ("to", "address"): 0.3, ("to", "test"): 1.0, ("to", "support"): 1.0,
    ("motivated", "by"): 0.3, ("inspired", "by"): 0.3, ("building", "on"): 0.5,
    ("using", "this"): 0.8, ("using", "these"): 0.8, ("based", "on"): 0.3,
}  # fmt: skip
LATER = _each("also further then next additionally finally furthermore", 1.2) | _each("first", 0.9)
"""After "we": what is told comes beside something else."""

BESIDE = (
    _each("experiments experiment experimental experimentally empirically ablation", 0.9)
    | _each("numerical simulations benchmarks outperforms outperform outperforming", 0.7)
    | _each("hope believe discuss conclude future hypothesis hypothesize setup insights", 1.0)
    | _each("existing previous prior remains remain limited challenging despite", 0.5)
    | _each("state-of-the-art validate verify", 0.6)
)
NEW = _set("novel new called named termed dubbed first")
ON_THE_WEB = _set("http https www github huggingface")
THERE = _set("available released found open accessible public accessed open-sourced downloaded")
IS = _set("is are be made was were been being")
EMPTY = _set(
    "a an the of for in on to and or with without via by from using toward towards as at is are be "
    "its it can do does how what why when where not no new novel based study approach method "
    "under over into beyond through between we our this that these which have has been such more "
    "than their also propose paper show results both while"
)


SHORTEST_ABSTRACT = 300
FEWEST_SENTENCES = 3
_SHORTEST, _BEST_FROM, _BEST_TO, _LONGEST = 40, 70, 260, 420

_OF_TITLE = 3.0
_NAMED = 1.0
_TOO_SHORT, _TOO_LONG = 30.0, 60.0
_LEAD = 0.7
_NEWS = 0.3
_ANY_VERB = 0.8
_ITS_WAY = 1.3
_IN_THIS_PAPER = 1.2
_LESS = 0.3
_ENOUGH = 1.0
_REACH = 4
"""Words from "we" or "this paper" to its verb."""
_WHOLE = re.compile(r"""(?:["'“‘(\[]?[^\W_a-z]|[$\\]|[a-z]+[A-Z0-9]).*[.!?]["'”’)]*""", re.DOTALL)
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_ENDING = re.compile(r"(?:izations?|ations?|ings?|ions?|ness|ity|ies|ed|es|ly|al|ic|s|e|y)$")
_SUBJECT = 6
"""So many frequent words stand for a title that is missing."""


def most_telling_sentence(title: str, abstract: str) -> str | None:
    """Choose the sentence that sums a paper up, verbatim; None where reading it all is quicker.

    Also None if nothing in the abstract comes near. White space counts as single blanks.
    """
    text = collapse(abstract)
    parts = sentences(text) if len(text) >= SHORTEST_ABSTRACT else []
    if len(parts) < FEWEST_SENTENCES:
        return None
    spoken = [_words(part) for part in parts]
    about = _stems(_words(title)) or _subject(chain.from_iterable(spoken))
    name = _name(title)
    best, found = _ENOUGH, None
    for number, (sentence, words) in enumerate(zip(parts, spoken, strict=True)):
        if _can_stand_alone(sentence, words):
            place = number / len(parts)
            score = _score(sentence, words, about, place) + _NAMED * bool(name and name in sentence)
            if score > best:
                best, found = score, sentence
    return found


def _can_stand_alone(sentence: str, words: Sequence[str]) -> bool:
    return (
        _SHORTEST <= len(sentence) <= _LONGEST
        and bool(_WHOLE.fullmatch(sentence))
        and sentence.count("(") == sentence.count(")")
        and not _points_elsewhere(words)
    )


def _points_elsewhere(words: Sequence[str]) -> bool:
    """Tell a sentence that says where the code is."""
    if not ON_THE_WEB.isdisjoint(words):
        return True
    return not THERE.isdisjoint(words) and any(
        word in THERE and not IS.isdisjoint(words[max(0, at - 2) : at])
        for at, word in enumerate(words)
    )


def _score(sentence: str, words: Sequence[str], about: frozenset[str], place: float) -> float:
    """Weigh a sentence; `place` is 0 for the first of an abstract, near 1 for the last."""
    cue = _cue(words)
    if not cue and place < 0.5:
        return 0.0  # what everybody knows already comes first
    score = cue - _faults(words) + _NEWS * (not NEW.isdisjoint(words)) + _LEAD * (place == 0)
    if about:
        score += _OF_TITLE * len(about & _stems(words)) / len(about)
    score -= max(_BEST_FROM - len(sentence), 0) / _TOO_SHORT
    return score - max(len(sentence) - _BEST_TO, 0) / _TOO_LONG


def _cue(words: Sequence[str]) -> float:
    """Say how much a sentence speaks of what the authors did: the best verb of theirs."""
    best, mentions, ours = 0.0, 0.0, False
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        if word == "we":
            ours, best = True, max(best, _verb(words, at + 1) or _ANY_VERB)
        elif word == "i":  # of i.e. and of lists too
            best = max(best, VERBS.get("".join(words[at + 1 : at + 2]), 0.0))
        elif word in PAPER and before in ("this", "our", "present", "current"):
            ours, mentions = True, _IN_THIS_PAPER
            best = max(best, _verb(words, at + 1))
        elif word in OUTCOME and "our" in words[:at]:
            best = max(best, _verb(words, at + 1) - _LESS)
        elif word in WAY and at < _REACH and ("our" in words[:at] or "proposed" in words[:at]):
            best = max(best, _ITS_WAY)
        elif word in MADE and before in IS:
            best = max(best, MADE[word])
        elif ours and before in ("and", "to"):
            best = max(best, VERBS.get(word, 0.0) - _LESS)
    if words and words[0] in ("here", "herein", "conclusion", "conclusions"):
        mentions = _IN_THIS_PAPER
    return best + mentions


def _verb(words: Sequence[str], start: int) -> float:
    """Give the worth of the first known verb from there, less if it comes beside another."""
    less = 0.0
    for word in words[start : start + _REACH]:
        if word == "we":
            break
        if word in VERBS:
            return max(VERBS[word] - less, 0.0)
        less += LATER.get(word, 0.0)
    return 0.0


def _faults(words: Sequence[str]) -> float:
    """Say how much a sentence hangs on the one before, or speaks of something beside."""
    first, second = (*words[:2], "", "")[:2]
    fault = HANGS.get(first, 0.0) + HANG_TOGETHER.get((first, second), 0.0)
    if first == "this" and second not in PAPER:
        fault += 1.4
    return fault + min(sum(BESIDE.get(word, 0.0) for word in words), 2.0)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _stems(words: Sequence[str]) -> frozenset[str]:
    return frozenset(_stem(word) for word in words if word not in EMPTY)


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return _ENDING.sub("", word) if len(word) > 5 else word.removesuffix("s")


def _subject(words: Iterable[str]) -> frozenset[str]:
    """Give what an abstract without a title speaks of most."""
    counted = Counter(_stem(word) for word in words if len(word) > 3 and word not in EMPTY)
    return frozenset(word for word, _ in counted.most_common(_SUBJECT))


def _name(title: str) -> str | None:
    """Give what a title calls its subject: what stands before a colon, if that is one word."""
    name, colon, _ = title.partition(":")
    return name.strip() if colon and len(name.strip()) > 2 and " " not in name.strip() else None
