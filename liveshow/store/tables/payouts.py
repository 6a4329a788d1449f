"""What people were paid."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import ms, ref


class PayoutRow(SQLModel, table=True):
    """A payout. Its lines of the ledger, one for each order, have its id as their ``refund``."""

    __tablename__ = "payouts"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_payouts_user", "user_id", "created_at"),
    )

    id: str = Field(primary_key=True)
    user_id: str = ref("users.id")
    currency: str
    amount: int = ms()
    orders: int
    reference: str = ""
    created_at: int = ms()
