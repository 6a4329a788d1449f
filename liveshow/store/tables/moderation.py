"""Mutes and bans in force."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import ms, ref


class SanctionRow(SQLModel, table=True):
    """``kind``: mute, ban. ``until`` null: as long as the show lasts."""

    __tablename__ = "sanctions"

    show_id: str = ref("shows.id", primary_key=True)
    user_id: str = ref("users.id", primary_key=True)
    kind: str = Field(primary_key=True)
    until: int | None = ms(default=None)
    reason: str
    by_id: str = ref("users.id")
    seq: int = ms()
