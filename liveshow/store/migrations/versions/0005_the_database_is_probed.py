"""The database is probed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_probes"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "probes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_probes")),
    )


def downgrade() -> None:
    op.drop_table("probes")
