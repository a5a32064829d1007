"""An interest becomes a linear model: what each of its lines weighs.

Votes as weights: papers like those voted on, and the authors and words that votes agree on.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import starmap

import numpy as np

from digest.issue import ReasonKind
from digest.paper import Paper, collapse
from digest.ranking.corpus import Texts, Weights
from digest.ranking.features import (
    AGE,
    POPULARITY,
    Feature,
    author_feature,
    followed,
    keyword_feature,
)
from digest.ranking.model import Model, Saying, Term
from digest.ranking.terms import fold_accents, telling_words
from digest.subscriber import Criteria, FollowedAuthor, Interest, Keyword, Vote

# What votes count beside a keyword's 1: each of as many as agree, up to MOST.
AUTHOR_VOTE = 0.15
WORD_VOTE = 0.15
VOTE_LIKENESS = Weights(words=12.0, meaning=(6.0, 6.0))

AGREE = 2
"""Votes on one author or word before they say anything of it."""

MOST = 4


def vote_text(vote: Vote) -> Paper:
    """Give what of a paper is compared with others."""
    return Paper(title=vote.paper.title, abstract=vote.paper.abstract)


def vote_terms(votes: Sequence[Vote]) -> tuple[Term, ...]:
    """Give a weight to each author and title word on which several votes agree."""
    authors = _agreed((_names(vote.paper), vote.liked) for vote in votes)
    telling = _agreed((telling_words(vote.paper.title or ""), vote.liked) for vote in votes)
    return (*starmap(_author, authors), *starmap(_word, telling))


def vote_sayings(votes: Sequence[Vote], texts: Texts) -> Iterator[Saying]:
    """Let papers that are like one voted on rise, or sink."""
    share = 1 / max(1, len(votes)) ** 0.5
    for vote in votes:
        signed = share if vote.liked else -share
        verb = "liked" if vote.liked else "did not want"
        yield Saying(
            kind=ReasonKind.FEEDBACK,
            term=f"you {verb} {collapse(vote.paper.title or '')}",
            text=texts.numbers[vote_text(vote)],
            weights=Weights(
                words=signed * VOTE_LIKENESS.words,
                meaning=tuple(
                    signed * each for each in VOTE_LIKENESS.meaning[: len(texts.meanings)]
                ),
            ),
        )


def _names(paper: Paper) -> dict[str, str]:
    """Give the authors by their names in any order: "Han, Song" and "Song Han" are one."""
    return {
        " ".join(sorted(fold_accents(name).casefold().replace(",", " ").split())): name
        for name in reversed(paper.authors)
    }


def _agreed(said: Iterable[tuple[Mapping[str, str], bool]]) -> list[tuple[str, int]]:
    """Count votes by key; give what enough agree on, as it was first written."""
    counts: Counter[str] = Counter()
    written: dict[str, str] = {}
    for found, liked in said:
        for key, text in found.items():
            counts[key] += 1 if liked else -1
            written.setdefault(key, text)
    return [(written[key], count) for key, count in sorted(counts.items()) if abs(count) >= AGREE]


def _bounded(count: int) -> int:
    return max(-MOST, min(MOST, count))


def _author(name: str, count: int) -> Term:
    return Term(
        kind=ReasonKind.FEEDBACK,
        term=name,
        weight=AUTHOR_VOTE * _bounded(count),
        feature=author_feature(FollowedAuthor(name=name)),
    )


def _word(word: str, count: int) -> Term:
    return Term(
        kind=ReasonKind.FEEDBACK,
        term=word,
        weight=WORD_VOTE * _bounded(count),
        feature=keyword_feature(Keyword(term=word)),
    )


# Points of a full likeness, in words and in each space of meaning: that of the shipped table alone,
# and that of a sentence model beside it, which then speaks in the table's place. docs/ranking.md
# has the measurements. What is near a keyword stays below what a keyword in the abstract has.
LIKENESS = {1: Weights(words=160.0, meaning=(24.0,)), 2: Weights(words=160.0, meaning=(0.0, 60.0))}
KEYWORD_LIKENESS = {
    1: Weights(words=0.0, meaning=(12.0,)),
    2: Weights(words=0.0, meaning=(0.0, 40.0)),
}
CHANCE = 0.35  # a likeness in meaning that papers of other subjects hardly ever exceed
MOST_CHANCE = 10.0  # points: of many keywords one alone must be enough
ABOUT_COUNTS = 3.0  # examples that a free text is worth
# Of what an example weighs: one word is much of a sentence, and little of an abstract.
ABOUT_IN_WORDS, ABOUT_IN_SENSE = 0.4, 1.6
NEWEST, OLDEST = 1.0, 0.5  # what the first and the last of many examples count
POPULAR = 20.0
_BY_NAME = (ReasonKind.KEYWORD, ReasonKind.AUTHOR)
AGE_A_DAY = -1.0
# Points of passing `require` where nothing else scores, and how fast they go with what else is
# wanted, a unit of weight each: more slowly than the least that a match of it brings.
REQUIRED_ALONE = 5.0
FADES_BY_KEYWORD, FADES_BY_OTHERS = 1.5, 5.0


def known_examples(interest: Interest) -> tuple[Paper, ...]:
    """Give the papers of an interest's examples that are known, each once, in their order."""
    papers = (example.paper for example in interest.examples)
    return tuple(dict.fromkeys(p for p in papers if p and (p.title or p.abstract)))


