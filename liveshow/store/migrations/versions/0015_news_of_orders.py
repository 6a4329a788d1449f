"""Orders say who took their last step, and when; what others did is found by whom it is for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015_news_of_orders"
down_revision = "0014_ends_at"
branch_labels = None
depends_on = None

ORDERS = sa.table(
    "orders",
    sa.column("id", sa.String()),
    sa.column("buyer_id", sa.String()),
    sa.column("created_at", sa.BigInteger()),
    sa.column("history", sa.JSON().with_variant(JSONB(), "postgresql")),
    sa.column("changed_at", sa.BigInteger()),
    sa.column("changed_by", sa.String()),
)
# Orders filled at once.
PAGE = 1000
# Whose steps are news to whom: not one's own, and to the host what the buyer of a lent piece did.
INDEXES = {
    "buyer": "changed_by <> buyer_id",
    "owner": "changed_by <> owner_id",
    "host": "changed_by = buyer_id AND host_id <> buyer_id AND host_id <> owner_id",
}


def upgrade() -> None:
    op.add_column("orders", sa.Column("changed_at", sa.BigInteger(), nullable=True))
    op.add_column("orders", sa.Column("changed_by", sa.String(), nullable=True))
    _fill()
    with op.batch_alter_table("orders") as batch:
        batch.alter_column("changed_at", existing_type=sa.BigInteger(), nullable=False)
        batch.alter_column("changed_by", existing_type=sa.String(), nullable=False)
        batch.create_foreign_key(op.f("fk_orders_changed_by"), "users", ["changed_by"], ["id"])
    for side, news in INDEXES.items():
        op.create_index(
            f"ix_orders_{side}_news",
            "orders",
            [f"{side}_id", "changed_at"],
            sqlite_where=sa.text(news),
            postgresql_where=sa.text(news),
        )


def _fill() -> None:
    """The last step is the last of the history; that of an order without one is its sale."""
    connection, after = op.get_bind(), ""
    columns = (ORDERS.c.id, ORDERS.c.buyer_id, ORDERS.c.created_at, ORDERS.c.history)
    while True:
        page = sa.select(*columns).where(ORDERS.c.id > after).order_by(ORDERS.c.id).limit(PAGE)
        rows = connection.execute(page).all()
        if not rows:
            return
        after = rows[-1][0]
        connection.execute(
            sa.update(ORDERS)
            .where(ORDERS.c.id == sa.bindparam("order"))
            .values(changed_at=sa.bindparam("at"), changed_by=sa.bindparam("by")),
            [
                {
                    "order": order_id,
                    "at": history[-1]["at"] if history else created_at,
                    "by": history[-1]["by"]["id"] if history else buyer_id,
                }
                for order_id, buyer_id, created_at, history in rows
            ],
        )


def downgrade() -> None:
    for side in INDEXES:
        op.drop_index(f"ix_orders_{side}_news", table_name="orders")
    with op.batch_alter_table("orders") as batch:
        batch.drop_constraint(op.f("fk_orders_changed_by"), type_="foreignkey")
        batch.drop_column("changed_by")
        batch.drop_column("changed_at")
