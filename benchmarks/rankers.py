"""Every ranker in the judge's form, one class a recipe: ours first, then what people use today.

Each takes no arguments, and has `rank_batch(profiles, candidates)` and, where it learns from older
papers, `fit(background)`. Where papers are encoded, `warm(papers)` does it beforehand. So any
judge of this form can score them on any data:

    python evaluate.py --ranker benchmarks.rankers:BM25 --data DIR

The table of `make bench-relevance` has a row for each name in `ROWS`.
"""

from benchmarks.recipes.sentences import Fusion, ZoteroArxivDaily
from benchmarks.recipes.tfidf import ArxivSanity, Centroid, Logistic
from benchmarks.recipes.words import BM25, KeywordCount

# Ours, through the code that the pipeline runs, belong here: `Default` and `Embeddings`. The
# table says of a row whose class is not there yet that it is missing, and goes on.

ROWS = {
    "Default": "ours, default",
    "Embeddings": "ours, embeddings",
    "KeywordCount": "keyword count",
    "BM25": "BM25",
    "Centroid": "TF-IDF centroid",
    "ArxivSanity": "arxiv-sanity (SVM)",
    "Logistic": "logistic regression",
    "ZoteroArxivDaily": "zotero-arxiv-daily",
    "Fusion": "SVM + embeddings, RRF",
}

__all__ = [
    "BM25", "ROWS", "ArxivSanity", "Centroid", "Fusion", "KeywordCount", "Logistic",
    "ZoteroArxivDaily",
]  # fmt: skip
