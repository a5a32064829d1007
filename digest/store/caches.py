"""Summaries as they are kept: by question, language and model; and how often one was asked for.

Sentence vectors as they are kept: by model, and by the hash of the text.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime

import sqlalchemy as sa

from digest.store import schema
from digest.store.database import upsert
from digest.store.papers import chunks


def load_summaries(
    connection: sa.Connection, model: str, language: str, questions: Collection[str]
) -> dict[str, str]:
    """Give what a model answered, by question; "" where it had nothing to say."""
    table = schema.summaries
    query = sa.select(table.c.question, table.c.text).where(
        table.c.model == model, table.c.language == language
    )
    return {
        row.question: row.text
        for chunk in chunks(sorted(questions))
        for row in connection.execute(query.where(table.c.question.in_(chunk)))
    }


def keep_summary(
    connection: sa.Connection, model: str, language: str, question: str, text: str, *, now: datetime
) -> None:
    """Keep an answer; the first one stays."""
    values = {"model": model, "language": language, "question": question}
    statement = upsert(schema.summaries, connection).values(**values, text=text, made_at=now)
    connection.execute(statement.on_conflict_do_nothing())


def may_ask(connection: sa.Connection, day: date, *, most: int) -> bool:
    """Count one request of a day, unless `most` are counted already: then say no."""
    table = schema.summary_days
    statement = upsert(table, connection).values(day=day, requests=1)
    counted = connection.execute(
        statement.on_conflict_do_update(
            index_elements=[table.c.day],
            set_={"requests": table.c.requests + 1},
            where=table.c.requests < most,
        ).returning(table.c.requests)
    ).scalar_one_or_none()
    return counted is not None


def requests(connection: sa.Connection, day: date) -> int:
    """Give how many requests were made on a day."""
    table = schema.summary_days
    query = sa.select(table.c.requests).where(table.c.day == day)
    return connection.execute(query).scalar_one_or_none() or 0


def load_vectors(
    connection: sa.Connection, model: str, hashes: Collection[str]
) -> dict[str, bytes]:
    """Give the vectors that are kept, by the hash of their text."""
    table = schema.vectors
    query = sa.select(table.c.text_hash, table.c.vector).where(table.c.model == model)
    return {
        row.text_hash: row.vector
        for chunk in chunks(sorted(hashes))
        for row in connection.execute(query.where(table.c.text_hash.in_(chunk)))
    }


def keep_vectors(
    connection: sa.Connection, model: str, vectors: Mapping[str, bytes], *, now: datetime
) -> None:
    """Keep vectors; a second time changes nothing."""
    rows = [
        {"model": model, "text_hash": name, "vector": vector, "made_at": now}
        for name, vector in vectors.items()
    ]
    if rows:
        connection.execute(upsert(schema.vectors, connection).on_conflict_do_nothing(), rows)
