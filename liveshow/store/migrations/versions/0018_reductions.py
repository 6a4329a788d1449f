"""Orders say what was taken off the price of their items, and who pays for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018_reductions"
down_revision = "0017_parcels"
branch_labels = None
depends_on = None

Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    nothing = sa.text("'[]'")
    op.add_column("orders", sa.Column("reductions", Json, server_default=nothing, nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("orders") as batch:
        batch.drop_column("reductions")
