"""Coupons of sellers and of the operator. Who has used one is in the payments."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import ms, ref


class CouponRow(SQLModel, table=True):
    """``maker_id`` null: the operator's. ``percent`` or ``amount`` is set."""

    __tablename__ = "coupons"
    __table_args__ = (
        CheckConstraint("(percent IS NULL) <> (amount IS NULL)", name="off"),
        Index("ix_coupons_maker", "maker_id", "created_at"),
    )

    id: str = Field(primary_key=True)
    maker_id: str | None = ref("users.id", default=None)
    code: str
    # What codes that are read alike have in common; null when it was deleted, so that it is free.
    folded: str | None = Field(default=None, unique=True)
    items: str
    who: str
    percent: int | None = None
    amount: int | None = Field(default=None, sa_type=BigInteger)
    currency: str | None = None
    cap: int | None = Field(default=None, sa_type=BigInteger)
    minimum: int = ms()
    show_id: str | None = ref("shows.id", default=None)
    uses: int | None = None
    once: bool
    starts_at: int | None = Field(default=None, sa_type=BigInteger)
    ends_at: int | None = Field(default=None, sa_type=BigInteger)
    stopped: bool = False
    created_at: int = ms()
