"""Sentence vectors of papers, for those who have the extra: a model on disk, no torch."""

from digest.paper import Paper


def text_of(paper: Paper) -> str:
    """Give what of a paper is encoded."""
    return ". ".join(part for part in (paper.title, paper.abstract) if part)
