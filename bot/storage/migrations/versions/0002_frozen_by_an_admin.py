"""When an admin has frozen a user."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; nobody is frozen."""
    op.add_column("identity_pin", sa.Column("frozen_at", sa.BigInteger(), nullable=True))
