"""Orders and the ledger."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel
from sqlmodel.sql.sqltypes import AutoString

from liveshow.domain.money import Account
from liveshow.store.tables.base import Json, ms, ref


def _news(side: str, what: str) -> Index:
    """Finds what others did last with the orders of one side; ``what``: which steps are news."""
    return Index(
        f"ix_orders_{side}_news",
        f"{side}_id",
        "changed_at",
        sqlite_where=text(what),
        postgresql_where=text(what),
    )


class OrderRow(SQLModel, table=True):
    """What one owner sends to one buyer for one payment."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("payment_id", "owner_id", name="uq_orders_parcel"),
        Index("ix_orders_buyer", "buyer_id", "created_at"),
        Index("ix_orders_owner", "owner_id", "created_at"),
        _news("buyer", "changed_by <> buyer_id"),
        _news("owner", "changed_by <> owner_id"),
        # A host who lends nothing of it hears what the buyer did.
        _news("host", "changed_by = buyer_id AND host_id <> buyer_id AND host_id <> owner_id"),
    )

    id: str = Field(primary_key=True)
    payment_id: str = ref("payments.id")
    show_id: str = ref("shows.id", index=True)
    buyer_id: str = ref("users.id")
    owner_id: str = ref("users.id")
    host_id: str = ref("users.id")
    status: str
    currency: str
    items: int = ms()
    shipping: int = ms()
    total: int = ms()
    # What the host adds to the shipping.
    support: int = Field(
        default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")}
    )
    # What the buyer need not pay of the items, and who pays it.
    reductions: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=Json, sa_column_kwargs={"server_default": text("'[]'")}
    )
    lines: list[dict[str, Any]] = Field(sa_type=Json)
    address: dict[str, Any] = Field(sa_type=Json)
    # The order with which its parcel left, this or another one; "" while the parcel is open.
    left_with: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    carrier: str = ""
    tracking: str = ""
    # Of the buyer, when it is not as described.
    dispute_reason: str = ""
    # What has gone back of the total, whether its provider has sent it yet or not.
    refunded: int = Field(
        default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")}
    )
    # Whether the pieces of an order that was taken back can be sold again; null: not asked yet.
    restocked: bool | None = None
    history: list[dict[str, Any]] = Field(sa_type=Json)
    # Of the last step in it.
    changed_at: int = ms()
    changed_by: str = ref("users.id")
    created_at: int = ms()


class RefundRow(SQLModel, table=True):
    """Money of an order that goes back. ``sent``: its provider has confirmed it."""

    __tablename__ = "refunds"
    __table_args__ = (Index("ix_refunds_sent", "sent", "created_at"),)

    id: str = Field(primary_key=True)
    order_id: str = ref("orders.id", index=True)
    amount: int = ms()
    reason: str
    by_id: str = ref("users.id")
    sent: bool = False
    # The event that decided it: the order of those of one millisecond.
    seq: int = ms()
    created_at: int = ms()


class LedgerRow(SQLModel, table=True):
    """Double entry: the lines of one sale, refund or payout sum to zero.

    ``account``: provider (money at the payment provider), owner, host, host_shipping (what the host
    adds to the shipping), operator; owner_discount, host_discount and operator_discount (what each
    of them pays for the buyer).
    """

    __tablename__ = "ledger"
    __table_args__ = (
        UniqueConstraint("order_id", "kind", "account", "refund", name="uq_ledger_line"),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_id: str = ref("orders.id")
    show_id: str = ref("shows.id", index=True)
    kind: str
    # The id of the refund; "" for the sale.
    refund: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    account: Account = Field(sa_type=AutoString)
    user_id: str | None = ref("users.id", default=None, index=True)
    amount: int = ms()
    at: int = ms()
