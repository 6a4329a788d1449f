"""Flash prices of a show, and the pieces that are held, sold or waited for at them."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import ms, ref


class FlashRow(SQLModel, table=True):
    """``over_at`` null: it is on, until ``until`` (ms). ``went``: how many pieces, when it is over.

    ``quantity`` and ``per_buyer`` null: no limit.
    """

    __tablename__ = "flashes"
    __table_args__ = (Index("ix_flashes_show_seq", "show_id", "seq"),)

    id: str = Field(primary_key=True)
    show_id: str = ref("shows.id")
    item_id: str = ref("show_items.id")
    price: int = ms()
    until: int = ms()
    quantity: int | None = None
    per_buyer: int | None = None
    was: int | None = ms(default=None)
    over_at: int | None = ms(default=None)
    reason: str | None = None
    went: int = 0
    # The event that started it.
    seq: int = ms()


class FlashPiecesRow(SQLModel, table=True):
    """Pieces of a claim, or of a place in line, by its id; there are none when it is over."""

    __tablename__ = "flash_pieces"

    flash_id: str = ref("flashes.id", primary_key=True)
    piece: str = Field(primary_key=True)
    user_id: str = ref("users.id")
    quantity: int
    status: str
