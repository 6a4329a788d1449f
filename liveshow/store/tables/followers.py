"""How far the followers of the log have come."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from liveshow.store.tables.base import ms, ref


class FollowerCursorRow(SQLModel, table=True):
    """``seq``: the last event of a show that a follower has dealt with."""

    __tablename__ = "follower_cursors"

    follower: str = Field(primary_key=True)
    show_id: str = ref("shows.id", primary_key=True)
    seq: int = ms()
