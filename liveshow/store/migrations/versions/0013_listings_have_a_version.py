"""Listings count their edits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013_listing_version"
down_revision = "0012_newcomers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "listings", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("listings", "version")
