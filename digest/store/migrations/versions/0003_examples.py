"""What is known of the papers that subscribers name, and what is in their libraries."""

import sqlalchemy as sa
from alembic import op

from digest.store.schema import UtcDateTime

revision = "0003_examples"
down_revision = "0002_votes"


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "example_papers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("again_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_example_papers")),
    )
    op.create_table(
        "example_libraries",
        sa.Column("library", sa.Text(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("again_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("library", name=op.f("pk_example_libraries")),
    )
