"""Papers × interests → picks with reasons, best first.

An interest is a linear model: keywords, authors, categories, example papers and free text all
become weights over paper features, and everybody is ranked by one sparse product. A term of
weight 1 is worth, in points of 100: a keyword 30 in the title, 18 in the abstract alone, 33 in
both; an author 40, or 16 where only initials are listed; a category 8; popularity up to 20 times
`trending`. `about` and the examples give 200 times their cosine to a paper less 10 for chance (0.3
is a close paper, and gives 50). An interest that has nothing but `require` gives 10.
"""

from digest.ranking.corpus import Corpus
from digest.ranking.hits import Hit, hits
from digest.ranking.rank import Ranking, rank

__all__ = ["Corpus", "Hit", "Ranking", "hits", "rank"]
