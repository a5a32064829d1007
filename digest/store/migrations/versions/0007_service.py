"""What a service remembers: what was had long ago, when things last happened, what it has told."""

import sqlalchemy as sa
from alembic import op

from digest.store.schema import UtcDateTime

revision = "0007_service"
down_revision = "0006_delivery"


def upgrade() -> None:
    """Add the tables, and the age of vectors."""
    op.create_table(
        "had",
        sa.Column("subscriber", sa.Text(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name=op.f("fk_had_paper_id_papers")),
        sa.PrimaryKeyConstraint("subscriber", "paper_id", name=op.f("pk_had")),
    )
    op.create_index(op.f("ix_had_paper_id"), "had", ["paper_id"])
    op.create_table(
        "marks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_marks")),
    )
    op.create_table(
        "alerts",
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("cause", name=op.f("pk_alerts")),
    )
    op.add_column("vectors", sa.Column("made_at", UtcDateTime(), nullable=True))