def texts_of(interest: Interest) -> Iterator[Paper]:
    """Give every text that an interest speaks by, as a paper of that text."""
    yield from (_keyword_text(each) for each in interest.keywords)
    yield from known_examples(interest)
    if interest.about:
        yield _about_text(interest.about)


def compile_interest(
    interest: Interest, *, trending: float, votes: Sequence[Vote] = (), texts: Texts
) -> Model:
    """Turn an interest into its model; a term that is repeated counts once, at its highest."""
    terms = _terms(interest)
    near, alike = tuple(_keyword_sayings(interest, texts)), tuple(_alike(interest, texts))
    constant = _for_passing(interest, terms)
    required = (term for group in interest.require for term in _terms(group)) if constant else ()
    if trending:
        terms.append(_popularity(trending))
    terms.append(Term(kind=ReasonKind.AGE, term="", weight=AGE_A_DAY, feature=AGE))
    by_chance = _by_chance(near, texts)
    return Model(
        constant=constant,
        chance=-min(MOST_CHANCE, by_chance) - _by_chance(alike, texts),
        more_chance=max(0.0, by_chance - MOST_CHANCE),
        terms=(*terms, *_of_votes(votes, terms)),
        sayings=(*near, *alike, *vote_sayings(votes, texts)),
        required=tuple(required),
    )


def _for_passing(interest: Interest, terms: Sequence[Term]) -> float:
    """Give the points of passing `require`: fewer, the more there is that tells papers apart."""
    if not interest.require or interest.examples or interest.about:
        return 0.0
    wanted = [(term.kind, max(0.0, term.weight)) for term in terms]
    by_keyword = sum(weight for kind, weight in wanted if kind is ReasonKind.KEYWORD)
    by_others = sum(weight for kind, weight in wanted if kind is not ReasonKind.KEYWORD)
    faded = FADES_BY_KEYWORD * by_keyword + FADES_BY_OTHERS * by_others
    return max(0.0, REQUIRED_ALONE - faded)


def _of_votes(votes: Sequence[Vote], terms: Sequence[Term]) -> Iterator[Term]:
    """Give what votes say of authors and words, but for those that the interest itself names."""
    named = {term.feature for term in terms}
    return (term for term in vote_terms(votes) if term.feature not in named)


def _by_chance(sayings: Sequence[Saying], texts: Texts) -> float:
    """Give the points that a paper of another subject may have in meaning, which must not count."""
    if not sayings:
        return 0.0
    return CHANCE * texts.reach([each.text for each in sayings], [each.weights for each in sayings])


