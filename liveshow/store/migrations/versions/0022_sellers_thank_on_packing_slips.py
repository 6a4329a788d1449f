"""Sellers thank on packing slips."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022_thanks"
down_revision = "0021_flash"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "users", sa.Column("thanks", sa.String(), server_default=sa.text("''"), nullable=False)
    )


def downgrade() -> None:
    with op.batch_alter_table("users") as batch:
        batch.drop_column("thanks")
