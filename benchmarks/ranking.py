"""How much one product for all interests saves over a cosine for each user in turn."""

import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
from scipy import sparse

from digest.paper import Paper, Sighting, StoredPaper
from digest.ranking import Corpus
from digest.ranking.compile import compile_interest, texts_of
from digest.ranking.corpus import Texts, fitted
from digest.ranking.features import AGE, Features
from digest.ranking.score import points
from digest.subscriber import Example, Interest

PAPERS = 1_200
USERS = 10_000
SAMPLED = 500
EXAMPLES = 50
VOCABULARY = 20_000
SEEN_AT = datetime(2026, 3, 10, 7, 30, tzinfo=UTC)


def run() -> None:
    """Print the ratio of the two ways' times on the same profiles, and what compiling costs."""
    dice = random.Random(7)  # noqa: S311 (invented texts, no secret)
    corpus = Corpus([_paper(number, dice) for number in range(1, PAPERS + 1)])
    features = Features(corpus, {AGE})
    interests = [Interest(about=_text(dice, 12)) for _ in range(USERS)]
    texts = Texts(corpus.background, (text for each in interests for text in texts_of(each)))
    models = [compile_interest(each, trending=0.0, texts=texts) for each in interests]
    together = _seconds(lambda: points(models, features, texts))
    width = max(corpus.lexical.shape[1], texts.lexical.shape[1])
    papers, profiles = fitted(corpus.lexical, width), fitted(texts.lexical, width)
    sampled = _seconds(lambda: [_cosine(papers, profiles[i]) for i in range(SAMPLED)])
    each = sampled * USERS / SAMPLED
    sys.stdout.write(
        f"ranking: {USERS} users × {PAPERS} papers: one product {together:.3f} s, "
        f"a cosine per user {each:.3f} s (from {SAMPLED}), ratio {each / together:.0f}\n"
        f"compiling an interest of {EXAMPLES} examples: {1000 * _compiling(corpus, dice):.1f} ms\n"
    )


def _compiling(corpus: Corpus, dice: random.Random) -> float:
    """Time an interest whose examples have never been seen."""
    examples = [
        Example(name=str(n), paper=Paper(title=_text(dice, 10), abstract=_text(dice, 120)))
        for n in range(EXAMPLES)
    ]
    interest = Interest(examples=tuple(examples))

    def work() -> None:
        texts = Texts(corpus.background, texts_of(interest))
        compile_interest(interest, trending=0.0, texts=texts)

    return _seconds(work)


def _cosine(papers: Any, profile: Any) -> Any:
    """Compare one profile with all papers, normalising both, as cosine_similarity does."""
    return (_normalised(papers) @ _normalised(profile).T).toarray()


def _normalised(rows: Any) -> Any:
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return sparse.diags(1 / np.where(lengths > 0, lengths, 1.0)) @ rows


def _seconds(work: Callable[[], object]) -> float:
    """Take the best of three, so that a busy machine does not decide."""
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def _text(dice: random.Random, words: int) -> str:
    """Invent a text whose words are as unevenly common as in a language."""
    return " ".join(f"word{int(VOCABULARY * dice.random() ** 3)}" for _ in range(words))


def _paper(number: int, dice: random.Random) -> StoredPaper:
    return StoredPaper(
        id=number,
        paper=Paper(title=_text(dice, 10), abstract=_text(dice, 160)),
        sightings=(Sighting(source="made", format="jsonl", seen_at=SEEN_AT),),
    )
