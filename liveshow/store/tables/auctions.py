"""Auctions of a show, and every bid in them."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import ms, ref


class AuctionRow(SQLModel, table=True):
    """Units of a variant, sold one after the other; ``over_at`` null: not all are sold yet.

    ``ends_at`` and ``last_at`` null: the clock of ``unit`` does not run. ``seconds`` and ``extend``
    are seconds, other times milliseconds.
    """

    __tablename__ = "auctions"
    __table_args__ = (Index("ix_auctions_show_seq", "show_id", "seq"),)

    id: str = Field(primary_key=True)
    show_id: str = ref("shows.id")
    item_id: str = ref("show_items.id")
    variant_id: str = ref("variants.id")
    units: int
    start: int = ms()
    reserve: int | None = ms(default=None)
    seconds: int
    extend: int
    sudden_death: bool
    unit: int = 1
    ends_at: int | None = ms(default=None)
    last_at: int | None = ms(default=None)
    extensions: int = 0
    bids: int = 0
    price: int = ms()
    over_at: int | None = ms(default=None)
    # The event that prepared it.
    seq: int = ms()


class BidRow(SQLModel, table=True):
    """The most that somebody would pay for a unit, as often as they said so.

    ``seq`` is the event's, ``seen`` the one that the bidder's page showed. ``void``: they were
    banned, and have never bid.
    """

    __tablename__ = "bids"

    auction_id: str = ref("auctions.id", primary_key=True)
    seq: int = ms(primary_key=True)
    unit: int
    user_id: str = ref("users.id")
    amount: int = ms()
    seen: int | None = ms(default=None)
    at: int = ms()
    void: bool = False
