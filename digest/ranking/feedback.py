"""Votes as weights: papers like those voted on, and the authors and words that votes agree on."""

from collections import Counter
from collections.abc import Iterator, Sequence

from digest.issue import ReasonKind
from digest.paper import Paper, collapse
from digest.ranking.features import author_feature, keyword_feature
from digest.ranking.model import Saying, Term
from digest.ranking.stems import telling_words
from digest.ranking.texts import Texts, Weights
from digest.subscriber import FollowedAuthor, Keyword, Vote

# What votes count beside a keyword's 1: each of as many as agree, up to MOST.
AUTHOR_VOTE = 0.15
WORD_VOTE = 0.15
LIKENESS = Weights(words=10.0, meaning=(10.0, 10.0))

AGREE = 2
"""Votes on one author or word before they say anything of it."""

MOST = 4


def vote_text(vote: Vote) -> Paper:
    """Give what of a paper is compared with others."""
    return Paper(title=vote.paper.title, abstract=vote.paper.abstract)


def vote_terms(votes: Sequence[Vote]) -> tuple[Term, ...]:
    """Give a weight to each author and title word on which several votes agree."""
    authors: Counter[str] = Counter()
    telling: Counter[str] = Counter()
    written: dict[str, str] = {}
    for vote in votes:
        sign = 1 if vote.liked else -1
        for author in dict.fromkeys(vote.paper.authors):
            authors[author] += sign
        for key, word in telling_words(vote.paper.title or "").items():
            telling[key] += sign
            written.setdefault(key, word)
    return (
        *(_author(name, count) for name, count in sorted(authors.items()) if abs(count) >= AGREE),
        *(
            _word(written[key], count)
            for key, count in sorted(telling.items())
            if abs(count) >= AGREE
        ),
    )


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
                words=signed * LIKENESS.words,
                meaning=tuple(signed * each for each in LIKENESS.meaning[: len(texts.meanings)]),
            ),
        )


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
