"""Orders are taken back in parts; why they are disputed is kept apart from why money goes back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_refunds"
down_revision = "0007_offers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refunds",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_refunds_order_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_refunds_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
    )
    op.create_index("ix_refunds_sent", "refunds", ["sent", "created_at"])
    op.create_index(op.f("ix_refunds_order_id"), "refunds", ["order_id"])
    zero = sa.text("0")
    op.add_column(
        "orders", sa.Column("refunded", sa.BigInteger(), server_default=zero, nullable=False)
    )
    op.add_column("orders", sa.Column("restocked", sa.Boolean(), nullable=True))
    op.alter_column("orders", "reason", new_column_name="dispute_reason")
    # The provider knows a former refund by the id of its order. Only owners could refund. The
    # reason of a refund had replaced that of a dispute.
    op.execute(
        "INSERT INTO refunds (id, order_id, amount, reason, by_id, sent, seq, created_at) "
        "SELECT o.id, o.id, o.total, o.dispute_reason, o.owner_id, o.status = 'refunded', 0, "
        "COALESCE((SELECT MAX(l.at) FROM ledger l WHERE l.order_id = o.id AND l.kind = 'refund'), "
        "o.created_at) FROM orders o WHERE o.status IN ('refunding', 'refunded')"
    )
    op.execute(
        "UPDATE orders SET refunded = total, status = 'refunded', dispute_reason = '' "
        "WHERE status IN ('refunding', 'refunded')"
    )
    with op.batch_alter_table("ledger") as batch:
        batch.add_column(sa.Column("refund", sa.String(), server_default="", nullable=False))
        batch.drop_constraint("uq_ledger_line", type_="unique")
        batch.create_unique_constraint("uq_ledger_line", ["order_id", "kind", "account", "refund"])
    op.execute("UPDATE ledger SET refund = order_id WHERE kind = 'refund'")


def downgrade() -> None:
    """Refunds in parts were not known before: they are forgotten, as far as they are a part."""
    op.execute(
        "UPDATE orders SET dispute_reason = "
        "COALESCE((SELECT MAX(r.reason) FROM refunds r WHERE r.order_id = orders.id), '') "
        "WHERE status IN ('refunded', 'cancelled')"
    )
    op.execute(
        "UPDATE orders SET status = 'refunding' WHERE id IN "
        "(SELECT order_id FROM refunds WHERE NOT sent) AND status IN ('refunded', 'cancelled')"
    )
    op.execute("UPDATE orders SET status = 'refunded' WHERE status = 'cancelled'")
    op.execute("UPDATE claims SET status = 'paid' WHERE status = 'returned'")
    op.execute(
        "DELETE FROM ledger WHERE refund <> '' AND refund <> (SELECT MAX(l.refund) FROM ledger l "
        "WHERE l.order_id = ledger.order_id)"
    )
    with op.batch_alter_table("ledger") as batch:
        batch.drop_constraint("uq_ledger_line", type_="unique")
        batch.drop_column("refund")
        batch.create_unique_constraint("uq_ledger_line", ["order_id", "kind", "account"])
    op.alter_column("orders", "dispute_reason", new_column_name="reason")
    op.drop_column("orders", "restocked")
    op.drop_column("orders", "refunded")
    op.drop_index(op.f("ix_refunds_order_id"), table_name="refunds")
    op.drop_index("ix_refunds_sent", table_name="refunds")
    op.drop_table("refunds")
