"""Summaries that a model wrote, how often it was asked each day, and which a pick has."""

import sqlalchemy as sa
from alembic import op

from digest.store.schema import UtcDateTime

revision = "0005_summaries"
down_revision = "0004_vectors"


def upgrade() -> None:
    """Make the two tables; picks made before have no summary."""
    op.create_table(
        "summaries",
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("question", "language", "model", name=op.f("pk_summaries")),
    )
    op.create_table(
        "summary_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_summary_days")),
    )
    op.add_column("picks", sa.Column("summary", sa.Text(), nullable=True))
