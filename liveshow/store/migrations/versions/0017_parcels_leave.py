"""Orders say with which of them their parcel left: what is claimed afterwards is sent apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017_parcels"
down_revision = "0016_auctions"
branch_labels = None
depends_on = None

ORDERS = sa.table(
    "orders",
    sa.column("id", sa.String()),
    sa.column("show_id", sa.String()),
    sa.column("buyer_id", sa.String()),
    sa.column("owner_id", sa.String()),
    sa.column("status", sa.String()),
    sa.column("left_with", sa.String()),
)
SENT = ("shipped", "delivered", "not_as_described")


def upgrade() -> None:
    op.add_column(
        "orders", sa.Column("left_with", sa.String(), server_default=sa.text("''"), nullable=False)
    )
    # What a buyer had of an owner in a show was one parcel, and left with the first that was sent.
    sent = ORDERS.alias("sent")
    first = (
        sa.select(sa.func.min(sent.c.id))
        .where(
            sent.c.show_id == ORDERS.c.show_id,
            sent.c.buyer_id == ORDERS.c.buyer_id,
            sent.c.owner_id == ORDERS.c.owner_id,
            sent.c.status.in_(SENT),
        )
        .scalar_subquery()
    )
    op.execute(sa.update(ORDERS).values(left_with=sa.func.coalesce(first, "")))


def downgrade() -> None:
    with op.batch_alter_table("orders") as batch:
        batch.drop_column("left_with")
