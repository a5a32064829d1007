"""What subscribers said of papers, and the profile that each issue was made with."""

import sqlalchemy as sa
from alembic import op

from digest.store.schema import UtcDateTime

revision = "0002_votes"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables; issues made before have no profile."""
    op.create_table(
        "votes",
        sa.Column("subscriber", sa.Text(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("liked", sa.Boolean(), nullable=False),
        sa.Column("voted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name=op.f("fk_votes_paper_id")),
        sa.PrimaryKeyConstraint("subscriber", "paper_id", name=op.f("pk_votes")),
    )
    op.create_index(op.f("ix_votes_paper_id"), "votes", ["paper_id"], unique=False)
    op.create_table(
        "profiles",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_profiles")),
    )
    # In one statement: SQLite cannot add a constraint to a column that is there.
    op.execute(
        "ALTER TABLE issues ADD COLUMN profile TEXT "
        "CONSTRAINT fk_issues_profile REFERENCES profiles (digest)"
    )
