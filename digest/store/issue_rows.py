"""Issues as rows, and rows as issues."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from digest.issue import Issue, Outcome, Pick, Reason, ReasonKind, SourceReport
from digest.paper import StoredPaper
from digest.store import schema
from digest.subscriber import Abstract, Layout

_KINDS = {kind.value: kind for kind in ReasonKind}  # ten times as fast as asking the class


def sections(issue: Issue) -> list[tuple[str, Pick]]:
    """Give the papers in their order, each with the part of the issue it is in."""
    return [("pick", pick) for pick in issue.picks] + [("also", pick) for pick in issue.also]


def from_issue(issue: Issue, profile: str | None) -> dict[str, Any]:
    """Give the row of an issue; `profile` is the digest of what it was made with."""
    return {
        "subscriber": issue.subscriber.casefold(),
        "day": issue.day,
        "made_at": issue.made_at,
        "message_id": issue.message_id,
        "name": issue.name,
        "searched": issue.searched,
        "sources": [from_report(report) for report in issue.sources],
        "layout": issue.layout.value,
        "abstract": issue.abstract.value,
        "language": issue.language,
        "profile": profile,
    }


def from_pick(issue_id: int, position: int, entry: tuple[str, Pick]) -> dict[str, Any]:
    """Give the row of a paper in an issue."""
    section, pick = entry
    return {
        "issue_id": issue_id,
        "position": position,
        "section": section,
        "paper_id": pick.stored.id,
        "score": pick.score,
        "interest": pick.interest,
        "reasons": [[r.kind.value, r.term, r.weight] for r in pick.reasons],
        "summary": pick.summary,
    }


def from_report(report: SourceReport) -> list[str | None]:
    """Give how a source did, as it is kept."""
    return [report.source, report.outcome.value, report.why]


def selected() -> sa.Select[Any]:
    """Select picks with their reasons as they are written: many are the same."""
    columns = (column for column in schema.picks.c if column.name != "reasons")
    return sa.select(*columns, sa.cast(schema.picks.c.reasons, sa.Text).label("reasons"))


@lru_cache(maxsize=16_384)
def _reasons(text: str) -> tuple[Reason, ...]:
    return tuple(
        Reason(kind=_KINDS[kind], term=term, weight=weight)
        for kind, term, weight in json.loads(text)
    )


def issue_of(
    row: sa.RowMapping, chosen: list[sa.RowMapping], held: Mapping[int, StoredPaper]
) -> Issue:
    """Give the issue of a row, of its picks in their order, and of the papers they name."""
    parts: dict[str, list[Pick]] = {"pick": [], "also": []}
    for pick in chosen:
        parts[pick["section"]].append(
            Pick(
                stored=held[pick["paper_id"]],
                score=pick["score"],
                interest=pick["interest"],
                reasons=_reasons(pick["reasons"]),
                summary=pick["summary"],
            )
        )
    return Issue(
        subscriber=row["recipient"],
        name=row["name"],
        day=row["day"],
        made_at=row["made_at"],
        message_id=row["message_id"],
        picks=tuple(parts["pick"]),
        also=tuple(parts["also"]),
        searched=row["searched"],
        sources=tuple(
            SourceReport(source=source, outcome=Outcome(outcome), why=why)
            for source, outcome, why in row["sources"]
        ),
        layout=Layout(row["layout"]),
        abstract=Abstract(row["abstract"]),
        language=row["language"],
    )
