"""Shows may let accounts chat only some time after they were made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_newcomers"
down_revision = "0011_blind"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "shows", sa.Column("newcomer_minutes", sa.Integer(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("shows", "newcomer_minutes")
