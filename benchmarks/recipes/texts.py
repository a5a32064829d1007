"""The judge's form of papers and profiles, and what a recipe reads of them."""

from collections.abc import Sequence
from typing import TypedDict

Scores = list[list[float]]  # for each profile a score for each candidate, higher is better


class JudgedPaper(TypedDict):
    """A paper as the judge hands it over; the id is opaque."""

    id: str
    title: str
    abstract: str
    categories: list[str]
    authors: list[str]
    date: str


class Profile(TypedDict):
    """What is known of a user: examples from the oldest to the newest, and keywords."""

    examples: list[JudgedPaper]
    keywords: list[str]


def text_of(paper: JudgedPaper) -> str:
    """Join what there is to read of a paper."""
    return f"{paper['title']}. {paper['abstract']}"


def texts_of(papers: Sequence[JudgedPaper]) -> list[str]:
    """Join it for each paper."""
    return [text_of(paper) for paper in papers]


def liked(profile: Profile) -> list[str]:
    """List the texts a user likes: each example, and the keywords as one short text more."""
    keywords = [" ".join(profile["keywords"])] if profile["keywords"] else []
    return texts_of(profile["examples"]) + keywords


def own(profile: Profile) -> list[str]:
    """Name a user's own papers, which must not stand among the negatives."""
    return [paper["id"] for paper in profile["examples"]]
