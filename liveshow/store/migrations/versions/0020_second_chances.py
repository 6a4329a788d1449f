"""Bids have an amount and a maximum, and what was won and is not paid has a second chance."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020_second_chances"
down_revision = "0019_stripe"
branch_labels = None
depends_on = None

Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "auction_wins",
        sa.Column("auction_id", sa.String(), nullable=False),
        sa.Column("unit", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.String(), nullable=True),
        sa.Column("out", Json, nullable=False),
        sa.Column("retried", sa.Boolean(), nullable=False),
        sa.Column("chance_id", sa.String(), nullable=True),
        sa.Column("chance_user_id", sa.String(), nullable=True),
        sa.Column("chance_price", sa.BigInteger(), nullable=True),
        sa.Column("chance_until", sa.BigInteger(), nullable=True),
        sa.Column("over_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["auction_id"], ["auctions.id"], name=op.f("fk_auction_wins_auction_id")
        ),
        sa.ForeignKeyConstraint(
            ["chance_user_id"], ["users.id"], name=op.f("fk_auction_wins_chance_user_id")
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_auction_wins_claim_id")),
        sa.PrimaryKeyConstraint("auction_id", "unit", name=op.f("pk_auction_wins")),
    )
    op.create_index("ix_auction_wins_claim_id", "auction_wins", ["claim_id"], unique=False)
    no = sa.text("false")
    op.add_column("auctions", sa.Column("closing", sa.Boolean(), server_default=no, nullable=False))
    op.add_column("bids", sa.Column("maximum", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column(
        "bids", sa.Column("second_chance", sa.Boolean(), server_default=no, nullable=False)
    )
    op.add_column("bids", sa.Column("delay", sa.Integer(), nullable=True))
    # Until now the amount of a bid was the most that its bidder would pay.
    op.execute("UPDATE bids SET maximum = amount")


def downgrade() -> None:
    op.execute("UPDATE bids SET amount = maximum")
    op.drop_column("bids", "delay")
    op.drop_column("bids", "second_chance")
    op.drop_column("bids", "maximum")
    op.drop_column("auctions", "closing")
    op.drop_index("ix_auction_wins_claim_id", table_name="auction_wins")
    op.drop_table("auction_wins")
