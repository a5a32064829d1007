"""How much of an abstract the cards of an issue show."""

import sqlalchemy as sa
from alembic import op

revision = "0009_abstract"
down_revision = "0008_newcomers"


def upgrade() -> None:
    """Add the choice; issues that are there already are shown anew in short."""
    op.add_column(
        "issues", sa.Column("abstract", sa.Text(), nullable=False, server_default="short")
    )
