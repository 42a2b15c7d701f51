"""What was run and who approved it; and what is followed after its answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns, empty for what has run so far; nothing is followed."""
    op.add_column("journal", sa.Column("note", sa.LargeBinary(), nullable=True))
    op.add_column("journal", sa.Column("approved_by", sa.String(), nullable=True))
    op.create_table(
        "following",
        sa.Column("event_id", sa.String(), primary_key=True),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
