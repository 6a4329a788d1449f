"""What listings have cost, in their closet and in shows."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import ms, ref


class PriceRow(SQLModel, table=True):
    """From a time on (ms) a listing costs so much in a show, or in its closet (``show_id`` null).

    ``price`` null: it has none there any more. ``source``: ``listing``, ``show`` or ``flash``.
    """

    __tablename__ = "prices"
    __table_args__ = (Index("ix_prices_listing", "listing_id", "from_at"),)

    id: int | None = Field(default=None, primary_key=True)
    listing_id: str = ref("listings.id")
    show_id: str | None = ref("shows.id", default=None)
    price: int | None = ms(default=None)
    currency: str
    source: str
    from_at: int = ms()
