"""The history of prices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029_prices"
down_revision = "0028_account_marks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "prices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listings.id"], name=op.f("fk_prices_listing_id")),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_prices_show_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prices")),
    )
    op.create_index("ix_prices_listing", "prices", ["listing_id", "from_at"], unique=False)

    with op.batch_alter_table("flashes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("was", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("listings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("was", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("show_items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("was", sa.BigInteger(), nullable=True))

    # What is known of the past: the prices in force, since there is the listing or the show.
    op.execute(
        "INSERT INTO prices (listing_id, price, currency, source, from_at) "
        "SELECT id, price, currency, 'listing', created_at FROM listings "
        "WHERE archived_at IS NULL ORDER BY created_at, id"
    )
    op.execute(
        "INSERT INTO prices (listing_id, show_id, price, currency, source, from_at) "
        "SELECT i.listing_id, i.show_id, i.price, s.currency, 'show', s.created_at "
        "FROM show_items i JOIN shows s ON s.id = i.show_id "
        "WHERE i.removed_at IS NULL AND s.status <> 'ended' ORDER BY s.created_at, i.id"
    )


def downgrade() -> None:
    with op.batch_alter_table("show_items", schema=None) as batch_op:
        batch_op.drop_column("was")

    with op.batch_alter_table("listings", schema=None) as batch_op:
        batch_op.drop_column("was")

    with op.batch_alter_table("flashes", schema=None) as batch_op:
        batch_op.drop_column("was")

    op.drop_index("ix_prices_listing", table_name="prices")

    op.drop_table("prices")
