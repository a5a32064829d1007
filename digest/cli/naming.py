"""Which paper a name on the command line means."""

import sqlalchemy as sa

from digest.cli.output import id_of, local, name_of
from digest.errors import ConfigError
from digest.paper import Paper, StoredPaper
from digest.store import papers

_SHOWN = 10


def find_paper(connection: sa.Connection, asked: str) -> StoredPaper | None:
    """Give the paper that is meant; None if the store has none; ConfigError if it has several."""
    found = papers.find(connection, asked)
    if len(found) <= 1:
        return found[0] if found else None
    lines = [
        f"  {id_of(each.paper) or local(each.first_seen_at)}  {name_of(each.paper)}"
        for each in found
    ]
    more = [f"  and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    raise ConfigError(
        [f"{len(found)} papers fit {asked!r}: name one by its id", *lines[:_SHOWN], *more]
    )


def paper_json(paper: Paper) -> dict[str, str | None]:
    """Name a paper in JSON."""
    return {"title": paper.title, "id": id_of(paper)}
