"""Offers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024_offers"
down_revision = "0023_cases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "price_offers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("variant_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("offered", sa.BigInteger(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("turn", sa.String(), nullable=False),
        sa.Column("counters", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("in_show", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("claim_id", sa.String(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("over_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_price_offers_claim_id")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["show_items.id"], name=op.f("fk_price_offers_item_id")
        ),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_price_offers_show_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_price_offers_user_id")),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_price_offers_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_offers")),
    )
    with op.batch_alter_table("price_offers", schema=None) as batch_op:
        batch_op.create_index("ix_price_offers_show_seq", ["show_id", "seq"], unique=False)
        batch_op.create_index(
            "ix_price_offers_standing",
            ["show_id"],
            unique=False,
            sqlite_where=sa.text("outcome IS NULL"),
            postgresql_where=sa.text("outcome IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("price_offers", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_price_offers_standing",
            sqlite_where=sa.text("outcome IS NULL"),
            postgresql_where=sa.text("outcome IS NULL"),
        )
        batch_op.drop_index("ix_price_offers_show_seq")

    op.drop_table("price_offers")
