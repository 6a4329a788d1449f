"""Every table. Times are milliseconds since 1970 UTC, money is in minor units."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, MetaData, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import JSON
from sqlmodel import Field, SQLModel

# Constraint names that are the same everywhere, so that migrations can name them.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata

Json = JSON().with_variant(JSONB(), "postgresql")


def _ms(**kwargs: Any) -> Any:
    return Field(sa_type=BigInteger, **kwargs)


def _ref(target: str, **kwargs: Any) -> Any:
    return Field(foreign_key=target, **kwargs)


class User(SQLModel, table=True):
    __tablename__ = "users"

    id: str = Field(primary_key=True)
    handle: str = Field(unique=True)
    name: str
    bio: str = ""
    password_hash: str
    address: dict[str, Any] | None = Field(default=None, sa_type=Json)
    created_at: int = _ms()


class Token(SQLModel, table=True):
    """A sign-in. Only the SHA-256 of the token is kept; revoking deletes the row."""

    __tablename__ = "tokens"

    id: str = Field(primary_key=True)
    user_id: str = _ref("users.id", index=True)
    hash: str = Field(unique=True)
    agent: str = ""
    created_at: int = _ms()
    last_used_at: int = _ms()
    expires_at: int = _ms()


class Follow(SQLModel, table=True):
    __tablename__ = "follows"

    follower_id: str = _ref("users.id", primary_key=True)
    followee_id: str = _ref("users.id", primary_key=True, index=True)
    created_at: int = _ms()


class Photo(SQLModel, table=True):
    """Metadata; the encoded files are in the data folder under ``photos/``."""

    __tablename__ = "photos"

    id: str = Field(primary_key=True)
    owner_id: str = _ref("users.id", index=True)
    width: int
    height: int
    size: int
    created_at: int = _ms()


class Listing(SQLModel, table=True):
    __tablename__ = "listings"
    __table_args__ = (
        CheckConstraint("price > 0", name="price"),
        Index("ix_listings_closet", "owner_id", "created_at"),
    )

    id: str = Field(primary_key=True)
    owner_id: str = _ref("users.id")
    title: str
    description: str = ""
    price: int = _ms()
    currency: str
    photos: list[str] = Field(default_factory=list, sa_type=Json)
    brand: str = ""
    category: str = ""
    condition: str = ""
    shipping_flat: int | None = _ms(default=None)
    shipping_weight: int | None = None
    archived_at: int | None = _ms(default=None)
    created_at: int = _ms()


class Variant(SQLModel, table=True):
    """The stock of a listing. Every listing has at least one variant."""

    __tablename__ = "variants"
    __table_args__ = (
        CheckConstraint("held >= 0 AND sold >= 0 AND held + sold <= quantity", name="stock"),
    )

    id: str = Field(primary_key=True)
    listing_id: str = _ref("listings.id", index=True)
    position: int = 0
    label: str = ""
    size: str = ""
    color: str = ""
    quantity: int
    held: int = 0
    sold: int = 0


class Mandate(SQLModel, table=True):
    """An owner lends a listing to a show (or to all shows of a host)."""

    __tablename__ = "mandates"
    __table_args__ = (
        CheckConstraint("commission_percent BETWEEN 0 AND 90", name="commission"),
        CheckConstraint("floor > 0", name="floor"),
    )

    id: str = Field(primary_key=True)
    listing_id: str = _ref("listings.id", index=True)
    owner_id: str = _ref("users.id", index=True)
    host_id: str = _ref("users.id", index=True)
    show_id: str | None = _ref("shows.id", default=None, index=True)
    floor: int = _ms()
    commission_percent: int = 0
    expires_at: int | None = _ms(default=None)
    status: str
    created_at: int = _ms()


class Show(SQLModel, table=True):
    __tablename__ = "shows"

    id: str = Field(primary_key=True)
    host_id: str = _ref("users.id", index=True)
    title: str
    description: str = ""
    cover: str | None = _ref("photos.id", default=None)
    status: str = Field(default="draft", index=True)
    reason: str | None = None
    scheduled_at: int | None = _ms(default=None)
    started_at: int | None = _ms(default=None)
    ended_at: int | None = _ms(default=None)
    interrupted_at: int | None = _ms(default=None)
    currency: str
    hold_seconds: int = 300
    claims_per_buyer: int = 1
    shipping_cap: int | None = _ms(default=None)
    slow_seconds: int = 0
    chat_mode: str = "everyone"
    words: list[str] = Field(default_factory=list, sa_type=Json)
    pinned: str | None = None
    streaming: bool = False
    next_number: int = 1
    # `epoch` is the fencing token: it grows whenever a room takes the show over. `seq` is the
    # last event of the log.
    epoch: int = _ms(default=0)
    seq: int = _ms(default=0)
    stream_key_hash: str | None = Field(default=None, index=True)
    created_at: int = _ms()


class Staff(SQLModel, table=True):
    """Co-hosts and moderators; the host is in the show itself."""

    __tablename__ = "staff"

    show_id: str = _ref("shows.id", primary_key=True)
    user_id: str = _ref("users.id", primary_key=True, index=True)
    role: str
    # The order of the team.
    position: int = _ms(default=0)


class ShowItem(SQLModel, table=True):
    __tablename__ = "show_items"
    __table_args__ = (
        UniqueConstraint("show_id", "number", name="uq_show_items_number"),
        CheckConstraint("price > 0", name="price"),
    )

    id: str = Field(primary_key=True)
    show_id: str = _ref("shows.id")
    listing_id: str = _ref("listings.id", index=True)
    mandate_id: str | None = _ref("mandates.id", default=None)
    number: int
    position: int
    price: int = _ms()
    removed_at: int | None = _ms(default=None)


class Claim(SQLModel, table=True):
    """``status``: held, checkout, paid, released, expired, cancelled, removed."""

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_claims_show_status", "show_id", "status"),
        Index("ix_claims_buyer_status", "buyer_id", "status"),
    )

    id: str = Field(primary_key=True)
    show_id: str = _ref("shows.id")
    item_id: str = _ref("show_items.id")
    variant_id: str = _ref("variants.id")
    buyer_id: str = _ref("users.id")
    quantity: int
    price: int = _ms()
    commission_percent: int = 0
    status: str
    via: str
    until: int = _ms()
    extended: bool = False
    payment_id: str | None = None
    # The event that made it: the order of those of one millisecond.
    seq: int = _ms()
    created_at: int = _ms()


class WaitlistEntry(SQLModel, table=True):
    __tablename__ = "waitlist"
    __table_args__ = (Index("ix_waitlist_order", "show_id", "seq"),)

    id: str = Field(primary_key=True)
    show_id: str = _ref("shows.id")
    item_id: str = _ref("show_items.id")
    variant_id: str = _ref("variants.id")
    buyer_id: str = _ref("users.id")
    quantity: int
    # The event that put it here: the order of the line.
    seq: int = _ms()
    created_at: int = _ms()


class Sanction(SQLModel, table=True):
    """``kind``: mute, ban. ``until`` null: as long as the show lasts."""

    __tablename__ = "sanctions"

    show_id: str = _ref("shows.id", primary_key=True)
    user_id: str = _ref("users.id", primary_key=True)
    kind: str = Field(primary_key=True)
    until: int | None = _ms(default=None)
    reason: str
    by_id: str = _ref("users.id")
    seq: int = _ms()


class EventRow(SQLModel, table=True):
    """The log of a show. ``to_user``: whose private event. ``deleted``: a message taken away."""

    __tablename__ = "events"

    show_id: str = _ref("shows.id", primary_key=True)
    seq: int = Field(sa_type=BigInteger, primary_key=True)
    epoch: int = _ms()
    at: int = _ms()
    type: str
    data: dict[str, Any] = Field(sa_type=Json)
    to_user: str | None = None
    deleted: bool = False


class CommandKey(SQLModel, table=True):
    """The first answer to an idempotency key. ``user_id`` is not a reference: guests have none."""

    __tablename__ = "command_keys"
    __table_args__ = (Index("ix_command_keys_at", "at"),)

    show_id: str = _ref("shows.id", primary_key=True)
    user_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    digest: str
    answer: dict[str, Any] = Field(sa_type=Json)
    at: int = _ms()


class Notice(SQLModel, table=True):
    __tablename__ = "notices"

    show_id: str = _ref("shows.id", primary_key=True)
    user_id: str = _ref("users.id", primary_key=True)
    # Several notices may come from one event.
    seq: int = Field(sa_type=BigInteger, primary_key=True)
    kind: str = Field(primary_key=True)
    at: int = _ms()
    item: dict[str, Any] | None = Field(default=None, sa_type=Json)
    text: str = ""


class Payment(SQLModel, table=True):
    """``status`` as in PROTOCOL.md 2.5, and ``refunding``: a refund not yet confirmed."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_payments_buyer", "buyer_id", "created_at"),
    )

    id: str = Field(primary_key=True)
    show_id: str = _ref("shows.id", index=True)
    buyer_id: str = _ref("users.id")
    status: str = Field(index=True)
    amount: int = _ms()
    currency: str
    address: dict[str, Any] = Field(sa_type=Json)
    parcels: list[dict[str, Any]] = Field(sa_type=Json)
    until: int = _ms()
    provider: str
    error: dict[str, Any] | None = Field(default=None, sa_type=Json)
    created_at: int = _ms()


