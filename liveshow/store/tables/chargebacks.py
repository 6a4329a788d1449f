"""Payments that are disputed at a bank."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import ms, ref


class ChargebackRow(SQLModel, table=True):
    """A chargeback of an order; one of a payment is a row for each of its orders.

    ``id`` is what its provider calls it, ``status`` is open, won or lost.
    """

    __tablename__ = "chargebacks"

    id: str = Field(primary_key=True)
    order_id: str = ref("orders.id", primary_key=True, index=True)
    amount: int = ms()
    reason: str
    status: str = Field(index=True)
    respond_by: int | None = ms(default=None)
    opened_at: int = ms()
    closed_at: int | None = ms(default=None)
