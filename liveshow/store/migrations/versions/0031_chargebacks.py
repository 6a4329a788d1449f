"""Chargebacks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031_chargebacks"
down_revision = "0030_cards"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chargebacks",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("respond_by", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_chargebacks_order_id")),
        sa.PrimaryKeyConstraint("id", "order_id", name=op.f("pk_chargebacks")),
    )
    with op.batch_alter_table("chargebacks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chargebacks_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_chargebacks_status"), ["status"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("chargebacks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chargebacks_status"))
        batch_op.drop_index(batch_op.f("ix_chargebacks_order_id"))

    op.drop_table("chargebacks")
