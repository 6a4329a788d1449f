"""Payments as the product knows them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import Json, ms, ref


class PaymentRow(SQLModel, table=True):
    """``status`` as in PROTOCOL.md 2.5, and ``refunding``: a refund not yet confirmed."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        Index("ix_payments_buyer", "buyer_id", "created_at"),
        Index(
            "ix_payments_coupon",
            "coupon_id",
            sqlite_where=text("coupon_id IS NOT NULL"),
            postgresql_where=text("coupon_id IS NOT NULL"),
        ),
    )

    id: str = Field(primary_key=True)
    show_id: str = ref("shows.id", index=True)
    buyer_id: str = ref("users.id")
    status: str = Field(index=True)
    amount: int = ms()
    currency: str
    address: dict[str, Any] = Field(sa_type=Json)
    parcels: list[dict[str, Any]] = Field(sa_type=Json)
    until: int = ms()
    provider: str
    error: dict[str, Any] | None = Field(default=None, sa_type=Json)
    # The coupon that is used with it: the payments that are open or succeeded are its uses.
    coupon_id: str | None = ref("coupons.id", default=None)
    created_at: int = ms()
