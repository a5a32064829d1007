"""Who wrote a paper, in one line: the first, whoever is followed, the last, and how many more."""

from collections.abc import Iterator, Sequence

from digest.paper import Paper
from digest.ranking.agreement import agree
from digest.ranking.names import parse_name
from digest.rendering.language import Words
from digest.rendering.reasons import short
from digest.rendering.rich import Rich, joined, marked, unmarked

ALL_OF = 5
"""So many authors are all named."""

BEGINNING = 2
"""Of more than that so many are named first."""


def byline(paper: Paper, followed: Sequence[str], words: Words) -> Rich:
    """Name the authors as far as they are known, `followed` ones marked, and where they work."""
    parts = [_authors(paper, followed, words), unmarked(short(paper.organization or ""))]
    return joined([part for part in parts if part], " · ")


def first_author(paper: Paper, words: Words) -> str:
    """Name the first author, and say that there are others."""
    names = _names(paper)
    if len(names) <= 1 and (paper.author_count or 0) <= 1:
        return "".join(names)
    return words("et_al", name=names[0]) if names else _authors(paper, (), words).plain


def _authors(paper: Paper, followed: Sequence[str], words: Words) -> Rich:
    names = _names(paper)
    count = max(paper.author_count or 0, len(names))
    if not names:
        return unmarked(words("authors", n=count)) if count else Rich()
    stars = {i for i, name in enumerate(names) if _is_followed(name, followed)}
    shown = _shown(len(names), count, stars)
    parts = list(_in_a_row(names, shown, stars))
    if more := count - len(shown):
        parts.append(unmarked(f" {words('more_authors', n=more)}"))
    return joined(parts, "")


def _shown(named: int, count: int, stars: set[int]) -> list[int]:
    """Choose whom to name; of a list that was cut nobody is the last."""
    if count <= ALL_OF:
        return list(range(named))
    chosen = {*range(min(BEGINNING, named)), *sorted(stars)[:ALL_OF]}
    if named == count:
        chosen.add(named - 1)
    return sorted(chosen)


def _in_a_row(names: Sequence[str], shown: Sequence[int], stars: set[int]) -> Iterator[Rich]:
    """Give the names with what stands between them: an ellipsis where somebody is left out."""
    for n, i in enumerate(shown):
        if n:
            yield unmarked(", " if i == shown[n - 1] + 1 else ", …, ")
        yield marked(names[i]) if i in stars else unmarked(names[i])


def _is_followed(listed: str, followed: Sequence[str]) -> bool:
    return any(agree(parse_name(name), parse_name(listed)) is not None for name in followed)


def _names(paper: Paper) -> tuple[str, ...]:
    return tuple(filter(None, map(short, paper.authors)))
