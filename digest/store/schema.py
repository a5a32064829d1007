"""The tables, as SQLAlchemy knows them; the migrations make them."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware instant, kept as UTC without a zone (SQLite has none)."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        """Refuse a naive instant: nobody could say which one it is."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime: {value}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> datetime | None:
        """Give the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

papers = sa.Table(
    "papers",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.Text),
    sa.Column("abstract", sa.Text),
    sa.Column("authors", sa.JSON, nullable=False),
    sa.Column("author_count", sa.Integer),
    sa.Column("organization", sa.Text),
    sa.Column("categories", sa.JSON, nullable=False),
    sa.Column("arxiv_id", sa.Text, unique=True),
    sa.Column("version", sa.Integer),
    sa.Column("doi", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("pdf_url", sa.Text),
    sa.Column("comment", sa.Text),
    sa.Column("journal_ref", sa.Text),
    sa.Column("published", sa.Date),
    sa.Column("upvotes", sa.Integer),
    sa.Column("num_comments", sa.Integer),
    sa.Column("code_url", sa.Text),
    # Whose word the facts are (identity.TRUST).
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("first_seen_at", UtcDateTime, nullable=False, index=True),
    # When arXiv's API was last asked for what listings leave out.
    sa.Column("hydrated_at", UtcDateTime),
    # The paper that this one turned out to be.
    sa.Column("merged_into", sa.ForeignKey("papers.id"), index=True),
)

paper_keys = sa.Table(
    "paper_keys",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("paper_id", sa.ForeignKey("papers.id"), primary_key=True, index=True),
)

sightings = sa.Table(
    "sightings",
    metadata,
    sa.Column("paper_id", sa.ForeignKey("papers.id"), primary_key=True),
    # Source, format, type and day as one value: NULLs would make every row unique.
    sa.Column("what", sa.Text, primary_key=True),
    sa.Column("source", sa.Text),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("announce_type", sa.Text),
    sa.Column("announced", sa.Date),
    sa.Column("seen_at", UtcDateTime, nullable=False, index=True),
)

pulls = sa.Table(
    "pulls",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source", sa.Text, nullable=False, index=True),
    sa.Column("ended_at", UtcDateTime, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("error", sa.Text),
    # Why it is quiet, late or stale, in a few words.
    sa.Column("why", sa.Text),
    sa.Column("pulled", sa.Integer, nullable=False),
    sa.Column("new", sa.Integer, nullable=False),
    sa.Column("known", sa.Integer, nullable=False),
    sa.Column("rejected", sa.Integer, nullable=False),
)

pulled_days = sa.Table(
    "pulled_days",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    # A category, or "" for a source that has no parts.
    sa.Column("part", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
)

part_outcomes = sa.Table(
    "part_outcomes",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("part", sa.Text, primary_key=True),
    sa.Column("day", sa.Date),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("why", sa.Text),
    sa.Column("decided_at", UtcDateTime, nullable=False),
)

validators = sa.Table(
    "validators",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("url", sa.Text, primary_key=True),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
)

profiles = sa.Table(
    "profiles",
    metadata,
    # SHA-256 of the content: whoever wants the same shares a row.
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
)

issues = sa.Table(
    "issues",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("subscriber", sa.Text, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text),
    sa.Column("searched", sa.Integer, nullable=False),
    sa.Column("sources", sa.JSON, nullable=False),
    sa.Column("layout", sa.Text, nullable=False),
    sa.Column("abstract", sa.Text, nullable=False, server_default="short"),
    sa.Column("language", sa.Text, nullable=False),
    # What it was made with; unknown of issues from before profiles were kept.
    sa.Column("profile", sa.ForeignKey("profiles.digest")),
    # At most one issue a subscriber and day, whatever runs at once.
    sa.UniqueConstraint("subscriber", "day"),
)

picks = sa.Table(
    "picks",
    metadata,
    sa.Column("issue_id", sa.ForeignKey("issues.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("section", sa.Text, nullable=False),
    sa.Column("paper_id", sa.ForeignKey("papers.id"), nullable=False, index=True),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("interest", sa.Text),
    sa.Column("reasons", sa.JSON, nullable=False),
    # As it was written for this issue: a message is rendered the same on every try.
    sa.Column("summary", sa.Text),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("issue_id", sa.ForeignKey("issues.id"), nullable=False, unique=True),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False, index=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    # Grows with each claim, so that one who lost the claim cannot settle it.
    sa.Column("fence", sa.Integer, nullable=False),
    # Whose claim it is (see presence); a lease is for owners whose end cannot be seen.
    sa.Column("owner", sa.Text),
    sa.Column("lease_until", UtcDateTime),
    sa.Column("queued_at", UtcDateTime, nullable=False),
    sa.Column("next_at", UtcDateTime),
    sa.Column("settled_at", UtcDateTime),
    sa.Column("reply", sa.Text),
)

# What was had in issues that are not kept any more: this is never forgotten.
had = sa.Table(
    "had",
    metadata,
    sa.Column("subscriber", sa.Text, primary_key=True),
    sa.Column("paper_id", sa.ForeignKey("papers.id"), primary_key=True, index=True),
    sa.Column("made_at", UtcDateTime, nullable=False),
)

votes = sa.Table(
    "votes",
    metadata,
    # One vote a subscriber and paper: the last one.
    sa.Column("subscriber", sa.Text, primary_key=True),
    sa.Column("paper_id", sa.ForeignKey("papers.id"), primary_key=True, index=True),
    sa.Column("liked", sa.Boolean, nullable=False),
    sa.Column("voted_at", UtcDateTime, nullable=False),
)

verdicts = sa.Table(
    "verdicts",
    metadata,
    sa.Column("subscriber", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("decided_at", UtcDateTime, nullable=False),
    # How many papers were looked at in vain; None where none were.
    sa.Column("searched", sa.Integer),
)

# When a command that writes, or the service, first saw a subscriber of any kind.
known_since = sa.Table(
    "known_since",
    metadata,
    sa.Column("subscriber", sa.Text, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
)

suppressions = sa.Table(
    "suppressions",
    metadata,
    sa.Column("email", sa.Text, primary_key=True),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
)

bounces = sa.Table(
    "bounces",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.Text, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    # Of the message that brought it, so that the same one counts once.
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("email", "message"),
)

# Those who are in no file.
subscribers = sa.Table(
    "subscribers",
    metadata,
    sa.Column("email", sa.Text, primary_key=True),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("added_at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)

# Secrets that nobody else needs to know, made when first needed.
keys = sa.Table(
    "keys",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("secret", sa.LargeBinary, nullable=False),
)

relay_pauses = sa.Table(
    "relay_pauses",
    metadata,
    sa.Column("relay", sa.Text, primary_key=True),
    sa.Column("until", UtcDateTime, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)

# When a thing last happened, and how long it took.
marks = sa.Table(
    "marks",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("seconds", sa.Float),
)

# Of what the operator was told last when.
alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("cause", sa.Text, primary_key=True),
    sa.Column("told_at", UtcDateTime, nullable=False),
)

vectors = sa.Table(
    "vectors",
    metadata,
    sa.Column("model", sa.Text, primary_key=True),
    sa.Column("text_hash", sa.Text, primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
    sa.Column("made_at", UtcDateTime),
)

summaries = sa.Table(
    "summaries",
    metadata,
    # SHA-256 of all that was asked: the paper's text, the language, our own words.
    sa.Column("question", sa.Text, primary_key=True),
    sa.Column("language", sa.Text, primary_key=True),
    sa.Column("model", sa.Text, primary_key=True),
    # Empty: it was asked, and had nothing fit to print to say.
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
)

summary_days = sa.Table(
    "summary_days",
    metadata,
    # In UTC.
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("requests", sa.Integer, nullable=False),
)

good_files = sa.Table(
    "good_files",
    metadata,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("saved_at", UtcDateTime, nullable=False),
)

# What is known of papers that subscribers name: no sighting, so never to be picked.
example_papers = sa.Table(
    "example_papers",
    metadata,
    # An arXiv id without its version, or a DOI in lower case.
    sa.Column("name", sa.Text, primary_key=True),
    # None while nobody knows it.
    sa.Column("facts", sa.JSON(none_as_null=True)),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    # None: it need not be asked for again.
    sa.Column("again_at", UtcDateTime),
)

example_libraries = sa.Table(
    "example_libraries",
    metadata,
    # Which library, which collections, and as whom, as one value.
    sa.Column("library", sa.Text, primary_key=True),
    sa.Column("examples", sa.JSON, nullable=False),
    # The service's own number of what it gave last; None before it gave anything.
    sa.Column("version", sa.Integer),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("again_at", UtcDateTime, nullable=False),
)