class Order(SQLModel, table=True):
    """What one owner sends to one buyer for one payment."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("payment_id", "owner_id", name="uq_orders_parcel"),
        Index("ix_orders_buyer", "buyer_id", "created_at"),
        Index("ix_orders_owner", "owner_id", "created_at"),
    )

    id: str = Field(primary_key=True)
    payment_id: str = _ref("payments.id")
    show_id: str = _ref("shows.id", index=True)
    buyer_id: str = _ref("users.id")
    owner_id: str = _ref("users.id")
    host_id: str = _ref("users.id")
    status: str
    currency: str
    items: int = _ms()
    shipping: int = _ms()
    total: int = _ms()
    lines: list[dict[str, Any]] = Field(sa_type=Json)
    address: dict[str, Any] = Field(sa_type=Json)
    carrier: str = ""
    tracking: str = ""
    reason: str = ""
    history: list[dict[str, Any]] = Field(sa_type=Json)
    created_at: int = _ms()


class LedgerEntry(SQLModel, table=True):
    """Double entry: the lines of one order and ``kind`` (sale, refund) sum to zero.

    ``account``: provider (money at the payment provider), owner, host, operator.
    """

    __tablename__ = "ledger"
    __table_args__ = (UniqueConstraint("order_id", "kind", "account", name="uq_ledger_line"),)

    id: int | None = Field(default=None, primary_key=True)
    order_id: str = _ref("orders.id")
    show_id: str = _ref("shows.id", index=True)
    kind: str
    account: str
    user_id: str | None = _ref("users.id", default=None, index=True)
    amount: int = _ms()
    at: int = _ms()


class TestCharge(SQLModel, table=True):
    """What the built-in test payment provider knows; it survives a restart as a real one would."""

    __tablename__ = "test_charges"

    payment_id: str = Field(primary_key=True)
    amount: int = _ms()
    currency: str
    # open, challenge, processing, succeeded, cancelled, refunded
    status: str
    answers_at: int | None = _ms(default=None)
    error: dict[str, Any] | None = Field(default=None, sa_type=Json)
