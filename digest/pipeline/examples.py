"""Examples get their papers: from the store, from what was asked for, from the libraries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import sqlalchemy as sa

from digest.libraries.bibtex import in_order, normal
from digest.paper import Paper, PaperId
from digest.store import examples, papers
from digest.subscriber import Example, Interest, Library, Subscriber


class Readers:
    """Subscribers as the ranking takes them, each of their examples with what is known of it."""

    def __init__(self, connection: sa.Connection, subscribers: Iterable[Subscriber]) -> None:
        wanted = dict.fromkeys(each for reader in subscribers for each in reader.interests)
        shelved = examples.shelved(connection, {each for one in wanted for each in one.libraries})
        held = {library: holdings.examples for library, holdings in shelved.items()}
        self._examples = {interest: _all_of(interest, held) for interest in wanted}
        every = {example for mine in self._examples.values() for example in mine}
        self._learnt = examples.known(connection, {name for e in every if (name := _id(e))})
        sought = {each: self._sought(each) for each in every}
        same = papers.same_as(connection, {paper for paper in sought.values() if paper})
        self._stored = {each: same[paper] for each, paper in sought.items() if paper in same}
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

    def named(self, subscriber: Subscriber, paper_id: int) -> str | None:
        """Say by which name a stored paper is an example of theirs; None if it is none."""
        names = (
            example.name
            for interest in subscriber.interests
            for example in self._examples[interest]
            if example in self._stored and self._stored[example].id == paper_id
        )
        return next(names, None)

    def wanting(self) -> list[str]:
        """Name the examples of which no abstract is known: first where there is no title either."""
        lacking = [
            example
            for interest in self._ready.values()
            for example in interest.examples
            if not (example.paper and example.paper.abstract)
        ]
        lacking.sort(key=lambda each: (each.paper is None, each.added or date.min), reverse=True)
        return list(dict.fromkeys(filter(None, map(_id, lacking))))

    def _complete(self, interest: Interest) -> Interest:
        complete = in_order(map(self._with_paper, self._examples[interest]))
        return replace(interest, examples=complete, libraries=())

    def _with_paper(self, example: Example) -> Example:
        stored = self._stored.get(example)
        learnt = self._learnt.get(_id(example) or "")
        return replace(
            example, paper=_fullest(stored.paper if stored else None, learnt, example.paper)
        )

    def _sought(self, example: Example) -> Paper | None:
        """Give what tells which paper an example is; None if that is nothing.

        An abstract tells it too, but takes longest to compare: where authors do, it is left out.
        """
        paper = example.paper or self._learnt.get(_id(example) or "") or Paper()
        name = PaperId.parse(example.name) or PaperId()
        sought = Paper(
            title=paper.title,
            abstract=None if paper.authors else paper.abstract,
            authors=paper.authors,
            arxiv_id=paper.arxiv_id or name.arxiv,
            doi=paper.doi or name.doi,
        )
        return sought if sought != Paper() else None


def _all_of(interest: Interest, held: Mapping[Library, tuple[Example, ...]]) -> tuple[Example, ...]:
    shared = (held.get(library, ()) for library in interest.libraries)
    return (*interest.examples, *(example for each in shared for example in each))


def _id(example: Example) -> str | None:
    return normal(example.name)


def _fullest(*known: Paper | None) -> Paper | None:
    """Give the first that has an abstract, else the first there is."""
    there = [paper for paper in known if paper]
    return next((paper for paper in there if paper.abstract), there[0] if there else None)
