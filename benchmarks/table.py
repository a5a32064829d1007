"""Results of the judge as one table: a row a recipe, and each recipe beside a chosen one."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

ROUNDS = 4_000
_METRICS = ("ndcg10", "recall20")
_LOSS = "gold-rated/all"  # eight papers a user: there the order of all pairs says more

Row = Mapping[str, Any]


def render(rows: Mapping[str, Row], *, labels: Mapping[str, str], base: str) -> str:
    """Lay out the judged rows, the comparisons, and why the others are not there."""
    judged = {name: row for name, row in rows.items() if "results" in row}
    views = list(dict.fromkeys(view for row in judged.values() for view in row["results"]))
    lines = []
    if judged:
        lines += _absolute(judged, labels, views)
    if base in judged and len(judged) > 1:
        lines += _differences(judged, labels, views, base)
    lines += [_encoding(labels[name], row) for name, row in judged.items() if "encoding_ms" in row]
    lines += [
        f"{labels[name]}: left out: {row['skipped']}"
        for name, row in rows.items()
        if "skipped" in row
    ]
    return "\n".join([*lines, ""])


def _absolute(rows: Mapping[str, Row], labels: Mapping[str, str], views: list[str]) -> list[str]:
    head = ["nDCG@10 Recall@20, ± half of 95 %", *map(_title, views), "s/1,000", "fit s", "MB"]
    body = [
        [labels[name], *(_score(row, view) for view in views), *_costs(row)]
        for name, row in rows.items()
    ]
    return [*_layout([head, *body]), ""]


def _score(row: Row, view: str) -> str:
    result = row["results"].get(view)
    if result is None:
        return "–"
    metrics = ("loss",) if view == _LOSS else _METRICS
    return " ".join(_with_half(result[metric]) for metric in metrics)


def _with_half(interval: list[float]) -> str:
    middle, low, high = interval
    return f"{_short(middle)}±{_short((high - low) / 2)}"


def _costs(row: Row) -> list[str]:
    users = sum(result["users"] for result in row["results"].values())
    seconds = sum(
        result["users"] * result["sec_per_1000_users"] for result in row["results"].values()
    )
    megabytes = row["peak_mib"] * 1.048576
    return [f"{seconds / users:.1f}", f"{row['fit_s']:.0f}", f"{megabytes:.0f}"]


def _differences(
    rows: Mapping[str, Row], labels: Mapping[str, str], views: list[str], base: str
) -> list[str]:
    head = [f"beside {labels[base]}, the same users", *map(_title, views)]
    body = [
        [labels[name], *(_difference(rows[base], row, view) for view in views)]
        for name, row in rows.items()
        if name != base
    ]
    note = "* the 95 % interval of the paired bootstrap leaves out 0; a lower loss is better"
    return [*_layout([head, *body]), note, ""]


def _difference(base: Row, row: Row, view: str) -> str:
    if view not in base["results"] or view not in row["results"]:
        return "–"
    metrics = ("loss",) if view == _LOSS else _METRICS
    users, others = (one["results"][view]["per_user"] for one in (base, row))
    return " ".join(_starred(paired(users, others, metric)) for metric in metrics)


def paired(
    users: Iterable[Mapping[str, Any]], others: Iterable[Mapping[str, Any]], metric: str
) -> tuple[float, float, float]:
    """Give the mean difference over the same users, and the bounds of its 95 % interval."""
    needed = "_loss" if metric == "loss" else metric
    known = {user["user"]: user for user in users if needed in user}
    pairs = [(known[u["user"]], u) for u in others if needed in u and u["user"] in known]
    if metric == "loss":  # pooled over users: each weighs as much as the pairs it was asked about
        amount = np.array([after["_loss"] - before["_loss"] for before, after in pairs])
        weight = np.array([after["_w"] for _, after in pairs])
    else:
        amount = np.array([after[metric] - before[metric] for before, after in pairs])
        weight = np.ones(len(pairs))
    draws = np.random.default_rng(3).integers(0, len(pairs), (ROUNDS, len(pairs)))
    means = amount[draws].sum(axis=1) / weight[draws].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(amount.sum() / weight.sum()), float(low), float(high)


def _starred(interval: tuple[float, float, float]) -> str:
    middle, low, high = interval
    sign = "*" if low > 0 or high < 0 else " "
    return f"{'-' if middle < 0 else '+'}{_short(abs(middle))}{sign}"


def _encoding(label: str, row: Row) -> str:
    return f"{label}: besides, encoding takes {row['encoding_ms']:.0f} ms a paper, once"


def _title(view: str) -> str:
    return f"{view.replace('/', ' ')}, loss" if view == _LOSS else view.replace("/", " ")


def _short(value: float) -> str:
    """Write .213 for 0.213."""
    return f"{value:.3f}".removeprefix("0")


def _layout(lines: list[list[str]]) -> list[str]:
    """Align: names to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
