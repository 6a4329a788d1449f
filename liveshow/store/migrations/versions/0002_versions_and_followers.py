"""Events have versions, followers of the log have cursors, hosts have a word that claims."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("shows", sa.Column("claim_word", sa.String(), server_default="", nullable=False))
    op.create_table(
        "follower_cursors",
        sa.Column("follower", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["show_id"], ["shows.id"], name=op.f("fk_follower_cursors_show_id")
        ),
        sa.PrimaryKeyConstraint("follower", "show_id", name=op.f("pk_follower_cursors")),
    )


def downgrade() -> None:
    op.drop_table("follower_cursors")
    op.drop_column("shows", "claim_word")
    op.drop_column("events", "version")
