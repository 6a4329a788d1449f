"""Claims and places in line keep what was offered; mandates and orders, who pays for shipping."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007_offers"
down_revision = "0006_about_whom"
branch_labels = None
depends_on = None

Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _checks() -> tuple[sa.CheckConstraint, ...]:
    return (sa.CheckConstraint("quantity > 0", name=op.f("ck_claims_quantity")),)


def upgrade() -> None:
    op.create_table(
        "offers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("terms", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
    )
    for table in ("claims", "waitlist"):
        op.add_column(table, sa.Column("offer_id", sa.String(), nullable=True))
    _fill("claims", "price", "commission_percent")
    _fill("waitlist", None, None)
    with op.batch_alter_table("claims", table_args=_checks()) as batch:
        batch.alter_column("offer_id", existing_type=sa.String(), nullable=False)
        batch.create_foreign_key(op.f("fk_claims_offer_id"), "offers", ["offer_id"], ["id"])
        batch.drop_column("price")
        batch.drop_column("commission_percent")
    with op.batch_alter_table("waitlist") as batch:
        batch.alter_column("offer_id", existing_type=sa.String(), nullable=False)
        batch.create_foreign_key(op.f("fk_waitlist_offer_id"), "offers", ["offer_id"], ["id"])
    op.add_column("notices", sa.Column("price", sa.BigInteger(), nullable=True))
    op.add_column(
        "orders", sa.Column("support", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column("mandates", sa.Column("shipping_flat", sa.BigInteger(), nullable=True))
    op.add_column("mandates", sa.Column("shipping_weight", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE mandates SET "
        "shipping_flat = (SELECT shipping_flat FROM listings WHERE id = mandates.listing_id), "
        "shipping_weight = (SELECT shipping_weight FROM listings WHERE id = mandates.listing_id) "
        "WHERE status = 'active'"
    )


def _fill(table: str, price: str | None, commission: str | None) -> None:
    """What was promised is not known any more: it is what the listing says now, at its price."""
    connection = op.get_bind()
    found = connection.execute(
        sa.text(
            f"SELECT c.id, {'c.' + price if price else 'i.price'} AS price, "  # noqa: S608 - ours
            f"{'c.' + commission if commission else '0'} AS commission, "
            "l.title, l.description, l.photos, l.shipping_flat, l.shipping_weight, v.label, "
            f"s.shipping_cap FROM {table} c JOIN show_items i ON i.id = c.item_id "
            "JOIN listings l ON l.id = i.listing_id JOIN variants v ON v.id = c.variant_id "
            "JOIN shows s ON s.id = c.show_id"
        ).columns(photos=Json)
    ).fetchall()
    photos = {
        row.id: row
        for row in connection.execute(sa.text("SELECT id, width, height FROM photos")).fetchall()
    }
    offers = sa.table("offers", sa.column("id", sa.String()), sa.column("terms", Json))
    for row in found:
        offer_id = uuid4().hex
        connection.execute(offers.insert().values(id=offer_id, terms=_terms(row, photos)))
        connection.execute(
            sa.text(f"UPDATE {table} SET offer_id = :offer WHERE id = :id"),  # noqa: S608 - ours
            {"offer": offer_id, "id": row.id},
        )


def _terms(row: Any, photos: dict[str, Any]) -> dict[str, Any]:
    shipping = {"flat": row.shipping_flat or 0}
    if row.shipping_weight is not None:
        shipping = {"weight": row.shipping_weight}
    terms = {
        "title": row.title,
        "price": row.price,
        "variant": row.label,
        "description": row.description,
        "shipping": shipping,
        "shipping_cap": row.shipping_cap,
        "commission_percent": row.commission,
    }
    photo = next((photos[each] for each in row.photos or () if each in photos), None)
    if photo is not None:
        where = f"/photos/{photo.id}"
        terms["photo"] = {
            "id": photo.id,
            "url": f"{where}/full.webp",
            "thumb_url": f"{where}/thumb.webp",
            "width": photo.width,
            "height": photo.height,
        }
    return terms


def downgrade() -> None:
    op.drop_column("mandates", "shipping_weight")
    op.drop_column("mandates", "shipping_flat")
    op.drop_column("orders", "support")
    op.drop_column("notices", "price")
    op.add_column("claims", sa.Column("price", sa.BigInteger(), nullable=True))
    op.add_column("claims", sa.Column("commission_percent", sa.Integer(), nullable=True))
    connection = op.get_bind()
    found = connection.execute(
        sa.text("SELECT c.id, o.terms FROM claims c JOIN offers o ON o.id = c.offer_id").columns(
            terms=Json
        )
    ).fetchall()
    for row in found:
        connection.execute(
            sa.text(
                "UPDATE claims SET price = :price, commission_percent = :percent WHERE id = :id"
            ),
            {
                "price": row.terms["price"],
                "percent": row.terms.get("commission_percent", 0),
                "id": row.id,
            },
        )
    with op.batch_alter_table("claims", table_args=_checks()) as batch:
        batch.alter_column("price", existing_type=sa.BigInteger(), nullable=False)
        batch.alter_column("commission_percent", existing_type=sa.Integer(), nullable=False)
        batch.drop_constraint(op.f("fk_claims_offer_id"), type_="foreignkey")
        batch.drop_column("offer_id")
    with op.batch_alter_table("waitlist") as batch:
        batch.drop_constraint(op.f("fk_waitlist_offer_id"), type_="foreignkey")
        batch.drop_column("offer_id")
    op.drop_table("offers")
