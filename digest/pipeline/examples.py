"""Examples get their papers: from the store, from what was asked for, from the libraries."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import sqlalchemy as sa

from digest.examples import in_order
from digest.paper import Paper, PaperId
from digest.store import papers
from digest.subscriber import Example, Interest, Subscriber


class Readers:
    """Subscribers as the ranking takes them, each of their examples with what is known of it."""

    def __init__(self, connection: sa.Connection, subscribers: Iterable[Subscriber]) -> None:
        wanted = dict.fromkeys(each for reader in subscribers for each in reader.interests)
        examples = {interest: interest.examples for interest in wanted}
        named = {each: named_paper(each) for mine in examples.values() for each in mine}
        stored = papers.same_as(connection, {paper for paper in named.values() if paper})
        self._stored = {each: stored[paper] for each, paper in named.items() if paper in stored}
        self._examples = examples
        self._ready = {interest: self._complete(interest) for interest in wanted}

    def ready(self, subscribers: Sequence[Subscriber]) -> list[Subscriber]:
        """Give them with papers for examples, and without libraries: those are among these."""
        return [
            replace(each, interests=tuple(self._ready[one] for one in each.interests))
            for each in subscribers
        ]

    def knows(self, subscriber: Subscriber) -> set[int]:
        """Give the stored papers that are examples of theirs: they need not be told of them."""
        return {
            self._stored[example].id
            for interest in subscriber.interests
            for example in self._examples[interest]
            if example in self._stored
        }

    def _complete(self, interest: Interest) -> Interest:
        examples = in_order(map(self._with_paper, self._examples[interest]))
        return replace(interest, examples=examples, libraries=())

    def _with_paper(self, example: Example) -> Example:
        stored = self._stored.get(example)
        return replace(example, paper=fullest(stored.paper if stored else None, example.paper))


def fullest(*known: Paper | None) -> Paper | None:
    """Give the first that has an abstract, else the first there is."""
    there = [paper for paper in known if paper]
    return next((paper for paper in there if paper.abstract), there[0] if there else None)


def named_paper(example: Example) -> Paper | None:
    """Give what is known of an example before anybody is asked; None if that is nothing."""
    name = PaperId.parse(example.name)
    if example.paper or name is None:
        return example.paper
    return Paper(arxiv_id=name.arxiv, doi=name.doi)
