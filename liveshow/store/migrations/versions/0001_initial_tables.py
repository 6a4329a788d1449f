"""Initial tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "test_charges",
        sa.Column("payment_id", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("answers_at", sa.BigInteger(), nullable=True),
        sa.Column("error", Json, nullable=True),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_test_charges")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("bio", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("address", Json, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("handle", name=op.f("uq_users_handle")),
    )
    op.create_table(
        "follows",
        sa.Column("follower_id", sa.String(), nullable=False),
        sa.Column("followee_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["followee_id"], ["users.id"], name=op.f("fk_follows_followee_id")),
        sa.ForeignKeyConstraint(["follower_id"], ["users.id"], name=op.f("fk_follows_follower_id")),
        sa.PrimaryKeyConstraint("follower_id", "followee_id", name=op.f("pk_follows")),
    )
    op.create_index(op.f("ix_follows_followee_id"), "follows", ["followee_id"], unique=False)
    op.create_table(
        "listings",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("photos", Json, nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("condition", sa.String(), nullable=False),
        sa.Column("shipping_flat", sa.BigInteger(), nullable=True),
        sa.Column("shipping_weight", sa.Integer(), nullable=True),
        sa.Column("archived_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("price > 0", name=op.f("ck_listings_price")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_listings_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listings")),
    )
    op.create_index("ix_listings_closet", "listings", ["owner_id", "created_at"], unique=False)
    op.create_table(
        "photos",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_photos_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
    )
    op.create_index(op.f("ix_photos_owner_id"), "photos", ["owner_id"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_tokens_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_tokens_hash")),
    )
    op.create_index(op.f("ix_tokens_user_id"), "tokens", ["user_id"], unique=False)
    op.create_table(
        "shows",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("host_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("cover", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("scheduled_at", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("interrupted_at", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("hold_seconds", sa.Integer(), nullable=False),
        sa.Column("claims_per_buyer", sa.Integer(), nullable=False),
        sa.Column("shipping_cap", sa.BigInteger(), nullable=True),
        sa.Column("slow_seconds", sa.Integer(), nullable=False),
        sa.Column("chat_mode", sa.String(), nullable=False),
        sa.Column("words", Json, nullable=False),
        sa.Column("pinned", sa.String(), nullable=True),
        sa.Column("streaming", sa.Boolean(), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("stream_key_hash", sa.String(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["cover"], ["photos.id"], name=op.f("fk_shows_cover")),
        sa.ForeignKeyConstraint(["host_id"], ["users.id"], name=op.f("fk_shows_host_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shows")),
    )
    op.create_index(op.f("ix_shows_host_id"), "shows", ["host_id"], unique=False)
    op.create_index(op.f("ix_shows_status"), "shows", ["status"], unique=False)
    op.create_index(op.f("ix_shows_stream_key_hash"), "shows", ["stream_key_hash"], unique=False)
    op.create_table(
        "variants",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("listing_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("size", sa.String(), nullable=False),
        sa.Column("color", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("sold", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "held >= 0 AND sold >= 0 AND held + sold <= quantity", name=op.f("ck_variants_stock")
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listings.id"], name=op.f("fk_variants_listing_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variants")),
    )
    op.create_index(op.f("ix_variants_listing_id"), "variants", ["listing_id"], unique=False)
    op.create_table(
        "command_keys",
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("answer", Json, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_command_keys_show_id")),
        sa.PrimaryKeyConstraint("show_id", "user_id", "key", name=op.f("pk_command_keys")),
    )
    op.create_index("ix_command_keys_at", "command_keys", ["at"], unique=False)
    op.create_table(
        "events",
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("to_user", sa.String(), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_events_show_id")),
        sa.PrimaryKeyConstraint("show_id", "seq", name=op.f("pk_events")),
    )
    op.create_table(
        "mandates",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("listing_id", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("host_id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=True),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.Column("commission_percent", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "commission_percent BETWEEN 0 AND 90", name=op.f("ck_mandates_commission")
        ),
        sa.CheckConstraint("floor > 0", name=op.f("ck_mandates_floor")),
        sa.ForeignKeyConstraint(["host_id"], ["users.id"], name=op.f("fk_mandates_host_id")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listings.id"], name=op.f("fk_mandates_listing_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_mandates_owner_id")),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_mandates_show_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandates")),
    )
    op.create_index(op.f("ix_mandates_host_id"), "mandates", ["host_id"], unique=False)
    op.create_index(op.f("ix_mandates_listing_id"), "mandates", ["listing_id"], unique=False)
    op.create_index(op.f("ix_mandates_owner_id"), "mandates", ["owner_id"], unique=False)
    op.create_index(op.f("ix_mandates_show_id"), "mandates", ["show_id"], unique=False)
    op.create_table(
        "notices",
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("item", Json, nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_notices_show_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id")),
        sa.PrimaryKeyConstraint("show_id", "user_id", "seq", "kind", name=op.f("pk_notices")),
    )
    op.create_table(
        "payments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("buyer_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("address", Json, nullable=False),
        sa.Column("parcels", Json, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("error", Json, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payments_amount")),
        sa.ForeignKeyConstraint(["buyer_id"], ["users.id"], name=op.f("fk_payments_buyer_id")),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_payments_show_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
    )
    op.create_index("ix_payments_buyer", "payments", ["buyer_id", "created_at"], unique=False)
    op.create_index(op.f("ix_payments_show_id"), "payments", ["show_id"], unique=False)
    op.create_index(op.f("ix_payments_status"), "payments", ["status"], unique=False)
    op.create_table(
        "sanctions",
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_sanctions_by_id")),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_sanctions_show_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sanctions_user_id")),
        sa.PrimaryKeyConstraint("show_id", "user_id", "kind", name=op.f("pk_sanctions")),
    )
    op.create_table(
        "staff",
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_staff_show_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_staff_user_id")),
        sa.PrimaryKeyConstraint("show_id", "user_id", name=op.f("pk_staff")),
    )
    op.create_index(op.f("ix_staff_user_id"), "staff", ["user_id"], unique=False)
    op.create_table(
        "orders",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("payment_id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("buyer_id", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("host_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("items", sa.BigInteger(), nullable=False),
        sa.Column("shipping", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("lines", Json, nullable=False),
        sa.Column("address", Json, nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("tracking", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("history", Json, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["buyer_id"], ["users.id"], name=op.f("fk_orders_buyer_id")),
        sa.ForeignKeyConstraint(["host_id"], ["users.id"], name=op.f("fk_orders_host_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_orders_owner_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_orders_payment_id")),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_orders_show_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("payment_id", "owner_id", name="uq_orders_parcel"),
    )
    op.create_index("ix_orders_buyer", "orders", ["buyer_id", "created_at"], unique=False)
    op.create_index("ix_orders_owner", "orders", ["owner_id", "created_at"], unique=False)
    op.create_index(op.f("ix_orders_show_id"), "orders", ["show_id"], unique=False)
    op.create_table(
        "show_items",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("listing_id", sa.String(), nullable=False),
        sa.Column("mandate_id", sa.String(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("price > 0", name=op.f("ck_show_items_price")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listings.id"], name=op.f("fk_show_items_listing_id")
        ),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["mandates.id"], name=op.f("fk_show_items_mandate_id")
        ),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_show_items_show_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_show_items")),
        sa.UniqueConstraint("show_id", "number", name="uq_show_items_number"),
    )
    op.create_index(op.f("ix_show_items_listing_id"), "show_items", ["listing_id"], unique=False)
    op.create_table(
        "claims",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("variant_id", sa.String(), nullable=False),
        sa.Column("buyer_id", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("commission_percent", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("payment_id", sa.String(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_claims_quantity")),
        sa.ForeignKeyConstraint(["buyer_id"], ["users.id"], name=op.f("fk_claims_buyer_id")),
        sa.ForeignKeyConstraint(["item_id"], ["show_items.id"], name=op.f("fk_claims_item_id")),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_claims_show_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variants.id"], name=op.f("fk_claims_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
    )
    op.create_index("ix_claims_buyer_status", "claims", ["buyer_id", "status"], unique=False)
    op.create_index("ix_claims_show_status", "claims", ["show_id", "status"], unique=False)
    op.create_table(
        "ledger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_ledger_order_id")),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_ledger_show_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_ledger_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
        sa.UniqueConstraint("order_id", "kind", "account", name="uq_ledger_line"),
    )
    op.create_index(op.f("ix_ledger_show_id"), "ledger", ["show_id"], unique=False)
    op.create_index(op.f("ix_ledger_user_id"), "ledger", ["user_id"], unique=False)
    op.create_table(
        "waitlist",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("variant_id", sa.String(), nullable=False),
        sa.Column("buyer_id", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["buyer_id"], ["users.id"], name=op.f("fk_waitlist_buyer_id")),
        sa.ForeignKeyConstraint(["item_id"], ["show_items.id"], name=op.f("fk_waitlist_item_id")),
        sa.ForeignKeyConstraint(["show_id"], ["shows.id"], name=op.f("fk_waitlist_show_id")),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_waitlist_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist")),
    )
    op.create_index("ix_waitlist_order", "waitlist", ["show_id", "seq"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_waitlist_order", table_name="waitlist")
    op.drop_table("waitlist")
    op.drop_index(op.f("ix_ledger_user_id"), table_name="ledger")
    op.drop_index(op.f("ix_ledger_show_id"), table_name="ledger")
    op.drop_table("ledger")
    op.drop_index("ix_claims_show_status", table_name="claims")
    op.drop_index("ix_claims_buyer_status", table_name="claims")
    op.drop_table("claims")
    op.drop_index(op.f("ix_show_items_listing_id"), table_name="show_items")
    op.drop_table("show_items")
    op.drop_index(op.f("ix_orders_show_id"), table_name="orders")
    op.drop_index("ix_orders_owner", table_name="orders")
    op.drop_index("ix_orders_buyer", table_name="orders")
    op.drop_table("orders")
    op.drop_index(op.f("ix_staff_user_id"), table_name="staff")
    op.drop_table("staff")
    op.drop_table("sanctions")
    op.drop_index(op.f("ix_payments_status"), table_name="payments")
    op.drop_index(op.f("ix_payments_show_id"), table_name="payments")
    op.drop_index("ix_payments_buyer", table_name="payments")
    op.drop_table("payments")
    op.drop_table("notices")
    op.drop_index(op.f("ix_mandates_show_id"), table_name="mandates")
    op.drop_index(op.f("ix_mandates_owner_id"), table_name="mandates")
    op.drop_index(op.f("ix_mandates_listing_id"), table_name="mandates")
    op.drop_index(op.f("ix_mandates_host_id"), table_name="mandates")
    op.drop_table("mandates")
    op.drop_table("events")
    op.drop_index("ix_command_keys_at", table_name="command_keys")
    op.drop_table("command_keys")
    op.drop_index(op.f("ix_variants_listing_id"), table_name="variants")
    op.drop_table("variants")
    op.drop_index(op.f("ix_shows_stream_key_hash"), table_name="shows")
    op.drop_index(op.f("ix_shows_status"), table_name="shows")
    op.drop_index(op.f("ix_shows_host_id"), table_name="shows")
    op.drop_table("shows")
    op.drop_index(op.f("ix_tokens_user_id"), table_name="tokens")
    op.drop_table("tokens")
    op.drop_index(op.f("ix_photos_owner_id"), table_name="photos")
    op.drop_table("photos")
    op.drop_index("ix_listings_closet", table_name="listings")
    op.drop_table("listings")
    op.drop_index(op.f("ix_follows_followee_id"), table_name="follows")
    op.drop_table("follows")
    op.drop_table("users")
    op.drop_table("test_charges")
