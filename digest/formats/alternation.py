"""Which of some lines are titles and which are abstracts, when nothing but their order says so.

Titles alternate with abstracts until one of them is missing: a file may begin or end in the
middle of an entry, or lack a line. Of all ways to read a run of lines as pairs and strays we
take the cheapest: a stray is dear, a title that looks like prose and an abstract that looks like
a title cost a little, so a missing line makes one stray instead of shifting all that follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from digest.formats.lines import Line

LONGEST_TITLE = 400
_ABSTRACT_LENGTH = 300  # from here on a line is as long as an abstract usually is
_SENTENCE_ENDS = (".", "!", "?", ".)", '."', "。")
_STRAY = 2.0
_LONE_TITLE = 1.9  # just better than a stray


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A title and its abstract, which only a title in front of a footer may lack."""

    title: Line
    abstract: Line | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A line that is the title or abstract of nothing."""

    line: Line


Part = Pair | Stray


def alternate(lines: Sequence[Line], *, lone_title: bool) -> tuple[Part, ...]:
    """Read lines as pairs and strays, in order; `lone_title`: the last may be without abstract."""
    costs = [0.0]
    steps: list[Part] = []
    for end in range(1, len(lines) + 1):
        is_last = end == len(lines)
        choices = _choices(lines[max(0, end - 2) : end], costs[-2:], lone=is_last and lone_title)
        cost, step = min(choices, key=lambda choice: choice[0])
        costs.append(cost)
        steps.append(step)
    return tuple(_walked_back(steps))


def _choices(
    last_two: Sequence[Line], costs: Sequence[float], *, lone: bool
) -> list[tuple[float, Part]]:
    """Every way to read the last line, with the cost of the cheapest reading that ends so."""
    line = last_two[-1]
    choices: list[tuple[float, Part]] = []
    if len(last_two) == 2 and _may_be_title(last_two[0]):
        misfit = _prose(last_two[0].text) + 1 - _prose(line.text)
        choices.append((costs[-2] + misfit, Pair(title=last_two[0], abstract=line)))
    if lone and _may_be_title(line):
        cost = _LONE_TITLE + (_STRAY - _LONE_TITLE) * _prose(line.text)
        choices.append((costs[-1] + cost, Pair(title=line, abstract=None)))
    choices.append((costs[-1] + _STRAY, Stray(line=line)))
    return choices


def _walked_back(steps: Sequence[Part]) -> list[Part]:
    parts = []
    end = len(steps)
    while end:
        part = steps[end - 1]
        parts.append(part)
        end -= 2 if isinstance(part, Pair) and part.abstract else 1
    return parts[::-1]


def _may_be_title(line: Line) -> bool:
    return len(line.text) <= LONGEST_TITLE


def _prose(text: str) -> float:
    """From 0, looks like a title, to 1, looks like an abstract."""
    return 0.7 * min(1.0, len(text) / _ABSTRACT_LENGTH) + 0.3 * text.endswith(_SENTENCE_ENDS)


def is_convincing(parts: Sequence[Part]) -> bool:
    """Whether lines that nothing else marks as a listing read as titles and abstracts.

    A stray at either end is a cut; of the rest three in four must be a title, which is no
    sentence, and a longer abstract, which is one or is long, or is the last and may be cut.
    """
    inner = list(parts)
    if inner and isinstance(inner[0], Stray):
        inner.pop(0)
    if inner and isinstance(inner[-1], Stray):
        inner.pop()
    good = sum(
        isinstance(part, Pair)
        and _is_convincing_pair(part, may_be_cut=len(inner) > 1 and part is inner[-1])
        for part in inner
    )
    return good > 0 and good >= 0.75 * len(inner)


def _is_convincing_pair(pair: Pair, *, may_be_cut: bool) -> bool:
    if pair.abstract is None or pair.title.text.endswith((".", ",", ";", "{", "}")):
        return False
    abstract = pair.abstract.text
    is_prose = abstract.endswith(_SENTENCE_ENDS) or len(abstract) >= _ABSTRACT_LENGTH
    is_longer = len(abstract) > len(pair.title.text) and " " in abstract
    return may_be_cut or (is_prose and is_longer)
