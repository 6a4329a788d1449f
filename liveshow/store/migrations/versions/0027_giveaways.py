"""Giveaways, who takes part in them, and orders of nothing that prizes become."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027_giveaways"
down_revision = "0026_coupons"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "giveaways",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=True),
        sa.Column("variant_id", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("sponsor_id", sa.String(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("offer", _JSON, nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=True),
        sa.Column("entries_hash", sa.String(), nullable=True),
        sa.Column("chain", sa.String(), nullable=True),
        sa.Column("round", sa.BigInteger(), nullable=True),
        sa.Column("signature", sa.String(), nullable=True),
        sa.Column("drawn_at", sa.BigInteger(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.String(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_giveaways_show_id")),
        sa.ForeignKeyConstraint(["item_id"], ["show_items.id"], name=op.f("fk_giveaways_item_id")),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_giveaways_variant_id")
        ),
        sa.ForeignKeyConstraint(["sponsor_id"], ["users.id"], name=op.f("fk_giveaways_sponsor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_giveaways")),
    )
    op.create_index("ix_giveaways_show_seq", "giveaways", ["show_id", "seq"], unique=False)
    op.create_index("ix_giveaways_status", "giveaways", ["status"], unique=False)
    op.create_table(
        "giveaway_entries",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("giveaway_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("gone", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["giveaway_id"], ["giveaways.id"], name=op.f("fk_giveaway_entries_giveaway_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_giveaway_entries_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_giveaway_entries")),
    )
    op.create_index(
        "ix_giveaway_entries_giveaway_seq", "giveaway_entries", ["giveaway_id", "seq"], unique=False
    )
    # Every order belongs to a payment: that of a prize is one of nothing.
    _amount("amount > 0", "amount >= 0")


def downgrade() -> None:
    op.execute("DELETE FROM ledger WHERE order_id IN (SELECT order_id FROM giveaways)")
    for table in ("refunds",):
        op.execute(f"DELETE FROM {table} WHERE order_id IN (SELECT order_id FROM giveaways)")  # noqa: S608
    op.execute("DELETE FROM orders WHERE id IN (SELECT order_id FROM giveaways)")
    op.execute("DELETE FROM payments WHERE amount = 0")
    _amount("amount >= 0", "amount > 0")
    op.drop_index("ix_giveaway_entries_giveaway_seq", table_name="giveaway_entries")
    op.drop_table("giveaway_entries")
    op.drop_index("ix_giveaways_status", table_name="giveaways")
    op.drop_index("ix_giveaways_show_seq", table_name="giveaways")
    op.drop_table("giveaways")


def _amount(old: str, new: str) -> None:
    # SQLite does not tell of the checks of a table: it is made anew with those that are named here.
    check = sa.CheckConstraint(old, name=op.f("ck_payments_amount"))
    with op.batch_alter_table("payments", table_args=(check,)) as batch:
        batch.drop_constraint(op.f("ck_payments_amount"), type_="check")
        batch.create_check_constraint(op.f("ck_payments_amount"), new)
