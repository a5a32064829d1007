"""Since when the service knows each subscriber, and how many papers a day without an issue had."""

import sqlalchemy as sa
from alembic import op

from digest.store.schema import UtcDateTime

revision = "0008_newcomers"
down_revision = "0007_service"

# Nobody who has a history is new.
_FILL = """
INSERT INTO known_since (subscriber, at)
SELECT subscriber, MIN(at) FROM (
    SELECT subscriber, made_at AS at FROM issues
    UNION ALL SELECT subscriber, made_at FROM had
    UNION ALL SELECT subscriber, decided_at FROM verdicts
    UNION ALL SELECT email, added_at FROM subscribers
) AS history GROUP BY subscriber
"""


def upgrade() -> None:
    """Add both, and take in everybody there is."""
    op.create_table(
        "known_since",
        sa.Column("subscriber", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("subscriber", name=op.f("pk_known_since")),
    )
    op.execute(_FILL)
    op.add_column("verdicts", sa.Column("searched", sa.Integer(), nullable=True))
