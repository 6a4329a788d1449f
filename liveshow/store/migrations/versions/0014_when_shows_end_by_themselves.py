"""Shows know when they end by themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014_ends_at"
down_revision = "0013_listing_version"
branch_labels = None
depends_on = None


# How long they had until now: 30 minutes without a picture, 6 hours interrupted.


def upgrade() -> None:
    op.add_column("shows", sa.Column("ends_at", sa.BigInteger(), nullable=True))
    op.execute("UPDATE shows SET ends_at = blind_since + 1800000 WHERE status = 'live'")
    op.execute("UPDATE shows SET ends_at = interrupted_at + 21600000 WHERE status = 'interrupted'")
    op.drop_column("shows", "blind_since")


def downgrade() -> None:
    op.add_column("shows", sa.Column("blind_since", sa.BigInteger(), nullable=True))
    op.execute("UPDATE shows SET blind_since = ends_at - 1800000 WHERE status = 'live'")
    op.drop_column("shows", "ends_at")
