"""Mandates say who changed them last, and when; notices are found by whom they are for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_news_of_lending"
down_revision = "0008_refunds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mandates", sa.Column("changed_at", sa.BigInteger(), nullable=True))
    op.add_column("mandates", sa.Column("changed_by", sa.String(), nullable=True))
    op.create_index("ix_notices_user_id_at", "notices", ["user_id", "at"])


def downgrade() -> None:
    op.drop_index("ix_notices_user_id_at", "notices")
    with op.batch_alter_table("mandates") as batch:
        batch.drop_column("changed_by")
        batch.drop_column("changed_at")
