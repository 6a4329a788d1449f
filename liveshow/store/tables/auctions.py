"""Auctions of a show, and every bid in them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import Json, ms, ref


class AuctionRow(SQLModel, table=True):
    """Units of a variant, sold one after the other; ``over_at`` null: not all are sold yet.

    ``ends_at`` and ``last_at`` null: the clock of ``unit`` does not run; ``closing``: it is at
    zero. ``seconds`` and ``extend`` are seconds, other times milliseconds.
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
    closing: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    # The event that prepared it.
    seq: int = ms()


class BidRow(SQLModel, table=True):
    """The most that somebody would pay for a unit, as often as they said so.

    ``amount`` is what they were ready to pay at once. ``seq`` is the event's, ``seen`` the one that
    the bidder's page showed, ``delay`` how late it showed things (ms). ``void``: they were banned,
    and have never bid.
    """

    __tablename__ = "bids"

    auction_id: str = ref("auctions.id", primary_key=True)
    seq: int = ms(primary_key=True)
    unit: int
    user_id: str = ref("users.id")
    amount: int = ms()
    maximum: int = ms(sa_column_kwargs={"server_default": "0"})
    second_chance: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    delay: int | None = None
    seen: int | None = ms(default=None)
    at: int = ms()
    void: bool = False


class AuctionWinRow(SQLModel, table=True):
    """A unit that was sold: held by ``claim_id``, or offered to ``chance_user_id`` after all.

    ``out``: ids of those who did not buy although they could. ``over_at``: it was paid, or nobody
    buys it. The price of a chance is in minor units, times are milliseconds.
    """

    __tablename__ = "auction_wins"
    __table_args__ = (Index("ix_auction_wins_claim_id", "claim_id"),)

    auction_id: str = ref("auctions.id", primary_key=True)
    unit: int = Field(primary_key=True)
    claim_id: str | None = ref("claims.id", default=None)
    out: list[Any] = Field(sa_type=Json)
    retried: bool = False
    chance_id: str | None = None
    chance_user_id: str | None = ref("users.id", default=None)
    chance_price: int | None = ms(default=None)
    chance_until: int | None = ms(default=None)
    over_at: int | None = ms(default=None)
