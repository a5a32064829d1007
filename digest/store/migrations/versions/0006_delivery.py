"""Who claims a delivery, what came back of it, who is kept here, and keys of our own."""

import sqlalchemy as sa
from alembic import op

from digest.store.schema import UtcDateTime

revision = "0006_delivery"
down_revision = "0005_summaries"


def upgrade() -> None:
    """Add the claimer, and the tables."""
    op.add_column("deliveries", sa.Column("owner", sa.Text(), nullable=True))
    op.create_table(
        "keys",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_keys")),
    )
    op.create_table(
        "bounces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        # Of the message that brought it, so that the same one counts once.
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounces")),
        sa.UniqueConstraint("email", "message", name=op.f("uq_bounces_email_message")),
    )
    op.create_index(op.f("ix_bounces_email"), "bounces", ["email"])
    op.create_table(
        "subscribers",
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("email", name=op.f("pk_subscribers")),
    )
    op.create_table(
        "relay_pauses",
        sa.Column("relay", sa.Text(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("relay", name=op.f("pk_relay_pauses")),
    )
