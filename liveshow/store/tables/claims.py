"""Who holds what, and who waits for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import Json, ms, ref


class OfferRow(SQLModel, table=True):
    """What buyers were promised. Never changed, and kept once, whoever was promised the same."""

    __tablename__ = "offers"

    id: str = Field(primary_key=True)
    terms: dict[str, Any] = Field(sa_type=Json)


class ClaimRow(SQLModel, table=True):
    """``status``: held, checkout, paid, returned, released, expired, cancelled, removed."""

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_claims_show_status", "show_id", "status"),
        Index("ix_claims_buyer_status", "buyer_id", "status"),
    )

    id: str = Field(primary_key=True)
    show_id: str = ref("shows.id")
    item_id: str = ref("show_items.id")
    variant_id: str = ref("variants.id")
    buyer_id: str = ref("users.id")
    quantity: int
    offer_id: str = ref("offers.id")
    status: str
    via: str
    until: int = ms()
    extended: bool = False
    payment_id: str | None = None
    # The event that made it: the order of those of one millisecond.
    seq: int = ms()
    created_at: int = ms()


class WaitlistRow(SQLModel, table=True):
    __tablename__ = "waitlist"
    __table_args__ = (Index("ix_waitlist_order", "show_id", "seq"),)

    id: str = Field(primary_key=True)
    show_id: str = ref("shows.id")
    item_id: str = ref("show_items.id")
    variant_id: str = ref("variants.id")
    buyer_id: str = ref("users.id")
    quantity: int
    offer_id: str = ref("offers.id")
    # The event that put it here: the order of the waitlist.
    seq: int = ms()
    created_at: int = ms()
