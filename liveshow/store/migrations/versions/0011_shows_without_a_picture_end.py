"""Shows that are live without a picture end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_blind"
down_revision = "0010_lookalikes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shows", sa.Column("blind_since", sa.BigInteger(), nullable=True))
    op.execute("UPDATE shows SET blind_since = started_at WHERE status = 'live' AND NOT streaming")


def downgrade() -> None:
    op.drop_column("shows", "blind_since")
