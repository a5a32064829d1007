"""Who wrote a batch of papers: followed names looked up by family name."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from digest.paper import Paper
from digest.ranking.agreement import agree
from digest.ranking.names import parse_name
from digest.subscriber import FollowedAuthor


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """A followed author on a paper; not `certain`: listed with initials alone, as `listed`."""

    paper: int
    certain: bool
    listed: str


class AuthorIndex:
    """The authors of a batch by every spelling of what may be their family name."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._papers = papers
        self._places: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for paper, facts in enumerate(papers):
            for place, author in enumerate(facts.authors):
                self._places[author].append((paper, place))
        self._names: defaultdict[str, list[str]] = defaultdict(list)
        for author in self._places:
            for family in parse_name(author).families:
                self._names[family].append(author)

    def find(self, followed: FollowedAuthor) -> tuple[Sighted, ...]:
        """Give the papers of an author, each once, the surest listing of each."""
        name = parse_name(followed.name)
        found: dict[int, Sighted] = {}
        for listed in sorted(
            {one for family in name.families for one in self._names.get(family, ())}
        ):
            certain = agree(name, parse_name(listed))
            if certain is None:
                continue
            for paper, place in self._places[listed]:
                sure = paper in found and found[paper].certain
                if not sure and self._stands(paper, place, followed.position):
                    found[paper] = Sighted(paper=paper, certain=certain, listed=listed)
        return tuple(found[paper] for paper in sorted(found))

    def _stands(self, paper: int, place: int, position: str | None) -> bool:
        """Say whether an author stands first or last; of a cut list nobody is the last."""
        facts = self._papers[paper]
        if position == "last":
            count = len(facts.authors)
            return place == count - 1 and facts.author_count == count
        return position is None or place == 0
