"""Which paper of the store a person means: by id, by address, or by words of its title."""

import re
from urllib.parse import unquote

import sqlalchemy as sa

from digest.identity import KeyKind, fold
from digest.paper import Paper, PaperId, StoredPaper
from digest.store import papers, schema

_ADDRESS = re.compile(r"https?://(?P<rest>\S+)", re.IGNORECASE)
_DOI_IN_ADDRESS = re.compile(r"10\.\d{4,9}/[^\s?#]+")
_TAIL_OF_PAGE = re.compile(r"(?:v\d+)?(?:\.(?:full|abstract))?(?:\.pdf)?/?$")


def find(connection: sa.Connection, asked: str) -> tuple[StoredPaper, ...]:
    """Give the papers that a name may mean: none, the one, or several to choose from."""
    asked = asked.strip()
    address = _ADDRESS.fullmatch(asked)
    if PaperId.parse(asked):
        ids = _by_names(connection, asked)
    elif address:
        ids = _by_address(connection, address["rest"]) or _by_names(connection, *_dois(asked))
    else:
        ids = _by_title(connection, asked)
    held = papers.load(connection, ids)
    return tuple({stored.id: stored for stored in held.values()}.values())


def former_record(connection: sa.Connection, stored: StoredPaper, asked: str) -> Paper | None:
    """Give the record that had this name, if it is the name of one that became part of another."""
    if PaperId.parse(asked.strip()) or _is_named(stored.paper, asked):
        return None
    gone = papers.merged_into(connection, stored.id)
    return next((paper for paper in gone if _is_named(paper, asked)), None)


def _is_named(paper: Paper, asked: str) -> bool:
    """Say whether a record itself has an address, or all the words in its title."""
    if address := _ADDRESS.fullmatch(asked.strip()):
        return bool({paper.url, paper.pdf_url}.intersection(_forms(address["rest"])))
    title = fold(paper.title or "")
    return all(fold(word) in title for word in asked.split())


def _by_names(connection: sa.Connection, *names: str) -> list[int]:
    return [stored.id for stored in papers.by_names(connection, names).values()]


def _by_address(connection: sa.Connection, rest: str) -> list[int]:
    """Look an address up as sources wrote it, whatever its scheme and closing slash."""
    forms = _forms(rest)
    table = schema.papers
    query = sa.select(table.c.id).where(sa.or_(table.c.url.in_(forms), table.c.pdf_url.in_(forms)))
    return list(connection.execute(query).scalars())


def _forms(rest: str) -> list[str]:
    bare = rest.rstrip("/")
    return [f"{scheme}://{bare}{end}" for scheme in ("https", "http") for end in ("", "/")]


def _dois(address: str) -> list[str]:
    """Give the DOI that a publisher's address may hold, without what its page adds."""
    found = _DOI_IN_ADDRESS.search(unquote(address))
    return [found[0], _TAIL_OF_PAGE.sub("", found[0])] if found else []


def _by_title(connection: sa.Connection, words: str) -> list[int]:
    """Give the papers whose title has all the words; among them those that fit best.

    A title that is the words and nothing else comes before one that has them in this order, and
    that before one that only has them.
    """
    folded = [part for word in words.split() if (part := fold(word))]
    if not folded:
        return []
    table = schema.paper_keys
    has_all = [table.c.value.contains(word) for word in folded]
    query = sa.select(table.c.value, table.c.paper_id).where(
        table.c.kind == KeyKind.TITLE.value, *has_all
    )
    titles = [
        (row.value, row.paper_id) for row in connection.execute(query.order_by(table.c.paper_id))
    ]
    phrase = "".join(folded)
    exact = [number for title, number in titles if title == phrase]
    in_order = [number for title, number in titles if phrase in title]
    return exact or in_order or [number for _, number in titles]
