"""Votes as weights: papers like those voted on, and the authors and words that votes agree on."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import starmap

from digest.issue import ReasonKind
from digest.paper import Paper, collapse
from digest.ranking.features import author_feature, keyword_feature
from digest.ranking.model import Saying, Term
from digest.ranking.stems import telling_words
from digest.ranking.terms import fold_accents
from digest.ranking.texts import Texts, Weights
from digest.subscriber import FollowedAuthor, Keyword, Vote

# What votes count beside a keyword's 1: each of as many as agree, up to MOST.
AUTHOR_VOTE = 0.15
WORD_VOTE = 0.15
LIKENESS = Weights(words=12.0, meaning=(6.0, 6.0))

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
                words=signed * LIKENESS.words,
                meaning=tuple(signed * each for each in LIKENESS.meaning[: len(texts.meanings)]),
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
