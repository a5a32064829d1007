"""Papers × interests → picks with reasons, best first.

An interest is a linear model; everybody is ranked by one product, and the reasons are its terms. A
term of weight 1 is worth, in points: a rare keyword 30 in the title, 18 in the abstract alone, 33
in both, a common one down to 0.4 of that, and up to 12 for what is near it in meaning; an author
40, or 16 where only initials are listed; a category 8; popularity up to 20 times `trending`; each
day of age -1. The examples and `about` are one direction: an example 160 times the cosine in words
and 24 times that in meaning, `about` 64 and 38, all of centred vectors. What chance gives in
meaning is taken off. An interest that has nothing but `require` gives 5, less the more it wants
beside. Points become a score as score.py says.
"""

from digest.ranking.background import Background, Encoder
from digest.ranking.corpus import Corpus
from digest.ranking.features import Hit, hits
from digest.ranking.rank import Ranking, rank, score

__all__ = ["Background", "Corpus", "Encoder", "Hit", "Ranking", "hits", "rank", "score"]
