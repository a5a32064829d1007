"""Prune: leave out what is older than it need be, in short steps that hold nobody up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from digest.store import pruning, state
from digest.store.database import writing

_AT_ONCE = 200
_RECORDS = timedelta(days=90)
"""How long pulls, bounces and alerts are kept: for whoever looks back, and for nothing else."""


@dataclass(slots=True, kw_only=True)
class Pruned:
    """How much was left out."""

    issues: int = 0
    papers: int = 0


def prune(
    engine: sa.Engine,
    *,
    now: datetime,
    keep_issues: timedelta,
    keep_papers: timedelta,
    progress: Callable[[], None] = lambda: None,
) -> Pruned:
    """Leave out issues, papers and records that are too old; what was had stays known."""
    pruned = Pruned()
    while True:
        with writing(engine) as connection:
            gone = pruning.prune_issues(connection, before=now - keep_issues, limit=_AT_ONCE)
        pruned.issues += gone
        progress()
        if gone < _AT_ONCE:
            break
    last = -1
    after = 0
    while last:
        with writing(engine) as connection:
            gone, last = pruning.prune_papers(
                connection, before=now - keep_papers, after=after, limit=_AT_ONCE
            )
        pruned.papers += gone
        after = last
        progress()
    with writing(engine) as connection:
        pruning.prune_records(connection, before=now - _RECORDS, issues_before=now - keep_issues)
        state.put(connection, state.Name.PRUNE, at=now)
    return pruned
