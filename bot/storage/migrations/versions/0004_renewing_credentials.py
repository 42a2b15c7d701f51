"""Until when a credential can be used as it is, and that its owner was told of its end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns; what is stored so far needs no renewing, and nobody has been told."""
    op.add_column("credential", sa.Column("fresh_until", sa.BigInteger(), nullable=True))
    op.add_column("credential", sa.Column("reminded_at", sa.BigInteger(), nullable=True))
