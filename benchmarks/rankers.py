"""Every ranker in the judge's form, one class a recipe: ours first, then what people use today.

Each takes no arguments, and has `rank_batch(profiles, candidates)` and, where it learns from older
papers, `fit(background)`. Where papers are encoded, `warm(papers)` does it beforehand. So any
judge of this form can score them on any data:

    python evaluate.py --ranker benchmarks.rankers:BM25 --data DIR

The table of `make bench-relevance` has a row for each name in `ROWS`.
"""

from benchmarks.ours import Default, Embeddings
from benchmarks.recipes.sentences import Fusion, ZoteroArxivDaily
from benchmarks.recipes.tfidf import ArxivSanity, Centroid, Logistic
from benchmarks.recipes.words import BM25, KeywordCount

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
    "BM25", "ROWS", "ArxivSanity", "Centroid", "Default", "Embeddings", "Fusion", "KeywordCount",
    "Logistic", "ZoteroArxivDaily",
]  # fmt: skip
