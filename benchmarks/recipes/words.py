"""Recipes that count words: keywords found, and BM25."""

import re
from collections import Counter
from collections.abc import Sequence

from benchmarks.recipes.texts import JudgedPaper, Profile, Scores, liked, texts_of

_WORD = re.compile(r"\w\w+")
# Function words alone; a few dozen do what the long lists do.
_STOP = frozenset(
    """about after all also although among an and any are as at based be been between both but by
    can could did do does due during each either et few for from further had has have here how
    however if in into is it its itself many may might more most much new no nor not of on only or
    other our out over own same several should show shown since so some such than that the their
    them then there these they this those though through thus to too two under up upon use used
    using very via was we well were what when where whether which while who whose why will with
    within without would you your""".split()  # noqa: SIM905 (reads better)
)


class KeywordCount:
    """How many of the keywords a paper has; without keywords, the examples' commonest words."""

    WORDS = 10

    def rank_batch(self, profiles: Sequence[Profile], candidates: Sequence[JudgedPaper]) -> Scores:
        """Count distinct keywords, whole words."""
        papers = [frozenset(words(text)) for text in texts_of(candidates)]
        return [
            [float(len(wanted & paper)) for paper in papers]
            for wanted in map(self._wanted, profiles)
        ]

    def _wanted(self, profile: Profile) -> frozenset[str]:
        keywords = words(" ".join(profile["keywords"]))
        counts = Counter(word for text in texts_of(profile["examples"]) for word in words(text))
        common = [] if keywords else [word for word, _ in counts.most_common(self.WORDS)]
        return frozenset(keywords + common)


class BM25:
    """A search engine over the day's papers, asked with all that the user likes as one query."""

    def rank_batch(self, profiles: Sequence[Profile], candidates: Sequence[JudgedPaper]) -> Scores:
        """Index the candidates once; a word counts as often as the query has it."""
        # Imported late, so that ours can be judged without the extra requirements.
        import bm25s

        index = bm25s.BM25()
        index.index([words(text) for text in texts_of(candidates)], show_progress=False)
        queries = [words(" ".join(liked(profile))) for profile in profiles]
        known = [[word for word in query if word in index.vocab_dict] for query in queries]
        none = [0.0] * len(candidates)
        return [index.get_scores(query).tolist() if query else none for query in known]


def words(text: str) -> list[str]:
    """Cut text into lower-case words of two letters and more, without function words."""
    return [word for word in _WORD.findall(text.lower()) if word not in _STOP]
