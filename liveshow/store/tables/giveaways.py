"""Giveaways of a show, and who took part in them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import Json, ms, ref


class GiveawayRow(SQLModel, table=True):
    """``status``: open, frozen, drawn, claimed, over. Without an item the prize is words alone.

    ``seed`` is told to nobody before the draw. ``until``: it is drawn then at the latest; once it
    was drawn, the prize is claimed until then. Times are milliseconds.
    """

    __tablename__ = "giveaways"
    __table_args__ = (
        Index("ix_giveaways_show_seq", "show_id", "seq"),
        Index("ix_giveaways_status", "status"),
    )

    id: str = Field(primary_key=True)
    show_id: str = ref("shows.id")
    item_id: str | None = ref("show_items.id", default=None)
    variant_id: str | None = ref("variants.id", default=None)
    title: str
    who: str
    sponsor_id: str = ref("users.id")
    rules: str
    commitment: str
    seed: str = ""
    # What the winner is promised.
    offer: dict[str, Any] = Field(sa_type=Json)
    opened_at: int = ms()
    ends_at: int = ms()
    status: str
    reason: str | None = None
    # How many took part, and the hash of the entries: both null until the freeze.
    entries: int | None = None
    entries_hash: str | None = None
    # The round of a beacon that the draw waits for, and what it came to.
    chain: str | None = None
    round: int | None = ms(default=None)
    signature: str | None = None
    drawn_at: int | None = ms(default=None)
    # Whose turn it is, of those who were drawn.
    place: int = 0
    until: int | None = ms(default=None)
    order_id: str | None = None
    # The event that opened it.
    seq: int = ms()


class EntryRow(SQLModel, table=True):
    """``id`` is the public name of an entry. ``gone``: why it does not count, ``""`` if it does.

    ``place`` is its place in the draw, from 0; null: it was not drawn.
    """

    __tablename__ = "giveaway_entries"
    __table_args__ = (Index("ix_giveaway_entries_giveaway_seq", "giveaway_id", "seq"),)

    id: str = Field(primary_key=True)
    giveaway_id: str = ref("giveaways.id")
    user_id: str = ref("users.id")
    # In the order of their coming.
    seq: int = ms()
    at: int = ms()
    gone: str = ""
    place: int | None = None
