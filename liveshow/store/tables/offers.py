"""Offers below the price, and what became of them."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import ms, ref


class PriceOfferRow(SQLModel, table=True):
    """An offer as it stands, or as it ended; ``outcome`` null: it waits for an answer.

    Amounts are of one piece. ``turn`` says who answers next, ``until`` (ms) by when; ``in_show``:
    by the clock of the show.
    """

    __tablename__ = "price_offers"
    __table_args__ = (
        Index("ix_price_offers_show_seq", "show_id", "seq"),
        # What stands after a restart is few among many that are over.
        Index(
            "ix_price_offers_standing",
            "show_id",
            sqlite_where=text("outcome IS NULL"),
            postgresql_where=text("outcome IS NULL"),
        ),
    )

    id: str = Field(primary_key=True)
    show_id: str = ref("shows.id")
    item_id: str = ref("show_items.id")
    variant_id: str = ref("variants.id")
    user_id: str = ref("users.id")
    quantity: int
    offered: int = ms()
    asked: int | None = ms(default=None)
    amount: int = ms()
    turn: str
    counters: int = 0
    until: int = ms()
    in_show: bool
    outcome: str | None = None
    claim_id: str | None = ref("claims.id", default=None)
    # The event that made it, and when it was over.
    seq: int = ms()
    over_at: int | None = ms(default=None)
