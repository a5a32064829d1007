"""Sentence vectors of texts, each computed once."""

import sqlalchemy as sa
from alembic import op

revision = "0004_vectors"
down_revision = "0003_examples"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "vectors",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("model", "text_hash", name=op.f("pk_vectors")),
    )
