"""Coupons, and which payment uses one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026_coupons"
down_revision = "0025_payouts"
branch_labels = None
depends_on = None

USED = sa.text("coupon_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "coupons",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("maker_id", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=True),
        sa.Column("items", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("cap", sa.BigInteger(), nullable=True),
        sa.Column("minimum", sa.BigInteger(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=True),
        sa.Column("uses", sa.Integer(), nullable=True),
        sa.Column("once", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(percent IS NULL) <> (amount IS NULL)", name=op.f("ck_coupons_off")),
        sa.ForeignKeyConstraint(["maker_id"], ["users.id"], name=op.f("fk_coupons_maker_id")),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_coupons_show_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupons")),
        sa.UniqueConstraint("folded", name=op.f("uq_coupons_folded")),
    )
    op.create_index("ix_coupons_maker", "coupons", ["maker_id", "created_at"])
    with op.batch_alter_table("payments") as batch:
        batch.add_column(sa.Column("coupon_id", sa.String(), nullable=True))
        batch.create_foreign_key(op.f("fk_payments_coupon_id"), "coupons", ["coupon_id"], ["id"])
    op.create_index(
        "ix_payments_coupon",
        "payments",
        ["coupon_id"],
        sqlite_where=USED,
        postgresql_where=USED,
    )


def downgrade() -> None:
    op.drop_index("ix_payments_coupon", "payments")
    with op.batch_alter_table("payments") as batch:
        batch.drop_constraint(op.f("fk_payments_coupon_id"), type_="foreignkey")
        batch.drop_column("coupon_id")
    op.drop_index("ix_coupons_maker", "coupons")
    op.drop_table("coupons")
