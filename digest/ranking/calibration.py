"""What points mean: one scale from 0 to 100 for every interest, fixed by the store's last weeks.

score = b · points, between 0 and 100. Points are counted from what chance gives, so 0 is a paper
for which nothing speaks; 50 is what the last pick of a full issue has on a typical day: the points
that so many papers of a day reach as an issue holds. An interest too rare to fill its issues is not
blown up for it beyond LEAST points, or noise would reach the line. From KNEE on scores grow
ever more slowly and never reach 100, so that a day full of strong papers has no crowd at the top.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FULL = 12
"""Picks of a full issue, whatever one subscriber takes: a score means the same to all."""

ENOUGH = 200
"""Papers that a store needs before it says what is typical."""

LEAST = 30.0
"""Points of a good pick, where the last weeks have fewer: a keyword in a title."""

MIDDLE = 50.0

KNEE = 90.0
"""From here on a score is bent: 10 points more are 5, 90 points more are 9."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """score = bounded(b · points)."""

    b: float = 1.0


def scale(points: NDArray[np.float64], *, a_day: float | None) -> Scale:
    """Fix the scale of an interest by the points of the last weeks' papers, `a_day` of them."""
    if len(points) < ENOUGH or not a_day:
        return Scale()
    typical_last = float(np.quantile(points, max(0.0, 1 - FULL / a_day)))
    return Scale(b=MIDDLE / max(typical_last, LEAST))


def bounded(scaled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return scores from 0 to 100, with two decimals; more points are never a lower score."""
    room = 100.0 - KNEE
    bent = 100.0 - room * room / (np.maximum(scaled, KNEE) - KNEE + room)
    scores: NDArray[np.float64] = np.where(scaled > KNEE, bent, scaled.clip(0.0)).round(2)
    return scores