def scores_something(interest: Interest) -> bool:
    """Say whether anything but its requirements can raise a paper in this interest."""
    wanted = any(weight > 0 for _, _, weight in followed(interest))
    return wanted or bool(interest.examples or interest.about)


def wants_categories_alone(interest: Interest) -> bool:
    """Say whether categories are all that can raise a paper in this interest."""
    named = (weight for feature, _, weight in followed(interest) if feature.kind in _BY_NAME)
    return not (max(named, default=0) > 0 or interest.about or known_examples(interest))


def _terms(group: Interest | Criteria) -> list[Term]:
    found: dict[Feature, Term] = {}
    for feature, written, weight in followed(group):
        if feature not in found or weight > found[feature].weight:
            found[feature] = Term(kind=feature.kind, term=written, weight=weight, feature=feature)
    return list(found.values())


def _popularity(trending: float) -> Term:
    return Term(kind=ReasonKind.TRENDING, term="", weight=POPULAR * trending, feature=POPULARITY)


def _keyword_text(keyword: Keyword) -> Paper:
    return Paper(title=keyword.term.strip("* "))


def _about_text(about: str) -> Paper:
    return Paper(abstract=about)


def _keyword_sayings(interest: Interest, texts: Texts) -> Iterator[Saying]:
    """Let keywords find what means the same: each adds by itself, so that none takes from another.

    Together with the term itself a matching paper can only gain (see the property tests).
    """
    strongest: dict[Feature, Keyword] = {}
    for keyword in interest.keywords:
        feature = keyword_feature(keyword)
        if feature not in strongest or keyword.weight > strongest[feature].weight:
            strongest[feature] = keyword
    for keyword in strongest.values():
        yield Saying(
            kind=ReasonKind.TEXT,
            term=f"near {keyword.term}",
            text=texts.numbers[_keyword_text(keyword)],
            weights=_scaled(
                KEYWORD_LIKENESS[len(texts.meanings)],
                keyword.weight,
                (1.0, *(1.0 for _ in texts.meanings)),
            ),
        )


def _alike(interest: Interest, texts: Texts) -> Iterator[Saying]:
    """Make one direction of length 1 of the examples and the free text, in each space."""
    known = known_examples(interest)
    said = [(ReasonKind.EXAMPLE, collapse(paper.title or ""), paper) for paper in known]
    shares = list(_by_recency(len(known)))
    if interest.about:
        said.append((ReasonKind.TEXT, "the sense of your words", _about_text(interest.about)))
        shares.append(ABOUT_COUNTS)
    if not said:
        return
    numbers = [texts.numbers[paper] for _, _, paper in said]
    lengths = texts.lengths(numbers, np.asarray(shares))
    for (kind, term, _), number, share in zip(said, numbers, shares, strict=True):
        weights = _scaled(LIKENESS[len(texts.meanings)], share, lengths)
        saying = Saying(kind=kind, term=term, text=number, weights=weights)
        yield _word_by_word(saying, interest) if kind is ReasonKind.TEXT else saying


def _word_by_word(saying: Saying, interest: Interest) -> Saying:
    """Explain a free text by its words, and let no single one of the few decide."""
    weights = Weights(
        words=saying.weights.words * ABOUT_IN_WORDS,
        meaning=tuple(each * ABOUT_IN_SENSE for each in saying.weights.meaning),
    )
    return replace(
        saying,
        weights=weights,
        words=tuple(telling_words(interest.about or "").items()),
    )


def _by_recency(count: int) -> Sequence[float]:
    """Let recent examples count more: from OLDEST to NEWEST."""
    return [float(each) for each in np.linspace(NEWEST, OLDEST, count)[::-1]]


def _scaled(weights: Weights, share: float, lengths: Sequence[float]) -> Weights:
    words, *meaning = (share / length if length else 0.0 for length in lengths)
    return Weights(
        words=weights.words * words,
        meaning=tuple(w * m for w, m in zip(weights.meaning, meaning, strict=True)),
    )
